//! What all regions around centres have in common.

use std::collections::HashSet;

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

/// The range of one coordinate of the centres, without outliers: not much farther out than all but
/// a 64th of a sample on each side.
pub(super) fn bulk(centers: &[[f64; 2]], axis: usize) -> [f64; 2] {
    const SAMPLE: usize = 1024;
    let step = centers.len().div_ceil(SAMPLE).max(1);
    let mut sample: Vec<f64> = centers.iter().step_by(step).map(|c| c[axis]).collect();
    sample.sort_unstable_by(f64::total_cmp);
    let cut = sample.len() / 64;
    let (Some(&low), Some(&high)) = (sample.get(cut), sample.iter().rev().nth(cut)) else {
        return [f64::INFINITY, f64::NEG_INFINITY];
    };
    let margin = 0.5 * (high - low);
    let all = centers.iter().map(|c| c[axis]);
    let (least, most) = all.fold((low, high), |(a, b), c| (a.min(c), b.max(c)));
    [least.max(low - margin), most.min(high + margin)]
}
