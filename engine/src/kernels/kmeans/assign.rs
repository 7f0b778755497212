//! Which centroid is nearest to which point, asked for whole boxes of points at once.
//!
//! This is the filtering algorithm of Kanungo et al. (2002). All centroids are candidates at the
//! root of the tree. At each node those go that cannot be nearest to any point of its box; what is
//! left is asked for below. Where one is left the points need not be looked at: their sums are
//! known. At a leaf each point is held against the candidates that are left.
//!
//! A candidate goes only where another is nearer by more than rounding can turn round, so that each
//! point gets the centroid with the least distance *as computed*, of equal ones the first, whatever
//! the tree is like.

use rayon::prelude::*;

use super::block::{self, LANES};
use super::tree::{Blocks, Tree};
use crate::kernels::widest::widest;
use crate::stop::Current;

/// Most parts that a tree is cut into for threads. Not their number, or sums would depend on it.
const PARTS: usize = 256;

/// The sums of the points that are nearest to each centroid, and how many they are.
#[derive(Debug, Clone)]
pub(super) struct Tally {
    pub(super) sums: Vec<f64>,
    pub(super) counts: Vec<usize>,
}

/// The nearest centroid of a point, its squared distance, and the point's place in the column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Nearest {
    pub(super) row: u32,
    pub(super) centroid: u32,
    pub(super) distance_2: f64,
}

/// What is to be done with points once it is known who can be nearest.
trait Visit {
    /// One centroid is nearest to all points below a node.
    fn settled(&mut self, search: &Search<'_>, node: usize, centroid: u32);

    /// Several can be nearest to the points of a leaf.
    fn contested(&mut self, search: &Search<'_>, leaf: usize, candidates: &[u32]);
}

/// A tree and the centroids that are asked for.
struct Search<'a> {
    tree: &'a Tree,
    centroids: &'a [f64],
    stop: &'a Current,
}

/// Adds up the points of each centroid; some of them once the work is stopped.
pub(super) fn tally(tree: &Tree, centroids: &[f64], stop: &Current) -> Tally {
    let search = Search { tree, centroids, stop };
    let (dims, k) = (tree.dims(), centroids.len() / tree.dims());
    // Each part has sums of its own: not more of them than there are points to be added.
    let n_parts = (tree.count(1) / (4 * k).max(1)).clamp(1, PARTS);
    let parts: Vec<Tally> = search
        .parts(n_parts)
        .into_par_iter()
        .map(|node| {
            let mut tally = Tally { sums: vec![0.0; k * dims], counts: vec![0; k] };
            search.start(node, &mut tally);
            tally
        })
        .collect();
    // In the order of the parts, whichever came first.
    let add = |mut all: Tally, part: Tally| {
        all.sums.iter_mut().zip(part.sums).for_each(|(sum, part)| *sum += part);
        all.counts.iter_mut().zip(part.counts).for_each(|(count, part)| *count += part);
        all
    };
    let none = || Tally { sums: vec![0.0; k * dims], counts: vec![0; k] };
    parts.into_iter().reduce(add).unwrap_or_else(none)
}

/// Finds the nearest centroid of each point, in the order of the tree; of some of them once the work
/// is stopped.
pub(super) fn label(tree: &Tree, centroids: &[f64], stop: &Current) -> Vec<Vec<Nearest>> {
    let search = Search { tree, centroids, stop };
    search
        .parts(PARTS)
        .into_par_iter()
        .map(|node| {
            let mut found = Vec::with_capacity(tree.count(node));
            search.start(node, &mut found);
            found
        })
        .collect()
}

impl Search<'_> {
    /// Nodes of one level that have all points below them, at most so many.
    fn parts(&self, most: usize) -> Vec<usize> {
        let n_parts = 1 << most.min(self.tree.n_leaves()).ilog2();
        (n_parts..2 * n_parts).collect()
    }

    fn start(&self, node: usize, visit: &mut impl Visit) {
        let k = (self.centroids.len() / self.tree.dims()) as u32;
        let mut candidates: Vec<u32> = (0..k).collect();
        self.descend(node, 0, &mut candidates, visit);
    }

    /// Visits what is below a node. Its candidates are those from `first` on.
    fn descend(&self, node: usize, first: usize, stack: &mut Vec<u32>, visit: &mut impl Visit) {
        if self.tree.count(node) == 0 || self.stop.is_stopped() {
            return;
        }
        let end = stack.len();
        self.filter(node, first, stack);
        match &stack[end..] {
            [centroid] => visit.settled(self, node, *centroid),
            candidates if self.tree.is_leaf(node) => visit.contested(self, node, candidates),
            _ => {
                self.descend(2 * node, end, stack, visit);
                self.descend(2 * node + 1, end, stack, visit);
            }
        }
        stack.truncate(end);
    }

    /// Pushes those candidates from `first` on that can be nearest to a point in a node's box.
    fn filter(&self, node: usize, first: usize, stack: &mut Vec<u32>) {
        let (low, high) = self.tree.bounds(node);
        let from_middle_2 = |candidate: u32| {
            let mut sum = 0.0;
            for ((low, high), at) in low.iter().zip(high).zip(self.centroid(candidate)) {
                let difference = 0.5 * low + 0.5 * high - at;
                sum += difference * difference;
            }
            sum
        };
        let end = stack.len();
        let (mut best, mut least) = (stack[first], f64::INFINITY);
        for &candidate in &stack[first..end] {
            let distance_2 = from_middle_2(candidate);
            if distance_2 < least {
                (best, least) = (candidate, distance_2);
            }
        }
        let best_at = self.centroid(best);
        for at in first..end {
            let candidate = stack[at];
            if candidate == best || !farther(low, high, self.centroid(candidate), best_at) {
                stack.push(candidate);
            }
        }
    }

    fn centroid(&self, number: u32) -> &[f64] {
        let dims = self.tree.dims();
        &self.centroids[number as usize * dims..(number as usize + 1) * dims]
    }
}

/// Whether one centre is farther than another from each point of a box, as distances are computed.
///
/// The difference of the two squared distances is linear: it is least in one corner of the box.
fn farther(low: &[f64], high: &[f64], center: &[f64], other: &[f64]) -> bool {
    let (mut from_center_2, mut from_other_2, mut diagonal_2) = (0.0, 0.0, 0.0);
    for (((low, high), center), other) in low.iter().zip(high).zip(center).zip(other) {
        let corner = if center > other { high } else { low };
        from_center_2 += (corner - center) * (corner - center);
        from_other_2 += (corner - other) * (corner - other);
        diagonal_2 += (high - low) * (high - low);
    }
    // A squared distance of n dimensions is off by less than n + 2 roundings of itself; to a point
    // of the box it is at most twice that to the corner and twice the diagonal's square. What is
    // infinite settles nothing: the comparison is false then.
    let roundings = 16.0 * (low.len() + 4) as f64 * f64::EPSILON;
    let margin = roundings * (from_center_2 + from_other_2 + diagonal_2);
    from_center_2 - from_other_2 > margin + f64::MIN_POSITIVE * 64.0
}

impl Visit for Tally {
    fn settled(&mut self, search: &Search<'_>, node: usize, centroid: u32) {
        let first = centroid as usize * search.tree.dims();
        let sums = self.sums[first..].iter_mut().zip(search.tree.sums(node));
        sums.for_each(|(sum, of_node)| *sum += of_node);
        self.counts[centroid as usize] += search.tree.count(node);
    }

    fn contested(&mut self, search: &Search<'_>, leaf: usize, candidates: &[u32]) {
        let (blocks, centroids) = (search.tree.blocks(leaf), search.centroids);
        widest(
            #[inline(always)]
            || self.add(blocks, centroids, candidates),
        );
    }
}

impl Tally {
    #[inline(always)]
    fn add(&mut self, blocks: Blocks<'_>, centroids: &[f64], candidates: &[u32]) {
        for (block, filled) in blocks.iter() {
            let (nearest, _) = block::nearest(block, centroids, candidates);
            for lane in 0..filled {
                let centroid = nearest[lane] as usize;
                let first = centroid * block.len();
                let sums = &mut self.sums[first..first + block.len()];
                sums.iter_mut().zip(block).for_each(|(sum, lanes)| *sum += lanes[lane]);
                self.counts[centroid] += 1;
            }
        }
    }
}

impl Visit for Vec<Nearest> {
    fn settled(&mut self, search: &Search<'_>, node: usize, centroid: u32) {
        add_nearest(self, search, node, &[centroid]);
    }

    fn contested(&mut self, search: &Search<'_>, leaf: usize, candidates: &[u32]) {
        add_nearest(self, search, leaf, candidates);
    }
}

fn add_nearest(found: &mut Vec<Nearest>, search: &Search<'_>, node: usize, candidates: &[u32]) {
    let (blocks, centroids) = (search.tree.blocks(node), search.centroids);
    widest(
        #[inline(always)]
        || {
            for ((block, filled), rows) in blocks.iter().zip(blocks.rows) {
                let (nearest, least) = block::nearest(block, centroids, candidates);
                found.extend((0..filled).map(|lane| Nearest {
                    row: rows[lane],
                    centroid: nearest[lane] as u32,
                    distance_2: least[lane],
                }));
            }
        },
    );
}

/// The nearest centroid of each of some points that are in no tree; `columns` as in [`Tree::new`].
/// Of some of them once the work is stopped.
pub(super) fn predict(columns: &[&[f64]], centroids: &[f64], labels: &mut [u32], stop: &Current) {
    let dims = columns.len();
    let candidates: Vec<u32> = (0..(centroids.len() / dims) as u32).collect();
    let piece = |(first, labels): (usize, &mut [u32])| {
        if stop.is_stopped() {
            return;
        }
        widest(
            #[inline(always)]
            || {
                let mut block = vec![[0.0; LANES]; dims];
                for (at, labels) in labels.chunks_mut(LANES).enumerate() {
                    let rows = first + at * LANES..first + at * LANES + labels.len();
                    for (lanes, column) in block.iter_mut().zip(columns) {
                        lanes[..labels.len()].copy_from_slice(&column[rows.clone()]);
                    }
                    let (nearest, _) = block::nearest(&block, centroids, &candidates);
                    for (label, nearest) in labels.iter_mut().zip(nearest) {
                        *label = nearest as u32;
                    }
                }
            },
        );
    };
    const PIECE: usize = 1 << 14;
    let pieces = labels.par_chunks_mut(PIECE).enumerate();
    pieces.map(|(at, labels)| (at * PIECE, labels)).for_each(piece);
}
