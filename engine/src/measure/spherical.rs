//! Areas on the sphere, of rings whose edges are straight in longitude and latitude.

use crate::metric::{EARTH_RADIUS, cos_of_latitude};
use crate::polygons::Ring;

/// Square meters of a square degree at the equator.
pub(super) const SQUARE_DEGREE: f64 =
    EARTH_RADIUS * EARTH_RADIUS * (std::f64::consts::PI / 180.0) * (std::f64::consts::PI / 180.0);

/// The area in square meters: the integral of the sine of the latitude over the longitude, around
/// the ring.
///
/// An edge adds its difference of longitudes times the mean sine of the latitude along it. The sine
/// at the first vertex is taken off each mean, which changes nothing around a closed ring but keeps
/// the digits of a small one: only differences of coordinates, and of sines as products, are added.
pub(super) fn ring_area(ring: Ring<'_>) -> f64 {
    let (Some(&first_lon), Some(&first_lat)) = (ring.x.first(), ring.y.first()) else {
        return 0.0;
    };
    let first_sine = first_lat.to_radians().sin();
    let mut sum = 0.0;
    let around = ring.x.iter().zip(ring.y).skip(1).chain([(&first_lon, &first_lat)]);
    let mut before = [0.0, 0.0];
    for (lon, lat) in around {
        let now = [lon - first_lon, lat - first_lat];
        let (east, half) = (now[0] - before[0], (0.5 * (now[1] - before[1])).to_radians());
        let middle = 0.5 * (before[1] + now[1]);
        let flat = sinc_less_one(half);
        // The sine in the middle less that at the first vertex, as a product.
        let rise =
            2.0 * cos_of_latitude(first_lat + 0.5 * middle) * (0.5 * middle).to_radians().sin();
        sum += east * ((1.0 + flat) * rise + first_sine * flat);
        before = now;
    }
    let area = EARTH_RADIUS * EARTH_RADIUS * sum.to_radians().abs();
    if area.is_nan() { f64::INFINITY } else { area }
}

/// sin(x) / x - 1: the mean of sines from m - x to m + x is that times sin(m) more than sin(m).
fn sinc_less_one(x: f64) -> f64 {
    if x.abs() > 1.0 {
        return x.sin() / x - 1.0;
    }
    // The series -x^2/3! + x^4/5! - ..., whose tenth term is less than 2e-20.
    let x_2 = x * x;
    (1..10).rev().fold(0.0, |sum, n| {
        let n = f64::from(n);
        -x_2 / ((2.0 * n) * (2.0 * n + 1.0)) * (1.0 + sum)
    })
}
