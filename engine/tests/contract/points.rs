//! What is a point: the one gate in front of every search, whatever stands behind it.

use arrow_array::{Array, ArrayRef, UInt32Array};
use poly_match_engine::{
    Answer, Candidates, Details, Invalid, Keys, Matcher, Metric, Points, Polygons, Rule, reference,
};
use std::sync::Arc;

use crate::world::{self, Point, Ring};

const INF: f64 = f64::INFINITY;
const NAN: f64 = f64::NAN;

/// Coordinates that are not a point by any metric.
const NOWHERE: [[f64; 2]; 9] = [
    [NAN, 3.2],
    [3.2, NAN],
    [-INF, 3.2],
    [INF, 3.2],
    [3.2, INF],
    [3.2, -INF],
    [NAN, NAN],
    [INF, -INF],
    [-INF, NAN],
];

/// Coordinates that are a point in the plane but not on the sphere.
const BEYOND_A_POLE: [[f64; 2]; 5] =
    [[0.0, 90.00000000000001], [181.0, 91.0], [3.0, -90.5], [0.0, 1e300], [3.2, f64::MIN]];

/// Points by every metric, at the ends of what is one.
const EVERYWHERE: [[f64; 2]; 6] =
    [[180.0, 90.0], [-180.0, -90.0], [0.5, 0.25], [3.2, 3.2], [1e300, 0.0], [-0.0, 0.0]];

/// 64 small squares and a large one around all, which an index takes for an outlier.
fn rings(large: f64, tall: f64) -> Vec<Ring> {
    let around = |x: f64, y: f64, w: f64, h: f64| {
        Some(vec![[x - w, y - h], [x + w, y - h], [x + w, y + h], [x - w, y + h]])
    };
    let small = |i: i32| around(f64::from(i % 8), f64::from(i / 8), 0.25, 0.25);
    (0..64).map(small).chain([around(3.5, 3.5, large, tall)]).collect()
}

fn rules() -> Vec<Rule> {
    let mut rules = vec![Rule::covers()];
    for max_dist in [1.0, 1e9, INF] {
        rules.push(Rule::within(max_dist).unwrap());
        rules.push(Rule::near(Some(max_dist), Some(3)).unwrap());
    }
    for k in [1, 3, 64, 65, 1000] {
        rules.push(Rule::nearest(k).unwrap());
    }
    rules
}

/// The answers by every way to ask, which must be the same.
fn answers(points: &[Point], rings: &[Ring], rule: Rule) -> UInt32Array {
    let [x, y] = world::xy_columns(rings);
    let polygons = Polygons::from_xy(&x, &y, Invalid::Raise).unwrap();
    let keys = Keys::areas(&polygons, &rule);
    let column: Points = points.iter().copied().collect();
    let by_definition = reference::match_points(&column, &polygons, &keys, &rule);
    let expected: UInt32Array = by_definition.into_iter().collect();

    let mut matcher = Matcher::new(&polygons, rule).unwrap();
    let answer = Answer::row_number().with_details(Arc::new(Details::new(&polygons, &rule)));
    let candidates = Candidates::new(&polygons, &keys, rule).unwrap();
    for index in ["scan", "index", "small index"] {
        match index {
            "index" => matcher.build_index(),
            "small index" => {
                matcher = matcher.with_index_bytes(0);
                matcher.build_index();
            }
            _ => {}
        }
        assert_eq!(matcher.match_points(&column), expected, "{rule:?}, {index}");
        for (form, chunk) in world::point_columns(points) {
            let got = matcher.match_column("p", &chunk).unwrap();
            assert_eq!(got, expected, "{rule:?}, {index}, {form}");
            let chunks: [ArrayRef; 2] = [chunk.slice(0, 3), chunk.slice(3, chunk.len() - 3)];
            let field = arrow_schema::Field::new("p", chunk.data_type().clone(), true);
            let told = answer.of_chunks(&matcher, &field, &chunks).unwrap();
            let nulls: Vec<bool> =
                told.iter().flat_map(|told| (0..told.len()).map(|row| told.is_null(row))).collect();
            assert!(nulls.iter().enumerate().all(|(row, null)| *null == expected.is_null(row)));
        }
    }
    for (form, chunk) in world::point_columns(points) {
        let lists = candidates.of_chunks("p", &[chunk]).unwrap().remove(0);
        for (row, point) in points.iter().enumerate() {
            let is_point = point.is_some_and(|point| rule.accepts(point));
            assert_eq!(lists.is_valid(row), is_point, "{rule:?}, {form}, {point:?}");
            assert_eq!(lists.value_length(row) > 0, expected.is_valid(row));
        }
    }
    expected
}

#[test]
fn what_is_not_a_point_has_no_answer() {
    let points: Vec<Point> = NOWHERE.into_iter().map(Some).chain([None]).collect();
    let mixed: Vec<Point> =
        points.iter().copied().flat_map(|point| [point, Some([3.2, 3.2])]).collect();
    for metric in [Metric::Euclidean, Metric::Haversine] {
        for rule in rules() {
            let rule = rule.with_metric(metric);
            // The outlier is larger, or as large as the sphere allows.
            let rings = match metric {
                Metric::Euclidean => rings(1e6, 1e6),
                Metric::Haversine => rings(170.0, 80.0),
            };
            assert_eq!(answers(&points, &rings, rule).null_count(), points.len());
            let got = answers(&mixed, &rings, rule);
            assert!((0..got.len()).step_by(2).all(|row| got.is_null(row)), "{rule:?}");
            // The others have the answer that they have without them.
            let answers: Vec<_> = got.iter().skip(1).step_by(2).collect();
            assert!(answers.iter().all(|answer| *answer == answers[0]));
            let one_meter = [Rule::within(1.0), Rule::near(Some(1.0), Some(3))]
                .map(|rule| rule.unwrap().with_metric(Metric::Haversine));
            assert_eq!(answers[0].is_some(), !one_meter.contains(&rule), "{rule:?}");
        }
    }
}

#[test]
fn latitudes_beyond_a_pole_are_points_in_the_plane_alone() {
    let points: Vec<Point> = BEYOND_A_POLE.into_iter().chain(EVERYWHERE).map(Some).collect();
    let rings = rings(170.0, 80.0);
    for rule in rules() {
        let plane = answers(&points, &rings, rule);
        let sphere = answers(&points, &rings, rule.with_metric(Metric::Haversine));
        assert!((0..BEYOND_A_POLE.len()).all(|row| sphere.is_null(row)), "{rule:?}");
        if rule == Rule::nearest(1).unwrap() {
            assert_eq!(plane.null_count(), 0);
            assert_eq!(sphere.null_count(), BEYOND_A_POLE.len());
        }
    }
}

#[test]
fn missing_points_are_counted_by_the_metric() {
    let all = NOWHERE.into_iter().chain(BEYOND_A_POLE).chain(EVERYWHERE).map(Some);
    let points: Points = all.chain([None, None]).collect();
    assert_eq!(points.missing(Metric::Euclidean), NOWHERE.len() + 2);
    assert_eq!(points.missing(Metric::Haversine), NOWHERE.len() + BEYOND_A_POLE.len() + 2);
}

/// More than a block, and blocks of which nothing is a point.
#[test]
fn blocks_without_a_point_are_answered_too() {
    let points: Vec<Point> = (0..200)
        .map(|row| match row {
            0..64 => Some([NAN, f64::from(row)]),
            64..128 => Some([3.0, 3.0]),
            _ if row % 3 == 0 => Some([INF, 0.0]),
            _ => Some([f64::from(row % 8), 2.0]),
        })
        .collect();
    for rule in [Rule::covers(), Rule::within(0.5).unwrap(), Rule::nearest(1).unwrap()] {
        for metric in [Metric::Euclidean, Metric::Haversine] {
            let rule = match rule.predicate() == Rule::covers().predicate() {
                true => rule.with_metric(metric),
                false => Rule::near(Some(1e5), Some(1)).unwrap().with_metric(metric),
            };
            let got = answers(&points, &rings(170.0, 80.0), rule);
            for (row, point) in points.iter().enumerate() {
                let expected = point.is_some_and(|point| rule.accepts(point));
                assert_eq!(got.is_valid(row), expected, "{rule:?}, row {row}");
            }
        }
    }
}
