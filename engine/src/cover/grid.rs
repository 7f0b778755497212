//! Cells as exact sets of coordinates.
//!
//! A coordinate is mapped to a whole number, its *place*, with rounding, but by a function that
//! never decreases; a cell is a range of places. So the coordinates of a cell are an interval of
//! `f64`s, and its ends can be found exactly by bisection on that very function: no cell needs to
//! be grown to be safe.

use std::ops::Range;

use crate::region::Cell;

/// Most inner cells along an axis.
pub(super) const MAX_SIDE: u32 = 4096;

/// A cell has `1 << SUB_BITS` places along each axis, each a cell of the second level.
pub(super) const SUB_BITS: u32 = 3;
pub(super) const SUB_MASK: u32 = (1 << SUB_BITS) - 1;

/// A grid of inner cells over a box, with a ring of cells around it that reach to infinity.
#[derive(Debug)]
pub(crate) struct Grid {
    x: Axis,
    y: Axis,
    width: u32,
    height: u32,
    /// For each place along x and along y the coordinate of the corner; empty without corners.
    corners: [Vec<f64>; 2],
}

impl Grid {
    /// `columns` by `rows` inner cells over `bounds`.
    pub(super) fn new(bounds: &Cell, columns: u32, rows: u32) -> Self {
        Self {
            x: Axis::new(bounds.x0, bounds.x1, columns),
            y: Axis::new(bounds.y0, bounds.y1, rows),
            width: columns + 2,
            height: rows + 2,
            corners: [vec![], vec![]],
        }
    }

    /// The same grid with the corners of its cells.
    pub(super) fn with_corners(self) -> Self {
        let corners = [self.x.corners(), self.y.corners()];
        Self { corners, ..self }
    }

    /// A finite point of the cell, or of the smaller cell, whose first places these are.
    #[inline]
    pub(super) fn corner(&self, column: u32, row: u32) -> [f64; 2] {
        [self.corners[0][column as usize], self.corners[1][row as usize]]
    }

    /// The place of an x. NaN belongs to the outer ring.
    #[inline]
    pub(super) fn column(&self, x: f64) -> u32 {
        self.x.place(x)
    }

    /// The place of a y. NaN belongs to the outer ring.
    #[inline]
    pub(super) fn row(&self, y: f64) -> u32 {
        self.y.place(y)
    }

    /// Cells in a row, the outer ring included.
    #[inline]
    pub(super) fn width(&self) -> u32 {
        self.width
    }

    /// Rows of cells, the outer ring included.
    pub(super) fn height(&self) -> u32 {
        self.height
    }

    pub(super) fn x(&self) -> &Axis {
        &self.x
    }

    pub(super) fn y(&self) -> &Axis {
        &self.y
    }
}

/// A grid with the boxes of its cells.
pub(crate) struct Lattice<'a> {
    grid: &'a Grid,
    columns: Vec<(f64, f64)>,
    rows: Vec<(f64, f64)>,
}

impl<'a> Lattice<'a> {
    pub(super) fn new(grid: &'a Grid) -> Self {
        Self { grid, columns: grid.x.intervals(), rows: grid.y.intervals() }
    }

    /// Number of columns.
    pub(crate) fn width(&self) -> u32 {
        self.grid.width
    }

    /// The columns and the rows that a region in this box may reach.
    pub(crate) fn reach(&self, bounds: &Cell) -> (Range<u32>, Range<u32>) {
        (self.grid.x.reach(bounds.x0, bounds.x1), self.grid.y.reach(bounds.y0, bounds.y1))
    }

    /// The box of a cell.
    #[inline]
    pub(crate) fn cell(&self, column: u32, row: u32) -> Cell {
        let ((x0, x1), (y0, y1)) = (self.columns[column as usize], self.rows[row as usize]);
        Cell { x0, x1, y0, y1 }
    }

    /// The column of the cells with this x.
    #[inline]
    pub(crate) fn column(&self, x: f64) -> u32 {
        self.grid.column(x) >> SUB_BITS
    }

    /// The row of the cells with this y.
    #[inline]
    pub(crate) fn row(&self, y: f64) -> u32 {
        self.grid.row(y) >> SUB_BITS
    }

    /// The reference point of a cell: a finite point of it, with the least coordinates but in the
    /// first column and row. Only where the regions ask for corners.
    #[inline]
    pub(crate) fn corner(&self, column: u32, row: u32) -> [f64; 2] {
        self.grid.corner(column << SUB_BITS, row << SUB_BITS)
    }
}

/// Places along one axis: those of the first and the last cell reach to infinity.
#[derive(Debug)]
pub(super) struct Axis {
    origin: f64,
    scale: f64,
    last: f64,
    cells: u32,
}

impl Axis {
    fn new(low: f64, high: f64, inner: u32) -> Self {
        // Any finite origin and scale are right; these keep places wider than a few ulps, so that
        // every coordinate near a region's border is at most one place off.
        const FAR: f64 = f64::MAX / 8.0;
        // No region at all has no bounds.
        let (low, high) = if low <= high { (low, high) } else { (0.0, 0.0) };
        let (low, high) = (low.clamp(-FAR, FAR), high.clamp(-FAR, FAR));
        let span = (high - low).max(1e-9 * low.abs().max(high.abs())).max(1e-290);
        let width = span / f64::from(inner);
        let places = (inner + 2) << SUB_BITS;
        Self {
            origin: low - width,
            scale: f64::from(1 << SUB_BITS) / width,
            last: f64::from(places - 1),
            cells: inner + 2,
        }
    }

    /// The place of a coordinate: never decreases from minus to plus infinity; 0 for NaN.
    #[inline]
    pub(super) fn place(&self, v: f64) -> u32 {
        /// Added to a small number, it leaves the nearest whole number in the low bits: one
        /// instruction that every machine has on whole vectors, unlike conversions.
        const TO_LOW_BITS: f64 = (1_u64 << 52) as f64;
        let place = (v - self.origin) * self.scale;
        // Written so that NaN becomes 0, and compiled to the instructions for minimum and maximum.
        let place = if place > 0.0 { place } else { 0.0 };
        let place = if place < self.last { place } else { self.last };
        (place + TO_LOW_BITS).to_bits() as u32
    }

    /// The cells that a region between these two coordinates may reach: one place more on each
    /// side, as the coordinates are rounded.
    fn reach(&self, low: f64, high: f64) -> Range<u32> {
        let (low, high) = (self.place(low).saturating_sub(1), self.place(high) + 1);
        (low >> SUB_BITS)..((high >> SUB_BITS).min(self.cells - 1) + 1)
    }

    /// For each place the least coordinate that is mapped to it, and for the first the greatest.
    fn corners(&self) -> Vec<f64> {
        let places = self.cells << SUB_BITS;
        (0..places)
            .map(|p| if p == 0 { self.first(1).next_down() } else { self.first(p) })
            .collect()
    }

    /// For each cell the least and the greatest coordinate that is mapped to it.
    pub(super) fn intervals(&self) -> Vec<(f64, f64)> {
        self.intervals_of((0..=self.cells).map(|cell| cell << SUB_BITS))
    }

    /// As [`Axis::intervals`] for the smaller cells of one cell, of so many places each.
    pub(super) fn intervals_within(&self, cell: u32, places: u32) -> Vec<(f64, f64)> {
        let first = cell << SUB_BITS;
        self.intervals_of((first..=first + SUB_MASK + 1).step_by(places as usize))
    }

    /// The intervals between these places and the next.
    fn intervals_of(&self, places: impl Iterator<Item = u32>) -> Vec<(f64, f64)> {
        let firsts: Vec<f64> = places.map(|place| self.first(place)).collect();
        let before = |first: f64| if first == f64::INFINITY { first } else { first.next_down() };
        firsts.windows(2).map(|pair| (pair[0], before(pair[1]))).collect()
    }

    /// The least coordinate whose place is at least `place`; infinity past the last.
    fn first(&self, place: u32) -> f64 {
        if place == 0 {
            return f64::NEG_INFINITY;
        }
        if f64::from(place) > self.last {
            return f64::INFINITY;
        }
        let reached = |key: i64| self.place(from_key(key)) >= place;
        let (least, most) = (to_key(f64::MIN), to_key(f64::INFINITY));
        // Gallop away from an estimate until the first lies in low..=high, then halve.
        let guess = self.origin + (f64::from(place) - 0.5) / self.scale;
        let guess = to_key(guess).clamp(least, most);
        let (mut low, mut high) = (guess, guess);
        let mut step = 1;
        while reached(low) {
            low = low.saturating_sub(step).max(least);
            step = step.saturating_mul(2);
        }
        step = 1;
        while !reached(high) {
            high = high.saturating_add(step).min(most);
            step = step.saturating_mul(2);
        }
        while high.wrapping_sub(low) as u64 > 1 {
            let middle = low.midpoint(high);
            if reached(middle) { high = middle } else { low = middle }
        }
        from_key(high)
    }
}

/// An integer that grows with the `f64`, one for each.
fn to_key(v: f64) -> i64 {
    let bits = v.to_bits() as i64;
    bits ^ (((bits >> 63) as u64) >> 1) as i64
}

fn from_key(key: i64) -> f64 {
    f64::from_bits((key ^ (((key >> 63) as u64) >> 1) as i64) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::num::f64::{ANY, NORMAL, SUBNORMAL, ZERO};
    use proptest::prelude::*;

    /// Cells without any coordinate have their ends crossed, and none is mapped to them.
    fn within(v: f64, (low, high): (f64, f64)) -> bool {
        v.is_nan() || (low <= v && v <= high)
    }

    proptest! {
        #[test]
        fn every_coordinate_lies_in_its_cell(
            a in NORMAL | ZERO | SUBNORMAL,
            b in NORMAL | ZERO,
            inner in 1_u32..70,
            others in prop::collection::vec(ANY, 20),
            fractions in prop::collection::vec(-0.1..1.1, 20),
        ) {
            let axis = Axis::new(a.min(b), a.max(b), inner);
            let intervals = axis.intervals();
            prop_assert_eq!(intervals.len() as u32, inner + 2);
            let inside = fractions.iter().map(|f| a + f * (b - a));
            let ends = intervals.iter().flat_map(|&(low, high)| [low, high]);
            for v in others.iter().copied().chain(inside).chain(ends.clone()) {
                let place = axis.place(v);
                let cell = place >> SUB_BITS;
                prop_assert!(within(v, intervals[cell as usize]), "{} in cell {}", v, cell);
                let places = axis.intervals_within(cell, 1);
                prop_assert!(within(v, places[(place & SUB_MASK) as usize]), "{} at {}", v, place);
            }
        }

        #[test]
        fn keys_order_as_the_floats_do(a in ANY, b in ANY) {
            prop_assume!(!a.is_nan() && !b.is_nan());
            prop_assert_eq!(from_key(to_key(a)).to_bits(), a.to_bits());
            prop_assert!(a >= b || to_key(a) < to_key(b));
        }
    }
}
