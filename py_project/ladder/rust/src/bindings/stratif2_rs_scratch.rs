use numpy::{PyArray1, PyReadonlyArray1, ToPyArray};
use pyo3::prelude::*;

use crate::stratify;

/// The fold of each label.
#[pyfunction]
pub fn stratif2_rs_scratch<'py>(
    py: Python<'py>,
    labels: PyReadonlyArray1<'py, i64>,
    n_splits: usize,
    seed: u64,
) -> PyResult<Bound<'py, PyArray1<u32>>> {
    let labels = labels.as_slice()?;
    let folds = py.detach(|| stratify::fold(labels, n_splits, seed))?;
    Ok(folds.to_pyarray(py))
}
