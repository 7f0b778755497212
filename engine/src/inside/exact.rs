//! The side of a line by adding up without rounding, for coordinates of any magnitude.

/// Bits of a limb that are used; the others take carries.
const BITS: u32 = 32;
/// The least bit of a product of two numbers is 2^-2148, the greatest less than 2^2048.
const LEAST: i32 = -2148;
/// For all of those bits, and for carries.
const LIMBS: usize = (2148 + 2048) / BITS as usize + 2;

/// As [`side`](super::side), for finite coordinates: 1, 0 or -1.
///
/// The determinant as a sum of six products (that of the point with itself cancels), each a whole
/// number times a power of two, in one fixed-point number wide enough for all.
pub(super) fn side(a: [f64; 2], b: [f64; 2], p: [f64; 2]) -> f64 {
    let mut sum = [0_i64; LIMBS];
    for ([x, y], negative) in [
        ([a[0], b[1]], false),
        ([a[0], p[1]], true),
        ([p[0], b[1]], true),
        ([b[0], a[1]], true),
        ([p[0], a[1]], false),
        ([b[0], p[1]], false),
    ] {
        add_product(&mut sum, x, y, negative);
    }
    sign(&mut sum)
}

fn add_product(sum: &mut [i64; LIMBS], x: f64, y: f64, negative: bool) {
    let ((x, x_exponent), (y, y_exponent)) = (whole(x), whole(y));
    let negative = negative ^ (x < 0) ^ (y < 0);
    let mut product = u128::from(x.unsigned_abs()) * u128::from(y.unsigned_abs());
    let at = (x_exponent + y_exponent - LEAST) as u32;
    let (mut limb, shift) = ((at / BITS) as usize, at % BITS);
    // The first piece has what is left of its limb, the others a limb each.
    let mut room = BITS - shift;
    let mut shift = shift;
    while product > 0 {
        let piece = (product & ((1 << room) - 1)) << shift;
        if let Some(limb) = sum.get_mut(limb) {
            *limb += if negative { -(piece as i64) } else { piece as i64 };
        }
        product >>= room;
        (limb, room, shift) = (limb + 1, BITS, 0);
    }
}

/// A finite number as a whole number times a power of two.
fn whole(value: f64) -> (i64, i32) {
    let bits = value.to_bits();
    let (exponent, fraction) = ((bits >> 52 & 0x7ff) as i32, (bits & ((1 << 52) - 1)) as i64);
    // Denormal numbers have no hidden bit, and the exponent of the least normal ones.
    let size = if exponent == 0 { fraction } else { fraction | 1 << 52 };
    (if value < 0.0 { -size } else { size }, exponent.max(1) - 1075)
}

fn sign(sum: &mut [i64; LIMBS]) -> f64 {
    let (mut carry, mut any) = (0, false);
    for limb in sum {
        carry += *limb;
        any |= carry & ((1 << BITS) - 1) != 0;
        carry >>= BITS;
    }
    // All limbs but what is carried out of the last are not negative by now.
    match carry {
        ..0 => -1.0,
        0 if !any => 0.0,
        _ => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::num::f64::{NORMAL, SUBNORMAL, ZERO};
    use proptest::prelude::*;

    proptest! {
        /// Small whole numbers times powers of two: the determinant fits in an `i128`.
        #[test]
        fn it_is_the_sign_of_the_determinant(
            numbers in [-9..10_i64, -9..10, -9..10, -9..10, -9..10, -9..10],
            powers in [0..40_i32, 0..40, 0..40, 0..40, 0..40, 0..40],
            offset in [-1050..960_i32, -1050..960],
        ) {
            let [ax, ay, bx, by, px, py]: [i128; 6] =
                std::array::from_fn(|at| i128::from(numbers[at]) << powers[at]);
            let determinant = (ax - px) * (by - py) - (ay - py) * (bx - px);
            let value = |number: i128, axis: usize| {
                // In two steps, the first of which is exact in the range of normal numbers.
                let half = f64::powi(2.0, offset[axis] / 2);
                number as f64 * half * f64::powi(2.0, offset[axis] - offset[axis] / 2)
            };
            let point = |x: i128, y: i128| [value(x, 0), value(y, 1)];
            let (a, b, p) = (point(ax, ay), point(bx, by), point(px, py));
            prop_assert_eq!(side(a, b, p), determinant.signum() as f64);
            let quick = super::super::side(a, b, p);
            prop_assert_eq!(quick.partial_cmp(&0.0), Some(determinant.cmp(&0)), "{}", quick);
        }

        /// Of any magnitudes, the fast ways agree with adding up.
        #[test]
        fn every_way_has_the_same_sign(numbers in prop::collection::vec(NORMAL | SUBNORMAL | ZERO, 6)) {
            let [ax, ay, bx, by, px, py] = numbers[..] else { unreachable!() };
            let (a, b, p) = ([ax, ay], [bx, by], [px, py]);
            let expected = side(a, b, p);
            let quick = super::super::side(a, b, p);
            prop_assert_eq!(quick.partial_cmp(&0.0), expected.partial_cmp(&0.0));
            prop_assert_eq!(side(b, a, p), -expected);
            prop_assert_eq!(side(a, a, p), 0.0);
        }
    }
}
