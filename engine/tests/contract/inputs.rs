//! Polygons and points from every form of column, and what is wrong with some.

use std::collections::HashMap;
use std::sync::Arc;

use crate::forms::{self, Row, Vertex};
use crate::world;
use arrow_array::builder::{Float64Builder, ListBuilder};
use arrow_array::types::Float64Type;
use arrow_array::{
    Array, ArrayRef, BinaryArray, FixedSizeListArray, Float64Array, Int64Array, ListArray,
    StringArray, StructArray,
};
use arrow_buffer::NullBuffer;
use arrow_schema::{DataType, Field};
use geo_types::Point;
use geoarrow_array::GeoArrowArray;
use geoarrow_array::builder::PointBuilder;
use geoarrow_array::cast::to_wkb;
use geoarrow_schema::{CoordType, Dimension, PointType};
use poly_match_engine::{Crs, Invalid, Matcher, Points, Polygons, Rule};
use proptest::prelude::*;

/// A field of this extension type, without metadata.
fn extended(name: &str, dtype: &DataType, extension: &str) -> Field {
    let metadata = HashMap::from([("ARROW:extension:name".to_owned(), extension.to_owned())]);
    Field::new(name, dtype.clone(), true).with_metadata(metadata)
}

fn bare(array: &dyn Array) -> Field {
    Field::new("geometry", array.data_type().clone(), true)
}

fn raised(field: &Field, array: &dyn Array) -> String {
    Polygons::from_geometry(field, array, Invalid::Raise).unwrap_err().to_string()
}

/// Reads a column whole, and within a larger one.
fn read(field: &Field, array: &ArrayRef) -> [Polygons; 2] {
    [array.clone(), world::behind_others(array)]
        .map(|array| Polygons::from_geometry(field, &array, Invalid::Raise).unwrap())
}

fn answers(polygons: &Polygons) -> Vec<Option<u32>> {
    let points: Points = (-40..40).map(|i| Some([f64::from(i % 9), f64::from(i) / 4.0])).collect();
    let matcher = Matcher::new(polygons, Rule::within(6.0).unwrap()).unwrap();
    matcher.match_points(&points).iter().collect()
}

proptest! {
    #![proptest_config(crate::world::cases(200))]

    #[test]
    fn every_form_of_multipolygons_is_the_same(rows in forms::rows(3), large in any::<[bool; 3]>()) {
        every_form_is_the_same(&rows, true, large)?;
    }

    #[test]
    fn every_form_of_polygons_is_the_same(rows in forms::rows(1), large in any::<[bool; 3]>()) {
        every_form_is_the_same(&rows, false, large)?;
    }

    #[test]
    fn no_bytes_make_it_panic(
        rows in forms::rows(3),
        at in any::<[prop::sample::Index; 4]>(),
        bytes in any::<[u8; 4]>(),
        length in any::<prop::sample::Index>(),
    ) {
        for (field, array) in forms::geoarrow(&rows, &forms::metadata()) {
            let Some(column) = array.as_any().downcast_ref::<BinaryArray>() else { continue };
            let broken = BinaryArray::from_iter(column.iter().map(|bytes_of_row| {
                let mut row = bytes_of_row?.to_vec();
                at.iter().zip(bytes).for_each(|(at, byte)| { let at = at.index(row.len()); row[at] = byte });
                row.truncate(row.len().min(1 + 2 * length.index(row.len())));
                Some(row)
            }));
            let polygons = Polygons::from_geometry(&field, &broken, Invalid::Skip).unwrap();
            let first = polygons.invalid().next().map(|(row, why)| {
                format!("column 'shape', row {row}: {why}")
            });
            let raised = Polygons::from_geometry(&field, &broken, Invalid::Raise);
            prop_assert_eq!(raised.err().map(|error| error.to_string()), first);
            answers(&polygons);
            Points::from_field(&field, &broken).map(|points| points.len()).ok();
        }
    }
}

fn every_form_is_the_same(
    rows: &[Row],
    multi: bool,
    large: [bool; 3],
) -> Result<(), TestCaseError> {
    let expected = forms::expected(rows);
    let mut all_answers = None;
    let mut check = |polygons: &Polygons, form: &str| {
        prop_assert_eq!(&forms::read_back(polygons), &expected, "{}", form);
        prop_assert_eq!(polygons.invalid_rows().len(), 0);
        // Rings are the same but for closing vertices, and so are the answers but for the last bit.
        let answers = answers(polygons);
        let first = all_answers.get_or_insert_with(|| answers.clone());
        prop_assert_eq!(&*first, &answers, "{}", form);
        Ok(())
    };
    for vertex in forms::vertices() {
        let array = forms::nested(rows, multi, &vertex, large);
        let kind = if multi { "geoarrow.multipolygon" } else { "geoarrow.polygon" };
        let mut fields = vec![extended("geometry", array.data_type(), kind)];
        if vertex.separated || vertex.dimensions == "xy" {
            fields.push(bare(&array));
        }
        for field in fields {
            for polygons in read(&field, &array) {
                check(&polygons, &format!("{vertex:?}"))?;
                prop_assert_eq!(polygons.crs(), None);
            }
        }
    }
    let crs = Crs::from_text("EPSG:2263");
    for (field, array) in forms::geoarrow(rows, &forms::metadata()) {
        for polygons in read(&field, &array) {
            check(&polygons, &format!("{field:?}"))?;
            prop_assert_eq!(polygons.crs(), crs.as_ref());
            let (field, array) = polygons.to_geoarrow("geometry");
            for again in read(&field, &array) {
                check(&again, "written")?;
                prop_assert_eq!(again.crs(), crs.as_ref());
            }
        }
    }
    Ok(())
}

const SQUARE: [[f64; 2]; 4] = [[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 4.0]];

fn square() -> Row {
    Some(vec![vec![SQUARE.to_vec()]])
}

#[test]
fn the_same_rows_have_the_same_fingerprint() {
    let rows = [
        square(),
        None,
        Some(vec![vec![SQUARE.to_vec(), vec![[1.0, 1.0], [2.0, 1.0], [1.0, 2.0]]]]),
    ];
    let fingerprint = |multi, vertex: &Vertex, large| {
        let array = forms::nested(&rows, multi, vertex, [large; 3]);
        read(&bare(&array), &array).map(|polygons| polygons.fingerprint())
    };
    let vertices = forms::vertices();
    let [first, sliced] = fingerprint(false, &vertices[0], false);
    assert_eq!(first, sliced);
    for vertex in vertices.iter().filter(|vertex| vertex.dimensions == "xy") {
        for multi in [false, true] {
            assert_eq!(fingerprint(multi, vertex, true), [first, first], "{vertex:?}");
        }
    }
}

#[test]
fn separated_coordinates_are_not_copied() {
    let rows: Vec<Row> = vec![square(); 10];
    let array = forms::nested(&rows, true, &forms::vertices()[0], [true, false, true]);
    let polygons =
        Polygons::from_geometry(&bare(&array), &array.slice(3, 4), Invalid::Raise).unwrap();
    let mut data = array.to_data();
    while let Some(child) = data.child_data().first() {
        data = child.clone();
    }
    let x = polygons.get(0).unwrap().parts().next().unwrap().exterior().x;
    assert_eq!(x.as_ptr() as usize, data.buffers()[0].as_ptr() as usize + 3 * 4 * 8);
}

/// Rows 1 and 3 have a null at a level (vertex, x, ring, part); row 2 is null.
fn nested_with_nulls(level: usize) -> ArrayRef {
    let rows = [square(), square(), None, square()];
    let multi = forms::nested(&rows, true, &forms::vertices()[0], [false; 3]);
    let valid = |len: usize, nulls: [usize; 2]| {
        Some(NullBuffer::from_iter((0..len).map(|at| !nulls.contains(&at))))
    };
    let list = |array: &ArrayRef| array.as_any().downcast_ref::<ListArray>().unwrap().clone();
    let with = |outer: &ListArray, values: ArrayRef, nulls: Option<NullBuffer>| {
        let item = Arc::new(Field::new("item", values.data_type().clone(), true));
        Arc::new(ListArray::new(item, outer.offsets().clone(), values, nulls)) as ArrayRef
    };
    let outer = list(&multi);
    let parts = list(outer.values());
    let rings = list(parts.values());
    // Null rows hide one part of one ring of two vertices.
    let vertices = rings.values().as_any().downcast_ref::<StructArray>().unwrap();
    let (fields, columns, _) = vertices.clone().into_parts();
    let len = columns[0].len();
    let x = |nulls| {
        let x = columns[0].as_any().downcast_ref::<Float64Array>().unwrap();
        Arc::new(Float64Array::new(x.values().clone(), nulls)) as ArrayRef
    };
    let vertices: ArrayRef = match level {
        0 => Arc::new(StructArray::new(fields, columns, valid(len, [5, 11]))),
        1 => Arc::new(StructArray::new(
            fields,
            vec![x(valid(len, [5, 11])), columns[1].clone()],
            None,
        )),
        _ => Arc::new(vertices.clone()),
    };
    let rings = with(&rings, vertices, if level == 2 { valid(4, [1, 3]) } else { None });
    let parts = with(&parts, rings, if level == 3 { valid(4, [1, 3]) } else { None });
    with(&outer, parts, outer.nulls().cloned())
}

#[test]
fn nulls_within_a_row_are_errors() {
    for (level, text) in [
        (0, "vertex 1 is (NaN, NaN): expected finite coordinates"),
        (1, "vertex 1 is (NaN, NaN): expected finite coordinates"),
        (2, "a ring is null: expected one of vertices"),
        (3, "a part is null: expected one of vertices"),
    ] {
        let array = nested_with_nulls(level);
        let field = bare(&array);
        assert_eq!(raised(&field, &array), format!("column 'geometry', row 1: {text}"));
        let polygons = Polygons::from_geometry(&field, &array, Invalid::Skip).unwrap();
        assert_eq!(polygons.invalid_rows().collect::<Vec<_>>(), [1, 3]);
        assert_eq!(polygons.invalid().collect::<Vec<_>>(), [(1, text), (3, text)]);
        let expected = forms::expected(&[square(), None, None, None]);
        assert_eq!(forms::read_back(&polygons), expected);
    }
}

fn lists(rows: &[&[f64]]) -> ListArray {
    ListArray::from_iter_primitive::<Float64Type, _, _>(
        rows.iter().map(|row| Some(row.iter().copied().map(Some))),
    )
}

#[test]
fn invalid_rings_are_raised_or_skipped() {
    let nan = f64::NAN;
    let x =
        lists(&[&[0.0, 4.0, 4.0], &[0.0, nan, 4.0], &[], &[0.0, 4.0], &[1.0, 2.0, 3.0], &[0.0; 3]]);
    let y = lists(&[
        &[0.0, 0.0, 4.0],
        &[0.0, 0.0, 4.0],
        &[],
        &[0.0, 4.0, 4.0],
        &[1.0, 2.0, 3.0],
        &[0.0; 3],
    ]);
    let raised = Polygons::from_xy(&x, &y, Invalid::Raise).unwrap_err().to_string();
    assert_eq!(raised, "column 'x', row 1: vertex 1 is (NaN, 0): expected finite coordinates");
    let polygons = Polygons::from_xy(&x, &y, Invalid::Skip).unwrap();
    let invalid = [
        (1, "vertex 1 is (NaN, 0): expected finite coordinates"),
        (3, "has 2 x and 3 y: expected as many of each"),
        (5, "a ring has 1 distinct vertices: expected at least 3"),
    ];
    assert_eq!(polygons.invalid().collect::<Vec<_>>(), invalid);
    assert_eq!(polygons.invalid_rows().collect::<Vec<_>>(), [1, 3, 5]);
    // Row 4 has no area, but three vertices: a ring.
    let there: Vec<_> = (0..6).filter(|&row| polygons.get(row).is_some()).collect();
    assert_eq!((polygons.len(), there), (6, vec![0, 4]));
    assert_eq!(answers(&polygons).iter().flatten().max(), Some(&4));
    assert_eq!(polygons.bounds(), Some([0.0, 0.0, 4.0, 4.0]));
}

#[test]
fn many_invalid_rows_keep_their_number_but_not_all_their_reasons() {
    let rows: Vec<&[f64]> = vec![&[0.0, 1.0]; 300_000];
    let column = lists(&rows);
    let polygons = Polygons::from_xy(&column, &column, Invalid::Skip).unwrap();
    assert!(polygons.invalid_rows().eq(0..300_000));
    assert!(polygons.invalid().map(|(row, _)| row).eq(0..100));
    assert_eq!(polygons.bounds(), None);
}

fn wkb_parts(parts: &[Vec<Vec<[f64; 2]>>]) -> Vec<u8> {
    world::wkb_polygon(parts, true)
}

#[test]
fn wkb_that_is_no_polygon() {
    let good = wkb_parts(&[vec![SQUARE.to_vec()], vec![SQUARE.to_vec()]]);
    let change = |at: usize, byte: u8| {
        let mut bytes = good.clone();
        bytes[at] = byte;
        bytes
    };
    let part = good.len() - 5 - 4 - 4 - 4 * 16;
    let ring = |vertices: &[[f64; 2]]| wkb_parts(&[vec![vertices.to_vec()]]);
    let cases: Vec<(Vec<u8>, &str)> = vec![
        (vec![], "broken WKB (0 bytes): failed to fill whole buffer"),
        (vec![7; 9], "cannot read WKB of geometry type 117901063"),
        (change(0, 2), "broken WKB (163 bytes): General error: Invalid byte order"),
        (change(1, 9), "cannot read WKB of geometry type 9"),
        (change(part, 0), "part 1 of the WKB multipolygon is of geometry type 50331648"),
        (change(part + 1, 2), "part 1 of the WKB multipolygon is of geometry type 2"),
        (change(part + 4, 0x40), "part 1 of the WKB multipolygon is of geometry type 1073741827"),
        (
            good[..100].to_vec(),
            "broken WKB (100 bytes): part 1: General error: Invalid buffer length for LinearRing: data \
             would end at byte 68, but buffer length is 5.",
        ),
        (world::wkb_point([1.0, 2.0], 0), "expected a WKB polygon or multipolygon, got a Point"),
        (ring(&SQUARE[..2]), "a ring has 2 distinct vertices: expected at least 3"),
        (
            ring(&[[0.0, 0.0], [1.0, f64::INFINITY], [1.0, 1.0]]),
            "vertex 1 is (1, inf): expected finite coordinates",
        ),
        (wkb_parts(&[vec![vec![], SQUARE.to_vec()]]), "a part has a hole but an empty exterior"),
    ];
    for (bytes, text) in &cases {
        let column = BinaryArray::from_vec(vec![&good, bytes]);
        assert_eq!(raised(&bare(&column), &column), format!("column 'geometry', row 1: {text}"));
    }
    let column = BinaryArray::from_iter_values(cases.iter().map(|(bytes, _)| bytes));
    let polygons = Polygons::from_geometry(&bare(&column), &column, Invalid::Skip).unwrap();
    let expected: Vec<_> = (0..).zip(cases.iter().map(|(_, text)| *text)).collect();
    assert_eq!(polygons.invalid().collect::<Vec<_>>(), expected);
}

#[test]
fn ewkb_of_either_byte_order_and_any_dimension() {
    let bytes = |flags: u32, numbers: usize, little: bool| {
        let u32 = |n: u32| if little { n.to_le_bytes() } else { n.to_be_bytes() };
        let f64 = |c: f64| if little { c.to_le_bytes() } else { c.to_be_bytes() };
        let mut bytes = vec![u8::from(little)];
        bytes.extend(u32(flags + 6));
        if flags & 0x2000_0000 != 0 {
            bytes.extend(u32(2263));
        }
        bytes.extend(u32(1));
        bytes.push(u8::from(little));
        bytes.extend([u32((flags & !0x2000_0000) + 3), u32(1), u32(4)].as_flattened());
        for vertex in SQUARE {
            let all = vertex.into_iter().chain([7.0, f64::NAN]).take(numbers);
            bytes.extend(all.flat_map(f64));
        }
        bytes
    };
    let dimensions =
        [(0, 2), (1000, 3), (2000, 3), (3000, 4), (1 << 31, 3), (1 << 30, 3), (3 << 30, 4)];
    for (flags, numbers) in dimensions {
        for srid in [0, 0x2000_0000] {
            for little in [true, false] {
                let column = BinaryArray::from_vec(vec![&bytes(flags | srid, numbers, little); 2]);
                if (1000..4000).contains(&flags) && srid != 0 {
                    let error = world::read_geometry(&column).unwrap_err().to_string();
                    assert!(error.contains("cannot read WKB of geometry type 53687"), "{error}");
                    continue;
                }
                let polygons = world::read_geometry(&column).unwrap();
                assert_eq!(forms::read_back(&polygons), forms::expected(&[square(), square()]));
                let crs = (srid != 0).then(|| "EPSG:2263".to_owned());
                assert_eq!(polygons.crs().map(ToString::to_string), crs);
            }
        }
    }
    // Rows without one are taken to be in that of the others.
    let column = BinaryArray::from_vec(vec![&bytes(0, 2, true)[..], &bytes(0x2000_0000, 2, true)]);
    assert_eq!(world::read_geometry(&column).unwrap().crs(), Crs::from_text("EPSG:2263").as_ref());
}

#[test]
fn large_columns_of_wkb_are_read_as_small_ones() {
    // Several megabytes: read and looked at on all threads.
    let ring = |i: usize| (0..2000).map(|k| [(i + k) as f64, (k % 7) as f64]).collect::<Vec<_>>();
    let rows: Vec<Option<Vec<u8>>> = (0..300)
        .map(|i| match i % 50 {
            7 => None,
            9 => Some(vec![1, 3]),
            _ => Some(wkb_parts(&[vec![ring(i)], vec![ring(i), SQUARE.to_vec()]])),
        })
        .collect();
    let column = BinaryArray::from_iter(&rows);
    let all = Polygons::from_geometry(&bare(&column), &column, Invalid::Skip).unwrap();
    assert!(all.invalid_rows().eq((0..6).map(|i| 50 * i + 9)));
    for first in (0..300).step_by(25) {
        let piece = column.slice(first, 25);
        let few = Polygons::from_geometry(&bare(&piece), &piece, Invalid::Skip).unwrap();
        assert_eq!(forms::read_back(&few), forms::read_back(&all)[first..first + 25]);
    }
    assert!(raised(&bare(&column), &column).starts_with("column 'geometry', row 9: broken WKB (2"));
}

#[test]
fn geometry_columns_of_other_types() {
    let expected = "expected polygons: WKB binary, GeoArrow polygons or multipolygons, or nested \
                    lists of rings of vertices";
    let text: ArrayRef = Arc::new(StringArray::from(vec!["POLYGON EMPTY"]));
    let pairs = forms::vertices().into_iter().find(|v| v.dimensions == "xyz" && !v.separated);
    let three = forms::nested(&[square()], false, &pairs.unwrap(), [false; 3]);
    let polygon = forms::nested(&[square()], false, &forms::vertices()[0], [false; 3]);
    let line = polygon.as_any().downcast_ref::<ListArray>().unwrap().values().clone();
    let wkb: ArrayRef = Arc::new(BinaryArray::from_vec(vec![b""]));
    let dtype = |array: &ArrayRef| array.data_type().to_string();
    let cases = [
        (bare(&text), &text, "Utf8".to_owned()),
        (bare(&line), &line, dtype(&line)),
        (bare(&three), &three, dtype(&three)),
        (extended("geometry", text.data_type(), "geoarrow.wkt"), &text, "geoarrow.wkt".to_owned()),
        (
            extended("geometry", wkb.data_type(), "geoarrow.geometry"),
            &wkb,
            "geoarrow.geometry".to_owned(),
        ),
        (extended("geometry", wkb.data_type(), "geoarrow.polygon"), &wkb, "Binary".to_owned()),
        (extended("geometry", polygon.data_type(), "geoarrow.wkb"), &polygon, dtype(&polygon)),
        (
            extended("geometry", polygon.data_type(), "geoarrow.multipolygon"),
            &polygon,
            dtype(&polygon),
        ),
    ];
    for (field, array, got) in cases {
        assert_eq!(raised(&field, array), format!("column 'geometry': {expected}, got {got}"));
        assert!(!Polygons::accepts_geometry(&field));
    }
    // What is no geometry type is read by its storage.
    let field = extended("geometry", polygon.data_type(), "acme.thing");
    assert!(Polygons::accepts_geometry(&field));
    Polygons::from_geometry(&field, &polygon, Invalid::Raise).unwrap();
}

#[test]
fn points_of_every_dimension() {
    let points = [Some([1.0, 2.0]), None, Some([3.0, 4.0])];
    let geo: Vec<_> = points.map(|p| p.map(|[x, y]| Point::new(x, y))).to_vec();
    let typ = PointType::new(Dimension::XY, forms::metadata());
    let array = PointBuilder::from_nullable_points(geo.iter().map(Option::as_ref), typ).finish();
    let columns: Vec<Arc<dyn GeoArrowArray>> = vec![
        Arc::new(to_wkb::<i64>(&array).unwrap()),
        Arc::new(array.clone().into_coord_type(CoordType::Interleaved)),
        Arc::new(array.into_coord_type(CoordType::Separated)),
    ];
    let mut forms: Vec<(Field, ArrayRef)> = columns
        .iter()
        .map(|array| (array.data_type().to_field("p", true), array.to_array_ref()))
        .collect();
    for (field, _) in &forms {
        assert_eq!(Crs::of_field(field).unwrap(), Crs::from_text("EPSG:2263"));
    }
    for vertex in forms::vertices() {
        let rows = points.map(|p| Some(vec![vec![vec![p.unwrap_or([9.0, 9.0])]]]));
        let nested = forms::nested(&rows, false, &vertex, [false; 3]);
        let mut inner = nested;
        while let Some(list) = inner.clone().as_any().downcast_ref::<ListArray>() {
            inner = list.values().clone();
        }
        let data =
            inner.to_data().into_builder().nulls(Some(NullBuffer::from(vec![true, false, true])));
        let inner = arrow_array::make_array(data.build().unwrap());
        let field = extended("p", inner.data_type(), "geoarrow.point");
        if vertex.dimensions.len() > 2 {
            let error = Points::try_new("p", &inner).unwrap_err().to_string();
            assert!(error.starts_with("column 'p': expected points: "), "{error}");
        }
        forms.push((field, inner));
    }
    for (field, array) in forms {
        for array in [array.clone(), world::behind_others(&array)] {
            let read = Points::from_field(&field, &array).unwrap();
            let read: Vec<_> = (0..read.len()).map(|row| read.get(row)).collect();
            assert_eq!(read, points, "{field:?}");
        }
    }
    let polygon: ArrayRef = Arc::new(BinaryArray::from_vec(vec![b""]));
    let field = extended("p", polygon.data_type(), "geoarrow.polygon");
    let error = Points::from_field(&field, &polygon).unwrap_err().to_string();
    assert!(error.ends_with("or WKB binary, got geoarrow.polygon"), "{error}");
    let field = extended("p", &DataType::Int64, "geoarrow.point");
    let error = Points::from_field(&field, &Int64Array::from(vec![1])).unwrap_err().to_string();
    assert!(error.ends_with("or WKB binary, got Int64"), "{error}");
}

#[test]
fn nulls_in_the_coordinates_of_points_with_z() {
    let values = Float64Array::from(vec![Some(1.0), Some(2.0), None, Some(1.0), None, Some(3.0)]);
    let item = Arc::new(Field::new("xyz", DataType::Float64, true));
    let array = FixedSizeListArray::new(item, 3, Arc::new(values), None);
    let field = extended("p", array.data_type(), "geoarrow.point");
    let points = Points::from_field(&field, &array).unwrap();
    assert_eq!([points.get(0), points.get(1)], [Some([1.0, 2.0]), None]);
    assert_eq!(points.bounds(), Some([1.0, 2.0, 1.0, 2.0]));
}

#[test]
fn lists_of_null_polygons() {
    let mut rows = ListBuilder::new(ListBuilder::new(Float64Builder::new()));
    rows.append(false);
    let rows: ArrayRef = Arc::new(rows.finish());
    assert!(raised(&bare(&rows), &rows).contains("got List("));
}
