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
