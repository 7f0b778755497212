use std::collections::BTreeMap;

use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, Decimal128Array, Decimal256Array, Float64Array, Int8Array, Int64Array,
    StringArray, UInt32Array, UInt64Array,
};
use arrow_buffer::i256;
use poly_match_engine::kernels::intersections::{Columns, Crossing, Profiles, reference};
use poly_match_engine::{Error, Stop};
use proptest::prelude::*;

type Line = Vec<[f64; 2]>;

/// Profiles of the surveys that are named with them.
fn profiles(lines: &[(i64, Line)]) -> Profiles {
    let traces = || {
        let numbered = lines.iter().enumerate();
        numbered.flat_map(|(profile, (survey, line))| {
            line.iter().enumerate().map(move |(at, point)| (*survey, profile as i64, at, *point))
        })
    };
    let survey: Int64Array = traces().map(|trace| Some(trace.0)).collect();
    let profile: Int64Array = traces().map(|trace| Some(trace.1)).collect();
    let index: UInt32Array = traces().map(|trace| Some(trace.2 as u32)).collect();
    let axis = |axis: usize| traces().map(|trace| Some(trace.3[axis])).collect::<Float64Array>();
    let (x, y) = (axis(0), axis(1));
    let columns = Columns { survey: &survey, profile: &profile, index: &index, x: &x, y: &y };
    Profiles::try_new(columns).expect("profiles")
}

fn crossings(lines: &[&[[f64; 2]]]) -> Vec<Crossing> {
    let lines: Vec<(i64, Line)> = lines.iter().map(|line| (0, line.to_vec())).collect();
    let profiles = profiles(&lines);
    let found = profiles.crossings(true);
    assert_eq!(found, reference::crossings(&profiles, true));
    found
}

fn points(lines: &[&[[f64; 2]]]) -> Vec<[f64; 2]> {
    crossings(lines).iter().map(|crossing| crossing.point).collect()
}

/// Lines on a coarse lattice: shared vertices, touching ends and overlaps are common.
fn lattice(size: i32) -> impl Strategy<Value = Vec<(i64, Line)>> {
    let point = (0..size, 0..size).prop_map(|(x, y)| [f64::from(x), f64::from(y)]);
    let line = (0_i64..3, prop::collection::vec(point, 0..12));
    prop::collection::vec(line, 0..9)
}

/// Lines whose vertices are anywhere, of very different size.
fn anywhere() -> impl Strategy<Value = Vec<(i64, Line)>> {
    let point = (0_u32..4).prop_flat_map(|shrink| {
        let most = 0.1_f64.powi(shrink as i32 * 2);
        [0.0..most, 0.0..most]
    });
    let line = (0_i64..3, prop::collection::vec(point, 0..30));
    prop::collection::vec(line, 0..8)
}

/// How many places two lines of whole-numbered segments have in common, in exact fractions: those
/// within both, and those that are an end.
fn exact(lines: &[(i64, Line)]) -> BTreeMap<(usize, usize), usize> {
    let whole = |[x, y]: [f64; 2]| [x as i128, y as i128];
    let segments = |line: &Line| -> Vec<[[i128; 2]; 2]> {
        let pairs = line.windows(2).map(|pair| [whole(pair[0]), whole(pair[1])]);
        pairs.filter(|[a, b]| a != b).collect()
    };
    let cross = |[a, b]: [[i128; 2]; 2], p: [i128; 2]| {
        (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])
    };
    let side = |s: [[i128; 2]; 2], p: [i128; 2]| cross(s, p).signum();
    let on = |s: [[i128; 2]; 2], p: [i128; 2]| {
        let between =
            |at: usize| s[0][at].min(s[1][at]) <= p[at] && p[at] <= s[0][at].max(s[1][at]);
        cross(s, p) == 0 && between(0) && between(1)
    };
    let mut counts = BTreeMap::new();
    for (first, (_, a)) in lines.iter().enumerate() {
        for (second, (_, b)) in lines.iter().enumerate().skip(first + 1) {
            let (a, b) = (segments(a), segments(b));
            // Numerators over a denominator without a common factor.
            let mut places: Vec<[i128; 3]> = Vec::new();
            let reduced = |[x, y, over]: [i128; 3]| {
                let factor = gcd(gcd(x, y), over) * over.signum();
                [x, y, over].map(|number| number / factor)
            };
            let place = |[x, y]: [i128; 2]| [x, y, 1];
            for &s in &a {
                for &t in &b {
                    places.extend(s.into_iter().filter(|&p| on(t, p)).map(place));
                    places.extend(t.into_iter().filter(|&p| on(s, p)).map(place));
                    if side(s, t[0]) * side(s, t[1]) < 0 && side(t, s[0]) * side(t, s[1]) < 0 {
                        let (to_a, to_b) = (cross(t, s[0]), -cross(t, s[1]));
                        let at = |axis: usize| s[0][axis] * to_b + s[1][axis] * to_a;
                        places.push(reduced([at(0), at(1), to_a + to_b]));
                    }
                }
            }
            places.sort_unstable();
            places.dedup();
            if !places.is_empty() {
                counts.insert((first, second), places.len());
            }
        }
    }
    counts
}

fn gcd(a: i128, b: i128) -> i128 {
    if b == 0 { a.abs() } else { gcd(b, a % b) }
}

proptest! {
    #[test]
    fn the_same_as_all_pairs_on_a_lattice(lines in lattice(6), within: bool) {
        let profiles = profiles(&lines);
        let found = profiles.crossings(within);
        prop_assert_eq!(&found, &reference::crossings(&profiles, within));
    }

    #[test]
    fn the_same_as_all_pairs_anywhere(lines in anywhere(), within: bool) {
        let profiles = profiles(&lines);
        prop_assert_eq!(profiles.crossings(within), reference::crossings(&profiles, within));
    }

    #[test]
    fn as_many_as_in_exact_fractions(lines in lattice(7)) {
        let starts: Vec<usize> = lines
            .iter()
            .scan(0, |rows, (_, line)| { *rows += line.len(); Some(*rows) })
            .collect();
        let profile = |row: u32| starts.partition_point(|&end| end <= row as usize);
        // All are of different surveys here, so that each is held against each.
        let mut counts = BTreeMap::new();
        for crossing in profiles(&lines).crossings(true) {
            let pair = crossing.rows.map(|rows| profile(rows[0]));
            *counts.entry((pair[0], pair[1])).or_insert(0) += 1;
        }
        prop_assert_eq!(counts, exact(&lines));
    }
}

#[test]
fn a_grid_of_surveys() {
    // Enough segments for grids within grids; a knot of lines in one corner.
    let wobble = |at: usize, line: usize| ((at * 37 + line * 101) % 19) as f64 / 40.0;
    let mut lines: Vec<(i64, Line)> = Vec::new();
    for line in 0..20 {
        let along = |at: usize| (at as f64 * 0.37, line as f64 * 5.0 + wobble(at, line));
        lines.push((0, (0..270).map(|at| along(at).into()).collect()));
        lines.push((1, (0..270).map(along).map(|(x, y)| [y, x]).collect()));
    }
    for line in 0..30 {
        let turn = f64::from(line) * 0.21;
        lines.push((2, vec![[-turn.cos(), -turn.sin()], [turn.cos(), turn.sin()]]));
        lines.push((3, vec![[-5.0, f64::from(line)], [105.0, 100.0 - f64::from(line)]]));
    }
    let profiles = profiles(&lines);
    for within in [false, true] {
        let found = profiles.crossings(within);
        assert!(found.len() > 400);
        assert_eq!(found, reference::crossings(&profiles, within));
        let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
        assert_eq!(one.install(|| profiles.crossings(within)), found);
    }
}

#[test]
fn every_point_once() {
    let across = [[0.0, 0.0], [4.0, 4.0]];
    // A crossing, an end on the other, a shared end, a shared vertex, a vertex on the other.
    assert_eq!(points(&[&across, &[[0.0, 4.0], [4.0, 0.0]]]), [[2.0, 2.0]]);
    assert_eq!(points(&[&across, &[[1.0, 1.0], [4.0, 0.0]]]), [[1.0, 1.0]]);
    assert_eq!(points(&[&across, &[[4.0, 4.0], [9.0, 0.0]]]), [[4.0, 4.0]]);
    let (bent, other) =
        ([[0.0, 0.0], [2.0, 2.0], [4.0, 0.0]], [[0.0, 4.0], [2.0, 2.0], [4.0, 4.0]]);
    assert_eq!(points(&[&bent, &other]), [[2.0, 2.0]]);
    assert_eq!(points(&[&across, &[[0.0, 3.0], [3.0, 3.0], [3.0, 0.0]]]), [[3.0, 3.0]]);
    // A ring touches in the vertex in which it begins and ends.
    let ring = [[2.0, 2.0], [3.0, 0.0], [4.0, 1.0], [2.0, 2.0]];
    assert_eq!(points(&[&across, &ring]), [[2.0, 2.0]]);
    // Places that repeat, and a profile of one place, which is none.
    let halting = [[0.0, 4.0], [2.0, 2.0], [2.0, 2.0], [2.0, 2.0], [4.0, 0.0]];
    assert_eq!(points(&[&across, &halting]), [[2.0, 2.0]]);
    assert!(points(&[&across, &[[2.0, 2.0]]]).is_empty());
    assert!(points(&[&across, &[[2.0, 2.0], [2.0, 2.0]]]).is_empty());
    // Nothing crosses itself.
    assert!(points(&[&[[0.0, 0.0], [2.0, 0.0], [2.0, 2.0], [1.0, -1.0]]]).is_empty());
}

#[test]
fn a_place_is_one_however_often_profiles_come_by() {
    let there_and_back = [[0.0, 0.0], [4.0, 0.0], [0.0, 0.0]];
    let found = crossings(&[&there_and_back, &[[2.0, -1.0], [2.0, 1.0]]]);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].rows, found[0].point), ([[0, 1], [3, 4]], [2.0, 0.0]));
    // A third is no float: from both sides of the line, and by segments of other directions.
    let third = [[0.0, 0.0], [1.0, 3.0], [0.0, 2.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]];
    let across = [[0.0, 1.0], [9.0, 1.0], [-9.0, 1.0]];
    assert_eq!(points(&[&third, &across])[..2], [[1.0 / 3.0, 1.0], [1.0, 1.0]]);
    // Two places that round to one.
    let corner = [[0.0, 1.0_f64.next_down()], [1.0, 1.0], [0.0, 1.0_f64.next_up()]];
    let below = 1.0_f64.next_down();
    let found = points(&[&corner, &[[below, 0.0], [below, 2.0]]]);
    assert_eq!(found, [[below, 1.0], [below, 1.0]]);
}

#[test]
fn profiles_that_go_to_and_fro() {
    // A place of all 2,000 * 2,000 pairs of segments, which are all different.
    let star = |turned: bool| -> Line {
        let ray = |at: usize| {
            let far = if at.is_multiple_of(2) { 1.0 } else { -1.0 };
            let [x, y] = [far * (1 + at) as f64, far * (1 + at * 7 % 1_999) as f64];
            if turned { [-y, x] } else { [x, y] }
        };
        (0..2_000).map(ray).collect()
    };
    let there_and_back: Line = (0..4_000).map(|at| [f64::from(at % 2) * 4.0 - 2.0, 0.0]).collect();
    let profiles = profiles(&[(0, there_and_back.clone()), (1, star(false)), (2, star(true))]);
    let found = profiles.crossings(false);
    let of_first = reference::crossings(
        &self::profiles(&[(0, there_and_back[..2].to_vec()), (1, star(false))]),
        false,
    );
    let first: Vec<[f64; 2]> = found
        .iter()
        .filter(|crossing| crossing.rows[1][0] < 6_000 && crossing.rows[0][0] < 4_000)
        .map(|crossing| crossing.point)
        .collect();
    assert_eq!(first, of_first.iter().map(|crossing| crossing.point).collect::<Vec<_>>());
}

#[test]
fn work_can_be_stopped() {
    let line = |shift: f64| -> Line {
        (0..300).map(|at| [f64::from(at * 7 % 300), shift + f64::from(at)]).collect()
    };
    let profiles = profiles(&[(0, line(0.0)), (1, line(0.5))]);
    assert!(!profiles.crossings(false).is_empty());
    let stop = Stop::default();
    stop.stop();
    let stopped = stop.during(|| Ok(profiles.crossings(false).len()));
    assert!(matches!(stopped, Err(Error::Interrupted)));
}

#[test]
fn an_index_is_in_numeric_order() {
    let survey = Int64Array::from(vec![1, 1, 1, 2, 2]);
    let profile = Int64Array::from(vec![1; 5]);
    // In the order of the index at 0, 1 and 2.
    let x = Float64Array::from(vec![1.0, 0.0, 2.0, 1.5, 1.5]);
    let y = Float64Array::from(vec![0.0, 0.0, 0.0, -1.0, 1.0]);
    let most = 10_i128.pow(38) - 1;
    let decimals = |scale| {
        let column = Decimal128Array::from(vec![0, -most, most, 1, 2]);
        column.with_precision_and_scale(38, scale).expect("decimals")
    };
    let wide = [0, -1, 1, 1, 2].map(|number| i256::from_i128(number) * i256::from_i128(most));
    let indexes: [ArrayRef; 6] = [
        Arc::new(decimals(0)),
        Arc::new(decimals(37)),
        Arc::new(Decimal256Array::from(wide.to_vec())),
        Arc::new(UInt64Array::from(vec![1 << 63, 2, u64::MAX, 1, 2])),
        Arc::new(Float64Array::from(vec![0.0, -f64::INFINITY, f64::NAN, 1.0, 2.0])),
        Arc::new(Int8Array::from(vec![0, -128, 127, 1, 2])),
    ];
    for index in &indexes {
        let columns = Columns { survey: &survey, profile: &profile, index, x: &x, y: &y };
        let found = Profiles::try_new(columns).expect("profiles").crossings(false);
        let rows: Vec<_> = found.iter().map(|crossing| crossing.rows).collect();
        assert_eq!(rows, [[[0, 2], [3, 4]]], "{}", index.data_type());
    }
    // The two zeros are equal, and then in the order of the rows.
    let zeros = Float64Array::from(vec![0.0, 9.0, -0.0, 1.0, 2.0]);
    let columns = Columns { survey: &survey, profile: &profile, index: &zeros, x: &x, y: &y };
    let found = Profiles::try_new(columns).expect("profiles").crossings(false);
    assert_eq!(found[0].rows, [[0, 2], [3, 4]]);
}

#[test]
fn a_stretch_is_told_by_its_vertices() {
    let line = [[0.0, 0.0], [6.0, 0.0]];
    assert_eq!(points(&[&line, &[[2.0, 0.0], [4.0, 0.0]]]), [[2.0, 0.0], [4.0, 0.0]]);
    assert_eq!(points(&[&line, &[[9.0, 0.0], [4.0, 0.0]]]), [[4.0, 0.0], [6.0, 0.0]]);
    assert_eq!(points(&[&line, &[[6.0, 0.0], [9.0, 0.0]]]), [[6.0, 0.0]]);
    assert!(points(&[&line, &[[7.0, 0.0], [9.0, 0.0]]]).is_empty());
    // Joins, runs along with a vertex between, leaves; and the same the other way round.
    let mut other = [[1.0, 5.0], [1.0, 0.0], [3.0, 0.0], [5.0, 0.0], [5.0, 5.0]];
    let expected = [[1.0, 0.0], [3.0, 0.0], [5.0, 0.0]];
    assert_eq!(points(&[&line, &other]), expected);
    other.reverse();
    assert_eq!(points(&[&line, &other]), expected);
    let upright = [[0.0, 6.0], [0.0, 0.0]];
    assert_eq!(points(&[&upright, &[[0.0, 1.0], [0.0, 9.0]]]), [[0.0, 6.0], [0.0, 1.0]]);
}

#[test]
fn traces_before_and_after() {
    let line = [[0.0, 0.0], [2.0, 0.0], [4.0, 0.0]];
    let rows = |other: &[[f64; 2]]| crossings(&[&line, other])[0].rows;
    assert_eq!(rows(&[[3.0, -1.0], [3.0, 1.0]]), [[1, 2], [3, 4]]);
    // A vertex is the trace after, at the start of a profile the one before.
    assert_eq!(rows(&[[2.0, -1.0], [2.0, 1.0]]), [[0, 1], [3, 4]]);
    assert_eq!(rows(&[[0.0, 0.0], [-1.0, 1.0]]), [[0, 1], [3, 4]]);
    assert_eq!(rows(&[[2.0, -1.0], [2.0, 0.0], [3.0, 1.0]]), [[0, 1], [3, 4]]);
}

#[test]
fn order_of_rows() {
    // The traces of two profiles in any order; an index that ties, and text for names.
    let survey = StringArray::from(vec!["a"; 8]);
    let profile = StringArray::from(vec!["q", "p", "q", "p", "p", "q", "p", "q"]);
    let index = Float64Array::from(vec![2.0, 7.0, -1.0, 5.0, 6.0, 2.0, 6.0, f64::INFINITY]);
    let x = Float64Array::from(vec![0.0, 9.0, 0.0, 1.0, 1.0, 0.0, 2.0, 8.0]);
    let y = Float64Array::from(vec![1.0, 5.0, 0.0, 0.5, 0.5, 3.0, 0.5, 3.0]);
    let columns = Columns { survey: &survey, profile: &profile, index: &index, x: &x, y: &y };
    let found = Profiles::try_new(columns).expect("profiles").crossings(true);
    // q: (0, 0) row 2, (0, 1) row 0, (0, 3) row 5, (8, 3) row 7. p: rows 3, 4 at one place, 6, 1.
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].rows, [[5, 7], [6, 1]]);
    assert_eq!(found[0].point[1], 3.0);
}

#[test]
fn rows_that_are_not_known_are_left_out() {
    let survey = Int64Array::from(vec![Some(1), Some(1), Some(1), None, Some(2), Some(2), Some(2)]);
    let profile =
        Int64Array::from(vec![Some(1), Some(1), Some(1), Some(1), Some(1), None, Some(1)]);
    let index = Int64Array::from(vec![Some(0), Some(1), Some(2), Some(3), Some(0), Some(1), None]);
    let x = Float64Array::from(vec![0.0, f64::NAN, 4.0, 4.0, 2.0, 2.0, 2.0]);
    let y = Float64Array::from(vec![0.0, 0.0, 0.0, 9.0, -2.0, 2.0, 2.0]);
    let read = |x: &dyn Array, y: &dyn Array, index: &dyn Array| {
        Profiles::try_new(Columns { survey: &survey, profile: &profile, index, x, y })
    };
    // Survey 2 has one trace left, survey 1 two.
    let left = read(&x, &y, &index).expect("profiles");
    assert_eq!((left.len(), left.crossings(false).len()), (1, 0));
    let far = Float64Array::from(vec![0.0, 0.0, 4.0, 4.0, 2.0, 2.0, 2e150]);
    let error = read(&x, &far, &index).expect_err("far").to_string();
    assert_eq!(error, "column 'y', row 6: expected a coordinate of at most 1e150, got 2e150");
    let error = read(&x, &y.slice(0, 3), &index).expect_err("lengths").to_string();
    assert_eq!(error, "y: expected 7 rows, as many as survey has, got 3");
    let text = StringArray::from(vec!["1"; 7]);
    let error = read(&text, &y, &index).expect_err("text").to_string();
    assert_eq!(error, "column 'x': expected coordinates: numbers, got Utf8");
    assert!(read(&x, &y, &text).is_ok());
    let none = Columns {
        survey: &survey.slice(0, 0),
        profile: &profile.slice(0, 0),
        index: &index.slice(0, 0),
        x: &x.slice(0, 0),
        y: &y.slice(0, 0),
    };
    assert!(Profiles::try_new(none).expect("none").crossings(true).is_empty());
}

#[test]
fn profiles_are_numbered_by_the_rows_that_are_left() {
    let (survey, profile) = (Int64Array::from(vec![2, 1, 1, 2, 2]), Int64Array::from(vec![1; 5]));
    let index = Int64Array::from(vec![0, 0, 1, 1, 2]);
    let y = Float64Array::from(vec![0.0, 0.0, 2.0, 0.5, 1.5]);
    for unknown in [None, Some(f64::NAN), Some(f64::INFINITY)] {
        let x = Float64Array::from(vec![unknown, Some(1.0), Some(1.0), Some(0.0), Some(2.0)]);
        let columns = Columns { survey: &survey, profile: &profile, index: &index, x: &x, y: &y };
        let found = Profiles::try_new(columns).expect("profiles").crossings(false);
        // Those that are left keep their numbers.
        assert_eq!(found[0].rows, [[1, 2], [3, 4]]);
    }
}

#[test]
fn far_apart_and_close_together() {
    // At 1e150, at 1e-150, and a few units in the last place apart.
    for scale in [1e150, 1.0, 1e-150] {
        let [a, b] = [[[0.0, 0.0], [1.0, 1.0]], [[0.0, 1.0], [1.0, 0.0]]]
            .map(|line| line.map(|point| point.map(|coordinate: f64| coordinate * scale)));
        assert_eq!(points(&[&a, &b]), [[0.5 * scale, 0.5 * scale]]);
    }
    let near = 0.5_f64.next_up();
    assert_eq!(points(&[&[[0.0, 0.0], [1.0, 1.0]], &[[0.5, near], [0.0, 9.0]]]).len(), 0);
    assert_eq!(points(&[&[[0.0, 0.0], [1.0, 1.0]], &[[0.5, 0.5], [0.0, 9.0]]]).len(), 1);
    // Many segments in a box that is but rounding wide.
    let tiny = |line: usize| -> Line {
        let step = f64::EPSILON;
        (0..60)
            .map(|at| [1.0 + ((at * 7 + line) % 11) as f64 * step, 1.0 + at as f64 * step])
            .collect()
    };
    let lines: Vec<(i64, Line)> = (0..4).map(|line| (0, tiny(line))).collect();
    let profiles = profiles(&lines);
    assert_eq!(profiles.crossings(true), reference::crossings(&profiles, true));
}
