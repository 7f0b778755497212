use arrow_buffer::ScalarBuffer;
use poly_match_engine::Rule;
use rayon::prelude::*;

use crate::columns::{PointColumns, PolygonColumns};
use crate::protocol::{Engine, NONE, Result};

/// Points of one task.
const PIECE: usize = 1 << 12;

/// Polygons in the form that an index needs: numbered from the best to the worst.
pub trait Ranking: Sized {
    /// Reads, measures and sorts the polygons, for a rule that its indexes support.
    fn parse(columns: &PolygonColumns, rule: Rule) -> Result<Self>;

    /// Row numbers by number.
    fn rows(&self) -> &[u32];
}

/// An index that answers point by point.
pub trait Index: Sync {
    /// Writes, for each point, the lowest number of the polygons that qualify, or [`NONE`].
    fn answer(&self, xs: &[f64], ys: &[f64], numbers: &mut [u32]);
}

/// A function that builds an [`Index`].
pub type Build<R> = fn(&R) -> Result<Box<dyn Index>>;

/// An engine over an [`Index`], which distributes pieces of the points over all threads.
pub struct Search<R>(pub Build<R>);

impl<R: Ranking> Engine for Search<R> {
    type Parsed = R;
    type Index = (Box<dyn Index>, Vec<u32>);
    type Points = [ScalarBuffer<f64>; 2];
    type Answers = Vec<u32>;

    fn parse(&self, polygons: &PolygonColumns, rule: Rule) -> Result<R> {
        R::parse(polygons, rule)
    }

    fn build(&self, parsed: &R, _rule: Rule) -> Result<Self::Index> {
        Ok((self.0(parsed)?, parsed.rows().to_vec()))
    }

    fn convert(&self, points: &PointColumns, rows: usize) -> Self::Points {
        points.first(rows)
    }

    fn ask(&self, (index, rows): &Self::Index, [xs, ys]: &Self::Points) -> Result<Vec<u32>> {
        let mut answers = vec![0; xs.len()];
        let pieces = answers.par_chunks_mut(PIECE).zip(xs.par_chunks(PIECE));
        pieces.zip(ys.par_chunks(PIECE)).for_each(|((answers, xs), ys)| {
            index.answer(xs, ys, answers);
            for answer in answers {
                *answer = rows.get(*answer as usize).copied().unwrap_or(NONE);
            }
        });
        Ok(answers)
    }

    fn rows(&self, answers: Vec<u32>) -> Vec<u32> {
        answers
    }
}
