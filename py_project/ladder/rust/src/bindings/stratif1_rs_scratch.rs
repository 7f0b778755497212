use numpy::{PyArray1, PyReadonlyArray1, ToPyArray};
use pyo3::prelude::*;

use crate::stratify;

/// 0 for training, 1 for the test, for each label.
#[pyfunction]
pub fn stratif1_rs_scratch<'py>(
    py: Python<'py>,
    labels: PyReadonlyArray1<'py, i64>,
    test_size: f64,
    seed: u64,
) -> PyResult<Bound<'py, PyArray1<u8>>> {
    let labels = labels.as_slice()?;
    let parts = py.detach(|| stratify::split(labels, test_size, seed))?;
    Ok(parts.to_pyarray(py))
}
