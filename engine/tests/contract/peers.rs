//! Facts that tests of other projects hold, written anew: the source and its license at each.

use arrow_array::{BinaryArray, UInt32Array};
use arrow_schema::{DataType, Field};
use poly_match_engine::inside::covers;
use poly_match_engine::{Invalid, Keys, Matcher, Points, Polygons, Rule, reference};

use crate::world::{read_geometry, wkb_polygon};

type Ring<'a> = &'a [[f64; 2]];

fn polygons(parts: &[Vec<Vec<[f64; 2]>>]) -> Polygons {
    read_geometry(&BinaryArray::from_vec(vec![&wkb_polygon(parts, true)])).unwrap()
}

fn of_rings(rings: &[Ring<'_>]) -> Polygons {
    polygons(&[rings.iter().map(|ring| ring.to_vec()).collect()])
}

/// By the definition, by scanning and by an index.
fn check(polygons: &Polygons, points: &[([f64; 2], bool)], what: &str) {
    let column: Points = points.iter().map(|(point, _)| Some(*point)).collect();
    let expected: UInt32Array = points.iter().map(|(_, inside)| inside.then_some(0)).collect();
    for (point, inside) in points {
        assert_eq!(covers(polygons.get(0).unwrap(), *point), *inside, "{what}: {point:?}");
    }
    let rule = Rule::covers();
    let keys = Keys::areas(polygons, &rule);
    let by_definition = reference::match_points(&column, polygons, &keys, &rule);
    assert_eq!(by_definition.into_iter().collect::<UInt32Array>(), expected, "{what}");
    let mut matcher = Matcher::new(polygons, rule).unwrap();
    assert_eq!(matcher.match_points(&column), expected, "{what}, by scanning");
    for bytes in [usize::MAX / 4, 1 << 16, 0] {
        matcher = matcher.with_index_bytes(bytes);
        matcher.build_index();
        assert_eq!(matcher.match_points(&column), expected, "{what}, by an index of {bytes} bytes");
    }
}

/// The 37 points of the boundary test of `turf-boolean-point-in-polygon` (MIT,
/// <https://github.com/Turfjs/turf>), with the boundary inside.
#[test]
fn the_boundary_table_of_turf() {
    let hat: Ring<'_> = &[[10.0, 10.0], [30.0, 20.0], [50.0, 10.0], [30.0, 0.0]];
    let arrow: Ring<'_> = &[[10.0, 0.0], [30.0, 20.0], [50.0, 0.0], [30.0, 10.0]];
    let diamond: Ring<'_> = &[[10.0, 0.0], [30.0, 20.0], [50.0, 0.0], [30.0, -20.0]];
    let teeth: Ring<'_> = &[
        [0.0, 0.0],
        [0.0, 20.0],
        [50.0, 20.0],
        [50.0, 0.0],
        [40.0, 0.0],
        [30.0, 10.0],
        [30.0, 0.0],
        [20.0, 10.0],
        [10.0, 10.0],
        [10.0, 0.0],
    ];
    let outer: Ring<'_> = &[[0.0, 20.0], [20.0, 40.0], [40.0, 20.0], [20.0, 0.0]];
    let inner: Ring<'_> = &[[10.0, 20.0], [20.0, 30.0], [30.0, 20.0], [20.0, 10.0]];
    type Table<'a> = Vec<(Vec<Ring<'a>>, &'a [([f64; 2], bool)])>;
    let table: Table<'_> = vec![
        (
            vec![hat],
            &[
                ([10.0, 10.0], true),
                ([30.0, 20.0], true),
                ([50.0, 10.0], true),
                ([30.0, 10.0], true),
                ([0.0, 10.0], false),
                ([60.0, 10.0], false),
                ([30.0, -10.0], false),
                ([30.0, 30.0], false),
            ],
        ),
        (vec![arrow], &[([30.0, 0.0], false), ([0.0, 0.0], false), ([60.0, 0.0], false)]),
        (vec![diamond], &[([30.0, 0.0], true), ([0.0, 0.0], false), ([60.0, 0.0], false)]),
        (
            vec![teeth],
            &[
                ([0.0, 20.0], true),
                ([10.0, 20.0], true),
                ([50.0, 20.0], true),
                ([0.0, 10.0], true),
                ([5.0, 10.0], true),
                ([25.0, 10.0], true),
                ([35.0, 10.0], true),
                ([0.0, 0.0], true),
                ([20.0, 0.0], false),
                ([35.0, 0.0], false),
                ([50.0, 0.0], true),
                ([50.0, 10.0], true),
                ([5.0, 0.0], true),
                ([10.0, 0.0], true),
            ],
        ),
        (
            vec![outer, inner],
            &[
                ([20.0, 30.0], true),
                ([25.0, 25.0], true),
                ([30.0, 20.0], true),
                ([25.0, 15.0], true),
                ([20.0, 10.0], true),
                ([15.0, 15.0], true),
                ([10.0, 20.0], true),
                ([15.0, 25.0], true),
                ([20.0, 20.0], false),
            ],
        ),
    ];
    assert_eq!(table.iter().map(|(_, points)| points.len()).sum::<usize>(), 37);
    for (at, (rings, points)) in table.iter().enumerate() {
        check(&of_rings(rings), points, &format!("polygon {at}"));
    }
}

/// Kinds of rings from the point-in-ring tests of JTS (Eclipse Public License 2.0 or Eclipse
/// Distribution License 1.0, <https://github.com/locationtech/jts>) and of georust/geo (MIT or
/// Apache 2.0, <https://github.com/georust/geo>): a comb, repeated points, points nearly in a line,
/// and (0.95, 0.05) on the unit triangle, whose sides are decided by exact signs.
#[test]
fn rings_that_trap_rays() {
    let comb: Ring<'_> = &[
        [0.0, 0.0],
        [0.0, 10.0],
        [4.0, 5.0],
        [6.0, 10.0],
        [7.0, 5.0],
        [9.0, 10.0],
        [10.0, 5.0],
        [13.0, 5.0],
        [15.0, 10.0],
        [16.0, 3.0],
        [17.0, 10.0],
        [18.0, 3.0],
        [25.0, 10.0],
        [30.0, 10.0],
        [30.0, 0.0],
        [15.0, 0.0],
        [14.0, 5.0],
        [13.0, 0.0],
        [9.0, 0.0],
        [8.0, 5.0],
        [6.0, 0.0],
    ];
    // Rays at height 5 and 10 and 3 pass through vertices of both kinds.
    let points = [
        ([0.0, 0.0], true),
        ([0.0, 1.0], true),
        ([4.0, 5.0], true),
        ([8.0, 5.0], true),
        ([11.0, 5.0], true),
        ([30.0, 5.0], true),
        ([2.0, 5.0], true),
        ([6.0, 5.0], true),
        ([7.5, 5.0], true),
        ([13.5, 5.0], true),
        ([5.0, 10.0], false),
        ([28.0, 10.0], true),
        ([20.0, 10.0], false),
        ([31.0, 5.0], false),
        ([-1.0, 10.0], false),
        ([8.0, 4.0], false),
        ([14.0, 1.0], false),
        ([16.0, 3.0], true),
        ([16.0, 4.0], false),
        ([17.0, 4.0], true),
        ([20.0, 0.0], true),
        ([7.0, 0.0], false),
    ];
    check(&of_rings(&[comb]), &points, "comb");

    // Each vertex again and again, closed or not: the same answers.
    let mut repeated: Vec<_> = comb.iter().flat_map(|&v| [v, v, v]).collect();
    repeated.extend([comb[0], comb[0]]);
    check(&of_rings(&[&repeated]), &points, "comb of repeated points");
    let reversed: Vec<_> = comb.iter().rev().copied().collect();
    check(&of_rings(&[&reversed]), &points, "comb turned around");

    // As fractions of 64 bits, 0.95 and 0.05 make 3/2^56 less than 1, and 0.1 and 0.9 make 1/2^55 more.
    let triangle: Ring<'_> = &[[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]];
    check(
        &of_rings(&[triangle]),
        &[
            ([0.95, 0.05], true),
            ([0.95_f64.next_up(), 0.05], false),
            ([0.95, 0.05_f64.next_up()], true),
            ([0.5, 0.5], true),
            ([0.5, 0.5_f64.next_up()], false),
            ([0.1, 0.9], false),
            ([0.1, 0.9_f64.next_down()], true),
            ([-0.0, 0.0], true),
            ([0.0, 1.0_f64.next_up()], false),
        ],
        "unit triangle",
    );

    // Triangles that are nearly a line, and a point on the line that only exact signs tell.
    let sliver: Ring<'_> = &[[0.0, 0.0], [10.0, 10.0], [20.0, 20.000_000_000_000_004]];
    check(
        &of_rings(&[sliver]),
        &[
            ([5.0, 5.0], true),
            ([10.0, 10.0], true),
            ([15.0, 15.0], false),
            ([15.0, 15.000_000_000_000_002], true),
            ([5.0, 5.0_f64.next_down()], false),
            ([20.0, 20.0], false),
        ],
        "sliver",
    );
}

/// Faults: even-odd over all rings of a part, whatever holes do to each other.
#[test]
fn holes_of_every_kind() {
    let square = |x: f64, y: f64, s: f64| vec![[x, y], [x + s, y], [x + s, y + s], [x, y + s]];
    let exterior = square(0.0, 0.0, 20.0);
    let (a, b) = (square(2.0, 2.0, 6.0), square(5.0, 5.0, 6.0));
    let part = |holes: Vec<Vec<[f64; 2]>>| {
        polygons(&[std::iter::once(exterior.clone()).chain(holes).collect()])
    };
    let points = |in_a: bool, in_both: bool, in_b: bool| {
        [([3.0, 3.0], in_a), ([6.0, 6.0], in_both), ([10.0, 10.0], in_b), ([1.0, 1.0], true)]
    };
    check(&part(vec![a.clone()]), &points(false, false, true), "a hole");
    check(&part(vec![a.clone(), b.clone()]), &points(false, true, false), "overlapping holes");
    check(&part(vec![a.clone(), a.clone()]), &points(true, true, true), "a hole twice");
    let nested = vec![a.clone(), square(4.0, 4.0, 3.0)];
    check(&part(nested), &points(false, true, true), "a hole in a hole");
    check(&part(vec![vec![], a.clone(), vec![]]), &points(false, false, true), "empty holes");
    let outside = [([25.0, 1.0], true), ([25.0, 5.0], false), ([19.0, 1.0], true)];
    check(&part(vec![square(24.0, 0.0, 3.0)]), &outside, "a hole outside");
    let across = [
        ([19.0, 1.0], false),
        ([21.0, 1.0], true),
        ([20.0, 1.0], true),
        ([23.0, 4.0], false),
        ([22.0, 4.0], true),
    ];
    check(&part(vec![square(18.0, 0.0, 4.0)]), &across, "a hole across the border");
    // Parts are taken one by one: what two of them cover is covered.
    let parts = polygons(&[vec![exterior.clone(), a], vec![b]]);
    check(&parts, &points(false, true, true), "two parts");
    let twice = polygons(&[vec![exterior.clone()], vec![exterior]]);
    check(&twice, &points(true, true, true), "a part twice");
}

/// Fault: products of the two axes that leave the range of `f64`.
#[test]
fn axes_of_any_magnitude() {
    // Right by similar triangles: scaled along each axis by a power of two, nothing changes.
    let shape: Ring<'_> = &[[0.0, 0.0], [4.0, 0.0], [4.0, 3.0]];
    let points = [
        ([0.0, 0.375], false),
        ([2.0, 1.5], true),
        ([2.0, 1.75], false),
        ([2.0, 1.25], true),
        ([4.0, 3.0], true),
        ([1.0, 0.75], true),
        ([1.0, 1.0], false),
        ([5.0, 1.0], false),
    ];
    let exponents = [-1060, -900, -500, -332, 0, 332, 500, 900, 1020];
    for (x, y) in exponents.iter().flat_map(|x| exponents.map(|y| (*x, y))) {
        let power = |n: i32| f64::powi(2.0, n / 2) * f64::powi(2.0, n - n / 2);
        let place = |p: [f64; 2]| [p[0] * power(x), p[1] * power(y)];
        let ring: Vec<_> = shape.iter().map(|p| place(*p)).collect();
        let points = points.map(|(p, inside)| (place(p), inside));
        check(&of_rings(&[&ring]), &points, &format!("2^{x} and 2^{y}"));
    }
    let triangle: Ring<'_> = &[[0.0, 0.0], [4e-100, 0.0], [4e-100, 3e-300]];
    check(&of_rings(&[triangle]), &[([0.0, 4e-301], false), ([2e-100, 1e-300], true)], "the fault");
    // Vertices of every magnitude in one ring: above the diagonal or below it.
    let fan: Ring<'_> = &[[0.0, 0.0], [1e300, 1e300], [1e300, 0.0]];
    for size in [1e-308, 1e-200, 1e-10, 1.0, 1e150, 1e299] {
        let up = f64::next_up(size);
        check(
            &of_rings(&[fan]),
            &[([size, size], true), ([size, up], false), ([up, size], true)],
            "fan",
        );
    }
}

/// Strings of WKB as the readers of GEOS (LGPL 2.1), JTS (EPL 2.0 or EDL 1.0), PostGIS (GPL 2.0)
/// and georust/wkb (MIT or Apache 2.0) are tested with: kinds, not bytes, are theirs.
#[test]
fn strings_of_wkb() {
    let hex = |text: &str| -> Vec<u8> {
        let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
        let byte =
            |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
        digits.chunks(2).map(byte).collect()
    };
    // Little-endian and big-endian: (0 0), (4 0), (4 4).
    let little = "03000000 0000000000000000 0000000000000000 0000000000001040 0000000000000000 \
                  0000000000001040 0000000000001040";
    let big = "00000003 0000000000000000 0000000000000000 4010000000000000 0000000000000000 \
               4010000000000000 4010000000000000";
    let with_z = "03000000 0000000000000000 0000000000000000 0000000000001C40 0000000000001040 \
                  0000000000000000 0000000000001C40 0000000000001040 0000000000001040 \
                  0000000000001C40";
    let polygon = |ring: &str| format!("01 03000000 01000000 {ring}");
    let polygon_big = |ring: &str| format!("00 00000003 00000001 {ring}");
    // What is in the row: parts, or what is wrong.
    let table: Vec<(String, Result<usize, &str>)> = vec![
        (polygon(little), Ok(1)),
        (polygon_big(big), Ok(1)),
        // Each part in its own byte order.
        (format!("01 06000000 02000000 {} {}", polygon(little), polygon_big(big)), Ok(2)),
        (format!("00 00000006 00000002 {} {}", polygon(little), polygon_big(big)), Ok(2)),
        (format!("00 00000006 00000003 {0} {1} {0}", polygon_big(big), polygon(little)), Ok(3)),
        // EWKB: an SRID of the whole, and of each part.
        (format!("01 06000020 E6100000 01000000 {}", polygon_big(big)), Ok(1)),
        (format!("00 20000006 000010E6 00000001 01 03000020 E6100000 01000000 {little}"), Ok(1)),
        // Z by thousands and by a flag, in either order.
        (format!("01 EB030000 01000000 {with_z}"), Ok(1)),
        (format!("01 03000080 01000000 {with_z}"), Ok(1)),
        (
            format!("00 800003 06 00000001 01 EB030000 01000000 {with_z}"),
            Err("cannot read WKB of geometry type 2147484422"),
        ),
        (format!("00 000003EE 00000001 01 EB030000 01000000 {with_z}"), Ok(1)),
        // Empty ones.
        ("01 03000000 00000000".to_owned(), Ok(0)),
        ("01 06000000 00000000".to_owned(), Ok(0)),
        ("00 00000006 00000001 01 03000000 00000000".to_owned(), Ok(0)),
        // Counts that nothing could hold.
        ("01 06000000 FFFFFFFF".to_owned(), Err("broken WKB (9 bytes): part 0: ")),
        ("00 00000006 7FFFFFFF".to_owned(), Err("broken WKB (9 bytes): part 0: ")),
        ("01 03000000 FFFFFFFF".to_owned(), Err("broken WKB (9 bytes): ")),
        ("01 03000000 01000000 FFFFFFFF".to_owned(), Err("broken WKB (13 bytes): ")),
        (
            format!("01 06000000 03000000 {}", polygon(little)),
            Err("broken WKB (70 bytes): part 1: "),
        ),
        // Another kind, another dimension, another order than the first byte says.
        (
            format!("01 06000000 01000000 01 EB030000 01000000 {with_z}"),
            Err("part 0 of the WKB multipolygon is of geometry type 1003"),
        ),
        (
            format!("01 06000000 01000000 00 03000000 01000000 {little}"),
            Err("part 0 of the WKB multipolygon is of geometry type 50331648"),
        ),
        (
            format!("01 06000000 01000000 01 06000000 01000000 {}", polygon(little)),
            Err("part 0 of the WKB multipolygon is of geometry type 6"),
        ),
        (format!("02 03000000 01000000 {little}"), Err("broken WKB (61 bytes): ")),
        (
            format!("01 07000000 01000000 {}", polygon(little)),
            Err("expected a WKB polygon or multipolygon, got a GeometryCollection"),
        ),
        ("01 07000000 01000000".repeat(1_000), Err("")),
        ("".to_owned(), Err("broken WKB (0 bytes): ")),
        ("01".to_owned(), Err("broken WKB (1 bytes): ")),
        ("01 06000000".to_owned(), Err("broken WKB (5 bytes): it ends before its parts")),
        ("01 06000020 E6100000".to_owned(), Err("broken WKB (9 bytes): it ends before its parts")),
    ];
    let bytes: Vec<_> = table.iter().map(|(text, _)| hex(text)).collect();
    let column = BinaryArray::from_vec(bytes.iter().map(Vec::as_slice).collect());
    let field = Field::new("shape", DataType::Binary, true);
    let polygons = Polygons::from_geometry(&field, &column, Invalid::Skip).unwrap();
    let invalid: Vec<_> = polygons.invalid().collect();
    for (row, (text, expected)) in table.iter().enumerate() {
        let found = polygons.get(row).map_or(0, |polygon| polygon.parts().count());
        let reason = invalid.iter().find(|(at, _)| *at as usize == row).map(|(_, reason)| *reason);
        match expected {
            Ok(parts) => assert_eq!((reason, found), (None, *parts), "row {row}: {text}"),
            Err(start) => {
                assert!(reason.is_some_and(|r| r.starts_with(start)), "row {row}: {reason:?}")
            }
        }
        // Each alone is the same, and an error names its row.
        let two = BinaryArray::from_vec(vec![&bytes[0], &bytes[row]]);
        let raised = Polygons::from_geometry(&field, &two, Invalid::Raise);
        let expected = reason.map(|reason| format!("column 'shape', row 1: {reason}"));
        assert_eq!(raised.err().map(|error| error.to_string()), expected, "row {row}");
        if found > 0 {
            let polygon = polygons.get(row).unwrap();
            assert!(covers(polygon, [3.0, 1.0]) && !covers(polygon, [1.0, 3.0]), "row {row}");
        }
    }
}
