//! Center and area of polygons, in `f64`.
//!
//! In the plane, or for longitudes and latitudes in degrees ([`Metric::Haversine`]): then areas are
//! in square meters on the sphere of radius [`EARTH_RADIUS`](crate::EARTH_RADIUS), and centers do
//! not depend on where longitudes are cut.

mod centroid;
mod spherical;

use rayon::prelude::*;

use crate::metric::{Metric, wrap};
use crate::polygons::{Builder, PARALLEL_POLYGONS, Part, Polygon, Polygons, Ring};
use crate::rule::{Center, Predicate, Rule};
use crate::stop::Current;
use crate::threads;

/// The center of each row, as [`center`] of it; `None` for a row that is null or empty.
pub fn centers(polygons: &Polygons, of: Center, metric: Metric) -> Vec<Option<[f64; 2]>> {
    by_row(polygons, |polygon| center(polygon, of, metric))
}

/// The area of each row, as [`area`] of it; `None` for a row that is null or empty.
pub fn areas(polygons: &Polygons, metric: Metric) -> Vec<Option<f64>> {
    by_row(polygons, |polygon| area(polygon, metric))
}

/// The area of each row as a rule ranks by it and reports it; `None` for a row that is null or empty.
///
/// That is [`area`] by its metric, with one exception: where a rule measures distances to centers on
/// the sphere, a polygon with edges across the antimeridian has the area between its edges the short
/// way round, as its [`center`] lies there. Such a polygon has edges of more than 180 degrees, none
/// of a whole turn, and none of either with longitudes within 180 degrees of its first vertex.
pub fn areas_of_rule(polygons: &Polygons, rule: &Rule) -> Vec<Option<f64>> {
    match (rule.predicate(), rule.metric()) {
        (Predicate::Center { .. }, Metric::Haversine) => by_row(polygons, |polygon| {
            let moved = near_first(polygon).filter(|_| longest_step(polygon) < 360.0);
            let moved = moved.as_ref().and_then(|moved| moved.get(0));
            let moved = moved.filter(|moved| longest_step(*moved) <= 180.0);
            area(moved.unwrap_or(polygon), Metric::Haversine)
        }),
        (_, metric) => areas(polygons, metric),
    }
}

/// The most that two neighboring vertices of a ring differ in longitude.
fn longest_step(polygon: Polygon<'_>) -> f64 {
    let of_ring = |ring: Ring<'_>| {
        let next = ring.x.iter().cycle().skip(1);
        ring.x.iter().zip(next).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
    };
    polygon.rings().map(of_ring).fold(0.0, f64::max)
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

/// The center that a rule asks for, as `[x, y]`.
///
/// With [`Metric::Haversine`] the longitudes of the polygon are first taken within 180 degrees of
/// that of its first vertex, whichever turns that takes, and the longitude of the center lies above
/// -180 and is at most 180. Where the polygon goes beyond a pole the center may do so too, and then
/// is not a [point](Metric::is_point).
pub fn center(polygon: Polygon<'_>, center: Center, metric: Metric) -> [f64; 2] {
    let of = match center {
        Center::VertexMean => vertex_mean,
        Center::Centroid => centroid,
    };
    match metric {
        Metric::Euclidean => of(polygon),
        Metric::Haversine => {
            let moved = near_first(polygon);
            let [lon, lat] = of(moved.as_ref().and_then(|moved| moved.get(0)).unwrap_or(polygon));
            [wrap(lon), lat]
        }
    }
}

/// The polygon with longitudes within 180 degrees of that of its first vertex, as the only row;
/// `None` where all are there already.
fn near_first(polygon: Polygon<'_>) -> Option<Polygons> {
    let first = polygon.rings().find_map(|ring| ring.x.first().copied()).map_or(0.0, wrap);
    let is_near = |lon: &f64| (lon - first).abs() <= 180.0;
    if polygon.rings().all(|ring| ring.x.iter().all(is_near)) {
        return None;
    }
    let near = |lon: f64| match wrap(lon) - first {
        _ if is_near(&lon) => lon,
        turn if turn > 180.0 => wrap(lon) - 360.0,
        turn if turn < -180.0 => wrap(lon) + 360.0,
        _ => wrap(lon),
    };
    let mut moved = Builder::default();
    for part in polygon.parts() {
        moved.start_part();
        for ring in part.rings() {
            moved.ring(ring.x.iter().zip(ring.y).map(|(&lon, &lat)| [near(lon), lat]));
        }
    }
    moved.finish_row(true);
    Some(moved.finish())
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
/// Within 1e-12 of the extent of the polygon, or an ulp of the coordinates, of the centroid of the
/// coordinates as they are, however the parts are scattered. It may lie outside the polygon. A ring
/// that crosses itself has its signed area and moment.
///
/// A ring without area does not count. So it is with one whose area rounding its coordinates may
/// have made, if that puts its centroid farther from its first vertex than its extent: twice the area
/// is at most 2^-53 times the sum over its edges of
/// `(|x1| + |x2|) * |y2 - y1| + (|y1| + |y2|) * |x2 - x1|`. Where that is so of the whole polygon,
/// the answer is the [vertex mean](vertex_mean).
pub fn centroid(polygon: Polygon<'_>) -> [f64; 2] {
    centroid::centroid(polygon).unwrap_or_else(|| vertex_mean(polygon))
}

/// The absolute area of the exterior minus those of the holes, parts added up.
///
/// In the plane by the shoelace formula relative to each ring's first vertex, so that a small
/// polygon far from the origin keeps its digits. With [`Metric::Haversine`] in square meters on the
/// sphere, edges straight in longitude and latitude: an edge adds
/// `(lon2 - lon1) * (cos lat1 - cos lat2) / (lat2 - lat1)`, its limit where the latitudes agree.
/// Longitudes are taken as they are, as they are where a polygon covers a point: a polygon across
/// the antimeridian is in two parts, one on each side.
///
/// Never negative, never NaN; infinite where `f64` overflows.
pub fn area(polygon: Polygon<'_>, metric: Metric) -> f64 {
    let of_part = |part| {
        let [exterior, holes] = part_areas(part, metric);
        let area = exterior - holes;
        if area.is_nan() { f64::INFINITY } else { area.max(0.0) }
    };
    polygon.parts().map(of_part).sum()
}

/// The area of the exterior of a part, and that of its holes together.
fn part_areas(part: Part<'_>, metric: Metric) -> [f64; 2] {
    let of_ring = match metric {
        Metric::Euclidean => ring_area,
        Metric::Haversine => spherical::ring_area,
    };
    [of_ring(part.exterior()), part.holes().map(of_ring).sum()]
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

/// Whether the holes of a part are larger together than its exterior, by more than rounding.
pub(crate) fn is_more_hole(part: Part<'_>, metric: Metric) -> bool {
    if part.holes().next().is_none() {
        return false;
    }
    let [exterior, holes] = part_areas(part, metric);
    if holes <= exterior {
        return false;
    }
    // What adding up may lose: little of the boxes that the rings lie in.
    let rounding = |ring: Ring<'_>| {
        let extent = |axis: &[f64]| {
            let (low, high) =
                axis.iter().fold((f64::MAX, f64::MIN), |(a, b), &c| (a.min(c), b.max(c)));
            (high - low).max(0.0)
        };
        let unit = match metric {
            Metric::Euclidean => 1.0,
            Metric::Haversine => spherical::SQUARE_DEGREE,
        };
        (8 + ring.x.len()) as f64 * f64::EPSILON * extent(ring.x) * extent(ring.y) * unit
    };
    holes - exterior > part.rings().map(rounding).sum()
}

/// Why a polygon is invalid on the sphere, if it is: its center is not a place there, or holes are
/// larger there than the exterior.
pub(crate) fn fault_on_sphere(polygon: Polygon<'_>, [lon, lat]: [f64; 2]) -> Option<String> {
    let metric = Metric::Haversine;
    if !metric.is_point([lon, lat]) {
        let expected = "expected a latitude between -90 and 90";
        return Some(format!("the center is ({lon}, {lat}): {expected}"));
    }
    let more_hole = polygon.parts().any(|part| is_more_hole(part, metric));
    more_hole.then(|| MORE_HOLE.to_owned())
}

pub(crate) const MORE_HOLE: &str = "the holes of a part are larger than its exterior";
