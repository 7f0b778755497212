use numpy::{PyArray1, PyArray2, PyReadonlyArray2, ToPyArray};
use pyo3::prelude::*;

use crate::kmeans;

type Found<'py> = (Bound<'py, PyArray2<f64>>, Bound<'py, PyArray1<u32>>, f64, usize);

/// Centroids, labels, inertia and iterations.
#[pyfunction]
pub fn kmeans_rs_scratch<'py>(
    py: Python<'py>,
    points: PyReadonlyArray2<'py, f64>,
    start: PyReadonlyArray2<'py, f64>,
    max_iter: usize,
) -> PyResult<Found<'py>> {
    let (points, start) = (points.as_array(), start.as_array());
    let found = py.detach(|| kmeans::lloyd(points, start, max_iter))?;
    let (centroids, labels) = (found.centroids.to_pyarray(py), found.labels.to_pyarray(py));
    Ok((centroids, labels, found.inertia, found.iterations))
}
