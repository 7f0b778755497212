//! What all regions around centres have in common.

use hashbrown::HashSet;

use super::{Cell, bulk};

/// The ranks whose centre no rank before has.
pub(super) fn first_of_each(centers: &[[f64; 2]]) -> Vec<u32> {
    let mut seen = HashSet::with_capacity(centers.len());
    (0..centers.len() as u32)
        .filter(|&rank| {
            // Adding zero makes the two zeros one.
            seen.insert(centers[rank as usize].map(|c| (c + 0.0).to_bits()))
        })
        .collect()
}

/// A box around the centres, without outliers.
pub(super) fn bounds_of_bulk(centers: &[[f64; 2]]) -> Cell {
    let [[x0, x1], [y0, y1]] = [0, 1].map(|axis| bulk(centers.iter().map(|c| c[axis]), 0.5));
    Cell { x0, x1, y0, y1 }
}
