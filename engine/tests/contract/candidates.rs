//! All that qualify, the best first, against the naive reference.

use std::sync::Arc;

use crate::world::{self, Point, Ring};
use arrow_array::builder::{LargeListBuilder, UInt32Builder};
use arrow_array::{Array, ArrayRef, LargeListArray, UInt32Array};
use poly_match_engine::{
    Candidates, Invalid, Keys, Metric, PARALLEL_ROWS, Points, Polygons, Rule, reference,
};
use proptest::prelude::*;

fn lists(rows: impl IntoIterator<Item = Option<Vec<u32>>>) -> LargeListArray {
    let mut lists = LargeListBuilder::new(UInt32Builder::new());
    for rows in rows {
        lists.append_option(rows.map(|rows| rows.into_iter().map(Some)));
    }
    lists.finish()
}

fn check(points: &[Point], rings: &[Ring], rule: Rule) -> Result<(), TestCaseError> {
    let [x, y] = world::xy_columns(rings);
    let polygons = Polygons::from_xy(&x, &y, Invalid::Raise).unwrap();
    let by: UInt32Array =
        (0..rings.len() as u32).map(|row| (row % 9 != 4).then_some(row * 5 % 7)).collect();
    let (_, column) = world::point_columns(points).swap_remove(2);
    for keys in [Keys::areas(&polygons, &rule), Keys::from_column("by", &by, true).unwrap()] {
        let points = points.iter().copied().collect::<Points>();
        let expected = lists(reference::candidates(&points, &polygons, &keys, &rule));
        let candidates = Candidates::new(&polygons, &keys, rule).unwrap();
        let got = candidates.of_chunks("p", &[Arc::clone(&column)]).unwrap();
        prop_assert_eq!(&got, std::slice::from_ref(&expected), "{:?}", rule);

        let cut = column.len() / 3;
        let chunks: [ArrayRef; 3] =
            [column.slice(0, cut), column.slice(cut, 0), column.slice(cut, column.len() - cut)];
        let got = candidates.of_chunks("p", &chunks).unwrap();
        let ends = [(0, cut), (cut, 0), (cut, column.len() - cut)];
        for (got, (first, rows)) in got.iter().zip(ends) {
            prop_assert_eq!(got, &expected.slice(first, rows), "{:?}", rule);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(crate::world::cases(200))]

    #[test]
    fn candidates_in_the_plane(world in world::world(60, 90), k in 1..30_usize) {
        let rules = [
            Rule::within(world.max_dist),
            Rule::nearest(k),
            Rule::nearest(usize::MAX),
            Rule::near(Some(world.max_dist), Some(k)),
            Ok(Rule::covers()),
        ];
        for rule in rules {
            check(&world.points, &world.rings, rule.unwrap())?;
        }
    }

    #[test]
    fn candidates_on_the_sphere(earth in world::earth(40, 90), k in 1..30_usize) {
        let rules = [
            Rule::within(earth.max_dist),
            Rule::nearest(k),
            Rule::near(Some(earth.max_dist), Some(k)),
        ];
        for rule in rules {
            check(&earth.points, &earth.rings, rule.unwrap().with_metric(Metric::Haversine))?;
        }
    }
}

/// A column of several pieces, on all threads: what is answered in one piece, again and again.
#[test]
fn many_points_answer_as_few() {
    let square = |x: f64, y: f64, s: f64| vec![[x, y], [x + s, y], [x + s, y + s], [x, y + s]];
    let rings: Vec<Ring> = (0..100)
        .map(|i| {
            Some(square(f64::from(i % 10), f64::from(i / 10), 0.5 + f64::from(i * 7 % 13) * 0.25))
        })
        .collect();
    let [x, y] = world::xy_columns(&rings);
    let polygons = Polygons::from_xy(&x, &y, Invalid::Raise).unwrap();
    let period = 1009;
    let point = |i: usize| {
        (!i.is_multiple_of(101))
            .then(|| [(i * 31 % 97) as f64 * 0.125, (i * 17 % 89) as f64 * 0.125])
    };
    let few: Vec<Point> = (0..period).map(point).collect();
    let many: Vec<Point> = (0..PARALLEL_ROWS + 77).map(|i| few[i % period]).collect();
    for rule in [Rule::covers(), Rule::within(2.0).unwrap(), Rule::nearest(4).unwrap()] {
        let keys = Keys::areas(&polygons, &rule);
        let points = few.iter().copied().collect::<Points>();
        let answers = reference::candidates(&points, &polygons, &keys, &rule);
        let expected = lists((0..many.len()).map(|i| answers[i % period].clone()));
        assert!(expected.values().len() > many.len());
        let candidates = Candidates::new(&polygons, &keys, rule).unwrap();
        for (form, column) in world::point_columns(&many) {
            let chunks = [column.slice(0, 1000), column.slice(1000, many.len() - 1000)];
            let got = candidates.of_chunks("p", &chunks).unwrap();
            assert_eq!(got[0], expected.slice(0, 1000), "{form}");
            assert_eq!(got[1], expected.slice(1000, many.len() - 1000), "{form}");
        }
    }
}

#[test]
fn keys_are_as_many_as_polygons() {
    let [x, y] = world::xy_columns(&[None, None]);
    let polygons = Polygons::from_xy(&x, &y, Invalid::Raise).unwrap();
    let keys = Keys::from_column("by", &UInt32Array::from(vec![1]), false).unwrap();
    for rule in [Rule::covers(), Rule::nearest(1).unwrap()] {
        let error = Candidates::new(&polygons, &keys, rule).unwrap_err().to_string();
        assert_eq!(error, "by: expected 2 keys, got 1");
    }
}
