//! Dynamic time warping: how far two series are apart once their time is bent to fit.
//!
//! A *path* pairs the values of two series: it begins with both first values, ends with both last
//! ones, and each step goes on by one in the one, in the other, or in both. The distance is the
//! least sum of absolute differences along any path. [`reference`](mod@reference) is the
//! definition: the full matrix of the sums.
//!
//! Each cell of that matrix needs the three before it, so a row of it can only be filled one cell
//! after the other. The cells of a diagonal from lower left to upper right do not need each other:
//! the matrix is filled diagonal by diagonal, several cells at once, and three diagonals are all
//! that is kept. A cell is the same sum as by the definition, bit for bit. For the path two bits a
//! cell are kept besides: the step that leads there.
//!
//! ```
//! use poly_match_engine::kernels::dtw::Dtw;
//!
//! let (a, b) = ([0.0, 1.0, 2.0], [0.0, 2.0, 2.0, 2.0]);
//! assert_eq!(Dtw::default().distance(&a, &b), Some(1.0));
//! // Both (1, 0) and (1, 1) would do for the second value of a: from the end, both go back first.
//! assert_eq!(Dtw::default().path(&a, &b)?, Some(vec![[0, 0], [1, 1], [2, 2], [2, 3]]));
//! assert_eq!(Dtw::default().distance(&a, &[]), None);
//! # Ok::<(), poly_match_engine::Error>(())
//! ```

mod band;
mod diagonals;
mod path;
pub mod reference;
mod series;

use arrow_array::{ArrayRef, Float64Array, LargeListArray, StructArray, UInt32Array};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_schema::{DataType, Field, Fields};
use rayon::prelude::*;
use std::sync::Arc;

use self::diagonals::Diagonals;
pub use self::series::SeriesColumn;
use crate::error::{Error, Result};
use crate::stop::Current;
use crate::threads;

/// Cells of the matrices of all rows from which a call answers on several threads.
const PARALLEL_CELLS: usize = 1 << 21;

/// How to compare series.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Dtw {
    /// How far a path may leave the diagonal (Sakoe and Chiba, 1978): with `n` and `m` values, `i`
    /// and `j` may be paired when `min(0, m - n) - window <= j - i <= max(0, m - n) + window`. For
    /// equal lengths that is `|i - j| <= window`; otherwise the band holds the diagonals through both
    /// ends, so that there always is a path. `None` for no bound.
    pub window: Option<usize>,
}

/// A pair of values: row number in the one series and in the other, from 0.
pub type Pair = [u32; 2];

impl Dtw {
    /// The distance of two series of finite numbers; `None` where one is empty.
    ///
    /// Infinite where the sum does not fit an `f64`.
    pub fn distance(&self, a: &[f64], b: &[f64]) -> Option<f64> {
        Diagonals::default().distance(a, b, self.window, &Current::get()).ok().flatten()
    }

    /// A path of the least sum, from `[0, 0]` to both last values; `None` where a series is empty.
    ///
    /// Of several such paths the one that, read from the end, goes back in both series wherever that
    /// is as good as the other steps, else in `a` alone where that is as good as in `b` alone.
    ///
    /// # Errors
    ///
    /// [`Error::Parameter`] if there is no memory for two bits a pair of values.
    pub fn path(&self, a: &[f64], b: &[f64]) -> Result<Option<Vec<Pair>>> {
        Diagonals::default().path(a, b, self.window, &Current::get())
    }

    /// The distances of the series of two columns, row by row; a column of one row is held against
    /// all rows of the other.
    ///
    /// Null where a series is null or empty, or has a value that is null, NaN or infinite.
    ///
    /// # Errors
    ///
    /// [`Error::Parameter`] for columns of different lengths.
    pub fn distances(&self, a: &SeriesColumn, b: &SeriesColumn) -> Result<Float64Array> {
        let stop = &Current::get();
        let distance = |diagonals: &mut Diagonals, a: &[f64], b: &[f64]| {
            diagonals.distance(a, b, self.window, stop)
        };
        Ok(each(a, b, distance)?.into_iter().collect())
    }

    /// The paths likewise, as lists of structs of two `u32`, `i` and `j`.
    ///
    /// # Errors
    ///
    /// Those of [`Dtw::distances`] and of [`Dtw::path`].
    pub fn paths(&self, a: &SeriesColumn, b: &SeriesColumn) -> Result<LargeListArray> {
        let stop = &Current::get();
        let path = |diagonals: &mut Diagonals, a: &[f64], b: &[f64]| {
            diagonals.path(a, b, self.window, stop)
        };
        let paths = each(a, b, path)?;
        let valid = NullBuffer::from_iter(paths.iter().map(Option::is_some));
        let lengths = paths.iter().map(|path| path.as_ref().map_or(0, Vec::len));
        let offsets = OffsetBuffer::from_lengths(lengths);
        let axis = |axis: usize| -> ArrayRef {
            let pairs = paths.iter().flatten().flatten();
            Arc::new(pairs.map(|pair| pair[axis]).collect::<UInt32Array>())
        };
        let pairs = StructArray::try_new(pair_fields(), vec![axis(0), axis(1)], None)?;
        let item = Arc::new(Field::new("item", pairs_type(), true));
        Ok(LargeListArray::try_new(item, offsets, Arc::new(pairs), Some(valid))?)
    }
}

fn pair_fields() -> Fields {
    ["i", "j"].map(|name| Field::new(name, DataType::UInt32, true)).into_iter().collect()
}

fn pairs_type() -> DataType {
    DataType::Struct(pair_fields())
}

/// How many pairs of values the series of two columns have, row by row: what the time goes by where
/// there is no window.
pub fn cells(a: &SeriesColumn, b: &SeriesColumn) -> usize {
    let cells = |row| pair(a, b, row).map_or(0, |(a, b)| a.len().saturating_mul(b.len()));
    (0..rows(a, b)).map(cells).fold(0, usize::saturating_add)
}

/// How many rows two columns make.
fn rows(a: &SeriesColumn, b: &SeriesColumn) -> usize {
    if a.len() == 1 { b.len() } else { a.len() }
}

/// The series of a row of both; `None` where one of them cannot be compared, or is not there.
fn pair<'a>(
    a: &'a SeriesColumn,
    b: &'a SeriesColumn,
    row: usize,
) -> Option<(&'a [f64], &'a [f64])> {
    let of = |column: &'a SeriesColumn| column.series(if column.len() == 1 { 0 } else { row });
    of(a).zip(of(b))
}

/// What `ask` says of the series of each row; `None` where one of them cannot be compared.
fn each<T: Send>(
    a: &SeriesColumn,
    b: &SeriesColumn,
    ask: impl Fn(&mut Diagonals, &[f64], &[f64]) -> Result<Option<T>> + Sync,
) -> Result<Vec<Option<T>>> {
    let rows = rows(a, b);
    if b.len() != rows && b.len() != 1 {
        let message = format!("expected {rows} rows, as many as a has, or one, got {}", b.len());
        return Err(Error::Parameter { parameter: "b", message });
    }
    let one = |diagonals: &mut Diagonals, row: usize| match pair(a, b, row) {
        Some((a, b)) => ask(diagonals, a, b),
        None => Ok(None),
    };
    if rows > 1 && cells(a, b) >= PARALLEL_CELLS {
        threads::install(|| (0..rows).into_par_iter().map_init(Diagonals::default, one).collect())
    } else {
        let mut diagonals = Diagonals::default();
        (0..rows).map(|row| one(&mut diagonals, row)).collect()
    }
}
