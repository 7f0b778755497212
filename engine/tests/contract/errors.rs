//! Bad input gets one error that names the column, the row and what was expected.

use std::sync::Arc;

use crate::world;
use arrow_array::builder::{Float64Builder, ListBuilder};
use arrow_array::types::Float64Type;
use arrow_array::{
    Array, ArrayRef, BinaryArray, Float64Array, Int64Array, LargeListArray, ListArray, StringArray,
    StructArray,
};
use arrow_buffer::OffsetBuffer;
use arrow_schema::{DataType, Field, Schema};
use poly_match_engine::{Invalid, Matcher, PointColumns, Points, Polygons, Rule};

fn lists(rows: &[&[f64]]) -> ListArray {
    ListArray::from_iter_primitive::<Float64Type, _, _>(
        rows.iter().map(|row| Some(row.iter().copied().map(Some))),
    )
}

fn xy_error(x: &dyn Array, y: &dyn Array) -> String {
    Polygons::from_xy(x, y, Invalid::Raise).unwrap_err().to_string()
}

#[test]
fn max_dist() {
    for (bad, text) in [(f64::NAN, "NaN"), (-1.0, "-1"), (f64::NEG_INFINITY, "-inf")] {
        let error = Rule::within(bad).unwrap_err().to_string();
        assert_eq!(error, format!("max_dist: expected a distance of at least 0, got {text}"));
    }
}

#[test]
fn point_columns_of_other_types() {
    let error = |column: ArrayRef| Points::try_new("p", &column).unwrap_err().to_string();
    let text = error(Arc::new(StringArray::from(vec!["POINT (1 2)"])));
    assert!(text.starts_with("column 'p': expected points: a struct of two numeric"), "{text}");
    assert!(text.ends_with("got Utf8"), "{text}");
    assert!(error(Arc::new(Int64Array::from(vec![1]))).ends_with("got Int64"));
    let triple = lists(&[&[1.0, 2.0], &[1.0, 2.0, 3.0]]);
    assert_eq!(
        error(Arc::new(triple)),
        "column 'p', row 1: expected a list of 2 coordinates, got 3"
    );
}

#[test]
fn rows_are_counted_over_chunks() {
    let square = lists(&[&[0.0, 1.0, 1.0, 0.0]]);
    let polygons = Polygons::from_xy(&square, &square, Invalid::Raise).unwrap_err().to_string();
    assert_eq!(polygons, "column 'x', row 0: a ring has 2 distinct vertices: expected at least 3");
    let y = lists(&[&[0.0, 0.0, 1.0, 1.0]]);
    let polygons = Polygons::from_xy(&square, &y, Invalid::Raise).unwrap();
    let matcher = Matcher::new(&polygons, Rule::within(1.0).unwrap()).unwrap();

    let pairs: Vec<&[f64]> = vec![&[1.0, 2.0]; 70_000];
    let mut second = pairs.clone();
    second[69_000] = &[1.0];
    let chunks: [ArrayRef; 2] = [Arc::new(lists(&pairs)), Arc::new(lists(&second))];
    let error = matcher.match_chunks("p", &chunks).unwrap_err().to_string();
    assert_eq!(error, "column 'p', row 139000: expected a list of 2 coordinates, got 1");
    let all: Vec<ArrayRef> = vec![chunks[0].clone(), chunks[0].clone(), chunks[1].clone()];
    let error = matcher.match_chunks("p", &all).unwrap_err().to_string();
    assert_eq!(error, "column 'p', row 209000: expected a list of 2 coordinates, got 1");
}

#[test]
fn rings_that_are_none() {
    let good: &[f64] = &[0.0, 1.0, 1.0, 0.0];
    let y = lists(&[&[0.0, 0.0, 1.0, 1.0], &[0.0, 0.0, 1.0, 1.0]]);
    assert_eq!(
        xy_error(&lists(&[good, &[0.0, 1.0, f64::NAN, 0.0]]), &y),
        "column 'x', row 1: vertex 2 is (NaN, 1): expected finite coordinates"
    );
    assert_eq!(
        xy_error(&lists(&[good, &[f64::INFINITY, 1.0, 1.0, 0.0]]), &y),
        "column 'x', row 1: vertex 0 is (inf, 0): expected finite coordinates"
    );
    assert_eq!(
        xy_error(&lists(&[good, &[0.0, 1.0]]), &y),
        "column 'x', row 1: has 2 x and 4 y: expected as many of each"
    );
    assert_eq!(
        xy_error(&lists(&[good]), &y),
        "columns 'x' and 'y' have 1 and 2 rows: not the same"
    );
    let one = lists(&[&[5.0, 5.0, 5.0]]);
    assert_eq!(
        xy_error(&one, &one),
        "column 'x', row 0: a ring has 1 distinct vertices: expected at least 3"
    );
    let mut nulls = ListBuilder::new(Float64Builder::new());
    nulls.append_value([Some(0.0), Some(1.0), None]);
    let nulls = nulls.finish();
    assert_eq!(
        xy_error(&nulls, &lists(&[&[0.0, 0.0, 1.0]])),
        "column 'x', row 0: vertex 2 is (NaN, 1): expected finite coordinates"
    );
    let text = xy_error(&StringArray::from(vec!["a", "b"]), &y);
    assert_eq!(text, "column 'x': expected rings as a list of numbers a row, got Utf8");
}

#[test]
fn wkb_cut_at_every_byte() {
    let square = vec![[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 4.0], [0.0, 0.0]];
    let hole = vec![[1.0, 1.0], [2.0, 1.0], [2.0, 2.0], [1.0, 1.0]];
    for multi in [false, true] {
        let whole = world::wkb_polygon(&[vec![square.clone(), hole.clone()]], multi);
        for length in 0..whole.len() {
            let column = BinaryArray::from_vec(vec![&whole, &whole[..length]]);
            let error = world::read_geometry(&column).unwrap_err().to_string();
            let expected = format!("column 'geometry', row 1: broken WKB ({length} bytes): ");
            assert!(error.starts_with(&expected), "{error}");
        }
        world::read_geometry(&BinaryArray::from_vec(vec![&whole])).unwrap();
    }
    let whole = world::wkb_point([1.0, 2.0], 0);
    for length in 0..whole.len() {
        let column = BinaryArray::from_vec(vec![&whole, &whole[..length]]);
        let error = Points::try_new("p", &column).unwrap_err().to_string();
        assert!(error.starts_with("column 'p', row 1: broken WKB"), "{error}");
    }
}

#[test]
fn wkb_of_another_kind() {
    let point = world::wkb_point([1.0, 2.0], 0);
    let error = world::read_geometry(&BinaryArray::from_vec(vec![&point])).unwrap_err().to_string();
    assert_eq!(
        error,
        "column 'geometry', row 0: expected a WKB polygon or multipolygon, got a Point"
    );
    let square = vec![[0.0, 0.0], [4.0, 0.0], [4.0, 4.0]];
    let polygon = world::wkb_polygon(&[vec![square]], false);
    let error = Points::try_new("p", &BinaryArray::from_vec(vec![&polygon])).unwrap_err();
    assert_eq!(error.to_string(), "column 'p', row 0: expected a WKB point, got a Polygon");
}

/// Names of coordinates with the latitude first: of a struct, of a pair of columns, of vertices.
#[test]
fn names_that_have_the_latitude_first() {
    let column = |[first, second]: [&str; 2]| {
        let axis = |name: &str| Arc::new(Field::new(name, DataType::Float64, true));
        let values = |value: f64| Arc::new(Float64Array::from(vec![value; 4])) as ArrayRef;
        StructArray::from(vec![(axis(first), values(1.0)), (axis(second), values(2.0))])
    };
    let polygons = |names| {
        let rings = list_of(Arc::new(column(names)), 4);
        list_of(Arc::new(rings), 1)
    };
    let pair = |[first, second]: [&str; 2]| {
        let field = |name: &str| Field::new(name, DataType::Float64, true);
        let schema = Schema::new(vec![field("lat"), field(first), field(second)]);
        PointColumns::Xy(first.to_owned(), second.to_owned()).find(&schema)
    };
    for first in ["lat", "Lat", "LATITUDE", "y", "Y"] {
        for second in ["lon", "lng", "LONG", "Longitude", "x", "X"] {
            let expected = format!(
                "point: ('{first}', '{second}') has the latitude or y first, expected the longitude \
                 or x first: write ('{second}', '{first}')"
            );
            let names = [first, second];
            let error = Points::try_new("p", &column(names)).unwrap_err();
            assert_eq!(error.to_string(), expected);
            assert_eq!(pair(names).unwrap_err().to_string(), expected);
            let error = world::read_geometry(&polygons(names)).unwrap_err();
            assert_eq!(error.to_string(), expected);
            // The right way round.
            let names = [second, first];
            assert_eq!(Points::try_new("p", &column(names)).unwrap().get(0), Some([1.0, 2.0]));
            pair(names).unwrap();
        }
    }
    // Names that say nothing are taken in order.
    for names in [["a", "b"], ["lat", "b"], ["b", "lon"], ["lat", "y"], ["north", "east"]] {
        assert_eq!(Points::try_new("p", &column(names)).unwrap().get(0), Some([1.0, 2.0]));
        pair(names).unwrap();
    }
}

/// Lists of `length` values each.
fn list_of(values: ArrayRef, length: usize) -> LargeListArray {
    let item = Arc::new(Field::new_list_field(values.data_type().clone(), true));
    let lengths = vec![length; values.len() / length];
    LargeListArray::new(item, OffsetBuffer::from_lengths(lengths), values, None)
}
