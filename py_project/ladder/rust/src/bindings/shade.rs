use pyo3::prelude::*;

use crate::shade;

/// A point, or the vector from one point to another.
#[pyclass(frozen, module = "poly_match_ladder.shade")]
pub struct Vec(shade::Vector);

#[pymethods]
impl Vec {
    #[new]
    fn new(x: f64, y: f64, z: f64) -> Self {
        Self(shade::Vector { x, y, z })
    }

    #[getter]
    fn x(&self) -> f64 {
        self.0.x
    }

    #[getter]
    fn y(&self) -> f64 {
        self.0.y
    }

    #[getter]
    fn z(&self) -> f64 {
        self.0.z
    }

    fn __add__(&self, other: &Self) -> Self {
        Self(self.0.plus(other.0))
    }

    fn __sub__(&self, other: &Self) -> Self {
        Self(self.0.minus(other.0))
    }

    fn __mul__(&self, factor: f64) -> Self {
        Self(self.0.times(factor))
    }

    fn dot(&self, other: &Self) -> f64 {
        self.0.dot(other.0)
    }

    fn cosine(&self, other: &Self) -> f64 {
        self.0.cosine(other.0)
    }
}

/// A line through a point, in a direction of length 1.
#[pyclass(frozen, module = "poly_match_ladder.shade")]
pub struct Line(shade::Line);

#[pymethods]
impl Line {
    #[new]
    fn new(start: &Vec, direction: &Vec) -> Self {
        Self(shade::Line { start: start.0, direction: direction.0 })
    }

    fn at(&self, distance: f64) -> Vec {
        Vec(self.0.at(distance))
    }
}

/// A sphere.
#[pyclass(frozen, module = "poly_match_ladder.shade")]
pub struct Sphere(shade::Sphere);

#[pymethods]
impl Sphere {
    #[new]
    fn new(center: &Vec, radius: f64) -> Self {
        Self(shade::Sphere { center: center.0, radius })
    }

    #[getter]
    fn center(&self) -> Vec {
        Vec(self.0.center)
    }

    fn hit(&self, line: &Line) -> Option<Vec> {
        self.0.hit(line.0).map(Vec)
    }
}
