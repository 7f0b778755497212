//! Where two segments cross, rounded once: each coordinate is the float nearest to the exact place.
//!
//! With a and b the ends of one segment, and A and B how far they lie beside the line of the other,
//! on its two sides, the place is `a + (b - a) A / (A + B)`. Numbers of twice 64 bits nearly always
//! decide how that is rounded; where their error may reach the middle between two floats, which
//! nearly parallel segments and ties do, integers of any size decide.

use std::cmp::Ordering;

use super::exact::Exact;
use crate::inside::side;

/// More than what operations on [`Double`] are off by, relative to the greatest number in them.
const ROUNDING: f64 = f64::from_bits((1023 - 98) << 52);

/// Coordinates and differences within which no product of a few of them loses digits.
const MODERATE: std::ops::RangeInclusive<f64> = 1e-30..=1e30;

type Point = [f64; 2];

/// The place of a crossing within both segments.
pub(super) fn place(first: [Point; 2], second: [Point; 2]) -> Point {
    let share = Share::new(first, second);
    [0, 1].map(|axis| {
        let ([a, b], [c, d]) = (first.map(|end| end[axis]), second.map(|end| end[axis]));
        if a == b {
            return a;
        }
        if c == d {
            return c;
        }
        let quick = share.as_ref().and_then(|share| share.between(a, b));
        quick.unwrap_or_else(|| exact_place(first, second, axis))
    })
}

/// The same by integers of any size alone.
pub(super) fn exact_place(first: [Point; 2], [c, d]: [Point; 2], axis: usize) -> f64 {
    let [to_a, to_b] = first.map(|end| exact_side(c, d, end).abs());
    let [a, b] = first.map(|end| Exact::new(end[axis]));
    // How the place compares with a number: both sides times A + B.
    let compare = |number: &Exact| {
        let [from_a, from_b] = [&a, &b].map(|end| end.minus(number));
        from_a.times(&to_b).plus(&from_b.times(&to_a)).sign()
    };
    let is_before = |at: i64| compare(&Exact::new(from_ordinal(at))) == Ordering::Less;
    let [a, b] = first.map(|end| end[axis]);
    let (mut from, mut to) = (ordinal(a.min(b)), ordinal(a.max(b)));
    // Close in on the place from where floats have it, with steps that grow: that is near, or anywhere.
    let [beside_a, beside_b] = first.map(|end| side(c, d, end).abs());
    let guess = a + (b - a) * (beside_a / (beside_a + beside_b));
    let guess = if guess.is_nan() { from } else { ordinal(guess).clamp(from, to) };
    let mut step = 1;
    while step < i64::MAX && from < guess.saturating_sub(step) {
        let at = guess.saturating_sub(step);
        if !is_before(at) {
            from = at;
            break;
        }
        to = at;
        step = step.saturating_mul(16);
    }
    let mut step = 1;
    while step < i64::MAX && to > guess.saturating_add(step) {
        let at = guess.saturating_add(step);
        if is_before(at) {
            to = at;
            break;
        }
        from = at;
        step = step.saturating_mul(16);
    }
    // Halve the floats that are left, until the place lies between neighbors.
    while from + 1 < to {
        let middle = (from & to) + ((from ^ to) >> 1);
        if is_before(middle) {
            to = middle;
        } else {
            from = middle;
        }
    }
    let (low, high) = (from_ordinal(from), from_ordinal(to));
    let middle = Exact::new(low).plus(&Exact::new(high)).scaled(-1);
    match compare(&middle) {
        Ordering::Less => low,
        Ordering::Greater => high,
        Ordering::Equal => {
            if low.to_bits() & 1 == 0 {
                low
            } else {
                high
            }
        }
    }
}

/// Whether the line through `line` passes through the place in which two segments cross.
pub(super) fn passes(line: [Point; 2], [a, b]: [Point; 2], [c, d]: [Point; 2]) -> bool {
    let [e, f] = line;
    // The side of that line changes evenly from a to b, and that of the second segment too.
    let left = exact_side(e, f, a).times(&exact_side(c, d, b));
    let right = exact_side(e, f, b).times(&exact_side(c, d, a));
    left.minus(&right).sign() == Ordering::Equal
}

/// Positive when `p` lies to the left of the line from `a` to `b`: twice the area between.
pub(super) fn exact_side(a: Point, b: Point, p: Point) -> Exact {
    let difference = |end: Point, axis: usize| Exact::new(end[axis]).minus(&Exact::new(p[axis]));
    let left = difference(a, 0).times(&difference(b, 1));
    left.minus(&difference(a, 1).times(&difference(b, 0)))
}

/// Floats in their order, as integers without gaps.
fn ordinal(value: f64) -> i64 {
    let bits = value.to_bits() as i64;
    bits ^ ((bits >> 63) as u64 >> 1) as i64
}

fn from_ordinal(ordinal: i64) -> f64 {
    f64::from_bits((ordinal ^ ((ordinal >> 63) as u64 >> 1) as i64) as u64)
}

/// How far along a segment a crossing lies, from 0 to 1, and by how much that may be off.
struct Share {
    share: Double,
    error: f64,
}

impl Share {
    /// `None` where there are not digits enough.
    fn new([a, b]: [Point; 2], [c, d]: [Point; 2]) -> Option<Self> {
        let ends = [a, b, c, d];
        let moderate = |value: f64| value == 0.0 || MODERATE.contains(&value.abs());
        if !ends.as_flattened().iter().all(|&coordinate| moderate(coordinate)) {
            return None;
        }
        let beside = |p: Point| {
            let [[cx, cy], [dx, dy]] =
                [c, d].map(|end| [0, 1].map(|axis| Double::difference(end[axis], p[axis])));
            if ![cx, cy, dx, dy].iter().all(|difference| moderate(difference.high)) {
                return None;
            }
            let (left, right) = (cx.times(dy), cy.times(dx));
            Some((left.minus(right).abs(), ROUNDING * (left.high.abs() + right.high.abs())))
        };
        let ((to_a, error_a), (to_b, error_b)) = (beside(a)?, beside(b)?);
        let (all, error) = (to_a.plus(to_b), error_a + error_b);
        if error > all.high * 1e-6 {
            return None;
        }
        Some(Self { share: to_a.over(all), error: 4.0 * error / all.high + ROUNDING })
    }

    /// The coordinate between those of the ends; `None` where its rounding is not certain.
    fn between(&self, a: f64, b: f64) -> Option<f64> {
        let length = Double::difference(b, a);
        if !MODERATE.contains(&length.high.abs()) {
            return None;
        }
        let place = length.times(self.share).plus(Double { high: a, low: 0.0 });
        let length = length.high.abs();
        let error = length * self.error + ROUNDING * (a.abs() + length);
        let nearest = place.high;
        let next = if place.low < 0.0 { nearest.next_down() } else { nearest.next_up() };
        (place.low.abs() + error < 0.5 * (next - nearest).abs()).then_some(nearest)
    }
}

/// An unrounded sum of two floats, the lower at most half a unit in the last place of the higher:
/// Dekker (1971), as in Joldes, Muller and Popescu (2017).
#[derive(Debug, Clone, Copy)]
struct Double {
    high: f64,
    low: f64,
}

impl Double {
    fn sum(a: f64, b: f64) -> Self {
        let high = a + b;
        let of_b = high - a;
        Self { high, low: (a - (high - of_b)) + (b - of_b) }
    }

    fn difference(a: f64, b: f64) -> Self {
        Self::sum(a, -b)
    }

    fn abs(self) -> Self {
        if self.high < 0.0 { Self { high: -self.high, low: -self.low } } else { self }
    }

    fn plus(self, other: Self) -> Self {
        let (high, low) = (Self::sum(self.high, other.high), Self::sum(self.low, other.low));
        let first = Self::sum(high.high, high.low + low.high);
        Self::sum(first.high, first.low + low.low)
    }

    fn minus(self, other: Self) -> Self {
        self.plus(Self { high: -other.high, low: -other.low })
    }

    fn times(self, other: Self) -> Self {
        let high = self.high * other.high;
        let low = self.high.mul_add(other.high, -high);
        Self::sum(high, low + (self.high * other.low + self.low * other.high))
    }

    fn over(self, other: Self) -> Self {
        let digit = |rest: Self| rest.high / other.high;
        let times = |digit: f64| other.times(Self { high: digit, low: 0.0 });
        let first = digit(self);
        let rest = self.minus(times(first));
        let second = digit(rest);
        let third = digit(rest.minus(times(second)));
        let quotient = Self::sum(first, second);
        Self::sum(quotient.high, quotient.low + third)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Point, exact_place, from_ordinal, ordinal, passes, place};
    use crate::inside::side;

    fn crosses(first: [Point; 2], second: [Point; 2]) -> bool {
        let apart = |[a, b]: [Point; 2], other: [Point; 2]| {
            let [c, d] = other.map(|end| side(a, b, end));
            (c > 0.0 && d < 0.0) || (c < 0.0 && d > 0.0)
        };
        apart(first, second) && apart(second, first)
    }

    fn both_ways(first: [Point; 2], second: [Point; 2]) -> Point {
        let found = place(first, second);
        let exact = [0, 1].map(|axis| exact_place(first, second, axis));
        assert_eq!(found, exact, "{first:?} {second:?}");
        assert_eq!(exact, [0, 1].map(|axis| exact_place(second, first, axis)));
        found
    }

    fn coordinate() -> impl Strategy<Value = f64> {
        prop_oneof![
            -1.0..1.0,
            (-9_i32..9).prop_map(f64::from),
            (-9_i32..9).prop_map(|steps| 0.3 + f64::from(steps) * f64::EPSILON),
            (-9_i32..9).prop_map(|steps| 1e9 + f64::from(steps)),
            -1e150..1e150,
            -1e-150..1e-150,
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { max_global_rejects: 100_000, ..ProptestConfig::default() })]

        #[test]
        fn quick_places_are_exact(ends in prop::array::uniform8(coordinate())) {
            let [a, b, c, d, e, f, g, h] = ends;
            let (first, second) = ([[a, b], [c, d]], [[e, f], [g, h]]);
            prop_assume!(crosses(first, second));
            both_ways(first, second);
            prop_assert!(passes(first, first, second) && passes(second, first, second));
        }

        #[test]
        fn ordinals_are_in_order(a in prop::num::f64::NORMAL, b in prop::num::f64::NORMAL) {
            prop_assert_eq!(a.total_cmp(&b), ordinal(a).cmp(&ordinal(b)));
            prop_assert_eq!(from_ordinal(ordinal(a)), a);
        }
    }

    /// Floats of both signs and any size lie farther apart than the largest step.
    #[test]
    fn places_far_from_where_floats_have_them() {
        // The place is 1 or -1 along x; floats have it at plus or minus 1e134, by rounding.
        for at in [1.0, -1.0] {
            for share in 1..20 {
                let long = [[-1e150, -1.0], [1e149 * f64::from(share), 1.0]];
                assert_eq!(both_ways(long, [[at, -1e150], [at, 1e150]])[0], at);
            }
        }
    }

    #[test]
    fn nearly_parallel_and_in_the_middle() {
        // Orientation values are less than a unit in the last place here. By Python's fractions.
        let (low, high) = (0.300_000_000_000_000_04, 0.4);
        let found = both_ways([[0.2, 0.5], [high, low]], [[0.5, 0.2], [low, high]]);
        assert_eq!(found, [0.350_000_000_000_000_03; 2]);
        // Halfway between two floats, from both sides of an even one.
        let next = 1.0_f64.next_up();
        let across = [[0.0, 1.0], [2.0, 1.0]];
        assert_eq!(both_ways([[1.0, 0.0], [next, 2.0]], across), [1.0, 1.0]);
        let over = next.next_up();
        assert_eq!(both_ways([[next, 0.0], [over, 2.0]], across), [over, 1.0]);
        // At zero no unit is small enough.
        assert_eq!(both_ways([[-1.0, -3.0], [1.0, 3.0]], [[-3.0, 1.0], [3.0, -1.0]]), [0.0; 2]);
        assert!(passes(
            [[-2.0, 2.0], [5.0, -5.0]],
            [[-1.0, -3.0], [1.0, 3.0]],
            across.map(|[x, y]| [x - 1.0, y - 1.0])
        ));
        assert!(!passes([[-2.0, 2.0], [5.0, -5.0]], [[-1.0, -3.0], [1.0, 3.0]], across));
    }
}
