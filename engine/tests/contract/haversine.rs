//! Longitude and latitude: distances over the sphere, across the antimeridian and at the poles.

use crate::world::{self, Earth, Ring};
use arrow_array::{Array, UInt32Array};
use poly_match_engine::{
    Candidates, Center, EARTH_RADIUS, Invalid, Keys, Matcher, Metric, Points, Polygons, Rule,
    reference,
};
use proptest::prelude::*;
use std::f64::consts::PI;

fn polygons(rings: &[Ring]) -> Polygons {
    let [x, y] = world::xy_columns(rings);
    Polygons::from_xy(&x, &y, Invalid::Raise).unwrap()
}

fn within(max_dist: f64) -> Rule {
    Rule::within(max_dist).unwrap().with_metric(Metric::Haversine)
}

fn check(earth: &Earth, index_bytes: Option<usize>) -> Result<(), TestCaseError> {
    let points = earth.points.iter().copied().collect::<Points>();
    let (polygons, rule) = (polygons(&earth.rings), within(earth.max_dist));
    let expected =
        reference::match_points(&points, &polygons, &Keys::areas(&polygons, &rule), &rule);
    let expected: UInt32Array = expected.into_iter().collect();
    let mut matcher = Matcher::new(&polygons, rule).unwrap();
    if let Some(bytes) = index_bytes {
        matcher = matcher.with_index_bytes(bytes);
    }
    prop_assert_eq!(&matcher.match_points(&points), &expected, "scan");
    matcher.build_index();
    prop_assert!(matcher.index_stats().is_some());
    prop_assert_eq!(&matcher.match_points(&points), &expected, "index");
    let again = Matcher::from_bytes(&matcher.to_bytes().unwrap(), rule).unwrap();
    again.build_index();
    prop_assert_eq!(&again.match_points(&points), &expected, "from bytes");
    Ok(())
}

proptest! {
    #![proptest_config(crate::world::cases(400))]

    #[test]
    fn scan_and_index_answer_as_the_reference(earth in world::earth(100, 40)) {
        check(&earth, None)?;
    }

    #[test]
    fn a_small_index_answers_as_a_large_one(earth in world::earth(60, 40), bytes in 0..5000_usize) {
        check(&earth, Some(bytes))?;
    }

    #[test]
    fn points_near_every_bound_answer_as_the_reference(
        mut earth in world::earth(0, 8),
        turns in prop::collection::vec(0.0..2.0 * PI, 4),
    ) {
        // Points on each circle, and the floats next to them on every side.
        let angle = earth.max_dist.min(1e9) / EARTH_RADIUS;
        for &[lon, lat] in earth.rings.iter().flatten().filter_map(|ring| ring.last()) {
            for turn in &turns {
                let (lat, lon) = (lat.to_radians(), lon.to_radians());
                let sine = lat.sin() * angle.cos() + lat.cos() * angle.sin() * turn.cos();
                let east = (turn.sin() * angle.sin() * lat.cos()).atan2(angle.cos() - lat.sin() * sine);
                let on = [(lon + east).to_degrees(), sine.clamp(-1.0, 1.0).asin().to_degrees()];
                let near = |c: f64| [c.next_down(), c, c.next_up()];
                for x in near(on[0]) {
                    let points = near(on[1]).map(|y| Some([x, y.clamp(-90.0, 90.0)]));
                    earth.points.extend(points);
                }
            }
        }
        check(&earth, None)?;
    }

    #[test]
    fn whole_turns_change_nothing(
        a in [-720..720, -90..91],
        b in [-720..720, -90..91],
        turns in [-5..6, -5..6],
    ) {
        let [a, b] = [a, b].map(|p| p.map(f64::from));
        let turned = |p: [f64; 2], turns: i32| [p[0] + 360.0 * f64::from(turns), p[1]];
        let (far_a, far_b) = (turned(a, turns[0]), turned(b, turns[1]));
        let distance = |a, b| Metric::Haversine.distance(a, b);
        prop_assert_eq!(distance(a, b), distance(far_a, far_b));
        prop_assert_eq!(distance(a, b), distance(b, a));
    }

    /// Not the formula that is used, but the angle between two vectors.
    #[test]
    fn distances_are_angles_times_the_radius(
        a in [-400.0..400.0, -90.0..90.0],
        b in [-400.0..400.0, -90.0..90.0],
        near in prop::option::of(-9..0_i32),
    ) {
        let mut b: [f64; 2] = b;
        if let Some(exponent) = near {
            let step = 10_f64.powi(exponent);
            b = [a[0] + step * b[0], f64::clamp(a[1] + step * b[1], -90.0, 90.0)];
        }
        let vector = |[lon, lat]: [f64; 2]| {
            let (lon, lat) = (lon.to_radians(), lat.to_radians());
            [lat.cos() * lon.cos(), lat.cos() * lon.sin(), lat.sin()]
        };
        let (u, v) = (vector(a), vector(b));
        let cross = [0, 1, 2].map(|i: usize| {
            let (j, k) = ((i + 1) % 3, (i + 2) % 3);
            u[j] * v[k] - u[k] * v[j]
        });
        let dot: f64 = u.iter().zip(&v).map(|(u, v)| u * v).sum();
        let expected = EARTH_RADIUS * cross.iter().map(|c| c * c).sum::<f64>().sqrt().atan2(dot);
        let got = Metric::Haversine.distance(a, b);
        // The vectors are rounded to a few nanometres; haversines near the antipode to more.
        let tolerance = if expected > 0.99 * PI * EARTH_RADIUS { 0.3 } else { 1e-7 + 1e-12 * got };
        prop_assert!((got - expected).abs() < tolerance, "{} {}", got, expected);
    }
}

/// A small diamond around a place, its vertices within the latitudes.
fn diamond([lon, lat]: [f64; 2]) -> Ring {
    let s = 1e-3_f64;
    let rise = s.min(90.0 - f64::abs(lat));
    Some(vec![[lon - s, lat], [lon, lat - rise], [lon + s, lat], [lon, lat + rise]])
}

#[test]
fn places_of_which_it_is_known() {
    let half = PI * EARTH_RADIUS;
    let degree = half / 180.0;
    // Centre, radius, and points with whether they are closer.
    type Case = ([f64; 2], f64, Vec<([f64; 2], bool)>);
    let table: Vec<Case> = vec![
        // Across the antimeridian, at every longitude that is the same.
        (
            [179.5, 0.0],
            1.01 * degree,
            vec![
                ([-179.5, 0.0], true),
                ([180.5, 0.0], true),
                ([540.5, 0.0], true),
                ([-180.0, 0.0], true),
                ([180.0, 0.0], true),
                ([-179.4, 0.0], false),
                ([178.5, 0.0], true),
                ([178.4, 0.0], false),
            ],
        ),
        ([-180.0, 45.0], 1.0, vec![([180.0, 45.0], true), ([-180.0, 45.0], true)]),
        ([180.0, -45.0], 1.0, vec![([180.0, -45.0], true), ([-180.0, -45.0], true)]),
        // Radius over the pole: the far side, two degrees beyond it.
        (
            [10.0, 89.0],
            2.99 * degree,
            vec![
                ([-170.0, 88.1], true),
                ([-170.0, 88.0], false),
                ([190.0, 88.1], true),
                ([100.0, 89.5], true),
                ([-33.0, 90.0], true),
                ([10.0, 86.1], true),
                ([10.0, 86.0], false),
            ],
        ),
        (
            [-60.0, -88.5],
            2.0 * degree,
            vec![([120.0, -89.6], true), ([120.0, -89.4], false), ([7.0, -90.0], true)],
        ),
        // A centre on the pole has no longitude.
        (
            [77.0, 90.0],
            1.5 * degree,
            vec![
                ([-103.0, 88.6], true),
                ([0.0, 88.6], true),
                ([180.0, 88.6], true),
                ([-180.0, 88.4], false),
                ([123.0, 90.0], true),
                ([0.0, -90.0], false),
            ],
        ),
        // Half of the sphere, nearly all of it, and all.
        (
            [0.0, 0.0],
            0.5 * half,
            vec![
                ([89.9, 0.0], true),
                ([90.1, 0.0], false),
                ([0.0, 89.9], true),
                ([180.0, 0.0], false),
            ],
        ),
        (
            [20.0, 10.0],
            half - degree,
            vec![([-160.0, -11.1], true), ([-160.0, -10.0], false), ([-158.9, -10.0], true)],
        ),
        ([20.0, 10.0], half + 1.0, vec![([-160.0, -10.0], true), ([200.0, -10.0], true)]),
        ([20.0, 10.0], 1e12, vec![([-160.0, -10.0], true), ([20.0, 10.0], true)]),
        // Strictly closer than nothing is not even the same place.
        ([20.0, 10.0], 0.0, vec![([20.0, 10.0], false)]),
        (
            [20.0, 10.0],
            1e-3,
            vec![([20.0, 10.0], true), ([380.0, 10.0], true), ([20.001, 10.0], false)],
        ),
    ];
    for (center, max_dist, points) in table {
        let polygons = polygons(&[diamond(center)]);
        let matcher = Matcher::new(&polygons, within(max_dist)).unwrap();
        let column: Points = points.iter().map(|&(point, _)| Some(point)).collect();
        let expected: UInt32Array = points.iter().map(|&(_, hit)| hit.then_some(0)).collect();
        for index in [false, true] {
            if index {
                matcher.build_index();
            }
            let got = matcher.match_points(&column);
            assert_eq!(got, expected, "{center:?} {max_dist} index: {index}");
        }
        for k in [1, 2] {
            let rule = Rule::near(Some(max_dist), Some(k)).unwrap().with_metric(Metric::Haversine);
            let matcher = Matcher::new(&polygons, rule).unwrap();
            assert_eq!(matcher.match_points(&column), expected, "{center:?} {max_dist} k");
        }
    }
}

/// Enough of them that cells are settled, lists are long, and cells are split.
#[test]
fn many_caps_answer_as_the_reference() {
    let place = |i: usize| {
        let t = i as f64 * 0.618_033_988_749_895;
        [
            360.0 * (t - t.floor()) - 180.0,
            (2.0 * (i as f64 + 0.5) / 2000.0 - 1.0).asin().to_degrees(),
        ]
    };
    let rings: Vec<Ring> = (0..2000).map(|i| diamond(place(i * 7 % 2000))).collect();
    let points: Vec<_> = (0..3000)
        .map(|i| {
            let [lon, lat] = place(i * 2 / 3);
            Some([
                lon + (i % 7) as f64 * 0.3 + 360.0 * (i % 3) as f64,
                (lat + (i % 5) as f64 * 0.2).min(90.0),
            ])
        })
        .collect();
    for max_dist in [50_000.0, 400_000.0, 3e6] {
        let earth = Earth { points: points.clone(), rings: rings.clone(), max_dist };
        check(&earth, None).unwrap();
    }
}

#[test]
fn polygons_whose_center_is_beyond_a_pole_are_invalid() {
    let square = |lon: f64, lat: f64| {
        Some(vec![[lon, lat], [lon + 1.0, lat], [lon + 1.0, lat + 1.0], [lon, lat + 1.0]])
    };
    let rings = [square(0.0, 0.0), square(7.0, 92.0), None, square(1.0, -100.0)];
    let [x, y] = world::xy_columns(&rings);
    let read = |invalid| Polygons::from_xy(&x, &y, invalid).unwrap();
    let nearest = Rule::nearest(2).unwrap();
    let expected = "column 'polygons', row 1: the center is (7.5, 92.5): \
                    expected a latitude between -90 and 90";
    let points: Points = [Some([0.5, 0.5]), Some([7.5, 90.0])].into_iter().collect();
    for rule in [within(1e7), nearest, within(1e7).with_center(Center::Centroid), Rule::covers()] {
        let rule = rule.with_metric(Metric::Haversine);
        let (raising, skipping) = (read(Invalid::Raise), read(Invalid::Skip));
        let by = UInt32Array::from(vec![1, 0, 0, 0]);
        for keys in [Keys::areas(&raising, &rule), Keys::from_column("by", &by, false).unwrap()] {
            let error = Matcher::with_keys(&raising, &keys, rule).unwrap_err().to_string();
            assert_eq!(error, expected);
            let error = Candidates::new(&raising, &keys, rule).unwrap_err().to_string();
            assert_eq!(error, expected);

            let far = (rule.predicate() != Rule::covers().predicate()).then_some(0);
            let matcher = Matcher::with_keys(&skipping, &keys, rule).unwrap();
            for _ in 0..2 {
                let answers = matcher.match_points(&points);
                assert_eq!(answers, UInt32Array::from(vec![Some(0), far]), "{rule:?}");
                matcher.build_index();
            }
            let candidates = Candidates::new(&skipping, &keys, rule).unwrap();
            let column = world::point_columns(&[Some([0.5, 0.5])]).swap_remove(2).1;
            let lists = candidates.of_chunks("p", &[column]).unwrap();
            assert_eq!(lists[0].values().len(), 1, "{rule:?}");
            let by_definition = reference::match_points(&points, &skipping, &keys, &rule);
            assert_eq!(by_definition, [Some(0), far]);
        }
    }
    // Found by fuzzing: the centroid of a ring that crosses itself may lie anywhere.
    let crossed = polygons(&[Some(vec![[0.0, 0.0], [10.0, 80.0], [10.0, 70.0], [0.0, 11.0]])]);
    let nearest = nearest.with_metric(Metric::Haversine);
    Matcher::new(&crossed, nearest).unwrap();
    let error = Matcher::new(&crossed, nearest.with_center(Center::Centroid)).unwrap_err();
    assert!(error.to_string().starts_with("column 'polygons', row 0: the center is ("), "{error}");

    // In the plane they are as good as any.
    Matcher::new(&read(Invalid::Raise), Rule::nearest(2).unwrap()).unwrap();
    Matcher::new(&read(Invalid::Raise), Rule::covers()).unwrap();
}
