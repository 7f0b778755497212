use numpy::{PyArray1, PyReadonlyArray1, ToPyArray};
use pyo3::prelude::*;

use crate::{Error, Shape};

/// A polygon in Rust with the same attributes as the Python one.
///
/// `x`, `y` and `center` are NumPy arrays, created at every access. A subclass adds `area`.
#[pyclass(frozen, subclass, module = "poly_match_ladder")]
pub struct Polygon {
    pub shape: Shape,
}

#[pymethods]
impl Polygon {
    #[new]
    fn new(x: PyReadonlyArray1<f64>, y: PyReadonlyArray1<f64>) -> Result<Self, Error> {
        let shape = Shape::new(x.as_array().to_owned(), y.as_array().to_owned())?;
        Ok(Self { shape })
    }

    #[getter]
    fn x<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        self.shape.x().to_pyarray(py)
    }

    #[getter]
    fn y<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        self.shape.y().to_pyarray(py)
    }

    #[getter]
    fn center<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        self.shape.center().to_pyarray(py)
    }
}
