use numpy::PyReadonlyArray1;
use pyo3::prelude::*;

use super::polygon::Polygon;
use crate::close;

/// The polygons whose center is closer to `point` than `max_dist`, in order.
///
/// The center is read in place and squares are compared. The remaining cost is the list: every
/// call converts it to references, checks the class of each, and builds the answer.
#[pyfunction]
pub fn find_close_polygons<'py>(
    polygons: Vec<Bound<'py, Polygon>>,
    point: PyReadonlyArray1<'py, f64>,
    max_dist: f64,
) -> PyResult<Vec<Bound<'py, Polygon>>> {
    let point = close::pair(point.as_array(), "point")?;
    let max_dist_2 = max_dist * max_dist;

    let mut close_polygons = vec![];
    for polygon in polygons {
        if close::within(polygon.get().shape.center(), &point, max_dist_2) {
            close_polygons.push(polygon);
        }
    }
    Ok(close_polygons)
}
