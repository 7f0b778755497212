//! The answer by the definition: every point against every polygon, in order.
//!
//! Written for reading, not for speed: O(points x polygons). The fast paths are held against it,
//! and so may yours be.

use crate::keys::Keys;
use crate::measure;
use crate::points::Points;
use crate::polygons::Polygons;
use crate::rule::Rule;

/// For each point the row number of the best polygon that qualifies; `None` when the point is null
/// or not finite, or when no polygon qualifies.
///
/// `keys` say what is best, as [`Keys::areas`] does by default; there is one for each polygon.
pub fn match_points(
    points: &Points,
    polygons: &Polygons,
    keys: &Keys,
    rule: &Rule,
) -> Vec<Option<u32>> {
    let measured: Vec<_> = (0..polygons.len())
        .filter_map(|row| {
            let center = measure::vertex_mean(polygons.get(row)?);
            Some((row as u32, center, keys.get(row)?))
        })
        .collect();

    (0..points.len())
        .map(|row| {
            let point = points.get(row)?;
            let mut best: Option<(u64, u32)> = None;
            for &(row, center, key) in &measured {
                if rule.qualifies(point, center) {
                    let candidate = (key, row);
                    if best.is_none_or(|best| Rule::better(&candidate, &best).is_lt()) {
                        best = Some(candidate);
                    }
                }
            }
            best.map(|(_, row)| row)
        })
        .collect()
}
