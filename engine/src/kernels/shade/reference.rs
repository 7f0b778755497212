//! One pixel at a time, with a line in any direction.

use super::{BRIGHTEST, MISSED, SHADED, Shade};

/// A point, or the way from one to another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Vector(pub [f64; 3]);

impl Vector {
    /// The sum.
    pub fn plus(self, other: Self) -> Self {
        let ([ax, ay, az], [bx, by, bz]) = (self.0, other.0);
        Self([ax + bx, ay + by, az + bz])
    }

    /// The way from `other` to here.
    pub fn minus(self, other: Self) -> Self {
        let ([ax, ay, az], [bx, by, bz]) = (self.0, other.0);
        Self([ax - bx, ay - by, az - bz])
    }

    /// So many times as long.
    pub fn times(self, factor: f64) -> Self {
        Self(self.0.map(|coordinate| coordinate * factor))
    }

    /// The scalar product.
    pub fn dot(self, other: Self) -> f64 {
        let ([ax, ay, az], [bx, by, bz]) = (self.0, other.0);
        ax * bx + ay * by + az * bz
    }

    /// The cosine of the angle between the two.
    pub fn cosine(self, other: Self) -> f64 {
        self.dot(other) / (self.dot(self).sqrt() * other.dot(other).sqrt())
    }
}

/// The point in which a line first meets a sphere; `direction` has length 1.
pub fn hit(start: Vector, direction: Vector, center: Vector, radius: f64) -> Option<Vector> {
    let offset = start.minus(center);
    let along = offset.dot(direction);
    let discriminant = along * along - (offset.dot(offset) - radius * radius);
    (discriminant >= 0.0).then(|| start.plus(direction.times(-along - discriminant.sqrt())))
}

/// The level of a pixel; `None` for one that is not finite.
pub fn level(shade: &Shade, x: f64, y: f64) -> Option<u8> {
    if !(x.is_finite() && y.is_finite()) {
        return None;
    }
    let [center_x, center_y, center_z, radius] = shade.sphere;
    let scale = |axis: usize| shade.screen[axis] / shade.size[axis];
    let start = Vector([x * scale(0), y * scale(1), 0.0]);
    let center = Vector([center_x, center_y, center_z]);
    let Some(hit) = hit(start, Vector([0.0, 0.0, 1.0]), center, radius) else {
        return Some(MISSED);
    };
    let light = Vector(shade.light).minus(hit);
    // `as` cuts off the fraction, and makes 0 of a NaN.
    Some(((hit.minus(center).cosine(light) * BRIGHTEST) as u8).max(SHADED))
}
