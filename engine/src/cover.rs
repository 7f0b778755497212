//! The index: ranked cover cells.
//!
//! The answer for a point is the lowest-ranked region that covers it. So the plane is cut into
//! cells, and each cell lists the regions that touch it in rank order, cut off after the first
//! that covers the whole cell: nothing ranked behind it can win there. Most cells end up *empty*
//! or *settled* (one region covers it: the answer, without a test); the rest are *contested*: a
//! short list, tested in order until the first hit.
//!
//! A query finds the cell, looks at one `u32`, and is mostly done. Its cost does not grow with the
//! number of regions that cover the point. Nothing here is approximate: a cell's box is made of
//! exactly the coordinates that are mapped to it (see [`grid`]), and regions tell their relation to
//! a box without tolerance (see [`crate::region`]).

mod build;
mod grid;

use crate::region::Regions;
use grid::Grid;

/// The answer that means that no region covers the point.
pub(crate) const NONE: u32 = u32::MAX >> 1;

/// Marks an entry as final: the rest of it is the answer, no test is needed.
const FINAL: u32 = 1 << 31;

/// Points that are resolved together, so that their look-ups overlap in the memory system.
pub(crate) const BLOCK: usize = 64;

/// Ranked cover cells over some [`Regions`].
///
/// An entry of `cells` is either final or the start of a list in `lists`. The entries of a list are
/// ranks to be tested in order; its last entry is final.
#[derive(Debug)]
pub(crate) struct Cover {
    grid: Grid,
    cells: Vec<u32>,
    lists: Vec<u32>,
    /// By rank: what to answer.
    answers: Vec<u32>,
}

impl Cover {
    /// Builds the cells in at most `max_bytes`, or in what the coarsest grid needs if that is more
    /// (about 36 bytes a region). `answers[rank]`, less than [`NONE`], is the answer for a region.
    ///
    /// The same input gives the same cells, whatever the number of threads.
    pub(crate) fn build(regions: &impl Regions, answers: Vec<u32>, max_bytes: usize) -> Self {
        build::build(regions, answers, max_bytes)
    }

    /// Writes the answer or [`NONE`] for each of at most [`BLOCK`] points.
    #[inline]
    pub(crate) fn resolve(
        &self,
        regions: &impl Regions,
        xs: &[f64; BLOCK],
        ys: &[f64; BLOCK],
        out: &mut [u32],
    ) {
        let mut at = [0u32; BLOCK];
        for ((at, &x), &y) in at.iter_mut().zip(xs).zip(ys) {
            *at = self.grid.cell(x, y);
        }
        for (entry, &at) in out.iter_mut().zip(&at) {
            *entry = self.cells[at as usize];
        }
        for ((entry, &x), &y) in out.iter_mut().zip(xs).zip(ys) {
            if *entry & FINAL == 0 {
                *entry = self.first_hit(regions, *entry, [x, y]);
            }
            *entry &= !FINAL;
        }
    }

    fn first_hit(&self, regions: &impl Regions, list: u32, point: [f64; 2]) -> u32 {
        for &entry in &self.lists[list as usize..] {
            if entry & FINAL != 0 {
                return entry;
            }
            if regions.covers(entry, point) {
                return self.answers[entry as usize];
            }
        }
        NONE
    }
}
