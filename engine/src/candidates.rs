use arrow_array::builder::{LargeListBuilder, UInt32Builder};
use arrow_array::{Array, ArrayRef, LargeListArray};

use crate::error::Result;
use crate::keys::Keys;
use crate::points::Points;
use crate::polygons::Polygons;
use crate::reference;
use crate::rule::Rule;

/// All polygons that qualify for each point, the best first: the first half of the question that a
/// [`Matcher`](crate::Matcher) answers.
#[derive(Debug)]
pub struct Candidates {
    polygons: Polygons,
    keys: Keys,
    rule: Rule,
}

impl Candidates {
    /// Ranks the polygons by these keys.
    ///
    /// # Errors
    ///
    /// Those of [`Matcher::with_keys`](crate::Matcher::with_keys).
    pub fn new(polygons: &Polygons, keys: &Keys, rule: Rule) -> Result<Self> {
        Ok(Self { polygons: polygons.clone(), keys: keys.clone(), rule })
    }

    /// For each point the row numbers of the polygons that qualify, the best first; an empty list
    /// where there are none, null where the point is null, NaN or infinite.
    ///
    /// `column` is the name for errors, in which row numbers count over all chunks; there is one
    /// array of answers a chunk. Memory is bounded by the answers.
    ///
    /// # Errors
    ///
    /// Those of [`Points::try_new`]; of several the one with the lowest row.
    pub fn of_chunks(&self, column: &str, chunks: &[ArrayRef]) -> Result<Vec<LargeListArray>> {
        let mut first_row = 0;
        let one = |chunk: &ArrayRef| {
            let points = Points::with_first_row(column, chunk, first_row)?;
            first_row += chunk.len();
            let mut lists = LargeListBuilder::new(UInt32Builder::new());
            for rows in reference::candidates(&points, &self.polygons, &self.keys, &self.rule) {
                lists.append_option(rows.map(|rows| rows.into_iter().map(Some)));
            }
            Ok(lists.finish())
        };
        chunks.iter().map(one).collect()
    }
}
