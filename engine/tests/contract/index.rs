//! What an index tells of itself.

use arrow_array::{Array, UInt32Array};
use poly_match_engine::{Invalid, Matcher, Points, Polygons, Rule};

use crate::world::xy_columns;

#[test]
fn tests_are_counted_for_the_points_that_can_have_an_answer() {
    let square = Some(vec![[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]]);
    let [x, y] = xy_columns(&[square.clone(), square]);
    let polygons = Polygons::from_xy(&x, &y, Invalid::Raise).unwrap();
    let matcher = Matcher::new(&polygons, Rule::within(5.0).unwrap()).unwrap();
    // The centre lies in a settled cell; a point at the bound is tested against the one disc of
    // two that are equal.
    let points: Points = [Some([0.1, 0.1]), Some([5.0, 0.0]), None].into_iter().collect();
    assert_eq!(matcher.mean_tests(&points), None);
    matcher.build_index();
    assert_eq!(matcher.mean_tests(&points), Some(0.5));

    let nothing: Points = [None, Some([f64::NAN, 0.0])].into_iter().collect();
    assert_eq!(matcher.mean_tests(&nothing), None);

    let matcher = Matcher::new(&polygons, Rule::covers()).unwrap();
    matcher.build_index();
    // Neither of the two covers the point outside, and the first covers the corner.
    let points: Points = [Some([0.0, 0.0]), Some([1.0, 1.0])].into_iter().collect();
    assert_eq!(matcher.mean_tests(&points), Some(0.5));
}

/// Squares of side 2 in a row, 10 apart.
fn squares(n: usize) -> Polygons {
    let square = |i: usize| {
        let x = 10.0 * i as f64;
        Some(vec![[x - 1.0, -1.0], [x + 1.0, -1.0], [x + 1.0, 1.0], [x - 1.0, 1.0]])
    };
    let [x, y] = xy_columns(&(0..n).map(square).collect::<Vec<_>>());
    Polygons::from_xy(&x, &y, Invalid::Raise).unwrap()
}

/// Asks about the centre of the same square again and again.
fn ask(matcher: &Matcher, square: usize, times: usize) -> UInt32Array {
    let points: Points = vec![Some([10.0 * square as f64, 0.0]); times].into_iter().collect();
    matcher.match_points(&points)
}

#[test]
fn the_index_is_built_when_scanning_has_cost_as_much() {
    let polygons = squares(1_000);
    for rule in [Rule::within(6.0).unwrap(), Rule::covers()] {
        // Equal areas: the first square is tested first, the last one last.
        let matcher = Matcher::new(&polygons, rule).unwrap();
        for _ in 0..100 {
            ask(&matcher, 0, 1_000);
        }
        assert_eq!(matcher.index_stats(), None, "100,000 tests are not worth it");
        for _ in 0..1_000 {
            ask(&matcher, 999, 1_000);
        }
        assert!(matcher.index_stats().is_some(), "1,000 million tests are");
    }
}

#[test]
fn an_index_that_becomes_worth_it_in_the_middle_changes_no_answer() {
    // A point among the discs has its answer soon, one far away is tested against all of them.
    let rule = Rule::within(3_000.0).unwrap();
    let points = [[1e6, 0.0], [9_990.0, 0.0]].map(|point| vec![Some(point); 50_000]).concat();
    let points: Points = points.into_iter().collect();
    let matcher = Matcher::new(&squares(1_000), rule).unwrap();
    let answers = matcher.match_points(&points);
    assert!(matcher.index_stats().is_some());
    let (far, near) = (answers.slice(0, 50_000), answers.slice(50_000, 50_000));
    assert_eq!(far.null_count(), 50_000);
    assert!(near.iter().all(|row| row == Some(700)));
}
