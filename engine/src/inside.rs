//! Whether a polygon covers a point, exactly.
//!
//! A polygon covers the points of its boundary, and those from which a ray crosses the rings of one
//! of its parts an odd number of times: the even-odd rule over the exterior and the holes of a part.
//! So the inside of a hole is outside; where two holes overlap, and in a hole beyond the exterior, the
//! rings are crossed an odd number of times again, and the point is inside. Of several parts any may
//! cover. Neither the winding of rings nor whether they are closed matters.

mod exact;

use robust::{Coord, orient2d};

use crate::polygons::{Part, Polygon, Ring};

/// Whether a polygon covers a point: its interior and its boundary, the edges of holes included.
///
/// Exact for the coordinates as they are, whatever their magnitudes. A NaN or infinite coordinate is
/// never covered.
pub fn covers(polygon: Polygon<'_>, point: [f64; 2]) -> bool {
    point.iter().all(|c| c.is_finite()) && polygon.parts().any(|part| part_covers(part, point))
}

fn part_covers(part: Part<'_>, point: [f64; 2]) -> bool {
    let mut inside = false;
    for ring in std::iter::once(part.exterior()).chain(part.holes()) {
        for (a, b) in edges(ring) {
            if is_on(a, b, point) {
                return true;
            }
            inside ^= leaves_to_the_right(a, b, point);
        }
    }
    inside
}

/// The edges of a ring, the one that closes it included.
pub(crate) fn edges(ring: Ring<'_>) -> impl Iterator<Item = ([f64; 2], [f64; 2])> {
    let vertices = ring.x.iter().zip(ring.y).map(|(&x, &y)| [x, y]);
    vertices.clone().zip(vertices.cycle().skip(1))
}

/// Whether a point lies on an edge, its ends included.
#[inline]
pub(crate) fn is_on(a: [f64; 2], b: [f64; 2], p: [f64; 2]) -> bool {
    let between = |axis: usize| a[axis].min(b[axis]) <= p[axis] && p[axis] <= a[axis].max(b[axis]);
    between(0) && between(1) && side(a, b, p) == 0.0
}

/// Whether the ray from a point towards greater x crosses an edge.
///
/// An edge has its lower end and not its upper, so that a ray through a vertex crosses as often as
/// one just above it. A point on the edge is not crossed.
#[inline]
pub(crate) fn leaves_to_the_right(a: [f64; 2], b: [f64; 2], p: [f64; 2]) -> bool {
    if (a[1] > p[1]) == (b[1] > p[1]) {
        return false;
    }
    if a[1] < b[1] { side(a, b, p) > 0.0 } else { side(b, a, p) > 0.0 }
}

/// Positive when `p` lies to the left of the line from `a` to `b`, negative to the right, zero on
/// it: the exact sign.
///
/// A floating-point filter, and behind it the adaptive predicate of J. R. Shewchuk, "Adaptive
/// Precision Floating-Point Arithmetic and Fast Robust Geometric Predicates" (1997).
#[inline]
pub(crate) fn side(a: [f64; 2], b: [f64; 2], p: [f64; 2]) -> f64 {
    /// (3 + 16 eps) eps, as derived there, for eps = 2^-53.
    const RELATIVE: f64 = 3.330_669_073_875_471_6e-16;
    /// Products that small may have lost digits to underflow.
    const TINY: f64 = 1e-290;
    let left = (a[0] - p[0]) * (b[1] - p[1]);
    let right = (a[1] - p[1]) * (b[0] - p[0]);
    let determinant = left - right;
    // False for a NaN, which is what too large numbers lead to.
    if determinant.abs() > RELATIVE * (left.abs() + right.abs()) + TINY {
        return determinant;
    }
    exact_side(a, b, p)
}

/// By the adaptive predicate where none of its products can leave the range of `f64`, after scaling
/// each axis by a power of two if need be, which changes no sign; else by adding up exactly.
#[cold]
fn exact_side(a: [f64; 2], b: [f64; 2], p: [f64; 2]) -> f64 {
    let scale = |axis: usize| scale_of([a[axis], b[axis], p[axis]]);
    let (Some(scale_x), Some(scale_y)) = (scale(0), scale(1)) else {
        return exact::side(a, b, p);
    };
    // In two steps, as a power may be beyond `f64` while its square root is not.
    let coord = |[x, y]: [f64; 2]| Coord { x: x * scale_x * scale_x, y: y * scale_y * scale_y };
    orient2d(coord(a), coord(b), coord(p))
}

/// The square root of a power of two by which three numbers are multiplied to be 0 or between
/// 2^-400 and 2^500: then the last digits of products of two stay above 2^-1010. `None` where they
/// are too far apart for that.
fn scale_of(numbers: [f64; 3]) -> Option<f64> {
    let (mut least, mut most) = (f64::INFINITY, 0.0_f64);
    for size in numbers.map(f64::abs) {
        most = most.max(size);
        least = least.min(if size > 0.0 { size } else { f64::INFINITY });
    }
    if least >= power_of_two(-400) && most <= power_of_two(500) {
        return Some(1.0);
    }
    // Denormal numbers have the exponent -1023 here, which is close enough.
    let exponent = |size: f64| (size.to_bits() >> 52) as i32 - 1023;
    let up = 450 - exponent(most);
    let scale = power_of_two(up.div_euclid(2));
    (least * scale * scale >= power_of_two(-400)).then_some(scale)
}

/// 2^n, for n between -1022 and 1023.
const fn power_of_two(n: i32) -> f64 {
    f64::from_bits(((1023 + n) as u64) << 52)
}

/// Whether an edge crosses the path from `from` up or down to the height of `to`, and from there
/// sideways to `to`: in whichever case the two ends lie on different sides of the boundary.
///
/// The ends, and with them the path, are taken to lie a little to the right of where they are, and
/// much less than that above it. That is where [`leaves_to_the_right`] sees a point too, so the two
/// agree on the points of edges as well.
#[inline]
pub(crate) fn crosses_path(a: [f64; 2], b: [f64; 2], from: [f64; 2], to: [f64; 2]) -> bool {
    let mut crosses = false;
    if (a[1] > to[1]) != (b[1] > to[1]) {
        let (left, right) = (from[0].min(to[0]), from[0].max(to[0]));
        // Wholly beyond one end of the sideways path, it is beyond the other as well.
        if a[0].max(b[0]) >= left && a[0].min(b[0]) <= right {
            crosses ^= leaves_to_the_right(a, b, to) ^ leaves_to_the_right(a, b, [from[0], to[1]]);
        }
    }
    if (a[0] > from[0]) != (b[0] > from[0]) {
        let (low, high) = (from[1].min(to[1]), from[1].max(to[1]));
        if a[1].max(b[1]) >= low && a[1].min(b[1]) <= high {
            crosses ^= passes_above(a, b, from) ^ passes_above(a, b, [from[0], to[1]]);
        }
    }
    crosses
}

/// Whether an edge that crosses the vertical line just right of a point does so above the point.
#[inline]
fn passes_above(a: [f64; 2], b: [f64; 2], p: [f64; 2]) -> bool {
    let (left, right) = if a[0] < b[0] { (a, b) } else { (b, a) };
    let side = side(left, right, p);
    side < 0.0 || (side == 0.0 && right[1] > left[1])
}
