use numpy::{PyArray2, PyArrayMethods};
use pyo3::prelude::*;

use super::polygon::Polygon;
use crate::close;

/// Every point that has close polygons, with the polygons closer than `max_dist`.
///
/// Points are the rows of a matrix. The list of polygons and the centers are read once.
#[pyfunction]
pub fn find_all_close_polygons<'py>(
    polygons: Vec<Bound<'py, Polygon>>,
    points: Bound<'py, PyArray2<f64>>,
    max_dist: f64,
) -> PyResult<Vec<PointAndClose<'py>>> {
    let centers: Vec<_> = (polygons.iter()).map(|polygon| *polygon.get().shape.center()).collect();
    let coordinates = close::pairs(points.readonly().as_array())?;

    let mut polygon_sets = vec![];
    for (point, row) in coordinates.into_iter().zip(points.try_iter()?) {
        let close_polygons: Vec<_> = close::find_among_centers(&centers, point, max_dist)
            .filter_map(|row| polygons.get(row).cloned())
            .collect();
        if !close_polygons.is_empty() {
            polygon_sets.push((row?, close_polygons));
        }
    }
    Ok(polygon_sets)
}

type PointAndClose<'py> = (Bound<'py, PyAny>, Vec<Bound<'py, Polygon>>);
