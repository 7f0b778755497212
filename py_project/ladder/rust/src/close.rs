//! Finds the polygons close to a point: their center is strictly closer than `max_dist`.
//!
//! [`allocating`] compares distances, as the Python code does; [`within`] compares squares.
//! The two can differ for a center whose distance rounds to `max_dist`.

use ndarray::{ArrayView1, ArrayView2};

use crate::{Error, Shape};

/// Versions 2 and 3: the Python line translated to Rust, `norm(center - point) < max_dist`.
///
/// Allocates three arrays for two numbers: an owned center, the offset, its squares. Both
/// views must have the same length (see [`pair`]).
pub fn allocating(center: ArrayView1<f64>, point: ArrayView1<f64>, max_dist: f64) -> bool {
    let offset = center.to_owned() - point;
    let squares = offset.mapv(|d| d * d);
    squares.sum().sqrt() < max_dist
}

/// Versions 4 and 5: compares the squared distance with `max_dist_2`, without arrays or roots.
pub fn within(center: &[f64; 2], point: &[f64; 2], max_dist_2: f64) -> bool {
    let [center_x, center_y] = center;
    let [point_x, point_y] = point;
    let (dx, dy) = (center_x - point_x, center_y - point_y);
    dx * dx + dy * dy < max_dist_2
}

/// Row numbers of the shapes close to `point`, in order, as version 3 finds them.
pub fn find_allocating<'a>(
    shapes: &'a [Shape],
    point: ArrayView1<'a, f64>,
    max_dist: f64,
) -> impl Iterator<Item = usize> + 'a {
    shapes.iter().enumerate().filter_map(move |(row, shape)| {
        allocating(ArrayView1::from(shape.center()), point, max_dist).then_some(row)
    })
}

/// Row numbers of the shapes close to `point`, in order, as version 4 finds them.
pub fn find_squared<'a>(
    shapes: &'a [Shape],
    point: [f64; 2],
    max_dist: f64,
) -> impl Iterator<Item = usize> + 'a {
    let max_dist_2 = max_dist * max_dist;
    shapes
        .iter()
        .enumerate()
        .filter_map(move |(row, shape)| within(shape.center(), &point, max_dist_2).then_some(row))
}

/// Row numbers of the centers close to `point`, in order, as version 5 finds them: the centers
/// are in one array, which is read from the shapes once for all points.
pub fn find_among_centers<'a>(
    centers: &'a [[f64; 2]],
    point: [f64; 2],
    max_dist: f64,
) -> impl Iterator<Item = usize> + 'a {
    let max_dist_2 = max_dist * max_dist;
    centers
        .iter()
        .enumerate()
        .filter_map(move |(row, center)| within(center, &point, max_dist_2).then_some(row))
}

/// A view as x and y.
///
/// # Errors
///
/// [`Error::NotAPair`] names `what` if it does not have exactly two values.
pub fn pair(view: ArrayView1<f64>, what: &'static str) -> Result<[f64; 2], Error> {
    let mut values = view.iter().copied();
    match (values.next(), values.next(), values.next()) {
        (Some(x), Some(y), None) => Ok([x, y]),
        _ => Err(Error::NotAPair { what, len: view.len() }),
    }
}

/// The rows of a matrix as x and y.
///
/// # Errors
///
/// [`Error::NotAPair`] if the rows do not have exactly two values.
pub fn pairs(points: ArrayView2<f64>) -> Result<Vec<[f64; 2]>, Error> {
    let rows = points.rows().into_iter();
    rows.map(|row| pair(row, "a row of points")).collect()
}
