//! Points sorted into boxes, the boxes into larger ones, with the sums of what is in them.

use rayon::prelude::*;

use super::block::{LANES, Lanes, NO_ROW};
use crate::error::Result;
use crate::kernels::random::Random;
use crate::stop::Current;

/// Points of a leaf, about.
const LEAF: usize = 96;

/// Most times that boxes are halved: more would be more boxes than a cache has places for.
const MAX_DEPTH: u32 = 17;

/// Points of a leaf that decide where the boxes are cut.
const SAMPLE: usize = 8;

/// Points that are sent to their leaves side by side.
const ABREAST: usize = 16;

/// Dimensions from which points are put together before they are sorted: see [`by_point`].
const BY_POINT: usize = 4;

/// Rows of one task.
const PIECE: usize = 1 << 14;

/// A k-d tree with as many leaves as a power of two.
///
/// Nodes are numbered as in a heap: 1 is the root, 2i and 2i + 1 lie below i, and the leaves are the
/// last `n_leaves`. The cuts come from a sample, so that points are moved once; a leaf can be empty,
/// or large where many points are equal. The same points give the same tree.
#[derive(Debug)]
pub(super) struct Tree {
    dims: usize,
    n_leaves: usize,
    /// Blocks of `dims` lanes each, leaf after leaf.
    lanes: Vec<Lanes>,
    /// The place of each lane's point in the column.
    rows: Vec<[u32; LANES]>,
    /// The first block of each leaf, and the end.
    starts: Vec<usize>,
    counts: Vec<usize>,
    low: Vec<f64>,
    high: Vec<f64>,
    sums: Vec<f64>,
}

/// Some nodes' blocks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Blocks<'a> {
    dims: usize,
    lanes: &'a [Lanes],
    pub(super) rows: &'a [[u32; LANES]],
}

impl<'a> Blocks<'a> {
    /// Blocks of coordinates with how many of their lanes count.
    pub(super) fn iter(self) -> impl Iterator<Item = (&'a [Lanes], usize)> {
        self.lanes.chunks_exact(self.dims).zip(self.rows).map(|(block, rows)| (block, filled(rows)))
    }
}

/// How many lanes of a block count: the first ones.
pub(super) fn filled(rows: &[u32; LANES]) -> usize {
    rows.iter().position(|&row| row == NO_ROW).unwrap_or(LANES)
}

impl Tree {
    pub(super) fn new(columns: &[&[f64]], stop: &Current) -> Result<Self> {
        let dims = columns.len();
        let n_points = columns.first().map_or(0, |column| column.len());
        let depth = (n_points / LEAF).checked_ilog2().unwrap_or(0).min(MAX_DEPTH);
        let n_leaves = 1_usize << depth;
        let cuts = cuts(columns, n_points, depth);

        let mut leaf_of = vec![0_u32; n_points];
        leaf_of.par_chunks_mut(PIECE).enumerate().for_each(|(piece, leaves)| {
            if !stop.is_stopped() {
                send(columns, &cuts, depth, piece * PIECE, leaves);
            }
        });
        stop.check()?;

        let mut tree = Self::empty(dims, n_leaves);
        for &leaf in &leaf_of {
            tree.counts[n_leaves + leaf as usize] += 1;
        }
        let mut n_blocks = 0;
        for leaf in n_leaves..2 * n_leaves {
            tree.starts.push(n_blocks);
            n_blocks += tree.counts[leaf].div_ceil(LANES);
        }
        tree.starts.push(n_blocks);
        tree.rows = vec![[NO_ROW; LANES]; n_blocks];
        let rows = tree.rows.as_flattened_mut();
        let mut next: Vec<usize> = tree.starts.iter().map(|start| start * LANES).collect();
        for (piece, leaves) in leaf_of.chunks(PIECE).enumerate() {
            stop.check()?;
            for (row, &leaf) in (piece * PIECE..).zip(leaves) {
                let place = &mut next[leaf as usize];
                rows[*place] = row as u32;
                *place += 1;
            }
        }
        tree.fill(columns, stop);
        stop.check()?;
        Ok(tree)
    }

    fn empty(dims: usize, n_leaves: usize) -> Self {
        let per_node = 2 * n_leaves * dims;
        Self {
            dims,
            n_leaves,
            lanes: Vec::new(),
            rows: Vec::new(),
            starts: Vec::with_capacity(n_leaves + 1),
            counts: vec![0; 2 * n_leaves],
            low: vec![f64::INFINITY; per_node],
            high: vec![f64::NEG_INFINITY; per_node],
            sums: vec![0.0; per_node],
        }
    }

    /// Moves the coordinates to their blocks, and measures the boxes, until it is stopped.
    fn fill(&mut self, columns: &[&[f64]], stop: &Current) {
        let (dims, first_leaf) = (self.dims, self.n_leaves * self.dims);
        self.lanes = vec![[0.0; LANES]; self.rows.len() * dims];
        let points = (dims >= BY_POINT).then(|| by_point(columns));
        let mut leaves = Vec::with_capacity(self.n_leaves);
        let mut lanes = self.lanes.as_mut_slice();
        for ends in self.starts.windows(2) {
            let (leaf, rest) = lanes.split_at_mut((ends[1] - ends[0]) * dims);
            leaves.push((leaf, &self.rows[ends[0]..ends[1]]));
            lanes = rest;
        }
        leaves
            .into_par_iter()
            .zip(self.low[first_leaf..].par_chunks_mut(dims))
            .zip(self.high[first_leaf..].par_chunks_mut(dims))
            .zip(self.sums[first_leaf..].par_chunks_mut(dims))
            .with_min_len(64)
            .for_each(|((((lanes, rows), low), high), sums)| {
                if stop.is_stopped() {
                    return;
                }
                for (block, rows) in lanes.chunks_exact_mut(dims).zip(rows) {
                    let rows = &rows[..filled(rows)];
                    if let Some(points) = &points {
                        for (lane, &row) in rows.iter().enumerate() {
                            let point = &points[row as usize * dims..(row as usize + 1) * dims];
                            block.iter_mut().zip(point).for_each(|(lanes, &at)| lanes[lane] = at);
                        }
                    } else {
                        for (lanes, column) in block.iter_mut().zip(columns) {
                            let places = lanes.iter_mut().zip(rows);
                            places.for_each(|(place, &row)| *place = column[row as usize]);
                        }
                    }
                    for (dim, lanes) in block.iter().enumerate() {
                        for &at in &lanes[..rows.len()] {
                            low[dim] = low[dim].min(at);
                            high[dim] = high[dim].max(at);
                            sums[dim] += at;
                        }
                    }
                }
            });
        for node in (1..self.n_leaves).rev() {
            self.counts[node] = self.counts[2 * node] + self.counts[2 * node + 1];
            for dim in 0..dims {
                let (left, right) = (2 * node * dims + dim, (2 * node + 1) * dims + dim);
                self.low[node * dims + dim] = self.low[left].min(self.low[right]);
                self.high[node * dims + dim] = self.high[left].max(self.high[right]);
                self.sums[node * dims + dim] = self.sums[left] + self.sums[right];
            }
        }
    }

    pub(super) fn dims(&self) -> usize {
        self.dims
    }

    pub(super) fn n_leaves(&self) -> usize {
        self.n_leaves
    }

    pub(super) fn n_blocks(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn is_leaf(&self, node: usize) -> bool {
        node >= self.n_leaves
    }

    /// A point by its number in the order of the tree, which is that of [`Tree::blocks`].
    pub(super) fn point(&self, number: usize) -> Vec<f64> {
        // Lanes are filled leaf by leaf: find the leaf, then the lane in it.
        let mut left = number;
        let mut leaf = self.n_leaves;
        while left >= self.counts[leaf] {
            left -= self.counts[leaf];
            leaf += 1;
        }
        let block = self.starts[leaf - self.n_leaves] + left / LANES;
        let lanes = &self.lanes[block * self.dims..(block + 1) * self.dims];
        lanes.iter().map(|lanes| lanes[left % LANES]).collect()
    }

    /// Points below a node.
    pub(super) fn count(&self, node: usize) -> usize {
        self.counts[node]
    }

    /// The smallest and the largest coordinates of the points below a node.
    pub(super) fn bounds(&self, node: usize) -> (&[f64], &[f64]) {
        let of_node = node * self.dims..(node + 1) * self.dims;
        (&self.low[of_node.clone()], &self.high[of_node])
    }

    /// The sums of the coordinates of the points below a node.
    pub(super) fn sums(&self, node: usize) -> &[f64] {
        &self.sums[node * self.dims..(node + 1) * self.dims]
    }

    /// The numbers of the blocks below a node.
    pub(super) fn block_range(&self, node: usize) -> std::ops::Range<usize> {
        // The leaves below a node are neighbours: as many as there are numbers on its level.
        let below = self.n_leaves.ilog2() - node.ilog2();
        let first = (node << below) - self.n_leaves;
        self.starts[first]..self.starts[first + (1 << below)]
    }

    /// The blocks below a node.
    pub(super) fn blocks(&self, node: usize) -> Blocks<'_> {
        let range = self.block_range(node);
        let lanes = &self.lanes[range.start * self.dims..range.end * self.dims];
        Blocks { dims: self.dims, lanes, rows: &self.rows[range] }
    }
}

/// The coordinates of each point side by side: the points of a leaf come from all over the columns,
/// so that each coordinate would have to be waited for.
fn by_point(columns: &[&[f64]]) -> Vec<f64> {
    let n_points = columns.first().map_or(0, |column| column.len());
    let mut points = vec![0.0; n_points * columns.len()];
    points.par_chunks_mut(PIECE * columns.len()).enumerate().for_each(|(piece, points)| {
        for (dim, column) in columns.iter().enumerate() {
            let places = points.iter_mut().skip(dim).step_by(columns.len());
            places.zip(&column[piece * PIECE..]).for_each(|(place, &at)| *place = at);
        }
    });
    points
}

/// Where a node is cut: points whose coordinate is less go left.
#[derive(Debug, Clone, Copy)]
struct Cut {
    dim: u32,
    at: f64,
}

/// Halves a sample of the points again and again, each time at the median of the dimension in which
/// it is widest. Numbered as nodes are; the 0th is not one.
fn cuts(columns: &[&[f64]], n_points: usize, depth: u32) -> Vec<Cut> {
    let mut cuts = vec![Cut { dim: 0, at: 0.0 }];
    if depth == 0 {
        return cuts;
    }
    // One point from each of so many equal stretches of the column.
    let size = SAMPLE << depth;
    let stretch = n_points / size;
    let mut random = Random::stream(0, n_points as u64);
    let mut sample: Vec<u32> =
        (0..size).map(|at| (at * stretch) as u32 + random.below(stretch as u64) as u32).collect();
    for level in 0..depth {
        let halve = |part: &mut [u32]| {
            let dim = widest(columns, part);
            let column = columns[dim];
            let value = |row: &u32| column[*row as usize];
            let half = part.len() / 2;
            let (_, middle, _) =
                part.select_nth_unstable_by(half, |a, b| value(a).total_cmp(&value(b)));
            Cut { dim: dim as u32, at: value(middle) }
        };
        cuts.par_extend(sample.par_chunks_mut(size >> level).map(halve));
    }
    cuts
}

/// The dimension with the largest variance.
fn widest(columns: &[&[f64]], rows: &[u32]) -> usize {
    let variance = |column: &&[f64]| {
        let values = || rows.iter().map(|&row| column[row as usize]);
        let mean = values().sum::<f64>() / rows.len() as f64;
        values().map(|value| (value - mean) * (value - mean)).sum::<f64>()
    };
    let variances = columns.iter().map(variance).enumerate();
    variances.max_by(|(_, a), (_, b)| a.total_cmp(b)).map_or(0, |(dim, _)| dim)
}

/// Finds the leaves of the points from `first` on.
fn send(columns: &[&[f64]], cuts: &[Cut], depth: u32, first: usize, leaves: &mut [u32]) {
    for (at, leaves) in leaves.chunks_mut(ABREAST).enumerate() {
        let first = first + at * ABREAST;
        // Level by level for several points: each waits for its own cut, but not for the others.
        let mut nodes = [1_u32; ABREAST];
        for _ in 0..depth {
            for (lane, node) in nodes[..leaves.len()].iter_mut().enumerate() {
                let cut = cuts[*node as usize];
                let right = columns[cut.dim as usize][first + lane] >= cut.at;
                *node = 2 * *node + u32::from(right);
            }
        }
        for (leaf, node) in leaves.iter_mut().zip(nodes) {
            *leaf = node - (1 << depth);
        }
    }
}
