//! Dynamic time warping as one would write it down: two rows of the matrix.

use ndarray::{Array1, ArrayView1, ArrayView2};

use crate::Error;

/// The distance of each pair of rows: the least sum of absolute differences along a path. Infinite
/// where one row is empty and the other is not.
///
/// # Errors
///
/// [`Error::Pairs`] where there are not as many of the one as of the other.
pub fn distances(a: ArrayView2<f64>, b: ArrayView2<f64>) -> Result<Array1<f64>, Error> {
    if a.nrows() != b.nrows() {
        return Err(Error::Pairs { a: a.nrows(), b: b.nrows() });
    }
    Ok(a.rows().into_iter().zip(b.rows()).map(|(a, b)| distance(a, b)).collect())
}

/// The distance of two series.
pub fn distance(a: ArrayView1<f64>, b: ArrayView1<f64>) -> f64 {
    let mut row = vec![f64::INFINITY; b.len() + 1];
    if let Some(first) = row.first_mut() {
        *first = 0.0;
    }
    for x in a {
        // What was to the left of this cell in the row above, and what is now.
        let (mut diagonal, mut left) = (f64::INFINITY, f64::INFINITY);
        let mut cells = row.iter_mut();
        if let Some(first) = cells.next() {
            diagonal = std::mem::replace(first, f64::INFINITY);
        }
        for (cell, y) in cells.zip(b) {
            let least = diagonal.min(*cell).min(left);
            diagonal = *cell;
            left = (x - y).abs() + least;
            *cell = left;
        }
    }
    row.last().copied().unwrap_or(f64::INFINITY)
}
