use rayon::prelude::*;

use crate::cover::{BLOCK, IndexStats, NONE};
use crate::error::{Error, Result};
use crate::indexed::Indexed;
use crate::keys::Keys;
use crate::measure;
use crate::metric::Metric;
use crate::points::Points;
use crate::polygons::{PARALLEL_POLYGONS, Polygons};
use crate::reference;
use crate::region::{Discs, Interiors};
use crate::rule::{Predicate, Rule};

/// What the index may take beside the polygons, unless its coarsest form needs more.
const DEFAULT_INDEX_BYTES: usize = 64 << 20;

/// Polygons and a rule, measured and ranked: built once, asked many times.
///
/// A `Matcher` is shared between threads by reference. Asking changes nothing but one thing: the
/// index is built at the first question that is worth it, by whoever asks it, while others wait.
#[derive(Debug)]
pub struct Matcher {
    rule: Rule,
    search: Search,
    index_bytes: usize,
}

/// How the best polygon is found: one way for each kind of rule.
#[derive(Debug)]
enum Search {
    /// Euclidean distance to the centre alone.
    Discs(Indexed<Discs>),
    /// Coverage.
    Interiors(Indexed<Interiors>),
    /// By the definition.
    Naive(Polygons, Keys),
}

impl Matcher {
    /// Measures the polygons and ranks them by area.
    ///
    /// Costs one pass over the vertices and a sort of the rows.
    ///
    /// # Errors
    ///
    /// [`Error::Parameter`] for more than 2^31 - 2 polygons.
    pub fn new(polygons: &Polygons, rule: Rule) -> Result<Self> {
        Self::with_keys(polygons, &Keys::areas(polygons), rule)
    }

    /// As [`Matcher::new`], but ranks by other keys than the areas.
    ///
    /// # Errors
    ///
    /// [`Error::Parameter`] for more than 2^31 - 2 polygons, and for another number of keys.
    pub fn with_keys(polygons: &Polygons, keys: &Keys, rule: Rule) -> Result<Self> {
        if keys.len() != polygons.len() {
            let message = format!("expected {} keys, got {}", polygons.len(), keys.len());
            return Err(Error::Parameter { parameter: "by", message });
        }
        if polygons.len() >= NONE as usize {
            let message = format!("expected at most {} rows, got {}", NONE - 1, polygons.len());
            return Err(Error::Parameter { parameter: "polygons", message });
        }
        let search = match (rule.predicate(), disc_radius(rule)) {
            (_, Some(max_dist)) => {
                let rows = ranked_rows(polygons, keys);
                let centers = centers(polygons, &rows, rule);
                Search::Discs(Indexed::new(Discs { centers, max_dist }, rows))
            }
            (Predicate::Covers, _) => {
                let rows = ranked_rows(polygons, keys);
                let Some((interiors, rows)) = Interiors::of_rows(polygons, &rows) else {
                    let message = format!("expected at most {} vertices", u32::MAX);
                    return Err(Error::Parameter { parameter: "polygons", message });
                };
                Search::Interiors(Indexed::new(interiors, rows))
            }
            _ => Search::Naive(polygons.clone(), keys.clone()),
        };
        Ok(Self { rule, search, index_bytes: DEFAULT_INDEX_BYTES })
    }

    /// The ranked polygons as bytes, 20 each, to be sent elsewhere: much less than the polygons.
    /// `None` for rules that need more of a polygon than its centre in the plane.
    ///
    /// Of the polygons that can match, the best first, little-endian: x and y of all centres as
    /// `f64`, then all row numbers as `u32`.
    pub fn to_bytes(&self) -> Option<Vec<u8>> {
        let Search::Discs(discs) = &self.search else { return None };
        let centers = discs.regions().centers.iter().flatten().flat_map(|c| c.to_le_bytes());
        Some(centers.chain(discs.answers().iter().flat_map(|row| row.to_le_bytes())).collect())
    }

    /// Makes the matcher again from what [`Matcher::to_bytes`] gave, for the same rule.
    ///
    /// # Errors
    ///
    /// [`Error::Parameter`] for bytes that are none of a matcher with this rule.
    pub fn from_bytes(bytes: &[u8], rule: Rule) -> Result<Self> {
        let polygons = bytes.len() / 20;
        let (centers, rows) = bytes.split_at(16 * polygons);
        let numbers: Vec<f64> =
            centers.as_chunks().0.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect();
        let rows: Vec<u32> =
            rows.as_chunks().0.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect();
        let whole = bytes.len().is_multiple_of(20) && rows.iter().all(|row| *row < NONE);
        let Some(max_dist) = disc_radius(rule).filter(|_| whole) else {
            let message = format!("{} bytes that are none of a matcher", bytes.len());
            return Err(Error::Parameter { parameter: "polygons", message });
        };
        let centers = numbers.as_chunks().0.to_vec();
        let search = Search::Discs(Indexed::new(Discs { centers, max_dist }, rows));
        Ok(Self { rule, search, index_bytes: DEFAULT_INDEX_BYTES })
    }

    /// The rule that was given.
    pub fn rule(&self) -> &Rule {
        &self.rule
    }

    /// Bounds the memory of the index; by default 64 MiB.
    ///
    /// Less memory means larger cells and more tests a point, never other answers. The coarsest
    /// index takes about 36 bytes a polygon, and is built even if that is more.
    #[must_use]
    pub fn with_index_bytes(mut self, bytes: usize) -> Self {
        self.index_bytes = bytes;
        match &mut self.search {
            Search::Discs(discs) => discs.forget_index(),
            Search::Interiors(interiors) => interiors.forget_index(),
            Search::Naive(..) => {}
        }
        self
    }

    /// Builds the index now, if the rule has one and it is not there yet.
    ///
    /// More than about 119 million polygons get none: they are scanned in rank order.
    pub fn build_index(&self) {
        match &self.search {
            Search::Discs(discs) => discs.build_index(self.index_bytes),
            Search::Interiors(interiors) => interiors.build_index(self.index_bytes),
            Search::Naive(..) => {}
        }
    }

    /// What the index consists of; `None` while there is none.
    pub fn index_stats(&self) -> Option<IndexStats> {
        match &self.search {
            Search::Discs(discs) => discs.index_stats(),
            Search::Interiors(interiors) => interiors.index_stats(),
            Search::Naive(..) => None,
        }
    }

    /// Gets ready for so many points: builds the index when it is worth it by now.
    ///
    /// To be called before any parallel section, as it may wait for another thread.
    pub(crate) fn prepare(&self, points: usize) {
        match &self.search {
            Search::Discs(discs) => discs.prepare(points, self.index_bytes),
            Search::Interiors(interiors) => interiors.prepare(points, self.index_bytes),
            Search::Naive(..) => {}
        }
    }

    /// Writes the row of the best polygon or [`NONE`] for each of at most [`BLOCK`] points.
    #[inline]
    pub(crate) fn resolve(&self, xs: &[f64; BLOCK], ys: &[f64; BLOCK], out: &mut [u32]) {
        match &self.search {
            Search::Discs(discs) => discs.resolve(xs, ys, out),
            Search::Interiors(interiors) => interiors.resolve(xs, ys, out),
            Search::Naive(polygons, keys) => {
                let points: Points =
                    xs.iter().zip(ys).take(out.len()).map(|(&x, &y)| Some([x, y])).collect();
                let found = reference::match_points(&points, polygons, keys, &self.rule);
                for (answer, found) in out.iter_mut().zip(found) {
                    *answer = found.unwrap_or(NONE);
                }
            }
        }
    }
}

/// The radius of the discs in which a rule lets polygons qualify, if that is what it does.
fn disc_radius(rule: Rule) -> Option<f64> {
    match (rule.predicate(), rule.metric()) {
        (Predicate::Center { max_dist, k: None }, Metric::Euclidean) => max_dist,
        _ => None,
    }
}

/// The rows that can match, the best first.
fn ranked_rows(polygons: &Polygons, keys: &Keys) -> Vec<u32> {
    let ranked = |row: u32| {
        polygons.get(row as usize)?;
        Some((keys.get(row as usize)?, row))
    };
    let rows = 0..polygons.len() as u32;
    if polygons.len() >= PARALLEL_POLYGONS {
        let mut ranked: Vec<_> = rows.into_par_iter().filter_map(ranked).collect();
        ranked.par_sort_unstable_by(Rule::better);
        ranked.into_iter().map(|(_, row)| row).collect()
    } else {
        let mut ranked: Vec<_> = rows.filter_map(ranked).collect();
        ranked.sort_unstable_by(Rule::better);
        ranked.into_iter().map(|(_, row)| row).collect()
    }
}

/// The centres of these rows.
fn centers(polygons: &Polygons, rows: &[u32], rule: Rule) -> Vec<[f64; 2]> {
    let center = |&row: &u32| {
        let polygon = polygons.get(row as usize);
        polygon.map_or([f64::NAN; 2], |polygon| measure::center(polygon, rule.center()))
    };
    if rows.len() >= PARALLEL_POLYGONS {
        rows.par_iter().map(center).collect()
    } else {
        rows.iter().map(center).collect()
    }
}
