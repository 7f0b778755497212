//! The index: ranked cover cells.
//!
//! The answer for a point is the lowest-ranked region that covers it. So the plane is cut into
//! cells, and each cell lists the regions that touch it in rank order, cut off after the first
//! that covers the whole cell: nothing ranked behind it can win there. Most cells end up *empty*
//! or *settled* (one region covers it: the answer, without a test); the rest are *contested*: a
//! short list, tested in order until the first hit. A cell whose list is long is *split* into a
//! second level of smaller cells.
//!
//! A query finds the cell, looks at one `u32`, and is mostly done. Its cost does not grow with the
//! number of regions that cover the point. Nothing here is approximate: a cell's box is made of
//! exactly the coordinates that are mapped to it (see [`grid`]), and regions tell their relation to
//! a box without tolerance (see [`crate::region`]).

mod band;
mod build;
mod finer;
mod grid;
mod split;
mod stats;

use std::sync::Arc;

use crate::error::Result;
use crate::region::Regions;
use crate::stop::Current;
use finer::Finer;
pub(crate) use grid::Lattice;
use grid::{Grid, SUB_BITS, SUB_MASK};
pub use stats::{CellsReached, IndexStats};

/// The answer that means that no region covers the point.
pub(crate) const NONE: u32 = u32::MAX >> 1;

/// Marks an entry as final: the rest of it is the answer, no test is needed.
pub(crate) const FINAL: u32 = 1 << 31;

/// Marks the entry of a split cell: the rest of it is where its smaller cells start.
const SPLIT: u32 = 1 << 30;

/// Regions that the places of a list are enough for: even the coarsest grid has one in nine cells,
/// and a last entry in each.
pub(crate) const MOST_REGIONS: usize = SPLIT as usize / 9 - 1;

/// Points that are resolved together, so that their look-ups overlap in the memory system.
pub(crate) const BLOCK: usize = 64;

/// Ranked cover cells over some [`Regions`].
///
/// A word of `cells` is final, or split, or the start of a list in `lists`. A list has the entries
/// of the regions to be tested in order, as [`Regions`] say; its last entry is one word, final.
#[derive(Debug)]
pub(crate) struct Cover {
    grid: Grid,
    /// The cells of the grid, row by row, then those of each split cell.
    cells: Vec<u32>,
    lists: Vec<u32>,
    /// By rank: what to answer.
    answers: Arc<[u32]>,
}

impl Cover {
    /// Builds the cells in at most `max_bytes`, or in what the coarsest grid needs if that is more
    /// (about 36 bytes a region). `answers[rank]`, less than [`NONE`], is the answer for a region.
    ///
    /// The same input gives the same cells, whatever the number of threads.
    ///
    /// # Errors
    ///
    /// [`Error::Interrupted`](crate::Error::Interrupted) for stopped work.
    pub(crate) fn build(
        regions: &impl Regions,
        answers: Arc<[u32]>,
        max_bytes: usize,
    ) -> Result<Self> {
        build::build(regions, answers, max_bytes, &Current::get())
    }

    /// What it costs to build the cells of so many regions, in tests of a disc.
    pub(crate) fn cost(regions: &impl Regions, len: usize) -> usize {
        regions.index_cost().saturating_add(8 * build::cells_wanted(regions, len))
    }

    /// Writes the answer or [`NONE`] for each of at most [`BLOCK`] points.
    ///
    /// In stages over the whole block rather than point by point: the look-ups of a stage do not
    /// wait for each other, and no branch has to guess whether a cell is settled.
    #[inline]
    pub(crate) fn resolve(
        &self,
        regions: &impl Regions,
        xs: &[f64; BLOCK],
        ys: &[f64; BLOCK],
        out: &mut [u32],
    ) {
        let (mut columns, mut rows, mut at) = ([0; BLOCK], [0; BLOCK], [0; BLOCK]);
        for (column, &x) in columns.iter_mut().zip(xs) {
            *column = self.grid.column(x);
        }
        for (row, &y) in rows.iter_mut().zip(ys) {
            *row = self.grid.row(y);
        }
        for ((at, column), row) in at.iter_mut().zip(&columns).zip(&rows) {
            *at = (row >> SUB_BITS) * self.grid.width() + (column >> SUB_BITS);
        }
        let (mut open, mut count) = ([0_u8; BLOCK], 0);
        for (lane, (entry, &at)) in out.iter_mut().zip(&at).enumerate() {
            *entry = self.cells[at as usize];
            open[count % BLOCK] = lane as u8;
            count += usize::from(*entry & FINAL == 0);
        }
        // Where each open lane's list is; split cells lead to another cell first.
        let (mut listed, mut lists, mut listed_count) = ([0_u8; BLOCK], [0_u32; BLOCK], 0);
        for &lane in &open[..count] {
            let at = usize::from(lane);
            let mut entry = out[at];
            if entry & SPLIT != 0 {
                let (finer, start) = Finer::of_word(entry);
                entry = self.cells[(start + finer.cell_at(columns[at], rows[at])) as usize];
                out[at] = entry;
                [columns[at], rows[at]] = [columns[at], rows[at]].map(|p| finer.first_place(p));
            } else {
                // From here on the places are those of the corner.
                columns[at] &= !SUB_MASK;
                rows[at] &= !SUB_MASK;
            }
            listed[listed_count] = lane;
            lists[listed_count] = entry;
            listed_count += usize::from(entry & FINAL == 0);
        }
        // One test for each lane whose list goes on, round by round. Whether it hits is not known
        // before memory answers, so a lane takes down the first word of every entry that it comes
        // to, and the last one stays.
        let (mut going, mut going_count) = (listed, listed_count);
        while going_count > 0 {
            for &at in &lists[..going_count] {
                regions.preload(&self.lists, at);
            }
            let mut still = 0;
            for at in 0..going_count {
                let lane = usize::from(going[at]);
                let corner = || self.grid.corner(columns[lane], rows[lane]);
                out[lane] = self.lists[lists[at] as usize];
                let (hit, next) =
                    regions.test(&self.lists, lists[at], [xs[lane], ys[lane]], corner);
                going[still] = lane as u8;
                lists[still] = next;
                still += usize::from(!hit);
            }
            going_count = still;
        }
        for &lane in &listed[..listed_count] {
            let entry = &mut out[usize::from(lane)];
            if *entry & FINAL == 0 {
                *entry = self.answers[*entry as usize];
            }
        }
        for entry in out {
            *entry &= !FINAL;
        }
    }

    pub(crate) fn stats(&self) -> IndexStats {
        IndexStats::of(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::region::Discs;

    #[test]
    fn the_index_is_the_same_whatever_the_threads() {
        // Dense enough for a second level, and too much for the smallest budget.
        let spread = |i: u32, by: u32| f64::from(i.wrapping_mul(by) >> 16) / 4e3;
        let centers: Vec<_> =
            (0..20_000).map(|i| [spread(i, 2_654_435_761), spread(i, 2_246_822_519)]).collect();
        let answers: Arc<[u32]> = (0..20_000).collect();
        let discs = Discs { centers, max_dist: 0.4 };
        for bytes in [1 << 16, 1 << 22, 1 << 26] {
            let [one, two, five] = [1, 2, 5].map(|threads| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
                let built =
                    pool.map(|p| p.install(|| Cover::build(&discs, answers.clone(), bytes)));
                built.ok()?.map(|cover| (cover.cells, cover.lists)).ok()
            });
            assert!(one.is_some() && one == two && two == five, "{bytes} bytes");
        }
    }
}
