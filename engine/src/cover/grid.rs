//! Cells as exact sets of coordinates.
//!
//! A coordinate's cell is found with rounding, but by a function that never decreases. So the
//! coordinates of a cell are an interval of `f64`s, and its ends can be found exactly by bisection
//! on that very function: no cell needs to be grown to be safe.

use crate::region::Cell;

/// Most inner cells along an axis.
pub(super) const MAX_SIDE: u32 = 4096;

/// A grid of inner cells over a box, with a ring of cells around it that reach to infinity.
#[derive(Debug)]
pub(crate) struct Grid {
    x: Axis,
    y: Axis,
}

impl Grid {
    /// `columns` by `rows` inner cells over `bounds`.
    pub(super) fn new(bounds: &Cell, columns: u32, rows: u32) -> Self {
        Self {
            x: Axis::new(bounds.x0, bounds.x1, columns),
            y: Axis::new(bounds.y0, bounds.y1, rows),
        }
    }

    /// The cell of a point. NaN belongs to the outer ring.
    #[inline]
    pub(super) fn cell(&self, x: f64, y: f64) -> u32 {
        self.y.cell(y) * self.width() + self.x.cell(x)
    }

    /// Cells in a row, the outer ring included.
    #[inline]
    pub(super) fn width(&self) -> u32 {
        self.x.last + 1
    }

    /// Rows of cells, the outer ring included.
    pub(super) fn height(&self) -> u32 {
        self.y.last + 1
    }

    pub(super) fn x(&self) -> &Axis {
        &self.x
    }

    pub(super) fn y(&self) -> &Axis {
        &self.y
    }
}

/// Cells along one axis: 0 and `last` reach to infinity.
#[derive(Debug)]
pub(super) struct Axis {
    origin: f64,
    scale: f64,
    last: u32,
}

impl Axis {
    fn new(low: f64, high: f64, inner: u32) -> Self {
        // Any finite origin and scale are right; these keep cells wider than a few ulps, so that
        // every coordinate near a region's border is at most one cell off.
        const FAR: f64 = f64::MAX / 8.0;
        // No region at all has no bounds.
        let (low, high) = if low <= high { (low, high) } else { (0.0, 0.0) };
        let (low, high) = (low.clamp(-FAR, FAR), high.clamp(-FAR, FAR));
        let span = (high - low).max(1e-11 * low.abs().max(high.abs())).max(1e-290);
        let width = span / f64::from(inner);
        Self { origin: low - width, scale: 1.0 / width, last: inner + 1 }
    }

    /// The cell of a coordinate: never decreases from minus to plus infinity; 0 for NaN.
    #[inline]
    pub(super) fn cell(&self, v: f64) -> u32 {
        (((v - self.origin) * self.scale) as u32).min(self.last)
    }

    /// The cells that a region between these two coordinates may reach: one more on each side, as
    /// the coordinates are rounded.
    pub(super) fn reach(&self, low: f64, high: f64) -> (u32, u32) {
        (self.cell(low).saturating_sub(1), (self.cell(high) + 1).min(self.last))
    }

    /// For each cell the least and the greatest coordinate that is mapped to it.
    pub(super) fn intervals(&self) -> Vec<(f64, f64)> {
        let firsts: Vec<f64> = (0..=self.last).map(|cell| self.first(cell)).collect();
        let ends = firsts.iter().skip(1).map(|first| first.next_down()).chain([f64::INFINITY]);
        firsts.iter().copied().zip(ends).collect()
    }

    /// The least coordinate whose cell is at least `cell`.
    fn first(&self, cell: u32) -> f64 {
        if cell == 0 {
            return f64::NEG_INFINITY;
        }
        let reached = |key: i64| self.cell(from_key(key)) >= cell;
        let (least, most) = (to_key(f64::MIN), to_key(f64::INFINITY));
        // Gallop away from an estimate until the first lies in low..=high, then halve.
        let guess = to_key(self.origin + f64::from(cell) / self.scale).clamp(least, most);
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
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_coordinate_lies_in_its_cell(
            a in proptest::num::f64::NORMAL | proptest::num::f64::ZERO | proptest::num::f64::SUBNORMAL,
            b in proptest::num::f64::NORMAL | proptest::num::f64::ZERO,
            inner in 1_u32..70,
            others in proptest::collection::vec(proptest::num::f64::ANY, 20),
            fractions in proptest::collection::vec(-0.1..1.1, 20),
        ) {
            let axis = Axis::new(a.min(b), a.max(b), inner);
            let intervals = axis.intervals();
            prop_assert_eq!(intervals.len() as u32, inner + 2);
            let inside = fractions.iter().map(|f| a + f * (b - a));
            let ends = intervals.iter().flat_map(|&(low, high)| [low, high]);
            for v in others.iter().copied().chain(inside).chain(ends.clone()) {
                let (low, high) = intervals[axis.cell(v) as usize];
                // Cells without any coordinate have their ends crossed and are mapped to by none.
                prop_assert!(v.is_nan() || (low <= v && v <= high), "{} in {}..{}", v, low, high);
            }
        }

        #[test]
        fn keys_order_as_the_floats_do(a in proptest::num::f64::ANY, b in proptest::num::f64::ANY) {
            prop_assume!(!a.is_nan() && !b.is_nan());
            prop_assert_eq!(from_key(to_key(a)).to_bits(), a.to_bits());
            prop_assert!(a >= b || to_key(a) < to_key(b));
        }
    }
}
