use numpy::{PyArray1, PyReadonlyArray2, ToPyArray};
use pyo3::prelude::*;

use crate::dtw;

/// The distance of each pair of rows.
#[pyfunction]
pub fn dtw_rs_scratch<'py>(
    py: Python<'py>,
    a: PyReadonlyArray2<'py, f64>,
    b: PyReadonlyArray2<'py, f64>,
) -> PyResult<Bound<'py, PyArray1<f64>>> {
    let (a, b) = (a.as_array(), b.as_array());
    let distances = py.detach(|| dtw::distances(a, b))?;
    Ok(distances.to_pyarray(py))
}
