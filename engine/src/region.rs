//! Where a polygon qualifies: the region of the plane in which it may be an answer.
//!
//! Regions are numbered by rank, the best first. All that the [cover](crate::cover) asks of them
//! is here; a new rule brings a new implementation of [`Regions`] and leaves the cover alone.

mod around;
mod cap;
mod disc;

use around::{bulk, first_of_each};
pub(crate) use cap::Caps;
pub(crate) use disc::Discs;

/// A closed box of points: all `x` and `y` with `x0 <= x <= x1` and `y0 <= y <= y1`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cell {
    pub x0: f64,
    pub x1: f64,
    pub y0: f64,
    pub y1: f64,
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
pub(crate) trait Regions: Sync {
    /// The ranks that can be an answer somewhere, in order.
    fn contenders(&self) -> Vec<u32>;

    /// A box that holds the regions, but for those that lie far from most. It decides where the
    /// index is fine and where it is coarse, no answer.
    fn bounds(&self) -> Cell;

    /// Boxes that hold a region together; each may be too small by a rounding error.
    fn bounds_of(&self, rank: u32) -> impl Iterator<Item = Cell>;

    /// Exact for `Outside` and `Covers`: no rounding may make them wrong for a point of the cell.
    fn relation(&self, rank: u32, cell: &Cell) -> Relation;

    /// The contract's test.
    fn covers(&self, rank: u32, point: [f64; 2]) -> bool;
}
