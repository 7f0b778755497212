//! Floats without rounding, for the few places where 64 bits do not decide.

use std::cmp::Ordering;

/// An integer of any size times a power of two: what sums and products of finite floats are.
#[derive(Debug, Clone)]
pub(super) struct Exact {
    negative: bool,
    /// The integer without its sign, the lowest 64 bits first; the last one is not 0.
    digits: Vec<u64>,
    exponent: i64,
}

impl Exact {
    /// A finite float.
    pub(super) fn new(value: f64) -> Self {
        const FRACTION: u64 = (1 << 52) - 1;
        let bits = value.to_bits();
        let (fraction, biased) = (bits & FRACTION, (bits >> 52 & 0x7ff) as i64);
        let (digit, exponent) = match biased {
            0 => (fraction, -1074),
            _ => (fraction | (FRACTION + 1), biased - 1075),
        };
        Self { negative: value < 0.0, digits: trimmed(vec![digit]), exponent }
    }

    /// The same times a power of two.
    pub(super) fn scaled(mut self, power: i64) -> Self {
        self.exponent += power;
        self
    }

    /// The same without its sign.
    pub(super) fn abs(mut self) -> Self {
        self.negative = false;
        self
    }

    /// How it compares with 0.
    pub(super) fn sign(&self) -> Ordering {
        match (self.digits.is_empty(), self.negative) {
            (true, _) => Ordering::Equal,
            (_, true) => Ordering::Less,
            (_, false) => Ordering::Greater,
        }
    }

    pub(super) fn times(&self, other: &Self) -> Self {
        let mut digits = vec![0_u64; self.digits.len() + other.digits.len()];
        for (at, &a) in self.digits.iter().enumerate() {
            let mut carry = 0;
            for (place, &b) in digits[at..].iter_mut().zip(&other.digits) {
                let sum = u128::from(a) * u128::from(b) + u128::from(*place) + carry;
                *place = sum as u64;
                carry = sum >> 64;
            }
            digits[at + other.digits.len()] = carry as u64;
        }
        Self {
            negative: self.negative != other.negative,
            digits: trimmed(digits),
            exponent: self.exponent + other.exponent,
        }
    }

    pub(super) fn plus(&self, other: &Self) -> Self {
        let exponent = self.exponent.min(other.exponent);
        let (a, b) = (self.digits_at(exponent), other.digits_at(exponent));
        let (negative, digits) = if self.negative == other.negative {
            (self.negative, sum(&a, &b))
        } else if compare(&a, &b) == Ordering::Less {
            (other.negative, difference(&b, &a))
        } else {
            (self.negative, difference(&a, &b))
        };
        Self { negative, digits: trimmed(digits), exponent }
    }

    pub(super) fn minus(&self, other: &Self) -> Self {
        self.plus(&Self { negative: !other.negative, ..other.clone() })
    }

    /// The integer that it is at an exponent that is not greater.
    fn digits_at(&self, exponent: i64) -> Vec<u64> {
        let shift = (self.exponent - exponent) as usize;
        let mut digits = vec![0; shift / 64];
        let mut carry = 0;
        for &digit in &self.digits {
            let wide = u128::from(digit) << (shift % 64);
            digits.push(wide as u64 | carry);
            carry = (wide >> 64) as u64;
        }
        digits.push(carry);
        trimmed(digits)
    }
}

fn trimmed(mut digits: Vec<u64>) -> Vec<u64> {
    while digits.last() == Some(&0) {
        digits.pop();
    }
    digits
}

fn compare(a: &[u64], b: &[u64]) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.iter().rev().cmp(b.iter().rev()))
}

fn sum(a: &[u64], b: &[u64]) -> Vec<u64> {
    let (longer, shorter) = if a.len() < b.len() { (b, a) } else { (a, b) };
    let mut carry = false;
    let mut digits = Vec::with_capacity(longer.len() + 1);
    for (at, &digit) in longer.iter().enumerate() {
        let (digit, first) = digit.overflowing_add(shorter.get(at).copied().unwrap_or(0));
        let (digit, second) = digit.overflowing_add(u64::from(carry));
        carry = first | second;
        digits.push(digit);
    }
    digits.push(u64::from(carry));
    digits
}

/// `a - b`, which must not be negative.
fn difference(a: &[u64], b: &[u64]) -> Vec<u64> {
    let mut borrow = false;
    let digit = |(at, &digit): (usize, &u64)| {
        let (digit, first) = digit.overflowing_sub(b.get(at).copied().unwrap_or(0));
        let (digit, second) = digit.overflowing_sub(u64::from(borrow));
        borrow = first | second;
        digit
    };
    a.iter().enumerate().map(digit).collect()
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering;

    use proptest::prelude::*;

    use super::Exact;

    fn equal(a: &Exact, b: &Exact) -> bool {
        a.minus(b).sign() == Ordering::Equal
    }

    proptest! {
        #[test]
        fn as_whole_numbers_do(a in -(1_i64 << 53)..1 << 53, b in -(1_i64 << 53)..1 << 53) {
            let [x, y] = [a, b].map(|value| Exact::new(value as f64));
            prop_assert_eq!(x.minus(&y).sign(), a.cmp(&b));
            // Both halves of a product of 106 bits, the lower of which has fewer than 53.
            let product = i128::from(a) * i128::from(b);
            let (high, low) = (product >> 53, product & ((1 << 53) - 1));
            let product = Exact::new(high as f64).scaled(53).plus(&Exact::new(low as f64));
            prop_assert!(equal(&x.times(&y), &product));
            prop_assert!(equal(&x.plus(&y), &Exact::new(a as f64).minus(&Exact::new(-b as f64))));
        }

        #[test]
        fn sums_of_any_floats_come_apart_again(
            a in prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL | prop::num::f64::ZERO,
            b in prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL | prop::num::f64::ZERO,
        ) {
            let (x, y) = (Exact::new(a), Exact::new(b));
            prop_assert!(equal(&x.plus(&y).minus(&x), &y));
            let square = x.plus(&y).times(&x.minus(&y));
            prop_assert!(equal(&square, &x.times(&x).minus(&y.times(&y))));
            prop_assert_eq!(Some(x.minus(&y).sign()), a.partial_cmp(&b));
            prop_assert_eq!(Some(x.abs().sign()), a.abs().partial_cmp(&0.0));
        }
    }
}
