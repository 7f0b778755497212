use super::assign::{Nearest, Tally, label, tally};
use super::tree::Tree;

/// A fit, with a label for each point that is not null.
pub(super) struct Lloyd {
    pub(super) centroids: Vec<f64>,
    pub(super) labels: Vec<u32>,
    pub(super) inertia: f64,
    pub(super) iterations: usize,
}

/// Moves centroids from `start` until they move less than `tol`, at most `max_iter` times.
pub(super) fn run(tree: &Tree, start: Vec<f64>, max_iter: usize, tol: f64) -> Lloyd {
    let mut centroids = start;
    let mut iterations = 0;
    while iterations < max_iter {
        iterations += 1;
        let mut tally = tally(tree, &centroids);
        if tally.counts.contains(&0) {
            reseed(tree, &centroids, &mut tally);
        }
        let moved = step(&mut centroids, &tally, tree.dims());
        if moved < tol || moved == 0.0 {
            break;
        }
    }

    let mut labels = vec![0; tree.count(1)];
    let mut inertia = 0.0;
    for part in label(tree, &centroids) {
        // Added up in the order of the tree, one sum after the other: the same on any machine.
        let mut sum = 0.0;
        for nearest in part {
            labels[nearest.row as usize] = nearest.centroid;
            sum += nearest.distance_2;
        }
        inertia += sum;
    }
    Lloyd { centroids, labels, inertia, iterations }
}

/// Moves each centroid to the mean of its points; one without points stays. How far they moved
/// together.
fn step(centroids: &mut [f64], tally: &Tally, dims: usize) -> f64 {
    let mut moved_2 = 0.0;
    let means = tally.sums.chunks_exact(dims).zip(&tally.counts);
    for (centroid, (sums, &count)) in centroids.chunks_exact_mut(dims).zip(means) {
        if count == 0 {
            continue;
        }
        for (at, sum) in centroid.iter_mut().zip(sums) {
            let mean = sum / count as f64;
            moved_2 += (mean - *at) * (mean - *at);
            *at = mean;
        }
    }
    moved_2.sqrt()
}

/// Gives each empty cluster the point that is farthest from its centroid, of equally far ones the
/// first, and takes it from the cluster that it is in, unless it is alone there.
fn reseed(tree: &Tree, centroids: &[f64], tally: &mut Tally) {
    let dims = tree.dims();
    let mut far: Vec<(Nearest, Vec<f64>)> = farthest(tree, centroids, 2 * tally.counts.len());
    let mut far = far.drain(..);
    for empty in 0..tally.counts.len() {
        if tally.counts[empty] > 0 {
            continue;
        }
        let taken = far.find(|(nearest, _)| tally.counts[nearest.centroid as usize] > 1);
        let Some((nearest, point)) = taken.filter(|(nearest, _)| nearest.distance_2 > 0.0) else {
            return;
        };
        let from = nearest.centroid as usize;
        for (dim, at) in point.into_iter().enumerate() {
            tally.sums[from * dims + dim] -= at;
            tally.sums[empty * dims + dim] = at;
        }
        tally.counts[from] -= 1;
        tally.counts[empty] = 1;
    }
}

/// The points farthest from their centroids, farthest first, at most so many, with coordinates.
fn farthest(tree: &Tree, centroids: &[f64], most: usize) -> Vec<(Nearest, Vec<f64>)> {
    let mut points: Vec<(Nearest, usize)> =
        label(tree, centroids).into_iter().flatten().enumerate().map(|(at, n)| (n, at)).collect();
    let order = |(a, _): &(Nearest, usize), (b, _): &(Nearest, usize)| {
        b.distance_2.total_cmp(&a.distance_2).then(a.row.cmp(&b.row))
    };
    if points.len() > most {
        points.select_nth_unstable_by(most, order);
        points.truncate(most);
    }
    points.sort_unstable_by(order);
    points.into_iter().map(|(nearest, at)| (nearest, tree.point(at))).collect()
}

impl Lloyd {
    /// Numbers the clusters in the order in which they first appear; those that do not come last.
    pub(super) fn number_by_appearance(&mut self, dims: usize) {
        let k = self.centroids.len() / dims;
        let mut number_of: Vec<Option<u32>> = vec![None; k];
        let mut order = Vec::with_capacity(k);
        let seen = self.labels.iter().copied().chain(0..k as u32);
        for label in seen {
            let number = &mut number_of[label as usize];
            if number.is_none() {
                *number = Some(order.len() as u32);
                order.push(label as usize);
                if order.len() == k {
                    break;
                }
            }
        }
        for label in &mut self.labels {
            *label = number_of[*label as usize].unwrap_or_default();
        }
        let centroid = |label: &usize| &self.centroids[label * dims..(label + 1) * dims];
        self.centroids = order.iter().flat_map(centroid).copied().collect();
    }
}
