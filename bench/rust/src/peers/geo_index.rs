use geo_index::kdtree::{KDTree, KDTreeBuilder, KDTreeIndex};

use super::{closer, generous};
use crate::protocol::{NONE, Result};
use crate::ranked::Ranked;
use crate::search::Index;

/// `geo-index`: a static k-d tree, all within an inclusive radius, then the lowest rank.
pub struct GeoIndex {
    tree: KDTree<f64>,
    centers: Vec<[f64; 2]>,
    max_dist: f64,
}

impl GeoIndex {
    /// Adds the centers by rank.
    pub fn build(ranked: &Ranked) -> Result<Box<dyn Index>> {
        let mut builder = KDTreeBuilder::new(ranked.centers.len() as u32);
        for &[x, y] in &ranked.centers {
            builder.add(x, y);
        }
        Ok(Box::new(Self {
            tree: builder.finish(),
            centers: ranked.centers.clone(),
            max_dist: ranked.max_dist,
        }))
    }
}

impl Index for GeoIndex {
    fn answer(&self, xs: &[f64], ys: &[f64], ranks: &mut [u32]) {
        for ((rank, &x), &y) in ranks.iter_mut().zip(xs).zip(ys) {
            let found = self.tree.within(x, y, generous(self.max_dist)).into_iter();
            let near = |found: &u32| {
                let center = self.centers.get(*found as usize);
                center.is_some_and(|center| closer([x, y], *center, self.max_dist))
            };
            *rank = found.filter(near).min().unwrap_or(NONE);
        }
    }
}
