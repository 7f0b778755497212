//! Straightforward Lloyd's algorithm: two loops over points and centroids.

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Zip};

use crate::Error;

/// The result of [`lloyd`].
pub struct Found {
    /// One centroid per row.
    pub centroids: Array2<f64>,
    /// The nearest centroid of each point.
    pub labels: Array1<u32>,
    /// Sum of the squared distances.
    pub inertia: f64,
    /// The number of times that the centroids were moved.
    pub iterations: usize,
}

/// Moves centroids from `start` until none changes, at most `max_iter` times.
///
/// The centroid of a cluster without points does not move.
///
/// # Errors
///
/// [`Error::Centroids`] if there are no centroids, or their dimension differs from the points'.
pub fn lloyd(
    points: ArrayView2<f64>,
    start: ArrayView2<f64>,
    max_iter: usize,
) -> Result<Found, Error> {
    let (centroids, dims) = start.dim();
    if centroids == 0 || points.ncols() != dims {
        return Err(Error::Centroids { points: points.ncols(), centroids, dims });
    }
    let mut centroids = start.to_owned();
    let mut iterations = 0;
    while iterations < max_iter {
        iterations += 1;
        let next = means(points, centroids.view());
        let moved = next != centroids;
        centroids = next;
        if !moved {
            break;
        }
    }
    let found = points.rows().into_iter().map(|point| nearest(point, centroids.view()));
    let (labels, distances_2): (Vec<u32>, Vec<f64>) =
        found.map(|(label, distance_2)| (label as u32, distance_2)).unzip();
    let inertia = distances_2.iter().sum();
    Ok(Found { centroids, labels: labels.into(), inertia, iterations })
}

/// The mean of the points that are nearest to each centroid.
fn means(points: ArrayView2<f64>, centroids: ArrayView2<f64>) -> Array2<f64> {
    let mut sums = Array2::zeros(centroids.dim());
    let mut counts = Array1::<f64>::zeros(centroids.nrows());
    for point in points.rows() {
        let (label, _) = nearest(point, centroids);
        let mut sum = sums.row_mut(label);
        sum += &point;
        if let Some(count) = counts.get_mut(label) {
            *count += 1.0;
        }
    }
    Zip::from(sums.rows_mut()).and(&counts).and(centroids.rows()).for_each(
        |mut sum, &count, before| {
            if count > 0.0 {
                sum /= count;
            } else {
                sum.assign(&before);
            }
        },
    );
    sums
}

/// The first of the nearest centroids, and the squared distance.
fn nearest(point: ArrayView1<f64>, centroids: ArrayView2<f64>) -> (usize, f64) {
    let mut best = (0, f64::INFINITY);
    for (label, centroid) in centroids.rows().into_iter().enumerate() {
        let distance_2 = point.iter().zip(centroid).map(|(a, b)| (a - b) * (a - b)).sum();
        if distance_2 < best.1 {
            best = (label, distance_2);
        }
    }
    best
}
