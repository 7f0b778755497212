//! The centroid of the area: moments of each ring about its own first vertex, put together.
//!
//! In plain `f64` where the bound of its errors says that this will do, as it mostly does; else in
//! numbers of twice the length.

use std::ops::{Add, Mul, Neg};

use crate::polygons::{Polygon, Ring};

/// What plain sums may be off, as a part of the extent, for them to be good enough.
const GOOD_ENOUGH: f64 = 1e-13;

/// Half the distance from 1 to the next number: what rounding changes at most.
const ROUNDING: f64 = 0.5 * f64::EPSILON;

/// What long sums may be off at most, as a part of the products that are added up.
const LONG_ROUNDING: f64 = 1.0 / (1_u128 << 95) as f64;

/// `None` where the area is zero but for rounding, or not in the range of `f64`.
pub(super) fn centroid(polygon: Polygon<'_>) -> Option<[f64; 2]> {
    let plain = add_up(polygon, Scale::NONE, Moments::plain)?;
    if !plain.is_in_range {
        let scale = Scale::of(polygon);
        return add_up(polygon, scale, Moments::exact)?.place(scale);
    }
    // NaN where nothing is left.
    if plain.error.is_nan() || plain.error > GOOD_ENOUGH {
        return add_up(polygon, Scale::NONE, Moments::exact)?.place(Scale::NONE);
    }
    plain.place(Scale::NONE)
}

/// Square roots of powers of two by which the axes are multiplied twice.
#[derive(Clone, Copy)]
struct Scale([f64; 2]);

impl Scale {
    const NONE: Self = Self([1.0, 1.0]);

    /// To bring the coordinates of a polygon below 1.
    fn of(polygon: Polygon<'_>) -> Self {
        let root = |axis: fn(Ring<'_>) -> &[f64]| {
            let sizes = polygon.rings().flat_map(axis).map(|c| c.abs());
            let most = sizes.fold(f64::MIN_POSITIVE, f64::max);
            let exponent = (most.to_bits() >> 52) as i32 - 1022;
            f64::from_bits(((1023 - exponent.div_euclid(2)) as u64) << 52)
        };
        Self([root(|ring| ring.x), root(|ring| ring.y)])
    }

    fn apply(self, [x, y]: [f64; 2]) -> [f64; 2] {
        let Self([a, b]) = self;
        [x * a * a, y * b * b]
    }

    fn undo(self, [x, y]: [f64; 2]) -> [f64; 2] {
        let Self([a, b]) = self;
        [x / a / a, y / b / b]
    }
}

/// Of a ring, relative to its first vertex.
struct Moments {
    /// Twice the area and six times its first moments, positive where the vertices turn left.
    area: Long,
    x: Long,
    y: Long,
    /// The sum of the products that make up the area, without their signs.
    products: f64,
    /// What twice the area may be after rounding the coordinates of a ring without area.
    from_rounding: f64,
    /// The farthest from the first vertex, along either axis.
    extent: [f64; 2],
}

impl Moments {
    const ZERO: Self = Self {
        area: Long::ZERO,
        x: Long::ZERO,
        y: Long::ZERO,
        products: 0.0,
        from_rounding: 0.0,
        extent: [0.0; 2],
    };

    /// How far the centroid is from the first vertex, in extents; NaN without an extent.
    fn out(&self) -> [f64; 2] {
        let out = |moment: Long, extent: f64| {
            moment.near().abs() / (3.0 * self.area.near().abs() * extent)
        };
        [out(self.x, self.extent[0]), out(self.y, self.extent[1])]
    }

    /// Whether there is no area, or no more than rounding the coordinates may have made: then
    /// the centroid lies far from a ring that crosses itself.
    fn is_nothing(&self) -> bool {
        let size = self.area.near().abs();
        let is_near = self.out().iter().all(|out| *out <= 1.0);
        size <= LONG_ROUNDING * self.products || (size <= self.from_rounding && !is_near)
    }

    fn plain(vertices: Scaled<'_>) -> Option<Self> {
        Self::new(vertices, |a, b| a - b, |number| Long(number, 0.0))
    }

    fn exact(vertices: Scaled<'_>) -> Option<Self> {
        Self::new(vertices, Long::difference, |number| number)
    }

    /// The vertices, of which the last needs not be the first.
    fn new<N: Number>(
        mut vertices: impl Iterator<Item = [f64; 2]>,
        difference: impl Fn(f64, f64) -> N,
        long: impl Fn(N) -> Long,
    ) -> Option<Self> {
        let first = vertices.next()?;
        let zero = difference(0.0, 0.0);
        let (mut area, mut moment) = (zero, [zero, zero]);
        let (mut products, mut from_rounding, mut extent) = (0.0, 0.0, [0.0_f64; 2]);
        let (mut before, mut from) = (first, [zero, zero]);
        for now in vertices.chain([first]) {
            let to = [difference(now[0], first[0]), difference(now[1], first[1])];
            let (left, right) = (from[0] * to[1], to[0] * from[1]);
            let cross = left + -right;
            area = area + cross;
            moment = [0, 1].map(|axis| moment[axis] + (from[axis] + to[axis]) * cross);
            products += left.near().abs() + right.near().abs();
            extent = [0, 1].map(|axis| extent[axis].max(to[axis].near().abs()));
            from_rounding += (before[0].abs() + now[0].abs()) * (now[1] - before[1]).abs()
                + (before[1].abs() + now[1].abs()) * (now[0] - before[0]).abs();
            (before, from) = (now, to);
        }
        let [x, y] = moment.map(&long);
        let from_rounding = ROUNDING * from_rounding;
        Some(Self { area: long(area), x, y, products, from_rounding, extent })
    }
}

/// Sums over the rings of a polygon, relative to the first vertex of all.
struct Sums {
    first: [f64; 2],
    all: Moments,
    /// What the place may be off, as a part of the extent, if the moments are plain.
    error: f64,
    /// Whether third powers of all lengths are far from the ends of `f64`.
    is_in_range: bool,
}

impl Sums {
    fn place(&self, scale: Scale) -> Option<[f64; 2]> {
        let size = self.all.area.near();
        if size <= 0.0 || self.all.is_nothing() {
            return None;
        }
        let [x, y] = [self.all.x, self.all.y].map(|moment| moment.near() / (3.0 * size));
        let [x, y] = scale.undo([x, y]);
        let place = [self.first[0] + x, self.first[1] + y];
        place.iter().all(|c| c.is_finite()).then_some(place)
    }
}

/// The sums; `None` without a vertex.
fn add_up(
    polygon: Polygon<'_>,
    scale: Scale,
    moments: impl Fn(Scaled<'_>) -> Option<Moments>,
) -> Option<Sums> {
    const IN_RANGE: std::ops::Range<f64> = 1e-60..1e90;
    let corner = |ring: Ring<'_>| Some([*ring.x.first()?, *ring.y.first()?]);
    let first = polygon.rings().find_map(corner)?;
    let origin = scale.apply(first);
    let mut all = Moments::ZERO;
    let (mut weights, mut error, mut is_in_range) = (0.0, 0.0_f64, true);
    for part in polygon.parts() {
        for (at, ring) in part.rings().enumerate() {
            let Some(of_ring) = moments(Scaled { ring, scale, at: 0 }) else { continue };
            let corner = corner(ring).map_or(origin, |corner| scale.apply(corner));
            let to = [0, 1].map(|axis| Long::difference(corner[axis], origin[axis]));
            let extent = of_ring.extent;
            is_in_range &= extent.iter().all(|extent| IN_RANGE.contains(extent))
                && corner.iter().all(|c| c.abs() < IN_RANGE.end);
            all.extent =
                [0, 1].map(|axis| all.extent[axis].max(to[axis].near().abs() + extent[axis]));
            all.products += of_ring.products;
            all.from_rounding += of_ring.from_rounding;

            let size = of_ring.area.near().abs();
            let steps = (8 + ring.x.len()) as f64 * ROUNDING;
            let [out_x, out_y] = of_ring.out();
            let of_plain = steps * of_ring.products / size * (1.0 + out_x.max(out_y));
            // Whether so small an area is one, plain sums do not tell.
            let of_plain = if size > of_ring.from_rounding { of_plain } else { f64::INFINITY };
            error = error.max(of_plain);
            if of_ring.is_nothing() {
                continue;
            }
            // Of either winding: an exterior adds, a hole takes away.
            let negative = (of_ring.area.near() < 0.0) ^ (at > 0);
            let sign = |number: Long| if negative { -number } else { number };
            let thrice = Long(3.0, 0.0) * sign(of_ring.area);
            all.area = all.area + sign(of_ring.area);
            all.x = all.x + sign(of_ring.x) + thrice * to[0];
            all.y = all.y + sign(of_ring.y) + thrice * to[1];
            weights += size;
        }
    }
    let error = error * weights / all.area.near();
    Some(Sums { first, all, error, is_in_range })
}

/// The vertices of a ring, scaled.
struct Scaled<'a> {
    ring: Ring<'a>,
    scale: Scale,
    at: usize,
}

impl Iterator for Scaled<'_> {
    type Item = [f64; 2];

    fn next(&mut self) -> Option<[f64; 2]> {
        let vertex = [*self.ring.x.get(self.at)?, *self.ring.y.get(self.at)?];
        self.at += 1;
        Some(self.scale.apply(vertex))
    }
}

/// What moments are added up in.
trait Number: Copy + Add<Output = Self> + Mul<Output = Self> + Neg<Output = Self> {
    fn near(self) -> f64;
}

impl Number for f64 {
    fn near(self) -> f64 {
        self
    }
}

/// A number of twice the length: the sum of both, of which the second is what rounding took from
/// the first. T. J. Dekker, "A Floating-Point Technique for Extending the Available Precision"
/// (1971).
#[derive(Clone, Copy)]
struct Long(f64, f64);

impl Long {
    const ZERO: Self = Self(0.0, 0.0);

    /// The difference of two numbers, exactly.
    fn difference(a: f64, b: f64) -> Self {
        Self::sum(a, -b)
    }

    fn sum(a: f64, b: f64) -> Self {
        let sum = a + b;
        let of_b = sum - a;
        Self(sum, (a - (sum - of_b)) + (b - of_b))
    }

    fn normal(high: f64, low: f64) -> Self {
        let sum = high + low;
        Self(sum, low - (sum - high))
    }
}

impl Number for Long {
    fn near(self) -> f64 {
        self.0
    }
}

impl Add for Long {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let (high, low) = (Self::sum(self.0, other.0), Self::sum(self.1, other.1));
        let Self(high, carry) = Self::normal(high.0, high.1 + low.0);
        Self::normal(high, carry + low.1)
    }
}

impl Mul for Long {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        let product = self.0 * other.0;
        let rest = self.0.mul_add(other.0, -product);
        Self::normal(product, rest + (self.0 * other.1 + self.1 * other.0))
    }
}

impl Neg for Long {
    type Output = Self;

    fn neg(self) -> Self {
        Self(-self.0, -self.1)
    }
}
