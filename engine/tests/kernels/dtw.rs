use arrow_array::builder::{FixedSizeListBuilder, Float64Builder};
use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Float64Type, Int64Type, UInt32Type};
use arrow_array::{Array, Int64Array, LargeListArray, ListArray, NullArray};
use poly_match_engine::kernels::dtw::{Dtw, Pair, SeriesColumn, reference};
use poly_match_engine::{Error, Stop};
use proptest::prelude::*;

fn series(most: usize) -> impl Strategy<Value = Vec<f64>> {
    // Ties are common among whole numbers, and sums exact.
    let whole = prop::collection::vec((-4_i32..5).prop_map(f64::from), 1..most);
    let any = prop::collection::vec(-1e3_f64..1e3, 1..most);
    prop_oneof![whole, any]
}

fn window() -> impl Strategy<Value = Dtw> {
    prop::option::of(prop_oneof![0_usize..4, 0_usize..90]).prop_map(|window| Dtw { window })
}

/// What a path costs, if it is one.
fn cost(a: &[f64], b: &[f64], dtw: Dtw, path: &[Pair]) -> Option<f64> {
    let (first, last) = (path.first()?, path.last()?);
    let ends = *first == [0, 0] && *last == [a.len() as u32 - 1, b.len() as u32 - 1];
    let steps = path.windows(2).all(|pair| {
        let step = [pair[1][0] - pair[0][0], pair[1][1] - pair[0][1]];
        [[1, 0], [0, 1], [1, 1]].contains(&step)
    });
    let inside = path
        .iter()
        .all(|&[i, j]| reference::within(i as usize, j as usize, a.len(), b.len(), dtw.window));
    let costs = path.iter().map(|&[i, j]| (a[i as usize] - b[j as usize]).abs());
    // In the order in which the matrix adds them up.
    (ends && steps && inside).then(|| costs.fold(0.0, |sum, cost| cost + sum))
}

proptest! {
    #[test]
    fn the_same_as_the_full_matrix(a in series(90), b in series(90), dtw in window()) {
        let distance = dtw.distance(&a, &b);
        prop_assert_eq!(distance, reference::distance(&a, &b, dtw));
        prop_assert_eq!(distance, dtw.distance(&b, &a));
        let path = dtw.path(&a, &b).expect("memory");
        prop_assert_eq!(&path, &reference::path(&a, &b, dtw));
        prop_assert_eq!(path.and_then(|path| cost(&a, &b, dtw, &path)), distance);
    }

    #[test]
    fn a_wider_window_is_no_farther(a in series(40), b in series(40), window in 0_usize..30) {
        let within = |window| Dtw { window }.distance(&a, &b);
        prop_assert!(within(Some(window + 1)) <= within(Some(window)));
        prop_assert!(within(None) <= within(Some(window)));
        prop_assert_eq!(within(Some(a.len() + b.len())), within(None));
        prop_assert_eq!(within(Some(usize::MAX)), within(None));
    }
}

#[test]
fn without_room_to_bend_values_are_paired_as_they_are() {
    let (a, b) = ([1.0, 5.0, 2.0], [2.0, 2.0, 9.0]);
    let straight = Dtw { window: Some(0) };
    assert_eq!(straight.distance(&a, &b), Some(1.0 + 3.0 + 7.0));
    assert_eq!(straight.path(&a, &b).expect("memory"), Some(vec![[0, 0], [1, 1], [2, 2]]));
    // Of unequal lengths there is still a way: between the diagonals of both ends.
    assert_eq!(straight.distance(&a, &[1.0, 1.0, 5.0, 5.0, 2.0]), Some(0.0));
    assert_eq!(straight.distance(&a, &[1.0, 5.0, 5.0, 5.0, 5.0, 2.0]), Some(0.0));
}

#[test]
fn of_equal_paths_the_one_that_goes_back_in_both() {
    let path = |a: &[f64], b: &[f64]| Dtw::default().path(a, b).expect("memory").expect("a path");
    assert_eq!(path(&[0.0; 3], &[0.0; 3]), [[0, 0], [1, 1], [2, 2]]);
    assert_eq!(path(&[0.0; 2], &[0.0; 4]), [[0, 0], [0, 1], [0, 2], [1, 3]]);
    assert_eq!(path(&[0.0; 3], &[0.0]), [[0, 0], [1, 0], [2, 0]]);
    // Back from (1, 1), (0, 1) and (1, 0) are better than (0, 0) and as good as each other.
    assert_eq!(path(&[3.0, 0.0], &[0.0, 3.0]).len(), 2);
    let (a, b) = ([0.0, 2.0, 0.0, 2.0], [0.0, 2.0, 0.0, 2.0]);
    assert_eq!(path(&a, &b), [[0, 0], [1, 1], [2, 2], [3, 3]]);
}

#[test]
fn sums_past_all_numbers_are_infinite() {
    let (a, b) = ([1e308, -1e308, 1e308], [-1e308, 1e308, -1e308, 1e308]);
    for window in [None, Some(0), Some(1)] {
        let dtw = Dtw { window };
        assert_eq!(dtw.distance(&a, &b), Some(f64::INFINITY));
        let path = dtw.path(&a, &b).expect("memory").expect("a path");
        assert_eq!(Some(&path), reference::path(&a, &b, dtw).as_ref());
        assert_eq!(cost(&a, &b, dtw, &path), Some(f64::INFINITY));
    }
}

/// A column with a null series, an empty one, and ones with values that cannot be compared.
fn lists() -> LargeListArray {
    LargeListArray::from_iter_primitive::<Float64Type, _, _>([
        Some(vec![Some(1.0), Some(2.0)]),
        None,
        Some(vec![]),
        Some(vec![Some(1.0), None]),
        Some(vec![Some(f64::NAN)]),
        Some(vec![Some(1.0), Some(f64::INFINITY)]),
        Some(vec![Some(4.0)]),
    ])
}

fn read(array: &dyn Array) -> SeriesColumn {
    SeriesColumn::try_new("series", array).expect("series")
}

#[test]
fn what_cannot_be_compared_is_null() {
    let (dtw, lists) = (Dtw::default(), lists());
    let distances = dtw.distances(&read(&lists), &read(&lists)).expect("distances");
    let expected = [Some(0.0), None, None, None, None, None, Some(0.0)];
    assert_eq!(distances.iter().collect::<Vec<_>>(), expected);
    let sliced = lists.slice(5, 2);
    let distances = dtw.distances(&read(&sliced), &read(&lists.slice(0, 2))).expect("distances");
    assert_eq!(distances.iter().collect::<Vec<_>>(), [None, None]);
    let paths = dtw.paths(&read(&lists), &read(&lists.slice(0, 1))).expect("paths");
    let known: Vec<bool> = paths.iter().map(|path| path.is_some()).collect();
    assert_eq!(known, [true, false, false, false, false, false, true]);
    let last = paths.value(6);
    let axis = |axis| last.as_struct().column(axis).as_primitive::<UInt32Type>().values().to_vec();
    assert_eq!((axis(0), axis(1)), (vec![0, 0], vec![0, 1]));
}

#[test]
fn one_series_is_held_against_all() {
    let (dtw, lists) = (Dtw::default(), lists());
    let one = ListArray::from_iter_primitive::<Int64Type, _, _>([Some(vec![Some(1), Some(3)])]);
    let expected = [Some(1.0), None, None, None, None, None, Some(3.0 + 1.0)];
    for (a, b) in [(&lists as &dyn Array, &one as &dyn Array), (&one, &lists)] {
        let distances = dtw.distances(&read(a), &read(b)).expect("distances");
        assert_eq!(distances.iter().collect::<Vec<_>>(), expected);
    }
    let none = lists.slice(0, 0);
    assert_eq!(dtw.distances(&read(&one), &read(&none)).expect("none").len(), 0);
    assert_eq!(dtw.paths(&read(&none), &read(&one)).expect("none").len(), 0);
    let error = dtw.distances(&read(&lists), &read(&lists.slice(0, 3))).expect_err("lengths");
    assert_eq!(error.to_string(), "b: expected 7 rows, as many as a has, or one, got 3");
}

#[test]
fn forms_of_series() {
    let mut fixed = FixedSizeListBuilder::new(Float64Builder::new(), 2);
    fixed.values().append_slice(&[1.0, 2.0, 0.0, 0.0, 1.0, 2.0]);
    [true, false, true].into_iter().for_each(|valid| fixed.append(valid));
    let fixed = fixed.finish();
    let floats = ListArray::from_iter_primitive::<Float32Type, _, _>(
        (0..3).map(|_| Some(vec![Some(1.0), Some(2.0)])),
    );
    let distances = Dtw::default().distances(&read(&fixed), &read(&floats)).expect("distances");
    assert_eq!(distances.iter().collect::<Vec<_>>(), [Some(0.0), None, Some(0.0)]);
    assert_eq!(read(&NullArray::new(3)).len(), 3);
    let error = SeriesColumn::try_new("a", &Int64Array::from(vec![1])).expect_err("no lists");
    assert_eq!(error.to_string(), "column 'a': expected series: a list of numbers, got Int64");
}

#[test]
fn work_can_be_stopped() {
    // Hours of work, if it were done.
    let long: Vec<Option<f64>> = (0..1_000_000).map(|at| Some(f64::from(at % 7))).collect();
    let rows = std::iter::repeat_n(Some(long), 2);
    let long = read(&LargeListArray::from_iter_primitive::<Float64Type, _, _>(rows));
    let (dtw, narrow) = (Dtw::default(), Dtw { window: Some(1_000) });
    let stop = Stop::default();
    stop.stop();
    assert!(matches!(stop.during(|| dtw.distances(&long, &long)), Err(Error::Interrupted)));
    assert!(matches!(stop.during(|| narrow.paths(&long, &long)), Err(Error::Interrupted)));
    assert!(dtw.distances(&read(&lists()), &read(&lists())).is_ok());
}

#[test]
fn threads_change_nothing() {
    let wave = |row: usize| {
        let sample = |at: usize| ((at * (row % 7 + 1)) as f64 * 0.1).sin() + (row % 13) as f64;
        Some((0..50 + row % 5).map(|at| Some(sample(at))).collect::<Vec<_>>())
    };
    let column = |shift: usize| {
        let rows = (0..2_000).map(|row| wave(row + shift));
        read(&LargeListArray::from_iter_primitive::<Float64Type, _, _>(rows))
    };
    let (a, b, dtw) = (column(0), column(3), Dtw { window: Some(9) });
    let ask = || (dtw.distances(&a, &b).expect("some"), dtw.paths(&a, &b).expect("some"));
    let all = ask();
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
    assert_eq!(one.install(ask), all);
    let numbers = |shift: usize, row| -> Vec<f64> {
        wave(row + shift).into_iter().flatten().flatten().collect()
    };
    let expected =
        (0..2_000).map(|row| reference::distance(&numbers(0, row), &numbers(3, row), dtw));
    assert!(all.0.iter().eq(expected));
}
