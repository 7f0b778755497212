//! The sphere in a hurry: what the haversine metric answers, for less.
//!
//! [`Metric::Haversine`](crate::Metric::Haversine) is the definition, and asks the sine of the platform's library. The index
//! mostly needs no more than to know on which side of a bound a distance lies: for that there is a
//! polynomial, and a *band* around the bound that is wider than both errors together. Whatever lies
//! in the band is put to the definition, so no answer depends on the polynomial.

use std::f64::consts::FRAC_PI_2;

use crate::metric::EARTH_RADIUS;

/// How far the haversine by the polynomial, and that by the definition, may be apart, relative to
/// either: each is a few roundings (of 1.1e-16) from the true one.
const HAVERSINE_ERROR: f64 = 1e-12;

/// How far the chord between two [unit vectors](unit_vector) may be from that by the definition.
///
/// A coordinate of a vector is less than 2e-15 from the true one: angles of up to pi are rounded
/// three times, sines and their product a dozen times. Two vectors then make less than 1e-14.
pub(crate) const CHORD_ERROR: f64 = 1e-13;

/// A haversine so small that its digits may have been lost to underflow.
const TINY: f64 = 1e-290;

/// The sine of an angle in degrees between -90 and 90, to a few roundings, relative to it.
///
/// Its Taylor series: what is left out, x^21 / 21!, is 2.6e-16 at the ends.
#[inline]
pub(crate) fn sine(degrees: f64) -> f64 {
    const TERMS: [f64; 10] = terms();
    let x = degrees.to_radians();
    let x_2 = x * x;
    x * TERMS.iter().rev().fold(0.0, |sum, term| sum * x_2 + term)
}

/// 1, -1/3!, 1/5!, ...
const fn terms<const N: usize>() -> [f64; N] {
    let mut terms = [1.0; N];
    let mut at = 1;
    while at < N {
        terms[at] = -terms[at - 1] / ((2 * at) * (2 * at + 1)) as f64;
        at += 1;
    }
    terms
}

/// The cosine of a latitude in degrees, to a few roundings, relative to it.
#[inline]
pub(crate) fn cosine(lat: f64) -> f64 {
    sine(90.0 - lat.abs())
}

/// The place of a wrapped longitude and a latitude on the unit sphere.
#[inline]
pub(crate) fn unit_vector([lon, lat]: [f64; 2]) -> [f64; 3] {
    let acute = if lon.abs() > 90.0 { 180.0 - lon.abs() } else { lon.abs() };
    let [east, north, from_pole, lon_sine] =
        [90.0 - lon.abs(), lat, 90.0 - lat.abs(), acute.copysign(lon)].map(sine);
    [from_pole * east, from_pole * lon_sine, north]
}

/// A haversine from the parts that make it: differences in degrees, cosines of both latitudes.
#[inline]
pub(crate) fn haversine(north: f64, east: f64, cosines: f64) -> f64 {
    let (s, t) = (sine(0.5 * north), sine(0.5 * east));
    s * s + cosines * t * t
}

/// Numbers that cannot be told from that of some distance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Band {
    /// What is less lies strictly closer.
    pub low: f64,
    /// What is not less lies no closer.
    pub high: f64,
}

impl Band {
    /// The band around a distance in metres of at least 0, for haversines.
    pub(crate) fn of_haversine(max_dist: f64) -> Self {
        Self::around(max_dist, |haversine| {
            let error = 4.0 * HAVERSINE_ERROR * haversine + TINY;
            Self { low: haversine - error, high: haversine + error }
        })
    }

    /// The band around a distance in metres of at least 0, for squared chords.
    pub(crate) fn of_chord_2(max_dist: f64) -> Self {
        Self::around(max_dist, |haversine| Self::of_chord(2.0 * haversine.sqrt()))
    }

    /// The squared chords that cannot be told from this one.
    pub(crate) fn of_chord(chord: f64) -> Self {
        let low = chord - 2.0 * CHORD_ERROR;
        // What is less than minus 1 is nothing.
        let low = if low > 0.0 { low * low } else { -1.0 };
        Self { low, high: (chord + 2.0 * CHORD_ERROR).powi(2) }
    }

    fn around(max_dist: f64, band: impl Fn(f64) -> Self) -> Self {
        let half = 0.5 * max_dist / EARTH_RADIUS;
        // The arc sine is at most the rounded quarter turn: everywhere is strictly closer.
        if half > FRAC_PI_2 * (1.0 + HAVERSINE_ERROR) {
            return Self { low: f64::INFINITY, high: f64::INFINITY };
        }
        band(half.min(FRAC_PI_2).sin().powi(2))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::{Metric, wrap};
    use proptest::prelude::*;

    #[test]
    fn the_polynomial_is_the_sine() {
        for step in -90_000..=90_000 {
            for degrees in
                [f64::from(step) / 1000.0, f64::from(step) * 1e-9, f64::from(step) * 1e-200]
            {
                let (got, expected) = (sine(degrees), degrees.to_radians().sin());
                assert!(
                    (got - expected).abs() <= 1e-15 * expected.abs(),
                    "{degrees}: {got}, {expected}"
                );
            }
        }
    }

    fn anywhere() -> impl Strategy<Value = [f64; 2]> {
        prop_oneof![
            [-180.0..180.0, -90.0..90.0],
            [179.99999..180.0, -1e-5..1e-5],
            [-180.0..-179.99999, -1e-5..1e-5],
            [-180.0..180.0, 89.99999..90.0],
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        /// The errors that the bands are made for, with room to spare.
        #[test]
        fn errors_are_far_within_the_bands(a in anywhere(), b in anywhere()) {
            let exact = Metric::Haversine.reduced(a, b);
            let turn = crate::metric::turn(wrap(a[0]), wrap(b[0]));
            let cosines = cosine(a[1]) * cosine(b[1]);
            let fast = haversine(a[1] - b[1], turn, cosines);
            prop_assert!((fast - exact).abs() <= 0.05 * HAVERSINE_ERROR * exact + TINY);

            let (u, v) = (unit_vector([wrap(a[0]), a[1]]), unit_vector([wrap(b[0]), b[1]]));
            let chord_2: f64 = u.iter().zip(&v).map(|(u, v)| (u - v) * (u - v)).sum();
            let chord = 2.0 * exact.sqrt();
            prop_assert!((chord_2.sqrt() - chord).abs() <= 0.05 * CHORD_ERROR);
        }

        #[test]
        fn bands_decide_as_the_definition(max_dist in prop_oneof![0.0..2.1e7, 0.0..1e-3], a in anywhere(), b in anywhere()) {
            let is_within = Metric::Haversine.is_within(a, b, max_dist);
            let haversine = Metric::Haversine.reduced(a, b);
            for (band, value) in [
                (Band::of_haversine(max_dist), haversine),
                (Band::of_chord_2(max_dist), 4.0 * haversine),
            ] {
                prop_assert!(band.low <= band.high);
                prop_assert!(value >= band.low || is_within);
                prop_assert!(value < band.high || !is_within);
            }
        }
    }
}
