//! Dynamic time warping by the definition: the full matrix, row by row.

use super::{Dtw, Pair};

/// The least sum to each pair of values, infinite where none leads: `[i][j]`.
pub fn matrix(a: &[f64], b: &[f64], dtw: Dtw) -> Vec<Vec<f64>> {
    let mut sums = vec![vec![f64::INFINITY; b.len()]; a.len()];
    for i in 0..a.len() {
        for j in 0..b.len() {
            if !within(i, j, a.len(), b.len(), dtw.window) {
                continue;
            }
            let least = before(i, j)
                .into_iter()
                .map(|[i, j]| sums[i as usize][j as usize])
                .fold(if (i, j) == (0, 0) { 0.0 } else { f64::INFINITY }, f64::min);
            sums[i][j] = (a[i] - b[j]).abs() + least;
        }
    }
    sums
}

/// The distance; `None` where a series is empty.
pub fn distance(a: &[f64], b: &[f64], dtw: Dtw) -> Option<f64> {
    matrix(a, b, dtw).last().and_then(|row| row.last()).copied()
}

/// The path, by the rule of [`Dtw::path`].
pub fn path(a: &[f64], b: &[f64], dtw: Dtw) -> Option<Vec<Pair>> {
    let sums = matrix(a, b, dtw);
    let sum = |pair: &Pair| sums[pair[0] as usize][pair[1] as usize];
    let (mut i, mut j) = (a.len().checked_sub(1)?, b.len().checked_sub(1)?);
    let mut path = vec![[i as u32, j as u32]];
    // `min_by` takes the first of equals.
    while let Some(best) = before(i, j).into_iter().min_by(|a, b| sum(a).total_cmp(&sum(b))) {
        path.push(best);
        (i, j) = (best[0] as usize, best[1] as usize);
    }
    path.reverse();
    Some(path)
}

/// Whether a pair is in the window.
pub fn within(i: usize, j: usize, n: usize, m: usize, window: Option<usize>) -> bool {
    let Some(window) = window else { return true };
    let [i, j, n, m, window] = [i, j, n, m, window].map(|count| count as i128);
    (0.min(m - n) - window..=0.max(m - n) + window).contains(&(j - i))
}

/// The pairs that a step leads from to this one: in both series, in the first, in the second.
fn before(i: usize, j: usize) -> Vec<Pair> {
    let (i, j) = (i as u32, j as u32);
    let mut pairs = Vec::new();
    if i > 0 && j > 0 {
        pairs.push([i - 1, j - 1]);
    }
    if i > 0 {
        pairs.push([i - 1, j]);
    }
    if j > 0 {
        pairs.push([i, j - 1]);
    }
    pairs
}
