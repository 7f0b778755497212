//! Straightforward dynamic time warping: two rows of the matrix.

use ndarray::{Array1, ArrayView1, ArrayView2};

use crate::Error;

/// The distance of each pair of rows: the minimum sum of absolute differences along a path. It is
/// infinite if only one of the rows is empty.
///
/// # Errors
///
/// [`Error::Pairs`] if the numbers of series differ.
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
        // The cell to the left in the row above, and the current cell.
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
