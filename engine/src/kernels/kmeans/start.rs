//! The centroids to start from.

use rayon::prelude::*;

use super::block::{LANES, distances_2};
use super::tree::{Tree, filled};
use crate::error::Result;
use crate::kernels::random::Random;
use crate::kernels::widest::widest;
use crate::stop::Current;

/// `k` different points, each set of them equally likely.
pub(super) fn random(columns: &[&[f64]], k: usize, random: &mut Random) -> Vec<f64> {
    let n_points = columns.first().map_or(0, |column| column.len());
    // Floyd's sampling: each draw gives one new place, with no list of all places.
    let mut places: Vec<usize> = Vec::with_capacity(k);
    let mut taken = hashbrown::HashSet::with_capacity(k);
    for last in n_points - k..n_points {
        let drawn = random.below(last as u64 + 1) as usize;
        let place = if taken.insert(drawn) { drawn } else { last };
        taken.insert(place);
        places.push(place);
    }
    places.into_iter().flat_map(|place| point(columns, place)).collect()
}

/// k-means++ (Arthur and Vassilvitskii, 2007): each next point is drawn with a chance in proportion
/// to its squared distance from the nearest of those drawn before. Of `2 + ln k` points drawn so, that
/// one is taken which leaves the least sum of squared distances, of equally good ones the first: the
/// greedy variant, which its authors propose at the end.
///
/// Where all points are at a distance of 0, of those drawn already, any is drawn.
pub(super) fn plus_plus(
    columns: &[&[f64]],
    tree: &Tree,
    k: usize,
    random: &mut Random,
    stop: &Current,
) -> Result<Vec<f64>> {
    let any = |random: &mut Random| point(columns, random.below(tree.count(1) as u64) as usize);
    let mut centroids = any(random);
    let trials = 2 + (k as f64).ln() as usize;
    let mut weights = Weights::new(tree);
    while centroids.len() < k * tree.dims() {
        stop.check()?;
        weights.update(tree, &centroids[centroids.len() - tree.dims()..]);
        let mut best: Option<(f64, Vec<f64>)> = None;
        for _ in 0..trials {
            let Some(row) = weights.draw(tree, random.unit()) else { break };
            stop.check()?;
            let candidate = point(columns, row);
            let gain = weights.gain(tree, &candidate);
            if best.as_ref().is_none_or(|(most, _)| gain > *most) {
                best = Some((gain, candidate));
            }
        }
        match best {
            Some((_, candidate)) => centroids.extend(candidate),
            None => centroids.extend(any(random)),
        }
    }
    Ok(centroids)
}

fn point(columns: &[&[f64]], place: usize) -> Vec<f64> {
    columns.iter().map(|column| column[place]).collect()
}

/// The squared distance of each point from the nearest centroid so far, with what is needed to
/// draw by it and to tell which leaves a new centroid is too far from.
struct Weights {
    lanes: Vec<[f64; LANES]>,
    leaves: Vec<Leaf>,
}

#[derive(Debug, Clone, Copy)]
struct Leaf {
    sum: f64,
    largest: f64,
}

impl Weights {
    fn new(tree: &Tree) -> Self {
        let leaf = Leaf { sum: 0.0, largest: f64::INFINITY };
        Self {
            lanes: vec![[f64::INFINITY; LANES]; tree.n_blocks()],
            leaves: vec![leaf; tree.n_leaves()],
        }
    }

    fn update(&mut self, tree: &Tree, centroid: &[f64]) {
        let first = tree.n_leaves();
        let mut lanes = self.lanes.as_mut_slice();
        let mut leaves = Vec::new();
        for (number, leaf) in self.leaves.iter_mut().enumerate() {
            let (own, rest) = lanes.split_at_mut(tree.block_range(first + number).len());
            lanes = rest;
            if tree.count(first + number) > 0 && reaches(tree, first + number, centroid, leaf) {
                leaves.push((first + number, leaf, own));
            }
        }
        leaves.into_par_iter().with_min_len(16).for_each(|(node, leaf, lanes)| {
            *leaf = widest(
                #[inline(always)]
                || lower(tree, node, centroid, lanes),
            );
        });
    }

    /// By how much a centroid would lower the sum of all weights.
    fn gain(&self, tree: &Tree, centroid: &[f64]) -> f64 {
        let first = tree.n_leaves();
        let reached: Vec<usize> = (self.leaves.iter().enumerate())
            .filter(|(number, leaf)| {
                let node = first + number;
                tree.count(node) > 0 && reaches(tree, node, centroid, leaf)
            })
            .map(|(number, _)| first + number)
            .collect();
        let gain = |node: usize| {
            let lanes = &self.lanes[tree.block_range(node)];
            widest(
                #[inline(always)]
                || gain(tree, node, centroid, lanes),
            )
        };
        let gains: Vec<f64> = reached.into_par_iter().with_min_len(16).map(gain).collect();
        // In the order of the leaves, whichever came first.
        gains.iter().sum()
    }

    /// The point at which a share of the sum of all weights is reached; `None` if they are all 0.
    fn draw(&self, tree: &Tree, share: f64) -> Option<usize> {
        let mut left = share * self.leaves.iter().map(|leaf| leaf.sum).sum::<f64>();
        let mut last = None;
        for (number, leaf) in self.leaves.iter().enumerate() {
            if leaf.sum > 0.0 {
                last = Some(number);
                if left < leaf.sum {
                    break;
                }
                left -= leaf.sum;
            }
        }
        let node = tree.n_leaves() + last?;
        let range = tree.block_range(node);
        let rows = tree.blocks(node).rows.as_flattened();
        let mut drawn = None;
        for (&weight, &row) in self.lanes[range].as_flattened().iter().zip(rows) {
            if weight > 0.0 {
                drawn = Some(row as usize);
                if left < weight {
                    break;
                }
                left -= weight;
            }
        }
        drawn
    }
}

/// Whether a centroid can be nearer to a point of a leaf than those before.
fn reaches(tree: &Tree, node: usize, centroid: &[f64], leaf: &Leaf) -> bool {
    let (low, high) = tree.bounds(node);
    let mut distance_2 = 0.0;
    for ((low, high), at) in low.iter().zip(high).zip(centroid) {
        let outside = (low - at).max(at - high).max(0.0);
        distance_2 += outside * outside;
    }
    // Less by more than rounding is off: asking once too often does no harm.
    distance_2 * (1.0 - 1e-12) < leaf.largest
}

#[inline(always)]
fn gain(tree: &Tree, node: usize, centroid: &[f64], lanes: &[[f64; LANES]]) -> f64 {
    let mut sums = [0.0; LANES];
    for ((block, _), weights) in tree.blocks(node).iter().zip(lanes) {
        let distances_2 = distances_2(block, centroid);
        for lane in 0..LANES {
            // Lanes that do not count have a weight of 0.
            sums[lane] += (weights[lane] - distances_2[lane]).max(0.0);
        }
    }
    sums.iter().sum()
}

#[inline(always)]
fn lower(tree: &Tree, node: usize, centroid: &[f64], lanes: &mut [[f64; LANES]]) -> Leaf {
    let (mut sums, mut largest) = ([0.0; LANES], [0.0_f64; LANES]);
    let blocks = tree.blocks(node);
    for (((block, _), rows), weights) in blocks.iter().zip(blocks.rows).zip(lanes) {
        let distances_2 = distances_2(block, centroid);
        for lane in 0..LANES {
            weights[lane] = weights[lane].min(distances_2[lane]);
        }
        weights[filled(rows)..].fill(0.0);
        for lane in 0..LANES {
            sums[lane] += weights[lane];
            largest[lane] = largest[lane].max(weights[lane]);
        }
    }
    Leaf { sum: sums.iter().sum(), largest: largest.iter().copied().fold(0.0, f64::max) }
}

#[cfg(test)]
mod tests {
    use super::{plus_plus, random};
    use crate::kernels::kmeans::tree::Tree;
    use crate::kernels::random::Random;
    use crate::stop::Current;

    const DRAWS: u64 = 9_000;

    /// How often each pair of the points 0, 1 and 3 is drawn, by their place in the column.
    fn pairs(draw: impl Fn(&[&[f64]], &mut Random) -> Vec<f64>) -> [[f64; 3]; 3] {
        let column = [0.0, 1.0, 3.0];
        let place = |point: f64| column.iter().position(|&other| other == point);
        let mut counts = [[0.0; 3]; 3];
        for seed in 0..DRAWS {
            let drawn = draw(&[&column], &mut Random::stream(seed, 0));
            if let [Some(first), Some(second)] = [place(drawn[0]), place(drawn[1])] {
                counts[first][second] += 1.0;
            }
        }
        counts
    }

    fn plus_plus_of(columns: &[&[f64]], k: usize, random: &mut Random) -> Vec<f64> {
        let stop = Current::get();
        let tree = Tree::new(columns, &stop);
        let drawn = tree.and_then(|tree| plus_plus(columns, &tree, k, random, &stop));
        drawn.unwrap_or_default()
    }

    #[test]
    fn plus_plus_takes_the_best_of_those_drawn_by_squared_distance() {
        let counts = pairs(|columns, drawn| plus_plus_of(columns, 2, drawn));
        // The better of two candidates: the worse one only if both are that. From 3 on both leave 1,
        // and it is the first.
        for (first, expected) in
            [[0.0, 0.01, 0.99], [0.04, 0.0, 0.96], [9.0 / 13.0, 4.0 / 13.0, 0.0]].iter().enumerate()
        {
            let total: f64 = counts[first].iter().sum();
            assert!((total / DRAWS as f64 - 1.0 / 3.0).abs() < 0.02, "{counts:?}");
            for (count, expected) in counts[first].iter().zip(expected) {
                assert!((count / total - expected).abs() < 0.03, "{counts:?}");
            }
        }
    }

    #[test]
    fn random_draws_each_set_alike() {
        let counts = pairs(|columns, drawn| random(columns, 2, drawn));
        for (a, b) in [(0, 1), (0, 2), (1, 2)] {
            let share = (counts[a][b] + counts[b][a]) / DRAWS as f64;
            assert!((share - 1.0 / 3.0).abs() < 0.02, "{counts:?}");
        }
    }

    #[test]
    fn equal_points_are_drawn_where_there_are_no_others() {
        let column = [4.0; 5];
        let drawn = plus_plus_of(&[&column], 3, &mut Random::stream(1, 0));
        assert_eq!(drawn, [4.0; 3]);
    }
}
