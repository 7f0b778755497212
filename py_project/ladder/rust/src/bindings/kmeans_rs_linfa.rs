use linfa::DatasetBase;
use linfa::traits::{Fit, Predict};
use linfa_clustering::{KMeans, KMeansInit};
use ndarray_of_linfa::{Array2, ShapeError};
use numpy::{PyArray1, PyArray2, PyArrayMethods, PyReadonlyArray2, ToPyArray};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::Error;

type Found<'py> = (Bound<'py, PyArray2<f64>>, Bound<'py, PyArray1<u32>>);

/// Centroids and labels. The points are copied, because linfa uses another version of ndarray.
#[pyfunction]
pub fn kmeans_rs_linfa<'py>(
    py: Python<'py>,
    points: PyReadonlyArray2<'py, f64>,
    start: PyReadonlyArray2<'py, f64>,
    max_iter: u64,
) -> PyResult<Found<'py>> {
    let (dims, (k, start_dims)) = (points.as_array().ncols(), start.as_array().dim());
    if k == 0 || dims != start_dims {
        return Err(Error::Centroids { points: dims, centroids: k, dims: start_dims }.into());
    }
    let invalid = |error: String| PyValueError::new_err(error);
    let points = copied(&points).map_err(|error| invalid(error.to_string()))?;
    let start = copied(&start).map_err(|error| invalid(error.to_string()))?;
    let fit = py.detach(|| {
        let dataset = DatasetBase::from(points);
        let model = KMeans::params(k)
            .init_method(KMeansInit::Precomputed(start))
            .n_runs(1)
            .max_n_iterations(max_iter)
            .tolerance(f64::MIN_POSITIVE)
            .fit(&dataset)?;
        let labels = model.predict(dataset.records());
        Ok::<_, linfa_clustering::KMeansError>((model.centroids().clone(), labels))
    });
    let (centroids, labels) = fit.map_err(|error| invalid(error.to_string()))?;
    let labels: Vec<u32> = labels.iter().map(|&label| label as u32).collect();
    let centroids = centroids.iter().copied().collect::<Vec<f64>>().to_pyarray(py);
    Ok((centroids.reshape([k, dims])?, labels.to_pyarray(py)))
}

fn copied(array: &PyReadonlyArray2<'_, f64>) -> Result<Array2<f64>, ShapeError> {
    let array = array.as_array();
    Array2::from_shape_vec(array.dim(), array.iter().copied().collect())
}
