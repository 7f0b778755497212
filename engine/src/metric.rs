/// The mean radius of the earth in metres, (2a + b) / 3 of WGS 84: Moritz, "Geodetic Reference
/// System 1980", Journal of Geodesy 74 (2000).
pub const EARTH_RADIUS: f64 = 6_371_008.8;

/// How distances between a point and a centre are measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Metric {
    /// In the plane, in the unit of the coordinates.
    #[default]
    Euclidean,
    /// In metres on a sphere of radius [`EARTH_RADIUS`]; x is the longitude and y the latitude, in
    /// degrees. Longitudes that differ by 360 are the same; latitudes lie in -90..=90.
    Haversine,
}

impl Metric {
    /// The distance between two points.
    pub fn distance(self, a: [f64; 2], b: [f64; 2]) -> f64 {
        match self {
            Self::Euclidean => (a[0] - b[0]).hypot(a[1] - b[1]),
            Self::Haversine => 2.0 * EARTH_RADIUS * haversine(a, b).sqrt().min(1.0).asin(),
        }
    }

    /// Whether `b` is strictly closer to `a` than `max_dist`. A NaN never is.
    ///
    /// Euclidean: `dx * dx + dy * dy < max_dist * max_dist`, each operation rounded to `f64`;
    /// haversine: [`Metric::distance`] is less.
    #[inline]
    pub fn is_within(self, a: [f64; 2], b: [f64; 2], max_dist: f64) -> bool {
        match self {
            Self::Euclidean => self.reduced(a, b) < max_dist * max_dist,
            Self::Haversine => self.distance(a, b) < max_dist,
        }
    }

    /// A number that orders as the distance does, by which the nearest are found: the squared
    /// distance, or the haversine of the angle.
    #[inline]
    pub fn reduced(self, a: [f64; 2], b: [f64; 2]) -> f64 {
        match self {
            Self::Euclidean => {
                let (dx, dy) = (a[0] - b[0], a[1] - b[1]);
                dx * dx + dy * dy
            }
            Self::Haversine => haversine(a, b),
        }
    }
}

/// The haversine of the angle between two points on the sphere, given as longitude and latitude in
/// degrees: R. W. Sinnott, "Virtues of the Haversine", Sky and Telescope 68 (1984).
///
/// Zero between the same two places, whatever the turns of their longitudes and at the poles too.
fn haversine([lon_a, lat_a]: [f64; 2], [lon_b, lat_b]: [f64; 2]) -> f64 {
    let turn = turn(wrap(lon_a), wrap(lon_b));
    let (north, east) = ((lat_a - lat_b).to_radians(), turn.to_radians());
    let (s, t) = ((north / 2.0).sin(), (east / 2.0).sin());
    s * s + cos_of_latitude(lat_a) * cos_of_latitude(lat_b) * t * t
}

/// The longitude without whole turns: above -180, at most 180. Exact; NaN for what is not finite.
#[inline]
pub(crate) fn wrap(lon: f64) -> f64 {
    if lon > -180.0 && lon <= 180.0 {
        return lon;
    }
    match lon % 360.0 {
        turn if turn > 180.0 => turn - 360.0,
        turn if turn <= -180.0 => turn + 360.0,
        turn => turn,
    }
}

/// The way from one wrapped longitude to another, no longer than half a turn.
///
/// Across the antimeridian by the ways to it, so that a small one keeps all its digits.
#[inline]
pub(crate) fn turn(a: f64, b: f64) -> f64 {
    match a - b {
        turn if turn > 180.0 => (a - 180.0) - (b + 180.0),
        turn if turn < -180.0 => (a + 180.0) - (b - 180.0),
        turn => turn,
    }
}

/// The cosine, exactly zero at the poles.
pub(crate) fn cos_of_latitude(degrees: f64) -> f64 {
    (90.0 - degrees.abs()).to_radians().sin()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_place_is_at_no_distance_from_itself() {
        for (a, b) in [
            ([180.0, 10.0], [-180.0, 10.0]),
            ([0.0, -33.0], [360.0, -33.0]),
            ([-120.0, 90.0], [45.0, 90.0]),
            ([7.0, -90.0], [-7.0, -90.0]),
        ] {
            assert_eq!(Metric::Haversine.distance(a, b), 0.0, "{a:?} {b:?}");
        }
    }

    #[test]
    fn known_distances_come_out() {
        let quarter = EARTH_RADIUS * std::f64::consts::FRAC_PI_2;
        for (a, b, expected) in [
            ([0.0, 0.0], [90.0, 0.0], quarter),
            ([13.0, 0.0], [-77.0, 90.0], quarter),
            ([0.0, 0.0], [180.0, 0.0], 2.0 * quarter),
            ([10.0, 90.0], [10.0, -90.0], 2.0 * quarter),
            ([179.5, 0.0], [-179.5, 0.0], quarter / 90.0),
            ([0.0, 89.5], [180.0, 89.5], quarter / 90.0),
        ] {
            let got = Metric::Haversine.distance(a, b);
            assert!((got - expected).abs() < 1e-8 * expected, "{a:?} {b:?}: {got}, {expected}");
        }
    }
}
