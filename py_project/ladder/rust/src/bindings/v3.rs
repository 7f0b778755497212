use numpy::PyReadonlyArray1;
use numpy::ndarray::ArrayView1;
use pyo3::prelude::*;

use super::polygon::Polygon;
use crate::close;

/// The polygons whose center is closer to `point` than `max_dist`, in order.
///
/// The center is read from the Rust part of the object, without an attribute lookup. Each test
/// still copies it and allocates temporary arrays.
#[pyfunction]
pub fn find_close_polygons<'py>(
    polygons: Vec<Bound<'py, Polygon>>,
    point: PyReadonlyArray1<'py, f64>,
    max_dist: f64,
) -> PyResult<Vec<Bound<'py, Polygon>>> {
    let point = point.as_array();
    close::pair(point, "point")?;

    let mut close_polygons = vec![];
    for polygon in polygons {
        let center = ArrayView1::from(polygon.get().shape.center());
        if close::allocating(center, point, max_dist) {
            close_polygons.push(polygon);
        }
    }
    Ok(close_polygons)
}
