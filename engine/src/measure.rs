//! Centre and area of a polygon, in `f64`.

use crate::polygons::{Polygon, Ring};

/// The mean of the vertices of the exterior rings, as `[x, y]`.
///
/// A closing vertex that repeats the first is counted once; holes do not count; repeated vertices
/// within a ring do. This is not the area centroid, and may lie outside the polygon.
pub fn vertex_mean(polygon: Polygon<'_>) -> [f64; 2] {
    let (mut count, mut x, mut y) = (0, 0.0, 0.0);
    for ring in exteriors(polygon) {
        count += ring.x.len();
        x += ring.x.iter().sum::<f64>();
        y += ring.y.iter().sum::<f64>();
    }
    let count = count as f64;
    [(x, 0), (y, 1)].map(|(sum, axis)| {
        if sum.is_finite() { sum / count } else { mean_of_large(polygon, count, axis) }
    })
}

/// The sum of coordinates near the end of `f64` overflows where their mean does not.
fn mean_of_large(polygon: Polygon<'_>, count: f64, axis: usize) -> f64 {
    let values = exteriors(polygon).flat_map(|ring| [ring.x, ring.y][axis]);
    values.map(|value| value / count).sum::<f64>().clamp(f64::MIN, f64::MAX)
}

fn exteriors(polygon: Polygon<'_>) -> impl Iterator<Item = Ring<'_>> {
    polygon.parts().map(|part| part.exterior().open())
}

/// The absolute area of the exterior minus those of the holes, parts added up.
///
/// The shoelace formula relative to each ring's first vertex, so that a small polygon far from the
/// origin keeps its digits. Infinite where `f64` overflows; never NaN.
pub fn area(polygon: Polygon<'_>) -> f64 {
    let part_area = |exterior: f64, holes: f64| {
        let area = exterior - holes;
        if area.is_nan() { f64::INFINITY } else { area }
    };
    polygon
        .parts()
        .map(|part| part_area(ring_area(part.exterior()), part.holes().map(ring_area).sum()))
        .sum()
}

fn ring_area(ring: Ring<'_>) -> f64 {
    let ([x0, x @ ..], [y0, y @ ..]) = (ring.x, ring.y) else { return 0.0 };
    let (mut twice, mut before) = (0.0, (0.0, 0.0));
    for (x, y) in x.iter().zip(y) {
        let now = (x - x0, y - y0);
        twice += before.0 * now.1 - now.0 * before.1;
        before = now;
    }
    // Infinity minus infinity: the ring is larger than f64 can say.
    if twice.is_nan() { f64::INFINITY } else { 0.5 * f64::abs(twice) }
}
