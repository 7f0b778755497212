//! What is answered: row numbers, ids, and the details of each.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, UInt32Type};
use arrow_array::{Array, ArrayRef, StringArray};
use arrow_schema::{DataType, Field};
use poly_match_engine::{
    Answer, Details, EARTH_RADIUS, Error, Invalid, Matcher, Metric, PARALLEL_ROWS, Points,
    Polygons, Rule,
};

use crate::world::{self, Point};

/// Squares of sides 8 and 2 around (0, 0) and (3, 4), and a null between them.
fn polygons() -> Polygons {
    let square = |[x, y]: [f64; 2], s: f64| {
        Some(vec![[x - s, y - s], [x + s, y - s], [x + s, y + s], [x - s, y + s]])
    };
    let [x, y] = world::xy_columns(&[square([0.0, 0.0], 4.0), None, square([3.0, 4.0], 1.0)]);
    Polygons::from_xy(&x, &y, Invalid::Raise).unwrap()
}

const POINTS: [Point; 5] =
    [Some([0.0, -1.0]), Some([3.0, 1.0]), None, Some([f64::NAN, 0.0]), Some([90.0, 0.0])];

fn point() -> Field {
    Field::new("point", DataType::Null, true)
}

/// Row, distance and area of each, as a column tells them.
type Told = Vec<Option<(u32, f64, f64)>>;

fn told(column: &ArrayRef) -> Told {
    let column = column.as_struct();
    let row = column.column_by_name("index").unwrap().as_primitive::<UInt32Type>();
    let number = |name| column.column_by_name(name).unwrap().as_primitive::<Float64Type>().clone();
    let (distance, area) = (number("distance"), number("area"));
    (0..column.len())
        .map(|at| {
            let there = column.is_valid(at);
            for field in column.columns() {
                assert_eq!(field.is_valid(at), there);
            }
            there.then(|| (row.value(at), distance.value(at), area.value(at)))
        })
        .collect()
}

fn detailed(rule: Rule) -> (Matcher, Answer) {
    let polygons = polygons();
    let details = Details::new(&polygons, &rule);
    let answer = Answer::row_number().with_details(Arc::new(details));
    (Matcher::new(&polygons, rule).unwrap(), answer)
}

#[test]
fn details_tell_distance_and_area() {
    let (matcher, answer) = detailed(Rule::within(5.0).unwrap());
    let expected: Told = vec![Some((0, 1.0, 64.0)), Some((2, 3.0, 4.0)), None, None, None];
    for (name, points) in world::point_columns(&POINTS) {
        let chunks = [points.clone(), points.slice(1, 3), points.slice(5, 0)];
        let answers = answer.of_chunks(&matcher, &point(), &chunks).unwrap();
        let field = answer.field("any");
        assert!(answers.iter().all(|answers| answers.data_type() == field.data_type()));
        assert_eq!(told(&answers[0]), expected, "{name}");
        assert_eq!(told(&answers[1]), expected[1..4], "{name}");
        assert_eq!(answers[2].len(), 0);
        let points = Points::try_new("point", &points).unwrap();
        let again = answer.column(&points, matcher.match_points(&points)).unwrap();
        assert_eq!(&again, &answers[0], "{name}");
    }
}

#[test]
fn details_measure_by_the_metric() {
    let (matcher, answer) = detailed(Rule::nearest(1).unwrap().with_metric(Metric::Haversine));
    let points: Points = [Some([0.0, 90.0])].into_iter().collect();
    let answers = answer.column(&points, matcher.match_points(&points)).unwrap();
    let quarter = EARTH_RADIUS * std::f64::consts::FRAC_PI_2;
    let (row, distance, area) = told(&answers)[0].unwrap();
    assert_eq!(row, 2);
    // Of a box between two meridians and two parallels.
    let sines = 5_f64.to_radians().sin() - 3_f64.to_radians().sin();
    let expected = EARTH_RADIUS * EARTH_RADIUS * 2_f64.to_radians() * sines;
    assert!((area / expected - 1.0).abs() < 1e-14, "{area}, {expected}");
    assert!((distance - quarter * 86.0 / 90.0).abs() < 1e-6);
}

#[test]
fn many_points_are_told_on_all_threads() {
    let (matcher, answer) = detailed(Rule::within(5.0).unwrap());
    let points: Vec<Point> = (0..PARALLEL_ROWS + 77).map(|row| POINTS[row % 5]).collect();
    let [_, (_, column), ..] = &world::point_columns(&points)[..] else { unreachable!() };
    let whole = answer.of_chunks(&matcher, &point(), std::slice::from_ref(column)).unwrap();
    let pieces = [column.slice(0, 70_001), column.slice(70_001, points.len() - 70_001)];
    let pieces = answer.of_chunks(&matcher, &point(), &pieces).unwrap();
    let pieces: Told = pieces.iter().flat_map(told).collect();
    assert_eq!(told(&whole[0]), pieces);
    let expected: Told = vec![Some((0, 1.0, 64.0)), Some((2, 3.0, 4.0)), None, None, None];
    assert!(pieces.iter().zip(expected.iter().cycle()).all(|(got, expected)| got == expected));
}

#[test]
fn ids_keep_their_type_and_their_nulls() {
    let ids: ArrayRef = Arc::new(StringArray::from(vec![Some("a"), Some("b"), None]));
    let field = Field::new("zone", ids.data_type().clone(), false)
        .with_metadata([("unit".to_owned(), "none".to_owned())].into());
    let rule = Rule::within(5.0).unwrap();
    let (matcher, detailed) = detailed(rule);
    let [_, _, (_, points), ..] = &world::point_columns(&POINTS)[..] else { unreachable!() };
    let expected = StringArray::from(vec![Some("a"), None, None, None, None]);

    let answer = Answer::row_number().with_ids(Arc::new(field.clone()), ids.clone());
    let got = answer.of_chunks(&matcher, &point(), std::slice::from_ref(points)).unwrap();
    assert_eq!(got[0].as_ref(), &expected as &dyn Array);
    assert_eq!(answer.field("zone"), field.clone().with_nullable(true));

    let answer = detailed.with_ids(Arc::new(field), ids);
    let got = answer.of_chunks(&matcher, &point(), std::slice::from_ref(points)).unwrap();
    let got = got[0].as_struct();
    assert_eq!(got.column_names(), ["id", "distance", "area"]);
    assert_eq!(got.column(0).as_ref(), &expected as &dyn Array);
    // The second is answered, with a null id.
    assert_eq!(
        (0..5).map(|row| got.is_valid(row)).collect::<Vec<_>>(),
        [true, true, false, false, false]
    );
}

#[test]
fn rows_of_points_are_counted_over_all_chunks() {
    let lists = |pairs: Vec<Vec<f64>>| {
        let pairs = pairs.into_iter().map(|pair| Some(pair.into_iter().map(Some)));
        Arc::new(arrow_array::ListArray::from_iter_primitive::<Float64Type, _, _>(pairs))
            as ArrayRef
    };
    let chunks = [lists(vec![vec![0.0, 0.0]; 3]), lists(vec![vec![1.0, 1.0], vec![1.0]])];
    let (matcher, answer) = detailed(Rule::within(5.0).unwrap());
    let error = answer.of_chunks(&matcher, &point(), &chunks).unwrap_err();
    assert!(matches!(error, Error::Value { row: 4, .. }), "{error}");
}
