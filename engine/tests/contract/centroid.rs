//! The centroid of the area against exact arithmetic, on shapes that rounding could lead astray.

use arrow_array::BinaryArray;
use poly_match_engine::measure::{center, centroid, vertex_mean};
use poly_match_engine::{Center, Invalid, Metric, Polygons};
use proptest::prelude::*;

use crate::world;

/// Parts of rings of whole numbers, the exterior first.
type Parts = Vec<Vec<Vec<[i64; 2]>>>;

/// The polygon whose coordinates are these numbers times a unit, which must be a power of two.
fn polygon(parts: &Parts, unit: f64) -> Polygons {
    let vertex = |vertex: &[i64; 2]| vertex.map(|c| c as f64 * unit);
    let ring = |ring: &Vec<[i64; 2]>| ring.iter().map(vertex).collect::<Vec<_>>();
    let parts: Vec<Vec<_>> = parts.iter().map(|part| part.iter().map(ring).collect()).collect();
    from_floats(&parts)
}

fn from_floats(parts: &[Vec<Vec<[f64; 2]>>]) -> Polygons {
    let bytes = world::wkb_polygon(parts, true);
    world::read_geometry(&BinaryArray::from_vec(vec![&bytes])).unwrap()
}

/// Twice the area and six times its moments, relative to a point.
fn moments(ring: &[[i64; 2]], from: [i64; 2]) -> [i128; 3] {
    let vertex = |v: &[i64; 2]| [0, 1].map(|axis| i128::from(v[axis]) - i128::from(from[axis]));
    let mut sums = [0; 3];
    for (a, b) in ring.iter().zip(ring.iter().cycle().skip(1)) {
        let ([ax, ay], [bx, by]) = (vertex(a), vertex(b));
        let cross = ax * by - bx * ay;
        sums = [sums[0] + cross, sums[1] + (ax + bx) * cross, sums[2] + (ay + by) * cross];
    }
    sums
}

/// The exact centroid; `None` without an area. Rings without area do not count.
fn exact(parts: &Parts, unit: f64) -> Option<[f64; 2]> {
    let from = parts[0][0][0];
    let mut sums = [0_i128; 3];
    for (at, ring) in parts.iter().flat_map(|part| part.iter().enumerate()) {
        let of_ring = moments(ring, from);
        let sign = of_ring[0].signum() * if at == 0 { 1 } else { -1 };
        sums = std::array::from_fn(|i| sums[i] + sign * of_ring[i]);
    }
    let place = |axis: usize| {
        let (whole, rest) = (sums[1 + axis] / (3 * sums[0]), sums[1 + axis] % (3 * sums[0]));
        ((i128::from(from[axis]) + whole) as f64 + rest as f64 / (3 * sums[0]) as f64) * unit
    };
    (sums[0] > 0).then(|| [place(0), place(1)])
}

fn extent(parts: &Parts, unit: f64) -> f64 {
    let vertices = || parts.iter().flatten().flatten();
    let along = |axis: usize| {
        let values = || vertices().map(|v| v[axis]);
        (values().max().unwrap() - values().min().unwrap()) as f64
    };
    along(0).max(along(1)) * unit
}

fn check(parts: &Parts, unit: f64) -> Result<(), TestCaseError> {
    let polygons = polygon(parts, unit);
    let got = centroid(polygons.get(0).unwrap());
    let expected = exact(parts, unit).unwrap();
    for (got, expected) in got.iter().zip(expected) {
        // And what rounding the answer takes, far from the origin.
        let tolerance = 1e-14 * extent(parts, unit) + f64::EPSILON * expected.abs();
        prop_assert!((got - expected).abs() <= tolerance, "{} instead of {}", got, expected);
    }
    Ok(())
}

fn square(x: i64, y: i64, side: i64) -> Vec<[i64; 2]> {
    vec![[x, y], [x + side, y], [x + side, y + side], [x, y + side]]
}

proptest! {
    #![proptest_config(crate::world::cases(300))]

    /// Squares from one to a hundred thousand steps, scattered over a billion of them, with holes.
    #[test]
    fn scattered_parts(
        parts in prop::collection::vec(([-1_i64 << 30..1 << 30, -1_i64 << 30..1 << 30], 1_i64..100_000, any::<[bool; 2]>()), 1..60),
        exponent in prop_oneof![3 => Just(0), 1 => -60..60, 1 => Just(-900), 1 => Just(900)],
    ) {
        let part = |&([x, y], side, [hole, turned]): &([i64; 2], i64, [bool; 2])| {
            let mut rings = vec![square(x, y, side)];
            if hole && side > 3 {
                rings.push(square(x + 1, y + 1, side / 2));
            }
            if turned {
                rings.iter_mut().for_each(|ring| ring.reverse());
            }
            rings
        };
        check(&parts.iter().map(part).collect(), f64::powi(2.0, exponent))?;
    }

    /// Rings that cross themselves, far from the origin, of any winding, slivers among them.
    #[test]
    fn rings_of_any_shape(
        rings in prop::collection::vec(prop::collection::vec([-40..40_i64, -40..40_i64], 3..9), 1..5),
        [far_x, far_y] in [prop_oneof![Just(0), Just(1_i64 << 28), Just(-(1_i64 << 30))], prop_oneof![Just(0), Just(7_i64 << 26), Just(-3)]],
        unit in prop_oneof![Just(1.0), Just(0.125)],
    ) {
        let parts: Parts = rings
            .into_iter()
            .map(|ring| vec![ring.into_iter().map(|[x, y]| [x + far_x, y + far_y]).collect()])
            .collect();
        // What has no area is another test's; so has what rounding could have made.
        let size = |ring: &[[i64; 2]]| moments(ring, ring[0])[0].unsigned_abs();
        let valid = |ring: &[[i64; 2]]| size(ring) > 0;
        prop_assume!(parts.iter().flatten().all(|ring| valid(ring)));
        check(&parts, unit)?;
    }
}

/// Fault: 0.038 degrees off, and 45 km.
#[test]
fn small_boxes_far_apart() {
    // 1e-5 degrees over the world, in units of 2^-24 degrees.
    let place =
        |i: i64| [(i * 7919 % 3600 - 1800) * 1_677_721, (i * 104_729 % 1600 - 800) * 1_677_721];
    let boxes = (0..100).map(|i| vec![square(place(i)[0], place(i)[1], 168 + i % 3)]).collect();
    check(&boxes, f64::powi(2.0, -24)).unwrap();
    // 0.1 m and 5,000 km apart, in units of 2^-10 m.
    let boxes = vec![vec![square(0, 0, 102)], vec![square(5_120_000_000, 3, 102)]];
    check(&boxes, f64::powi(2.0, -10)).unwrap();
}

/// A ring with thousands of vertices that goes to and fro has large products and little area.
#[test]
fn a_comb_keeps_its_digits() {
    let mut comb: Vec<[i64; 2]> = vec![];
    for tooth in 0..5_000 {
        comb.extend([[4 * tooth, 0], [4 * tooth + 1, 1_000_000]]);
    }
    comb.push([20_000, -1]);
    check(&vec![vec![comb.clone()]], 1.0).unwrap();
    let far = comb.iter().map(|[x, y]| [x + 1_000_000_000, y - 1_000_000_000]).collect();
    check(&vec![vec![far]], 1.0).unwrap();
}

/// Fault: 16 digits away from the polygon.
#[test]
fn without_an_area_it_is_the_vertex_mean() {
    let rings: [&[[f64; 2]]; 4] = [
        &[[1.0, 1.0], [4.0, -2.0], [4.0, 2.0], [10.0, 0.0], [1.0, 0.0], [10.0, 1.0], [1.0, 1.0]],
        // Bow-ties of equal halves, and rings that go to and fro.
        &[[0.0, 0.0], [2.0, 2.0], [2.0, 0.0], [0.0, 2.0]],
        &[[0.0, 0.0], [3.0, 1.0], [6.0, 2.0], [9.0, 3.0], [6.0, 2.0]],
        &[[-1.0, 5.0], [4.0, -5.0], [4.0, 5.0], [-1.0, -5.0]],
    ];
    for ring in rings {
        for scale in [1.0, 0.1, 1.0 / 3.0, 1e-7, 7e9, 1e-200, 1e200] {
            for [x, y] in [[0.0, 0.0], [0.1, 0.7], [-1e6, 0.3], [1e9 / 7.0, -1e9 / 3.0]] {
                let at = |v: &[f64; 2]| [(v[0] + x) * scale, (v[1] + y) * scale];
                let polygons = from_floats(&[vec![ring.iter().map(at).collect()]]);
                let polygon = polygons.get(0).unwrap();
                let (got, mean) = (centroid(polygon), vertex_mean(polygon));
                // Where it is not the mean, rounding has left an area around it.
                let low = at(&[-1.0, -5.0]);
                let high = at(&[10.0, 5.0]);
                let near = |axis: usize| low[axis] <= got[axis] && got[axis] <= high[axis];
                assert!(got == mean || (near(0) && near(1)), "{ring:?} {scale} {x}: {got:?}");
                if [x, y] == [0.0, 0.0] && ring.len() != 5 {
                    assert_eq!(got, mean, "{ring:?} {scale}");
                }
            }
        }
    }
}

/// A part without area weighs nothing; a bow-tie has its signed area.
#[test]
fn parts_of_which_one_has_no_area() {
    let box_at = |x: i64| vec![square(x, 0, 2)];
    let flat = vec![vec![[0, 0], [50, 50], [90, 90]]];
    let bow_tie = vec![vec![[0, 0], [200, 200], [200, 0], [0, 200]]];
    for nothing in [flat, bow_tie] {
        for parts in [vec![nothing.clone(), box_at(10)], vec![box_at(10), nothing]] {
            assert_eq!(centroid(polygon(&parts, 1.0).get(0).unwrap()), [11.0, 1.0]);
        }
    }
    // -6, 28/9, 5/3 by fractions.
    let unequal = vec![vec![vec![[0, 0], [4, 4], [4, 0], [0, 1]]]];
    let got = centroid(polygon(&unequal, 1.0).get(0).unwrap());
    assert!((got[0] - 28.0 / 9.0).abs() < 1e-15 && (got[1] - 5.0 / 3.0).abs() < 1e-15, "{got:?}");
}

/// Parts of rings of vertices.
type Shape<'a> = &'a [&'a [&'a [[f64; 2]]]];

/// Shapes and centroids from `TestCentroid.xml` of JTS (Eclipse Public License 2.0 or Eclipse
/// Distribution License 1.0, <https://github.com/locationtech/jts>); those that degenerate were
/// worked out anew by fractions.
#[test]
fn shapes_of_jts() {
    let table: [(Shape<'_>, [f64; 2]); 6] = [
        (
            &[&[
                &[[0.0, 200.0], [200.0, 200.0], [200.0, 0.0], [0.0, 0.0]],
                &[[20.0, 180.0], [80.0, 180.0], [80.0, 20.0], [20.0, 20.0]],
            ]],
            [115.789_473_684_210_52, 100.0],
        ),
        (
            &[&[
                &[[0.0, 0.0], [0.0, 200.0], [200.0, 200.0], [200.0, 0.0]],
                &[[60.0, 180.0], [20.0, 180.0], [20.0, 140.0], [60.0, 140.0]],
                &[[180.0, 60.0], [140.0, 60.0], [140.0, 20.0], [180.0, 20.0]],
            ]],
            [100.0, 100.0],
        ),
        (
            &[
                &[&[
                    [0.0, 40.0],
                    [0.0, 140.0],
                    [140.0, 140.0],
                    [140.0, 120.0],
                    [20.0, 120.0],
                    [20.0, 40.0],
                ]],
                &[&[
                    [0.0, 0.0],
                    [0.0, 20.0],
                    [120.0, 20.0],
                    [120.0, 100.0],
                    [140.0, 100.0],
                    [140.0, 0.0],
                ]],
            ],
            [70.0, 70.0],
        ),
        (&[&[&[[20.0, 100.0], [20.0, -20.0], [60.0, -20.0], [60.0, 100.0]]]], [40.0, 40.0]),
        // Nearly in a line, whose middle would be (56.52883333335, 25.21033333335).
        (
            &[&[&[
                [56.528_666_666_7, 25.210_166_666_7],
                [56.529, 25.210_5],
                [56.528_833_333_3, 25.210_333_333_3],
            ]]],
            [56.528_833_333_333_33, 25.210_333_333_333_33],
        ),
        // Parts of a few ulps.
        (
            &[
                &[&[
                    [-92.661322, 36.589_949_000_000_03],
                    [-92.661_321_999_999_93, 36.589_949_000_000_05],
                    [-92.661_321_999_999_93, 36.589_949_000_000_004],
                    [-92.661322, 36.589949],
                ]],
                &[&[
                    [-92.655_605_000_000_08, 36.587_088_000_000_05],
                    [-92.655_604_999_999_92, 36.587_088_000_000_05],
                    [-92.655_604_999_987_45, 36.587_087_999_992_576],
                    [-92.655605, 36.587088],
                ]],
                &[&[
                    [-92.655_124_500_000_65, 36.586_800_000_000_466],
                    [-92.655_124_499_999_94, 36.586_800_000_000_04],
                    [-92.655_124_499_986_66, 36.586_799_999_990_5],
                ]],
            ],
            [-92.655_383_860_895_38, 36.586_954_077_339_24],
        ),
    ];
    for (parts, expected) in table {
        let parts: Vec<Vec<Vec<[f64; 2]>>> =
            parts.iter().map(|part| part.iter().map(|ring| ring.to_vec()).collect()).collect();
        let polygons = from_floats(&parts);
        let got = centroid(polygons.get(0).unwrap());
        assert!(
            (0..2).all(|axis| (got[axis] - expected[axis]).abs() <= 3e-14),
            "{got:?} instead of {expected:?}"
        );
    }
}

/// Longitudes are taken within 180 degrees of the first vertex, and the center is turned back.
#[test]
fn across_the_antimeridian() {
    let strip =
        |x0: f64, x1: f64| vec![vec![[x0, 0.0], [x1, 0.0], [x1, 8.0], [x0, 8.0], [x0, 0.0]]];
    let ring = |x: [f64; 4]| vec![vec![[x[0], 0.0], [x[1], 0.0], [x[2], 8.0], [x[3], 8.0]]];
    // Parts, and the longitude of the mean of the vertices and of the centroid.
    let table = [
        // Fault: -0.25.
        (vec![strip(177.0, 180.0), strip(-180.0, -178.0)], [179.75, 179.5]),
        (vec![strip(-180.0, -178.0), strip(177.0, 180.0)], [179.75, 179.5]),
        (vec![strip(170.0, 180.0), strip(-180.0, -130.0)], [-170.0, -160.0]),
        (vec![strip(180.0, 182.0), strip(177.0, 180.0)], [179.75, 179.5]),
        (vec![ring([179.0, -179.0, -179.0, 179.0])], [180.0, 180.0]),
        (vec![ring([-179.0, 179.0, 179.0, -179.0])], [180.0, 180.0]),
        (vec![ring([539.0, -539.0, 181.0, 179.0])], [180.0, 180.0]),
        (vec![ring([190.0, 200.0, 200.0, 190.0])], [-165.0, -165.0]),
        // No farther than that: as they are.
        (vec![ring([0.0, 180.0, 180.0, 0.0])], [90.0, 90.0]),
        (vec![strip(-60.0, -20.0), strip(20.0, 60.0)], [0.0, 0.0]),
    ];
    for (parts, expected) in table {
        let polygons = from_floats(&parts);
        let polygon = polygons.get(0).unwrap();
        for (of, lon) in [(Center::VertexMean, expected[0]), (Center::Centroid, expected[1])] {
            let got = center(polygon, of, Metric::Haversine);
            assert!(
                (got[0] - lon).abs() < 1e-12 && (got[1] - 4.0).abs() < 1e-12,
                "{parts:?} {got:?}"
            );
        }
    }
}

#[test]
fn holes_larger_than_their_exterior_are_invalid() {
    let part = |sides: &[i64]| -> Vec<Vec<[f64; 2]>> {
        let ring = |(at, side): (usize, &i64)| {
            square(3 * at as i64, 0, *side).iter().map(|v| v.map(|c| c as f64)).collect()
        };
        sides.iter().enumerate().map(ring).collect()
    };
    let read = |parts: &[Vec<Vec<[f64; 2]>>], invalid| {
        let bytes = world::wkb_polygon(parts, true);
        let good = world::wkb_polygon(&[part(&[4])], false);
        let column = BinaryArray::from_vec(vec![&good, &bytes]);
        let field = arrow_schema::Field::new("geometry", arrow_schema::DataType::Binary, true);
        Polygons::from_geometry(&field, &column, invalid)
    };
    for (sides, valid) in [
        (&[4, 5][..], false),
        (&[4, 3, 3], false),
        (&[5, 3, 4, 1], false),
        (&[4, 4], true),
        (&[5, 3, 4], true),
        (&[4, 3, 2], true),
    ] {
        // Of each part by itself, however much room the others have.
        for parts in
            [vec![part(sides)], vec![part(&[100]), part(sides)], vec![part(sides), part(&[100])]]
        {
            let skipped = read(&parts, Invalid::Skip).unwrap();
            assert_eq!(skipped.invalid_rows().len(), usize::from(!valid), "{sides:?}");
            assert_eq!(skipped.get(1).is_some(), valid);
            let raised = read(&parts, Invalid::Raise).err().map(|error| error.to_string());
            let text = "column 'geometry', row 1: the holes of a part are larger than its exterior";
            assert_eq!(raised.as_deref(), (!valid).then_some(text), "{sides:?}");
        }
    }
    // The same ring as a hole, from another vertex and turned, is as large but for rounding.
    let ring: Vec<[f64; 2]> =
        (0..7).map(|i| [1e6 + (0.9 * f64::from(i)).cos(), (0.9 * f64::from(i)).sin()]).collect();
    for start in 0..7 {
        let mut hole = ring.clone();
        hole.rotate_left(start);
        hole.reverse();
        let polygons = read(&[vec![ring.clone(), hole]], Invalid::Raise).unwrap();
        let area = poly_match_engine::measure::area(polygons.get(1).unwrap(), Metric::Euclidean);
        assert!((0.0..1e-9).contains(&area), "{area}");
    }
}
