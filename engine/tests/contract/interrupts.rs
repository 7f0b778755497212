//! Work that is stopped, before it begins or in the middle.

use std::time::Duration;

use arrow_array::{ArrayRef, Float64Array};
use arrow_schema::{DataType, Field};
use poly_match_engine::{
    Answer, Candidates, Error, Invalid, Keys, Matcher, Points, Polygons, Result, Rule, Stop,
};

use crate::world::{point_columns, xy_columns};

/// Squares of side 2 on a grid of 2.5, `n` in a row and `n` rows.
fn squares(n: usize) -> [ArrayRef; 2] {
    let square = |at: usize| {
        let [x, y] = [at % n, at / n].map(|c| 2.5 * c as f64);
        Some(vec![[x - 1.0, y - 1.0], [x + 1.0, y - 1.0], [x + 1.0, y + 1.0], [x - 1.0, y + 1.0]])
    };
    xy_columns(&(0..n * n).map(square).collect::<Vec<_>>())
}

fn rules() -> [Rule; 5] {
    let nearest = Rule::nearest(3).unwrap();
    [
        Rule::within(3.0).unwrap(),
        Rule::within(1e5).unwrap().with_metric(poly_match_engine::Metric::Haversine),
        nearest,
        nearest.with_metric(poly_match_engine::Metric::Haversine),
        Rule::covers(),
    ]
}

fn interrupted<T>(got: Result<T>) -> bool {
    matches!(got, Err(Error::Interrupted))
}

/// Each entry point, on few rows and on so many that all threads work.
#[test]
fn nothing_is_answered_after_the_mark_is_set() {
    let stopped = Stop::default();
    stopped.stop();
    for (n, rows) in [(3, 10), (15, 250_000)] {
        let [x, y] = squares(n);
        assert!(interrupted(stopped.during(|| Polygons::from_xy(&x, &y, Invalid::Raise))));
        let polygons = Polygons::from_xy(&x, &y, Invalid::Raise).unwrap();
        let ranks = Float64Array::from_iter_values((0..n * n).map(|row| row as f64));
        let keys = Keys::from_column("by", &ranks, false).unwrap();
        let points: Vec<_> = (0..rows).map(|row| Some([(row % 20) as f64, 1.0])).collect();
        let parsed: Points = points.iter().copied().collect();
        let column: ArrayRef = point_columns(&points).swap_remove(0).1;
        let chunks = [column];
        let field = Field::new("point", DataType::Null, true);
        for rule in rules() {
            let build = || Matcher::with_keys(&polygons, &keys, rule);
            assert!(interrupted(stopped.during(build)), "{rule:?}");
            let matcher = build().unwrap();
            let expected = matcher.match_field(&field, &chunks).unwrap();
            let matcher = build().unwrap();
            let ask = || matcher.match_field(&field, &chunks);
            assert!(interrupted(stopped.during(ask)), "{rule:?}");
            assert!(interrupted(stopped.during(|| Ok(matcher.match_points(&parsed)))), "{rule:?}");
            let answer = Answer::row_number();
            let ask = || answer.of_chunks(&matcher, &field, &chunks);
            assert!(interrupted(stopped.during(ask)), "{rule:?}");
            assert!(interrupted(stopped.during(|| {
                matcher.build_index();
                Ok(())
            })));
            assert_eq!(matcher.index_stats(), None, "{rule:?}");
            // As if nothing had been.
            assert_eq!(matcher.match_field(&field, &chunks).unwrap(), expected, "{rule:?}");

            let candidates = || Candidates::new(&polygons, &keys, rule);
            assert!(interrupted(stopped.during(candidates)), "{rule:?}");
            let candidates = candidates().unwrap();
            let few = [chunks[0].slice(0, 10)];
            let expected = candidates.of_field(&field, &few).unwrap();
            assert!(interrupted(stopped.during(|| candidates.of_field(&field, &chunks))));
            assert_eq!(candidates.of_field(&field, &few).unwrap(), expected, "{rule:?}");
        }
    }
}

/// At several moments of the build: where it was stopped there is no index, and the next one is
/// whole.
#[test]
fn an_index_is_built_whole_or_not_at_all() {
    let [x, y] = squares(200);
    let polygons = Polygons::from_xy(&x, &y, Invalid::Raise).unwrap();
    for rule in [Rule::within(30.0).unwrap(), Rule::covers()] {
        let whole = Matcher::new(&polygons, rule).unwrap();
        whole.build_index();
        let mut stopped = 0;
        for delay in [0, 1, 2, 5, 10, 20, 40] {
            let matcher = Matcher::new(&polygons, rule).unwrap();
            let stop = Stop::default();
            let built = std::thread::scope(|scope| {
                scope.spawn(|| {
                    std::thread::sleep(Duration::from_millis(delay));
                    stop.stop();
                });
                stop.during(|| {
                    matcher.build_index();
                    Ok(())
                })
            });
            // A build that was over just before the mark is kept.
            if interrupted(built) && matcher.index_stats().is_none() {
                stopped += 1;
            }
            matcher.build_index();
            assert_eq!(matcher.index_stats(), whole.index_stats(), "{rule:?} {delay} ms");
        }
        assert!(stopped > 0, "{rule:?}");
    }
}

/// Others who wait for an index that is being built are stopped by their own mark alone.
#[test]
fn one_who_is_stopped_does_not_stop_others() {
    let [x, y] = squares(100);
    let polygons = Polygons::from_xy(&x, &y, Invalid::Raise).unwrap();
    let rule = Rule::within(30.0).unwrap();
    let points: Points = (0..1_000).map(|at| Some([f64::from(at) / 5.0, 7.0])).collect();
    let expected = Matcher::new(&polygons, rule).unwrap().match_points(&points);
    for _ in 0..5 {
        let matcher = Matcher::new(&polygons, rule).unwrap();
        let stop = Stop::default();
        let ask = || {
            matcher.build_index();
            Ok(matcher.match_points(&points))
        };
        std::thread::scope(|scope| {
            let stopped = scope.spawn(|| stop.during(ask));
            let others: Vec<_> =
                (0..3).map(|_| scope.spawn(|| Stop::default().during(ask))).collect();
            stop.stop();
            assert!(interrupted(stopped.join().unwrap()));
            for other in others {
                assert_eq!(other.join().unwrap().unwrap(), expected);
            }
        });
        assert!(matcher.index_stats().is_some());
    }
}
