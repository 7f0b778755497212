//! Centre and area of polygons, in `f64`.

use rayon::prelude::*;

use crate::polygons::{PARALLEL_POLYGONS, Polygon, Polygons, Ring};
use crate::rule::Center;
use crate::stop::Current;
use crate::threads;

/// The centre of each row, as [`center`] of it; `None` for a row that is null or empty.
pub fn centers(polygons: &Polygons, of: Center) -> Vec<Option<[f64; 2]>> {
    by_row(polygons, |polygon| center(polygon, of))
}

/// The area of each row, as [`area`] of it; `None` for a row that is null or empty.
pub fn areas(polygons: &Polygons) -> Vec<Option<f64>> {
    by_row(polygons, area)
}

/// What is measured of each row, on all threads where there are many.
fn by_row<T: Send>(
    polygons: &Polygons,
    measure: impl Fn(Polygon<'_>) -> T + Sync,
) -> Vec<Option<T>> {
    let current = Current::get();
    let of = |row| polygons.get(row).filter(|_| !current.is_stopped()).map(&measure);
    let rows = 0..polygons.len();
    if rows.len() >= PARALLEL_POLYGONS {
        threads::install(|| rows.into_par_iter().map(of).collect())
    } else {
        rows.map(of).collect()
    }
}

/// The centre that a rule asks for, as `[x, y]`.
pub fn center(polygon: Polygon<'_>, center: Center) -> [f64; 2] {
    match center {
        Center::VertexMean => vertex_mean(polygon),
        Center::Centroid => centroid(polygon),
    }
}

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
    let mean = |sum: f64, axis| {
        if sum.is_finite() { sum / count } else { mean_of_large(polygon, count, axis) }
    };
    [mean(x, 0), mean(y, 1)]
}

/// The sum of coordinates near the end of `f64` overflows where their mean does not.
fn mean_of_large(polygon: Polygon<'_>, count: f64, axis: usize) -> f64 {
    let values = exteriors(polygon).flat_map(|ring| [ring.x, ring.y][axis]);
    values.map(|value| value / count).sum::<f64>().clamp(f64::MIN, f64::MAX)
}

fn exteriors(polygon: Polygon<'_>) -> impl Iterator<Item = Ring<'_>> {
    polygon.parts().map(|part| part.exterior().open())
}

/// The centroid of the area, as `[x, y]`: holes are left out, parts weigh as their area.
///
/// It may lie outside the polygon. Where the area is zero or overflows, the vertex mean.
pub fn centroid(polygon: Polygon<'_>) -> [f64; 2] {
    let from = vertex_mean(polygon);
    let (mut area, mut x, mut y) = (0.0, 0.0, 0.0);
    for part in polygon.parts() {
        let mut add = |ring: Ring<'_>, sign: f64| {
            let moments = ring_moments(ring, from);
            // Of either winding: an exterior adds, a hole takes away.
            let sign = if moments[0] < 0.0 { -sign } else { sign };
            area += sign * moments[0];
            x += sign * moments[1];
            y += sign * moments[2];
        };
        add(part.exterior(), 1.0);
        part.holes().for_each(|hole| add(hole, -1.0));
    }
    let centroid = [from[0] + x / area / 3.0, from[1] + y / area / 3.0];
    if area > 0.0 && centroid.iter().all(|c| c.is_finite()) { centroid } else { from }
}

/// Twice the area and six times its first moments in x and y, relative to a point.
fn ring_moments(ring: Ring<'_>, from: [f64; 2]) -> [f64; 3] {
    let vertex = |at: usize| [ring.x[at] - from[0], ring.y[at] - from[1]];
    let mut moments = [0.0; 3];
    let Some(last) = ring.x.len().checked_sub(1) else { return moments };
    let mut before = vertex(last);
    for at in 0..=last {
        let now = vertex(at);
        let cross = before[0] * now[1] - now[0] * before[1];
        moments[0] += cross;
        moments[1] += (before[0] + now[0]) * cross;
        moments[2] += (before[1] + now[1]) * cross;
        before = now;
    }
    moments
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
