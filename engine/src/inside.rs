//! Whether a polygon covers a point, exactly.
//!
//! A polygon covers the points of its boundary, and those from which a ray leaves it an odd number
//! of times: the even-odd rule over the rings of a part, so that holes are left out. Of several
//! parts any may cover. Neither the winding of rings nor whether they are closed matters.

use robust::{Coord, orient2d};

use crate::polygons::{Part, Polygon, Ring};

/// Whether a polygon covers a point: its interior and its boundary, the edges of holes included.
///
/// Exact for the coordinates as they are, unless those of one edge differ in magnitude by more than
/// 10^290. A NaN or infinite coordinate is never covered.
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

/// Scaled by a power of two where products would overflow or underflow: that changes no digit.
#[cold]
fn exact_side(a: [f64; 2], b: [f64; 2], p: [f64; 2]) -> f64 {
    const DOWN: f64 = f64::from_bits((1023 - 600) << 52);
    const UP: f64 = f64::from_bits((1023 + 600) << 52);
    let largest = [a, b, p].as_flattened().iter().fold(0.0_f64, |most, c| most.max(c.abs()));
    let scale = match largest {
        l if l > 1e150 => DOWN,
        l if l < 1e-120 => UP,
        _ => 1.0,
    };
    let coord = |[x, y]: [f64; 2]| Coord { x: x * scale, y: y * scale };
    orient2d(coord(a), coord(b), coord(p))
}
