//! `kiddo` in three ways. Its bound can be exclusive, as the contract requires.

use std::num::NonZero;

use kiddo::leaf_strategies::FlatVec;
use kiddo::{Donnelly, ImmutableKdTree, KdTree, SquaredEuclidean};

use crate::protocol::{NONE, Result};
use crate::ranked::Ranked;
use crate::search::{Build, Index};

type Metric = SquaredEuclidean<f64>;

const ONE: NonZero<usize> = NonZero::<usize>::MIN;

/// Visits all centers within the radius, keeps the lowest rank.
pub struct KiddoWithin {
    tree: ImmutableKdTree<f64, 2>,
    max_dist_2: f64,
}

/// Queries the best center within the radius.
pub struct KiddoBest {
    tree: ImmutableKdTree<f64, 2>,
    max_dist_2: f64,
}

/// The same on a tree that stores the lowest rank of each subtree and sorts its leaves by rank.
pub struct KiddoSummary<const SHIFT: u8> {
    tree: SummaryTree<SHIFT>,
    max_dist_2: f64,
}

/// The only layout that supports the summaries.
type SummaryTree<const SHIFT: u8> =
    KdTree<f64, u32, Donnelly<3>, FlatVec<f64, u32, 2, LEAF>, 2, LEAF, SHIFT>;

/// Centers per leaf, as in the crate's own default tree.
const LEAF: usize = 32;

impl KiddoWithin {
    /// Builds the crate's default immutable tree.
    pub fn build(ranked: &Ranked) -> Result<Box<dyn Index>> {
        let tree = ImmutableKdTree::new_from_slice(&ranked.centers)?;
        Ok(Box::new(Self { tree, max_dist_2: ranked.max_dist_2() }))
    }
}

impl KiddoBest {
    /// Builds the crate's default immutable tree.
    pub fn build(ranked: &Ranked) -> Result<Box<dyn Index>> {
        let tree = ImmutableKdTree::new_from_slice(&ranked.centers)?;
        Ok(Box::new(Self { tree, max_dist_2: ranked.max_dist_2() }))
    }
}

impl KiddoSummary<0> {
    /// Builds a tree with the smallest shift whose summaries, 254 steps of 2^shift, hold all ranks.
    pub fn build(ranked: &Ranked) -> Result<Box<dyn Index>> {
        let (build, _) = [
            (KiddoSummary::<2>::with_shift as Build<Ranked>, 1_000),
            (KiddoSummary::<6>::with_shift, 16_000),
            (KiddoSummary::<9>::with_shift, 128_000),
            (KiddoSummary::<12>::with_shift, 1_000_000),
        ]
        .into_iter()
        .find(|(_, most)| ranked.centers.len() <= *most)
        .unwrap_or((KiddoSummary::<18>::with_shift, usize::MAX));
        build(ranked)
    }
}

impl<const SHIFT: u8> KiddoSummary<SHIFT> {
    fn with_shift(ranked: &Ranked) -> Result<Box<dyn Index>> {
        let builder = KdTree::builder().with_embedded_min_item_shifted_summary::<SHIFT>();
        let tree: SummaryTree<SHIFT> = builder.build_from_slice(&ranked.centers)?;
        Ok(Box::new(Self { tree, max_dist_2: ranked.max_dist_2() }))
    }
}

impl Index for KiddoWithin {
    fn answer(&self, xs: &[f64], ys: &[f64], ranks: &mut [u32]) {
        let mut scratch = self.tree.create_scratch::<Metric>();
        for ((rank, &x), &y) in ranks.iter_mut().zip(xs).zip(ys) {
            let mut lowest = NONE;
            self.tree
                .query(&[x, y])
                .within::<Metric>(self.max_dist_2)
                .unsorted()
                .exclusive_boundaries()
                .without_distances()
                .with_scratch(&mut scratch)
                .visit(|found| lowest = lowest.min(found.item));
            *rank = lowest;
        }
    }
}

impl Index for KiddoBest {
    fn answer(&self, xs: &[f64], ys: &[f64], ranks: &mut [u32]) {
        let mut scratch = self.tree.create_scratch::<Metric>();
        for ((rank, &x), &y) in ranks.iter_mut().zip(xs).zip(ys) {
            let best = self
                .tree
                .query(&[x, y])
                .best_n_within::<Metric>(self.max_dist_2, ONE)
                .exclusive_boundaries()
                .with_scratch(&mut scratch)
                .execute();
            *rank = best.into_iter().map(|found| found.item).next().unwrap_or(NONE);
        }
    }
}

impl<const SHIFT: u8> Index for KiddoSummary<SHIFT> {
    fn answer(&self, xs: &[f64], ys: &[f64], ranks: &mut [u32]) {
        let mut scratch = self.tree.create_scratch::<Metric>();
        for ((rank, &x), &y) in ranks.iter_mut().zip(xs).zip(ys) {
            let best = self
                .tree
                .query(&[x, y])
                .best_n_within::<Metric>(self.max_dist_2, ONE)
                .exclusive_boundaries()
                .with_scratch(&mut scratch)
                .execute();
            *rank = best.into_iter().map(|found| found.item).next().unwrap_or(NONE);
        }
    }
}
