use rstar::RTree;
use rstar::primitives::GeomWithData;

use super::{closer, generous};
use crate::protocol::{NONE, Result};
use crate::ranked::Ranked;
use crate::search::Index;

/// `rstar`: an R*-tree, bulk loaded, all within an inclusive squared radius, then the lowest rank.
pub struct Rstar {
    tree: RTree<GeomWithData<[f64; 2], u32>>,
    max_dist: f64,
}

impl Rstar {
    /// Loads the centers in bulk.
    pub fn build(ranked: &Ranked) -> Result<Box<dyn Index>> {
        let centers = ranked.centers.iter().zip(0..);
        let centers = centers.map(|(&center, rank)| GeomWithData::new(center, rank)).collect();
        Ok(Box::new(Self { tree: RTree::bulk_load(centers), max_dist: ranked.max_dist }))
    }
}

impl Index for Rstar {
    fn answer(&self, xs: &[f64], ys: &[f64], ranks: &mut [u32]) {
        let radius_2 = generous(self.max_dist).powi(2);
        for ((rank, &x), &y) in ranks.iter_mut().zip(xs).zip(ys) {
            let found = self.tree.locate_within_distance([x, y], radius_2);
            let near = found.filter(|found| closer([x, y], *found.geom(), self.max_dist));
            *rank = near.map(|found| found.data).min().unwrap_or(NONE);
        }
    }
}
