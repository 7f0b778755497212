//! k-means by the definition: each point against each centroid, in the order of the rows.

/// What [`lloyd`] finds.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The centroids.
    pub centroids: Vec<Vec<f64>>,
    /// The nearest centroid of each point, of equally near ones the first.
    pub labels: Vec<u32>,
    /// Sum of the squared distances.
    pub inertia: f64,
    /// How often the centroids were moved.
    pub iterations: usize,
}

/// Fits finite points from given centroids, as [`KMeans::fit`](super::KMeans::fit) does.
pub fn lloyd(points: &[Vec<f64>], start: &[Vec<f64>], max_iter: usize, tol: f64) -> Found {
    let mut centroids = start.to_vec();
    let mut iterations = 0;
    while iterations < max_iter {
        iterations += 1;
        let mut members: Vec<Vec<usize>> = vec![Vec::new(); centroids.len()];
        let found: Vec<(usize, f64)> =
            points.iter().map(|point| nearest(point, &centroids)).collect();
        for (row, &(label, _)) in found.iter().enumerate() {
            members[label].push(row);
        }
        fill_empty(&mut members, &found);
        let next: Vec<Vec<f64>> = centroids
            .iter()
            .zip(&members)
            .map(
                |(centroid, rows)| {
                    if rows.is_empty() { centroid.clone() } else { mean(points, rows) }
                },
            )
            .collect();
        let moved_2: f64 = centroids.iter().zip(&next).map(|(a, b)| distance_2(a, b)).sum();
        centroids = next;
        if moved_2.sqrt() < tol || moved_2 == 0.0 {
            break;
        }
    }
    let found: Vec<(usize, f64)> = points.iter().map(|point| nearest(point, &centroids)).collect();
    Found {
        centroids,
        labels: found.iter().map(|&(label, _)| label as u32).collect(),
        inertia: found.iter().map(|&(_, distance_2)| distance_2).sum(),
        iterations,
    }
}

/// The first of the nearest centroids, and the squared distance.
pub fn nearest(point: &[f64], centroids: &[Vec<f64>]) -> (usize, f64) {
    let mut best = (0, f64::INFINITY);
    for (label, centroid) in centroids.iter().enumerate() {
        let distance_2 = distance_2(point, centroid);
        if distance_2 < best.1 {
            best = (label, distance_2);
        }
    }
    best
}

fn distance_2(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}

fn mean(points: &[Vec<f64>], rows: &[usize]) -> Vec<f64> {
    let dims = points.first().map_or(0, Vec::len);
    let sum = |dim: usize| rows.iter().map(|&row| points[row][dim]).sum::<f64>();
    (0..dims).map(|dim| sum(dim) / rows.len() as f64).collect()
}

fn fill_empty(members: &mut [Vec<usize>], found: &[(usize, f64)]) {
    for empty in 0..members.len() {
        if !members[empty].is_empty() {
            continue;
        }
        let mut farthest: Option<usize> = None;
        for (row, &(label, distance_2)) in found.iter().enumerate() {
            let may_go =
                distance_2 > 0.0 && members[label].len() > 1 && members[label].contains(&row);
            if may_go && farthest.is_none_or(|far| distance_2 > found[far].1) {
                farthest = Some(row);
            }
        }
        let Some(row) = farthest else { return };
        members[found[row].0].retain(|&member| member != row);
        members[empty].push(row);
    }
}
