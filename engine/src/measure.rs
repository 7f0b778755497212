//! Centre and area of a polygon, in `f64`.

use crate::polygons::{Polygon, Ring};

/// The mean of the vertices of the exterior rings, as `[x, y]`.
///
/// A closing vertex that repeats the first is counted once; holes do not count; repeated vertices
/// within a ring do. This is not the area centroid, and may lie outside the polygon.
pub fn vertex_mean(polygon: Polygon<'_>) -> [f64; 2] {
    let exteriors = || polygon.parts().map(|part| part.exterior().open());
    let count = exteriors().map(|ring| ring.x.len()).sum::<usize>() as f64;
    [mean(count, exteriors().map(|ring| ring.x)), mean(count, exteriors().map(|ring| ring.y))]
}

fn mean<'a>(count: f64, values: impl Iterator<Item = &'a [f64]> + Clone) -> f64 {
    let sum: f64 = values.clone().flatten().sum();
    if sum.is_finite() {
        return sum / count;
    }
    // The sum of coordinates near the end of f64 overflows where their mean does not.
    values.flatten().map(|value| value / count).sum::<f64>().clamp(f64::MIN, f64::MAX)
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
    let ([x0, ..], [y0, ..]) = (ring.x, ring.y) else { return 0.0 };
    let shifted = || ring.x.iter().zip(ring.y).map(|(x, y)| (x - x0, y - y0));
    let twice: f64 =
        shifted().zip(shifted().skip(1)).map(|((x1, y1), (x2, y2))| x1 * y2 - x2 * y1).sum();
    // Infinity minus infinity: the ring is larger than f64 can say.
    if twice.is_nan() { f64::INFINITY } else { 0.5 * twice.abs() }
}
