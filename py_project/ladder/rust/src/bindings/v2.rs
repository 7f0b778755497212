use numpy::PyReadonlyArray1;
use pyo3::prelude::*;

use crate::close;

/// The polygons whose `center` is closer to `point` than `max_dist`, in order.
///
/// Accepts any object with an attribute `center` that is a NumPy array of two floats.
#[pyfunction]
pub fn find_close_polygons<'py>(
    polygons: Vec<Bound<'py, PyAny>>,
    point: PyReadonlyArray1<'py, f64>,
    max_dist: f64,
) -> PyResult<Vec<Bound<'py, PyAny>>> {
    let point = point.as_array();
    close::pair(point, "point")?;

    let mut close_polygons = vec![];
    for polygon in polygons {
        let center = polygon.getattr("center")?.extract::<PyReadonlyArray1<f64>>()?;
        let center = center.as_array();
        close::pair(center, "center")?;
        if close::allocating(center, point, max_dist) {
            close_polygons.push(polygon);
        }
    }
    Ok(close_polygons)
}
