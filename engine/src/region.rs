//! Where a polygon qualifies: the region of the plane in which it may be an answer.
//!
//! Regions are numbered by rank, the best first. All that the [cover](crate::cover) asks of them
//! is here; a new rule brings a new implementation of [`Regions`] and leaves the cover alone.

use std::collections::HashSet;

use crate::rule::Rule;

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

    /// The box of a region, which may be too small by a rounding error.
    fn bounds_of(&self, rank: u32) -> Cell;

    /// Exact for `Outside` and `Covers`: no rounding may make them wrong for a point of the cell.
    fn relation(&self, rank: u32, cell: &Cell) -> Relation;

    /// The contract's test.
    fn covers(&self, rank: u32, point: [f64; 2]) -> bool;
}

/// Discs of one radius around the centres.
///
/// Rounding is monotone: of two coordinates on the same side of a centre, the farther one never
/// has the smaller rounded distance. So the rule itself, asked at the nearest and the farthest
/// corner of a cell, answers for all points between them, and no tolerance is needed.
#[derive(Debug, Clone)]
pub(crate) struct Discs {
    pub centers: Vec<[f64; 2]>,
    pub rule: Rule,
}

impl Regions for Discs {
    /// Of discs around the same centre only the first can ever win.
    fn contenders(&self) -> Vec<u32> {
        let mut seen = HashSet::with_capacity(self.centers.len());
        (0..self.centers.len() as u32)
            .filter(|&rank| {
                // Adding zero makes the two zeros one.
                seen.insert(self.centers[rank as usize].map(|c| (c + 0.0).to_bits()))
            })
            .collect()
    }

    fn bounds(&self) -> Cell {
        let ([x0, x1], [y0, y1]) = (self.bulk(0), self.bulk(1));
        self.grown(Cell { x0, x1, y0, y1 })
    }

    fn bounds_of(&self, rank: u32) -> Cell {
        let [x, y] = self.centers[rank as usize];
        self.grown(Cell { x0: x, x1: x, y0: y, y1: y })
    }

    #[inline]
    fn relation(&self, rank: u32, cell: &Cell) -> Relation {
        let center @ [x, y] = self.centers[rank as usize];
        let nearest = [x.max(cell.x0).min(cell.x1), y.max(cell.y0).min(cell.y1)];
        if !self.rule.qualifies(nearest, center) {
            return Relation::Outside;
        }
        let farther = |low: f64, high: f64, c: f64| if c - low > high - c { low } else { high };
        let farthest = [farther(cell.x0, cell.x1, x), farther(cell.y0, cell.y1, y)];
        if self.rule.qualifies(farthest, center) { Relation::Covers } else { Relation::Touches }
    }

    #[inline]
    fn covers(&self, rank: u32, point: [f64; 2]) -> bool {
        self.rule.qualifies(point, self.centers[rank as usize])
    }
}

impl Discs {
    /// The range of one coordinate of the centres, without outliers: not much farther out than all
    /// but a 64th of a sample on each side.
    fn bulk(&self, axis: usize) -> [f64; 2] {
        const SAMPLE: usize = 1024;
        let step = self.centers.len().div_ceil(SAMPLE).max(1);
        let mut sample: Vec<f64> = self.centers.iter().step_by(step).map(|c| c[axis]).collect();
        sample.sort_unstable_by(f64::total_cmp);
        let cut = sample.len() / 64;
        let (Some(&low), Some(&high)) = (sample.get(cut), sample.iter().rev().nth(cut)) else {
            return [f64::INFINITY, f64::NEG_INFINITY];
        };
        let margin = 0.5 * (high - low);
        let all = self.centers.iter().map(|c| c[axis]);
        let (least, most) = all.fold((low, high), |(a, b), c| (a.min(c), b.max(c)));
        [least.max(low - margin), most.min(high + margin)]
    }

    fn grown(&self, cell: Cell) -> Cell {
        let r = self.rule.max_dist();
        Cell { x0: cell.x0 - r, x1: cell.x1 + r, y0: cell.y0 - r, y1: cell.y1 + r }
    }
}
