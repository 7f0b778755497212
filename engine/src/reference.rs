//! The answer by the definition: every point against every polygon, in order.
//!
//! Written for reading, not for speed: O(points x polygons). The fast paths are held against it,
//! and so may yours be.

use crate::measure;
use crate::points::Points;
use crate::polygons::Polygons;
use crate::rule::Rule;

/// For each point the row number of the best polygon that qualifies; `None` when the point is null
/// or not finite, or when no polygon qualifies.
pub fn match_points(points: &Points, polygons: &Polygons, rule: &Rule) -> Vec<Option<u32>> {
    let measured: Vec<_> = (0..polygons.len())
        .filter_map(|row| {
            let polygon = polygons.get(row)?;
            Some((row as u32, measure::vertex_mean(polygon), measure::area(polygon)))
        })
        .collect();

    (0..points.len())
        .map(|row| {
            let point = points.get(row)?;
            let mut best: Option<(f64, u32)> = None;
            for &(row, center, area) in &measured {
                if rule.qualifies(point, center) {
                    let candidate = (area, row);
                    if best.is_none_or(|best| Rule::better(&candidate, &best).is_lt()) {
                        best = Some(candidate);
                    }
                }
            }
            best.map(|(_, row)| row)
        })
        .collect()
}
