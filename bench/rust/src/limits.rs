//! Limits of the machine: programs that read and write the same columns but return no answers.

use arrow_buffer::ScalarBuffer;
use poly_match_engine::Rule;
use rayon::prelude::*;

use crate::columns::{PointColumns, PolygonColumns};
use crate::protocol::{Engine, Result};

/// Points of one task.
const PIECE: usize = 1 << 16;

/// Reads x and y, writes a `u32`.
pub struct Stream;

/// The same, and looks up one `u32` in a table of `bytes` bytes, at a place hashed from the point.
pub struct Gather {
    /// The size of the table, a power of two.
    pub bytes: usize,
}

impl Engine for Stream {
    type Parsed = ();
    type Index = ();
    type Points = [ScalarBuffer<f64>; 2];
    type Answers = Vec<u32>;

    fn parse(&self, _polygons: &PolygonColumns, _rule: Rule) -> Result<()> {
        Ok(())
    }

    fn build(&self, _parsed: &(), _rule: Rule) -> Result<()> {
        Ok(())
    }

    fn convert(&self, points: &PointColumns, rows: usize) -> Self::Points {
        points.first(rows)
    }

    fn ask(&self, _index: &(), points: &Self::Points) -> Result<Vec<u32>> {
        Ok(each(points, |x, y| (x.to_bits() ^ y.to_bits()) as u32))
    }

    fn rows(&self, answers: Vec<u32>) -> Vec<u32> {
        answers
    }
}

impl Engine for Gather {
    type Parsed = ();
    type Index = Vec<u32>;
    type Points = [ScalarBuffer<f64>; 2];
    type Answers = Vec<u32>;

    fn parse(&self, _polygons: &PolygonColumns, _rule: Rule) -> Result<()> {
        Ok(())
    }

    fn build(&self, _parsed: &(), _rule: Rule) -> Result<Vec<u32>> {
        Ok((0..(self.bytes / size_of::<u32>()) as u32).collect())
    }

    fn convert(&self, points: &PointColumns, rows: usize) -> Self::Points {
        Stream.convert(points, rows)
    }

    fn ask(&self, table: &Vec<u32>, points: &Self::Points) -> Result<Vec<u32>> {
        let mask = table.len() - 1;
        Ok(each(points, |x, y| {
            // An odd multiplier (2^64 over the golden ratio) spreads the bits to the upper half.
            let mixed =
                (x.to_bits() ^ y.to_bits().rotate_left(32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            table[(mixed >> 32) as usize & mask]
        }))
    }

    fn rows(&self, answers: Vec<u32>) -> Vec<u32> {
        answers
    }
}

fn each([xs, ys]: &[ScalarBuffer<f64>; 2], one: impl Fn(f64, f64) -> u32 + Sync) -> Vec<u32> {
    let mut answers = vec![0; xs.len()];
    let pieces = answers.par_chunks_mut(PIECE).zip(xs.par_chunks(PIECE));
    pieces.zip(ys.par_chunks(PIECE)).for_each(|((answers, xs), ys)| {
        for ((answer, &x), &y) in answers.iter_mut().zip(xs).zip(ys) {
            *answer = one(x, y);
        }
    });
    answers
}
