//! The three classes of the shaded sphere, with their methods.

/// A point, or the vector from one point to another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Vector {
    /// The coordinate to the right.
    pub x: f64,
    /// The coordinate downward.
    pub y: f64,
    /// The coordinate away from the viewer.
    pub z: f64,
}

impl Vector {
    /// The sum.
    pub fn plus(self, other: Self) -> Self {
        Self { x: self.x + other.x, y: self.y + other.y, z: self.z + other.z }
    }

    /// The vector from `other` to this point.
    pub fn minus(self, other: Self) -> Self {
        Self { x: self.x - other.x, y: self.y - other.y, z: self.z - other.z }
    }

    /// The vector, multiplied by a factor.
    pub fn times(self, factor: f64) -> Self {
        Self { x: self.x * factor, y: self.y * factor, z: self.z * factor }
    }

    /// The dot product.
    pub fn dot(self, other: Self) -> f64 {
        self.x * other.x + self.y * other.y + self.z * other.z
    }

    /// The cosine of the angle between two vectors.
    pub fn cosine(self, other: Self) -> f64 {
        self.dot(other) / (self.dot(self).sqrt() * other.dot(other).sqrt())
    }
}

/// A line through a point, in a direction of length 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// The point.
    pub start: Vector,
    /// The direction.
    pub direction: Vector,
}

impl Line {
    /// The point at a distance from the start.
    pub fn at(self, distance: f64) -> Vector {
        self.start.plus(self.direction.times(distance))
    }
}

/// A sphere.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sphere {
    /// Its center.
    pub center: Vector,
    /// Its radius.
    pub radius: f64,
}

impl Sphere {
    /// The first intersection with a line, if there is one.
    pub fn hit(self, line: Line) -> Option<Vector> {
        let offset = line.start.minus(self.center);
        let along = offset.dot(line.direction);
        let discriminant = along * along - (offset.dot(offset) - self.radius * self.radius);
        (discriminant >= 0.0).then(|| line.at(-along - discriminant.sqrt()))
    }
}
