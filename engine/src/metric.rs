use crate::cover::BLOCK;

/// The mean radius of the earth in meters, (2a + b) / 3 of WGS 84: Moritz, "Geodetic Reference
/// System 1980", Journal of Geodesy 74 (2000).
pub const EARTH_RADIUS: f64 = 6_371_008.8;

/// How distances between a point and a center are measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Metric {
    /// In the plane, in the unit of the coordinates.
    #[default]
    Euclidean,
    /// In meters on a sphere of radius [`EARTH_RADIUS`]; x is the longitude and y the latitude, in
    /// degrees. Longitudes that differ by 360 are the same; latitudes lie in -90..=90.
    Haversine,
}

impl Metric {
    /// Whether these coordinates are a point: they are finite, and with [`Metric::Haversine`] the
    /// latitude lies in -90..=90.
    ///
    /// The one definition: whatever is not a point is treated as null by every rule and every
    /// index.
    #[inline]
    pub fn is_point(self, [x, y]: [f64; 2]) -> bool {
        (x.abs() <= f64::MAX) & (y.abs() <= self.greatest_y())
    }

    /// The greatest y of a point; the least is its negative.
    #[inline]
    fn greatest_y(self) -> f64 {
        match self {
            Self::Euclidean => f64::MAX,
            Self::Haversine => 90.0,
        }
    }

    /// One bit for each lane of a block, the first in the lowest: whether it holds a
    /// [point](Metric::is_point).
    #[inline]
    pub(crate) fn points_of(self, xs: &[f64; BLOCK], ys: &[f64; BLOCK]) -> u64 {
        let pairs = xs.iter().zip(ys);
        // Most blocks hold nothing else, which takes no branch to find out.
        if pairs.clone().fold(true, |all, (&x, &y)| all & self.is_point([x, y])) {
            return u64::MAX;
        }
        let bits =
            pairs.enumerate().map(|(lane, (&x, &y))| u64::from(self.is_point([x, y])) << lane);
        bits.fold(0, |word, bit| word | bit)
    }

    /// The distance between two points; NaN where one of both is not a [point](Metric::is_point).
    pub fn distance(self, a: [f64; 2], b: [f64; 2]) -> f64 {
        if !(self.is_point(a) && self.is_point(b)) {
            return f64::NAN;
        }
        match self {
            Self::Euclidean => (a[0] - b[0]).hypot(a[1] - b[1]),
            Self::Haversine => 2.0 * EARTH_RADIUS * haversine(a, b).sqrt().min(1.0).asin(),
        }
    }

    /// Whether `b` is strictly closer to `a` than `max_dist`: never where one of both is not a
    /// [point](Metric::is_point), or `max_dist` is NaN.
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

    /// A number that orders as the distance between two [points](Metric::is_point) does, by which
    /// the nearest are found: the squared distance, or the haversine of the angle.
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

/// The cosine of an angle in degrees, exactly zero at the poles.
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
    fn what_is_not_a_point_is_at_no_distance() {
        let (nan, inf) = (f64::NAN, f64::INFINITY);
        let everywhere = [[nan, 0.0], [0.0, nan], [inf, 0.0], [0.0, -inf], [-inf, nan]];
        let beyond = [[0.0, 91.0], [0.0, (-90.0_f64).next_down()], [7.0, 1e300]];
        let both = [Metric::Euclidean, Metric::Haversine];
        for (metric, point) in both
            .iter()
            .flat_map(|m| everywhere.map(|point| (*m, point)))
            .chain(beyond.map(|point| (Metric::Haversine, point)))
        {
            assert!(!metric.is_point(point), "{metric:?} {point:?}");
            for (a, b) in [(point, [0.0, 0.0]), ([0.0, 0.0], point), (point, point)] {
                assert!(metric.distance(a, b).is_nan(), "{metric:?} {a:?} {b:?}");
                for max_dist in [0.0, 3e7, 1e300, inf, nan] {
                    assert!(!metric.is_within(a, b, max_dist), "{metric:?} {a:?} {b:?}");
                }
            }
        }
        for point in [[180.0, 90.0], [-180.0, -90.0], [1e300, 0.0]] {
            assert!(both.iter().all(|metric| metric.is_point(point)));
        }
        assert!(Metric::Euclidean.is_point([f64::MAX, f64::MIN]));
        assert!(!Metric::Euclidean.is_within([0.0, 0.0], [0.0, 0.0], nan));
    }

    #[test]
    fn the_points_of_a_block_are_told_lane_by_lane() {
        let (mut xs, mut ys) = ([1.0; BLOCK], [90.0; BLOCK]);
        assert_eq!(Metric::Haversine.points_of(&xs, &ys), u64::MAX);
        (xs[0], ys[5], xs[63]) = (f64::NAN, 90.5, f64::NEG_INFINITY);
        assert_eq!(Metric::Haversine.points_of(&xs, &ys), !(1 | 1 << 5 | 1 << 63));
        assert_eq!(Metric::Euclidean.points_of(&xs, &ys), !(1 | 1 << 63));
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
