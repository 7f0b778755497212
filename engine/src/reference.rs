//! The answer by the definition: every point against every polygon, in order.
//!
//! Written for reading, not for speed: O(points x polygons). The fast paths are held against it,
//! and so may yours be.

use crate::inside;
use crate::keys::Keys;
use crate::measure;
use crate::metric::Metric;
use crate::points::Points;
use crate::polygons::Polygons;
use crate::rule::{Predicate, Rule};

/// For each point the row number of the best polygon that qualifies; `None` when the point is null
/// or not one ([`Rule::accepts`]), or when no polygon qualifies.
///
/// `keys` say what is best, as [`Keys::areas`] does by default; there is one for each polygon.
pub fn match_points(
    points: &Points,
    polygons: &Polygons,
    keys: &Keys,
    rule: &Rule,
) -> Vec<Option<u32>> {
    let candidates = candidates(points, polygons, keys, rule);
    candidates.into_iter().map(|rows| rows?.first().copied()).collect()
}

/// For each point the row numbers of all polygons that qualify, the best first; `None` when the
/// point is null or not one ([`Rule::accepts`]). Polygons that are [invalid](crate::Invalid) on the
/// sphere never qualify.
pub fn candidates(
    points: &Points,
    polygons: &Polygons,
    keys: &Keys,
    rule: &Rule,
) -> Vec<Option<Vec<u32>>> {
    // Rows that are null, empty or invalid, or have no key, never match.
    let known: Vec<_> = (0..polygons.len() as u32)
        .filter_map(|row| {
            let polygon = polygons.get(row as usize)?;
            let center = measure::center(polygon, rule.center(), rule.metric());
            let on_sphere = rule.metric() == Metric::Haversine;
            if on_sphere && measure::fault_on_sphere(polygon, center).is_some() {
                return None;
            }
            Some((row, polygon, center, keys.get(row as usize)?))
        })
        .collect();

    (0..points.len())
        .map(|row| {
            let point = points.get(row).filter(|&point| rule.accepts(point))?;
            let mut qualifying = known.clone();
            match rule.predicate() {
                Predicate::Covers => {
                    qualifying.retain(|(_, polygon, ..)| inside::covers(*polygon, point));
                }
                Predicate::Center { max_dist, k } => {
                    let metric = rule.metric();
                    if let Some(k) = k {
                        let nearness = |row, center| (metric.reduced(point, center), row);
                        qualifying.sort_by(|&(a, _, at, _), &(b, _, bt, _)| {
                            Rule::nearer(&nearness(a, at), &nearness(b, bt))
                        });
                        qualifying.truncate(k);
                    }
                    if let Some(max_dist) = max_dist {
                        qualifying
                            .retain(|&(_, _, center, _)| metric.is_within(point, center, max_dist));
                    }
                }
            }
            qualifying
                .sort_by(|&(a, .., a_key), &(b, .., b_key)| Rule::better(&(a_key, a), &(b_key, b)));
            Some(qualifying.into_iter().map(|(row, ..)| row).collect())
        })
        .collect()
}
