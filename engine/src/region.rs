//! Where a polygon qualifies: the region of the plane in which it may be an answer.
//!
//! Regions are numbered by rank, the best first. All that the [cover](crate::cover) asks of them
//! is here; a new rule brings a new implementation of [`Regions`], or of [`Simple`] where a region
//! can tell by itself how it lies to a box, and leaves the cover alone.

mod around;
mod cap;
mod disc;
mod interior;

use std::ops::Range;

use around::{bounds_of_bulk, first_of_each};
pub(crate) use cap::Caps;
pub(crate) use disc::Discs;
pub(crate) use interior::Interiors;

use crate::cover::{FINAL, Lattice};

/// A closed box of points: all `x` and `y` with `x0 <= x <= x1` and `y0 <= y <= y1`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cell {
    pub x0: f64,
    pub x1: f64,
    pub y0: f64,
    pub y1: f64,
}

impl Cell {
    /// The box of no points.
    const EMPTY: Self =
        Self { x0: f64::INFINITY, x1: f64::NEG_INFINITY, y0: f64::INFINITY, y1: f64::NEG_INFINITY };

    /// The smallest box with one more point.
    fn with(self, [x, y]: [f64; 2]) -> Self {
        Self { x0: self.x0.min(x), x1: self.x1.max(x), y0: self.y0.min(y), y1: self.y1.max(y) }
    }

    /// The part of another box's area that this one within it has; 1 where that has none, or too
    /// much.
    fn share_of(&self, other: &Self) -> f64 {
        let share = |width: f64, of: f64| Some(width / of).filter(|s| s.is_finite()).unwrap_or(1.0);
        share(self.x1 - self.x0, other.x1 - other.x0)
            * share(self.y1 - self.y0, other.y1 - other.y0)
    }

    /// Without branches: for boxes in order of rank each would be a guess.
    #[inline]
    fn contains(&self, [x, y]: [f64; 2]) -> bool {
        (self.x0 <= x) & (x <= self.x1) & (self.y0 <= y) & (y <= self.y1)
    }
}

/// How a region lies to a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Relation {
    /// The region covers no point of the cell.
    Outside,
    /// It may cover some points of the cell.
    Touches,
    /// It covers every point of the cell.
    Covers,
}

/// Regions by rank.
///
/// What a cell keeps of a region that touches it is an *entry*: the rank, then as many words as the
/// kind of region needs to decide about the points of that cell.
pub(crate) trait Regions: Sync {
    /// Whether entries are read from a reference point of their cell, its
    /// [corner](Lattice::corner).
    const FROM_CORNERS: bool = false;

    /// A list whose entries weigh so much together is worth a second level.
    const LONG_LIST: usize;

    /// One of so much is worth a finer second level.
    const VERY_LONG_LIST: usize;

    /// How likely it is that a region covers a point, both taken at random.
    fn chance(&self) -> f64;

    /// What it costs to test a point at random against a region, in tests of a disc.
    fn test_cost(&self) -> f64;

    /// What it costs to enter the regions into an index, in tests of a disc.
    fn index_cost(&self) -> usize;

    /// The ranks that can be an answer somewhere, in order.
    fn contenders(&self) -> Vec<u32>;

    /// How much border so many of them have for points to lie near to, in discs: the more, the
    /// finer an index is worth its memory.
    fn borders(&self, regions: usize) -> usize {
        regions
    }

    /// A box that holds the regions, but for those that lie far from most. It decides where the
    /// index is fine and where it is coarse, no answer.
    fn bounds(&self) -> Cell;

    /// Tells about each open cell of some rows of the lattice that the region touches or covers.
    fn visit(&self, rank: u32, lattice: &Lattice, rows: Range<u32>, cells: &mut impl OpenCells);

    /// Brings an entry that starts at `list[at]` from a cell with that corner to a smaller cell
    /// within. It is appended to `out` where the region touches the smaller cell.
    fn refine(
        &self,
        list: &[u32],
        from: [f64; 2],
        cell: &Cell,
        corner: [f64; 2],
        out: &mut Vec<u32>,
    ) -> Relation;

    /// The number of words of the entry that `list` starts with.
    fn entry_len(list: &[u32]) -> usize;

    /// What it costs to test an entry, beside others of its kind.
    fn weight(entry: &[u32]) -> usize;

    /// Loads what [`Regions::test`] reads first, where that takes more than one step: tests of other
    /// points need not wait for it then.
    #[inline]
    fn preload(&self, _lists: &[u32], _at: u32) {}

    /// Whether the region of the entry at `lists[at]` covers a point of the cell with that corner,
    /// and where the next entry is. True for a last entry, which is marked [`FINAL`].
    fn test(
        &self,
        lists: &[u32],
        at: u32,
        point: [f64; 2],
        corner: impl Fn() -> [f64; 2],
    ) -> (bool, u32);

    /// The contract's test.
    fn covers(&self, rank: u32, point: [f64; 2]) -> bool;

    /// The first of so many ranks that covers a point.
    fn first(&self, ranks: u32, point: [f64; 2]) -> Option<u32> {
        (0..ranks).find(|&rank| self.covers(rank, point))
    }
}

/// The cells of some rows while they are filled. Cells that a better region covers are closed.
pub(crate) trait OpenCells {
    /// Whether filling them is to stop: what is missing then does not matter.
    fn is_stopped(&self) -> bool;

    /// The first open cell of a row at or after a column; past the last when there is none.
    fn next_open(&mut self, row: u32, column: u32) -> u32;

    /// Adds an entry for the region: its rank and these words.
    fn touch(&mut self, row: u32, column: u32, words: &[u32]);

    /// Closes an open cell: the region covers it.
    fn cover(&mut self, row: u32, column: u32);
}

/// Regions that can tell how they lie to any box. Their entries are the rank alone.
pub(crate) trait Simple: Sync {
    /// Number of regions.
    fn len(&self) -> usize;

    /// As [`Regions::contenders`].
    fn contenders(&self) -> Vec<u32>;

    /// As [`Regions::bounds`].
    fn bounds(&self) -> Cell;

    /// Boxes that hold a region together; each may be too small by a rounding error.
    fn bounds_of(&self, rank: u32) -> impl Iterator<Item = Cell>;

    /// Exact for `Outside` and `Covers`: no rounding may make them wrong for a point of the cell.
    fn relation(&self, rank: u32, cell: &Cell) -> Relation;

    /// The contract's test.
    fn covers(&self, rank: u32, point: [f64; 2]) -> bool;

    /// As [`Regions::first`].
    fn first(&self, ranks: u32, point: [f64; 2]) -> Option<u32> {
        (0..ranks).find(|&rank| self.covers(rank, point))
    }
}

impl<S: Simple> Regions for S {
    const LONG_LIST: usize = 4;
    const VERY_LONG_LIST: usize = 7;

    fn chance(&self) -> f64 {
        let bounds = Simple::bounds(self);
        let sample = (0..self.len()).step_by(self.len().div_ceil(64).max(1));
        let shares = sample.clone().map(|rank| {
            self.bounds_of(rank as u32).map(|part| part.share_of(&bounds)).sum::<f64>().min(1.0)
        });
        shares.sum::<f64>() / sample.len() as f64
    }

    fn test_cost(&self) -> f64 {
        1.0
    }

    fn index_cost(&self) -> usize {
        self.len().saturating_mul(512)
    }

    fn contenders(&self) -> Vec<u32> {
        Simple::contenders(self)
    }

    fn bounds(&self) -> Cell {
        Simple::bounds(self)
    }

    fn visit(&self, rank: u32, lattice: &Lattice, rows: Range<u32>, cells: &mut impl OpenCells) {
        for bounds in self.bounds_of(rank) {
            let (columns, reached) = lattice.reach(&bounds);
            for row in reached.start.max(rows.start)..reached.end.min(rows.end) {
                if cells.is_stopped() {
                    return;
                }
                let mut column = cells.next_open(row, columns.start);
                while column < columns.end {
                    match self.relation(rank, &lattice.cell(column, row)) {
                        Relation::Outside => {}
                        Relation::Touches => cells.touch(row, column, &[]),
                        Relation::Covers => cells.cover(row, column),
                    }
                    column = cells.next_open(row, column + 1);
                }
            }
        }
    }

    #[inline]
    fn refine(
        &self,
        list: &[u32],
        _from: [f64; 2],
        cell: &Cell,
        _corner: [f64; 2],
        out: &mut Vec<u32>,
    ) -> Relation {
        let relation = self.relation(list[0], cell);
        if relation == Relation::Touches {
            out.push(list[0]);
        }
        relation
    }

    #[inline]
    fn entry_len(_list: &[u32]) -> usize {
        1
    }

    fn weight(_entry: &[u32]) -> usize {
        1
    }

    #[inline]
    fn test(
        &self,
        lists: &[u32],
        at: u32,
        point: [f64; 2],
        _corner: impl Fn() -> [f64; 2],
    ) -> (bool, u32) {
        let entry = lists[at as usize];
        let last = entry / FINAL;
        // The rank to be tested, or the first where there is none: nothing branches on it.
        let rank = entry & last.wrapping_sub(1);
        (Simple::covers(self, rank, point) | (last == 1), at + 1)
    }

    #[inline]
    fn covers(&self, rank: u32, point: [f64; 2]) -> bool {
        Simple::covers(self, rank, point)
    }

    fn first(&self, ranks: u32, point: [f64; 2]) -> Option<u32> {
        Simple::first(self, ranks, point)
    }
}

/// The range of coordinates without outliers: not much farther out than all but a 64th of a sample
/// on each side, by so many times the width between those.
fn bulk(values: impl ExactSizeIterator<Item = f64> + Clone, margin: f64) -> [f64; 2] {
    const SAMPLE: usize = 1024;
    let step = values.len().div_ceil(SAMPLE).max(1);
    let mut sample: Vec<f64> = values.clone().step_by(step).collect();
    sample.sort_unstable_by(f64::total_cmp);
    let cut = sample.len() / 64;
    let (Some(&low), Some(&high)) = (sample.get(cut), sample.iter().rev().nth(cut)) else {
        return [f64::INFINITY, f64::NEG_INFINITY];
    };
    let margin = margin * (high - low);
    let (least, most) = values.fold((low, high), |(a, b), c| (a.min(c), b.max(c)));
    [least.max(low - margin), most.min(high + margin)]
}
