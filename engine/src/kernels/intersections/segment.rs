use super::place::place;
use crate::inside::side;

/// A straight piece of a profile, between two traces at different places.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Segment {
    pub(super) ends: [[f64; 2]; 2],
}

/// The points that two segments have in common.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Common {
    None,
    /// A point within both.
    Crossing([f64; 2]),
    /// A point that is an end of one at least.
    End([f64; 2]),
    /// A stretch; each of its ends is an end of one of the two.
    Stretch([[f64; 2]; 2]),
}

impl Segment {
    /// The least and the greatest coordinate of an axis.
    #[inline(always)]
    pub(super) fn span(&self, axis: usize) -> [f64; 2] {
        let [a, b] = self.ends.map(|end| end[axis]);
        [a.min(b), a.max(b)]
    }

    /// What it has in common with another one. Exact, but for the place of a crossing: that is
    /// rounded, once.
    pub(super) fn common(&self, other: &Self) -> Common {
        let ([a, b], [c, d]) = (self.ends, other.ends);
        let apart = |axis: usize| {
            let ([low, high], [other_low, other_high]) = (self.span(axis), other.span(axis));
            high < other_low || other_high < low
        };
        if apart(0) || apart(1) {
            return Common::None;
        }
        let (side_a, side_b) = (side(c, d, a), side(c, d, b));
        if same_side(side_a, side_b) {
            return Common::None;
        }
        let (side_c, side_d) = (side(a, b, c), side(a, b, d));
        if same_side(side_c, side_d) {
            return Common::None;
        }
        // Each has its ends on both sides of the other's line, or on it.
        match [side_a, side_b, side_c, side_d].map(|side| side == 0.0) {
            [true, true, ..] => self.stretch(other),
            [true, ..] => Common::End(a),
            [_, true, ..] => Common::End(b),
            [_, _, true, _] => Common::End(c),
            [.., true] => Common::End(d),
            _ => Common::Crossing(place(self.ends, other.ends)),
        }
    }

    /// The same of two that lie on one line.
    fn stretch(&self, other: &Self) -> Common {
        let axis = usize::from(self.ends[0][0] == self.ends[1][0]);
        let sorted = |[a, b]: [[f64; 2]; 2]| if a[axis] <= b[axis] { [a, b] } else { [b, a] };
        let ([low, high], [other_low, other_high]) = (sorted(self.ends), sorted(other.ends));
        let low = if low[axis] >= other_low[axis] { low } else { other_low };
        let high = if high[axis] <= other_high[axis] { high } else { other_high };
        match low[axis].total_cmp(&high[axis]) {
            std::cmp::Ordering::Less => Common::Stretch([low, high]),
            std::cmp::Ordering::Equal => Common::End(low),
            std::cmp::Ordering::Greater => Common::None,
        }
    }
}

fn same_side(a: f64, b: f64) -> bool {
    (a > 0.0 && b > 0.0) || (a < 0.0 && b < 0.0)
}
