//! The `k` nearest, in the plane and on the sphere, against the naive reference.

use crate::world::{self, Earth, World};
use arrow_array::UInt32Array;
use poly_match_engine::{Invalid, Keys, Matcher, Metric, Points, Polygons, Rule, reference};
use proptest::prelude::*;

/// How many are wanted: few, as many as there are, more.
fn k() -> impl Strategy<Value = usize> {
    prop_oneof![3 => Just(1), 3 => 2..6_usize, 3 => 6..70_usize, 1 => Just(usize::MAX)]
}

/// The matcher's answer, which is the reference's, for areas and for keys of which most are equal.
fn check(points: &[world::Point], rings: &[world::Ring], rule: Rule) -> Result<(), TestCaseError> {
    let points = points.iter().copied().collect::<Points>();
    let [x, y] = world::xy_columns(rings);
    let polygons = Polygons::from_xy(&x, &y, Invalid::Raise).unwrap();
    let by: UInt32Array = (0..rings.len() as u32).map(|row| Some(row * 7 % 3)).collect();
    for keys in [Keys::areas(&polygons, &rule), Keys::from_column("by", &by, true).unwrap()] {
        let expected = reference::match_points(&points, &polygons, &keys, &rule);
        let expected: UInt32Array = expected.into_iter().collect();
        let matcher = Matcher::with_keys(&polygons, &keys, rule).unwrap();
        prop_assert_eq!(&matcher.match_points(&points), &expected, "{:?}", rule);
        matcher.build_index();
        prop_assert_eq!(&matcher.match_points(&points), &expected, "{:?} with its index", rule);
        let again = Matcher::from_bytes(&matcher.to_bytes().unwrap(), rule).unwrap();
        prop_assert_eq!(&again.match_points(&points), &expected, "{:?} from bytes", rule);
    }
    Ok(())
}

proptest! {
    #![proptest_config(crate::world::cases(300))]

    #[test]
    fn nearest_in_the_plane(world in world::world(100, 120), k in k()) {
        let World { points, rings, max_dist } = world;
        check(&points, &rings, Rule::nearest(k).unwrap())?;
        check(&points, &rings, Rule::near(Some(max_dist), Some(k)).unwrap())?;
    }

    #[test]
    fn nearest_on_the_sphere(earth in world::earth(60, 120), k in k()) {
        let Earth { points, rings, max_dist } = earth;
        check(&points, &rings, Rule::nearest(k).unwrap().with_metric(Metric::Haversine))?;
        let near = Rule::near(Some(max_dist), Some(k)).unwrap();
        check(&points, &rings, near.with_metric(Metric::Haversine))?;
    }
}

proptest! {
    #![proptest_config(crate::world::cases(20))]

    /// Enough of them for a tree of many levels, on a lattice so that most distances tie.
    #[test]
    fn nearest_of_many(
        places in prop::collection::vec([-40..40, -20..20], 1000..3000),
        points in prop::collection::vec([-45..45, -25..25], 50),
        k in k(),
        sphere: bool,
    ) {
        let at = |p: [i32; 2]| [4.0 * f64::from(p[0]) + 20.0, 3.5 * f64::from(p[1])];
        let corner = |p: [f64; 2]| vec![p, [p[0] + 1.5, p[1]], [p[0], p[1] + 1.5]];
        let rings: Vec<_> = places.into_iter().map(|p| Some(corner(at(p)))).collect();
        let points: Vec<_> = points.into_iter().map(|p| Some(at(p).map(|c| c + 0.5))).collect();
        let points: Vec<_> = points.into_iter().map(|p| p.filter(|p| p[1] < 90.0)).collect();
        let metric = if sphere { Metric::Haversine } else { Metric::Euclidean };
        check(&points, &rings, Rule::nearest(k).unwrap().with_metric(metric))?;
    }
}

#[test]
fn of_equal_centres_the_lower_rows_are_nearer() {
    // The last is the smallest, but farther by row.
    let square = |s: f64| Some(vec![[-s, -s], [s, -s], [s, s], [-s, s]]);
    let rings: Vec<_> =
        (0..5000).map(|row| square(0.01 * f64::from(1 + (row + 4000) % 5000))).collect();
    let [x, y] = world::xy_columns(&rings);
    let polygons = Polygons::from_xy(&x, &y, Invalid::Raise).unwrap();
    let points: Points = [Some([0.0, 0.0]), Some([30.0, 7.0]), None].into_iter().collect();
    for metric in [Metric::Euclidean, Metric::Haversine] {
        for (k, best) in [(1, 0), (2, 0), (999, 0), (1000, 0), (1001, 1000), (5000, 1000)] {
            let rule = Rule::nearest(k).unwrap().with_metric(metric);
            let matcher = Matcher::new(&polygons, rule).unwrap();
            let expected = UInt32Array::from(vec![Some(best), Some(best), None]);
            assert_eq!(matcher.match_points(&points), expected, "{metric:?} {k}");
        }
    }
}

#[test]
fn nothing_is_nearest_to_nothing() {
    let points: Points = [Some([0.0, 0.0]), None].into_iter().collect();
    for rings in [vec![], vec![None, Some(vec![])]] {
        let [x, y] = world::xy_columns(&rings);
        let polygons = Polygons::from_xy(&x, &y, Invalid::Raise).unwrap();
        for metric in [Metric::Euclidean, Metric::Haversine] {
            let rule = Rule::nearest(3).unwrap().with_metric(metric);
            let matcher = Matcher::new(&polygons, rule).unwrap();
            assert_eq!(matcher.match_points(&points), UInt32Array::from(vec![None, None]));
        }
    }
}
