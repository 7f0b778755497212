use hashbrown::HashSet;

use super::assign::{Nearest, Tally, label, tally};
use super::tree::Tree;
use crate::error::Result;
use crate::stop::Current;

/// A fit, with a label for each point that is not null.
pub(super) struct Lloyd {
    pub(super) centroids: Vec<f64>,
    pub(super) labels: Vec<u32>,
    pub(super) inertia: f64,
    pub(super) iterations: usize,
}

/// Moves centroids from `start` until they move less than `tol`, at most `max_iter` times.
pub(super) fn run(
    tree: &Tree,
    start: Vec<f64>,
    max_iter: usize,
    tol: f64,
    stop: &Current,
) -> Result<Lloyd> {
    let mut centroids = start;
    let mut iterations = 0;
    while iterations < max_iter {
        iterations += 1;
        let mut tally = tally(tree, &centroids, stop);
        stop.check()?;
        if tally.counts.contains(&0) {
            reseed(tree, &centroids, &mut tally, stop)?;
        }
        let moved = step(&mut centroids, &tally, tree.dims());
        if moved < tol || moved == 0.0 {
            break;
        }
    }

    let mut labels = vec![0; tree.count(1)];
    let mut inertia = 0.0;
    let parts = label(tree, &centroids, stop);
    stop.check()?;
    for part in parts {
        // Added up in the order of the tree, one sum after the other: the same on any machine.
        let mut sum = 0.0;
        for nearest in part {
            labels[nearest.row as usize] = nearest.centroid;
            sum += nearest.distance_2;
        }
        inertia += sum;
    }
    Ok(Lloyd { centroids, labels, inertia, iterations })
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
///
/// What is left of a cluster is added up anew: a point that is much farther out than the others
/// cannot be subtracted from a sum in which these were rounded off.
fn reseed(tree: &Tree, centroids: &[f64], tally: &mut Tally, stop: &Current) -> Result<()> {
    let dims = tree.dims();
    let nearest: Vec<Nearest> = label(tree, centroids, stop).into_iter().flatten().collect();
    stop.check()?;
    let far = farthest(&nearest, 2 * tally.counts.len());
    let mut far = far.into_iter();
    let mut taken = HashSet::new();
    let mut robbed = vec![false; tally.counts.len()];
    for empty in 0..tally.counts.len() {
        if tally.counts[empty] > 0 {
            continue;
        }
        let next = far.find(|&at| tally.counts[nearest[at].centroid as usize] > 1);
        let Some(at) = next.filter(|&at| nearest[at].distance_2 > 0.0) else {
            break;
        };
        let from = nearest[at].centroid as usize;
        tally.sums[empty * dims..(empty + 1) * dims].copy_from_slice(&tree.point(at));
        tally.counts[from] -= 1;
        tally.counts[empty] = 1;
        robbed[from] = true;
        taken.insert(at);
    }
    let of_robbed = |at: usize, nearest: &Nearest| {
        let cluster = nearest.centroid as usize;
        (robbed[cluster] && !taken.contains(&at)).then_some(cluster)
    };
    for (cluster, _) in robbed.iter().enumerate().filter(|(_, robbed)| **robbed) {
        tally.sums[cluster * dims..(cluster + 1) * dims].fill(0.0);
    }
    // What the sums lose to rounding, kept beside them (Neumaier, 1974).
    let mut lost = vec![0.0; tally.sums.len()];
    let mut at = 0;
    for (block, filled) in tree.blocks(1).iter() {
        for lane in 0..filled {
            if let Some(cluster) = of_robbed(at, &nearest[at]) {
                let places = cluster * dims..(cluster + 1) * dims;
                let sums = tally.sums[places.clone()].iter_mut().zip(&mut lost[places]);
                for ((sum, lost), lanes) in sums.zip(block) {
                    add(sum, lost, lanes[lane]);
                }
            }
            at += 1;
        }
    }
    tally.sums.iter_mut().zip(lost).for_each(|(sum, lost)| *sum += lost);
    Ok(())
}

fn add(sum: &mut f64, lost: &mut f64, value: f64) {
    let next = *sum + value;
    *lost += if sum.abs() >= value.abs() { (*sum - next) + value } else { (value - next) + *sum };
    *sum = next;
}

/// The points farthest from their centroids, farthest first, at most so many, by their numbers in
/// the order of the tree.
fn farthest(nearest: &[Nearest], most: usize) -> Vec<usize> {
    let mut points: Vec<usize> = (0..nearest.len()).collect();
    let order = |&a: &usize, &b: &usize| {
        let (a, b) = (nearest[a], nearest[b]);
        b.distance_2.total_cmp(&a.distance_2).then(a.row.cmp(&b.row))
    };
    if points.len() > most {
        points.select_nth_unstable_by(most, order);
        points.truncate(most);
    }
    points.sort_unstable_by(order);
    points
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
