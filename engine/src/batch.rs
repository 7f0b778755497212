//! Whole columns: pieces to threads, blocks to the matcher, answers to an Arrow array.

use arrow_array::{Array, ArrayRef, UInt32Array};
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer};
use arrow_schema::{DataType, Field};
use rayon::prelude::*;

use crate::cover::{BLOCK, NONE};
use crate::crs::Crs;
use crate::error::Result;
use crate::matcher::Matcher;
use crate::points::{Coordinates, Points};
use crate::srid::ColumnState;
use crate::stop::{self, Current};
use crate::threads;

/// Rows from which a call answers on all threads; below it stays on the caller's.
///
/// Engines that cut a table into morsels call from several threads of their own, with fewer rows a
/// call than this: there, more threads would only be in the way.
pub const PARALLEL_ROWS: usize = 200_000;

/// Rows of one task; a multiple of [`BLOCK`].
pub(crate) const PIECE: usize = 1 << 16;

impl Matcher {
    /// For each point the row number of the best polygon that qualifies.
    ///
    /// `column` is the name for errors. Null where the point is null or not one
    /// ([`Rule::accepts`](crate::Rule::accepts)), and where no polygon qualifies.
    ///
    /// # Errors
    ///
    /// Those of [`Points::try_new`]; of several the one with the lowest row.
    pub fn match_column(&self, column: &str, points: &dyn Array) -> Result<UInt32Array> {
        let mut answers = self.match_chunks(column, &[points.slice(0, points.len())])?;
        Ok(answers.pop().unwrap_or_else(|| UInt32Array::from(Vec::<u32>::new())))
    }

    /// As [`Matcher::match_column`] for a column in several chunks; one array of answers a chunk.
    ///
    /// Row numbers in errors count over all chunks.
    ///
    /// # Errors
    ///
    /// Those of [`Matcher::match_column`].
    pub fn match_chunks(&self, column: &str, chunks: &[ArrayRef]) -> Result<Vec<UInt32Array>> {
        self.match_field(&Field::new(column, DataType::Null, true), chunks)
    }

    /// As [`Matcher::match_chunks`] for a column whose name and extension type the field has.
    ///
    /// # Errors
    ///
    /// Those of [`Matcher::match_column`] and of [`Points::from_field`].
    pub fn match_field(&self, field: &Field, chunks: &[ArrayRef]) -> Result<Vec<UInt32Array>> {
        self.match_next(field, chunks, &mut ColumnState::default())
    }

    /// As [`Matcher::match_field`] for the next chunks of a column, which has been read up to there.
    ///
    /// # Errors
    ///
    /// Those of [`Matcher::match_field`]; rows are counted over all of the column.
    pub fn match_next(
        &self,
        field: &Field,
        chunks: &[ArrayRef],
        state: &mut ColumnState,
    ) -> Result<Vec<UInt32Array>> {
        self.prepare(chunks.iter().map(|chunk| chunk.len()).sum());
        let mut answers: Vec<_> = chunks.iter().map(|chunk| Answers::new(chunk.len())).collect();
        let places = answers.iter_mut().flat_map(Answers::pieces);
        let column = Column { field, crs: self.crs(), state };
        in_pieces(column, chunks, places, |points, (_, rows, valid)| {
            self.answer(points, 0, rows, valid);
        })?;
        Ok(answers.into_iter().map(Answers::finish).collect())
    }

    /// As [`Matcher::match_column`] for points that have been read already, whose reference system
    /// is not compared.
    pub fn match_points(&self, points: &Points) -> UInt32Array {
        self.prepare(points.len());
        let mut answers = Answers::new(points.len());
        let answer = |(first, rows, valid)| self.answer(points, first, rows, valid);
        if points.len() >= PARALLEL_ROWS {
            let pieces: Vec<_> = answers.pieces().collect();
            let current = Current::get();
            let answer = |piece| current.during(|| answer(piece));
            threads::install(|| pieces.into_par_iter().for_each(answer));
        } else {
            answers.pieces().for_each(answer);
        }
        answers.finish()
    }

    /// Answers for the points from `first` on, as many as `rows` has places.
    fn answer(&self, points: &Points, first: usize, rows: &mut [u32], valid: &mut [u64]) {
        let (mut xs, mut ys) = ([0.0; BLOCK], [0.0; BLOCK]);
        for (at, (rows, valid)) in rows.chunks_mut(BLOCK).zip(valid).enumerate() {
            if stop::is_stopped() {
                return;
            }
            let first = first + at * BLOCK;
            match points.coordinates() {
                Coordinates::Separated { x, y } => {
                    xs[..rows.len()].copy_from_slice(&x[first..first + rows.len()]);
                    ys[..rows.len()].copy_from_slice(&y[first..first + rows.len()]);
                }
                Coordinates::Interleaved(xy) => {
                    let pairs = xy[2 * first..2 * (first + rows.len())].as_chunks::<2>().0;
                    for ((x, y), pair) in xs.iter_mut().zip(&mut ys).zip(pairs) {
                        [*x, *y] = *pair;
                    }
                }
            }
            self.resolve(&xs, &ys, rows);
            let mut word = matched_bits(rows);
            if let Some(nulls) = points.nulls() {
                for bit in (0..rows.len()).filter(|bit| nulls.is_null(first + bit)) {
                    word &= !(1 << bit);
                }
            }
            *valid = word.to_le();
        }
    }
}

/// A column of points that is to be read, and with what.
pub(crate) struct Column<'a> {
    pub(crate) field: &'a Field,
    /// The reference system of the polygons.
    pub(crate) crs: Option<&'a Crs>,
    pub(crate) state: &'a mut ColumnState,
}

/// Reads a column of points piece by piece, each with one of `places`, and gives what `work` makes
/// of the pieces, in order: on all threads for many rows.
///
/// The pieces of a chunk are of [`PIECE`] rows, but for the last. Of several errors the one with
/// the lowest row; then that of a reference system which is not that of the polygons. Stopped work
/// ends within a piece.
pub(crate) fn in_pieces<P: Send, T: Send>(
    column: Column<'_>,
    chunks: &[ArrayRef],
    places: impl Iterator<Item = P>,
    work: impl Fn(&Points, P) -> T + Sync,
) -> Result<Vec<T>> {
    let Column { field, crs, state } = column;
    let crs = state.polygons.clone().or(crs.cloned());
    let stated = Crs::of_field(field)?;
    Crs::agree(stated.as_ref(), crs.as_ref())?;
    let mut pieces = Vec::new();
    let mut rows = 0;
    for chunk in chunks {
        for first in (0..chunk.len()).step_by(PIECE) {
            let piece = chunk.slice(first, PIECE.min(chunk.len() - first));
            pieces.push((piece, state.rows + rows + first));
        }
        rows += chunk.len();
    }
    // Points are read piece by piece, so that converting them is shared between threads too.
    let current = Current::get();
    let one = |((piece, first_row), place): ((ArrayRef, usize), P)| {
        current.check()?;
        let points = Points::from_field_with_first_row(field, &*piece, first_row)?;
        Ok((work(&points, place), points.srids()))
    };
    let pieces = pieces.into_iter().zip(places);
    let done: Result<Vec<_>> = if rows >= PARALLEL_ROWS {
        // All are tried, so that of several errors it is always the same.
        let pieces: Vec<_> = pieces.collect();
        let one = |piece| current.during(|| one(piece));
        let done: Vec<_> = threads::install(|| pieces.into_par_iter().map(one).collect());
        done.into_iter().collect()
    } else {
        pieces.map(one).collect()
    };
    let (done, srids): (Vec<_>, Vec<_>) = done?.into_iter().unzip();
    srids.into_iter().for_each(|srids| state.srids.merge(srids));
    let stated = state.srids.of_column(field.name(), stated.as_ref())?;
    Crs::agree(stated.as_ref(), crs.as_ref())?;
    state.rows += rows;
    Ok(done)
}

/// One bit for each of at most 64 rows: whether there is an answer.
fn matched_bits(rows: &[u32]) -> u64 {
    let mut matched = [0_u8; BLOCK];
    for (matched, &row) in matched.iter_mut().zip(rows) {
        *matched = u8::from(row != NONE);
    }
    // Eight bytes of 0 or 1 become eight bits by one multiplication: the product has the sum of
    // the bytes, each shifted to its own bit, in its highest byte.
    let bytes = matched.as_chunks::<8>().0.iter().rev();
    bytes.fold(0, |word, &eight| {
        word << 8 | u64::from_le_bytes(eight).wrapping_mul(0x0102_0408_1020_4080) >> 56
    })
}

/// A column of answers while it is filled.
struct Answers {
    rows: Vec<u32>,
    /// One bit a row, in words of little-endian bytes.
    valid: Vec<u64>,
}

impl Answers {
    fn new(len: usize) -> Self {
        Self { rows: vec![0; len], valid: vec![0; len.div_ceil(64)] }
    }

    /// Parts that can be filled on different threads: first row, rows, validity.
    fn pieces(&mut self) -> impl Iterator<Item = (usize, &mut [u32], &mut [u64])> {
        let pieces = self.rows.chunks_mut(PIECE).zip(self.valid.chunks_mut(PIECE / 64));
        pieces.enumerate().map(|(at, (rows, valid))| (at * PIECE, rows, valid))
    }

    fn finish(self) -> UInt32Array {
        let valid = BooleanBuffer::new(Buffer::from_vec(self.valid), 0, self.rows.len());
        let nulls = Some(NullBuffer::new(valid)).filter(|nulls| nulls.null_count() > 0);
        UInt32Array::new(self.rows.into(), nulls)
    }
}
