use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use crate::cover::{BLOCK, Cover, IndexStats, MOST_REGIONS, NONE};
use crate::error::{Error, Result};
use crate::keys::Keys;
use crate::measure::vertex_mean;
use crate::polygons::{PARALLEL_POLYGONS, Polygons};
use crate::region::{Discs, Regions};
use crate::rule::Rule;

/// What the index may take beside the polygons, unless its coarsest form needs more.
const DEFAULT_INDEX_BYTES: usize = 64 << 20;

/// Tests of a point against a centre that cost about as much as the smallest index: until so many
/// have been made, the centres are scanned in rank order instead.
const TESTS_BEFORE_INDEX: usize = 1 << 22;

/// And for each polygon so many more, as an index grows with the polygons.
const TESTS_PER_POLYGON: usize = 64;

/// Polygons and a rule, measured and ranked: built once, asked many times.
///
/// A `Matcher` is shared between threads by reference. Asking changes nothing but one thing: the
/// index is built at the first question that is worth it, by whoever asks it, while others wait.
#[derive(Debug)]
pub struct Matcher {
    /// Centres by rank, the best polygon first.
    discs: Discs,
    /// Row numbers by rank.
    rows: Vec<u32>,
    cover: OnceLock<Cover>,
    index_bytes: usize,
    tests: AtomicUsize,
}

impl Matcher {
    /// Measures the polygons (vertex mean, area) and ranks them by area.
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
        let ranked = |row: u32| Some((keys.get(row as usize)?, row));
        let center = |&row: &u32| polygons.get(row as usize).map_or([f64::NAN; 2], vertex_mean);
        let rows = 0..polygons.len() as u32;
        let (rows, centers): (Vec<u32>, _) = if polygons.len() >= PARALLEL_POLYGONS {
            let mut ranked: Vec<_> = rows.into_par_iter().filter_map(ranked).collect();
            ranked.par_sort_unstable_by(Rule::better);
            let rows: Vec<u32> = ranked.into_iter().map(|(_, row)| row).collect();
            let centers = rows.par_iter().map(center).collect();
            (rows, centers)
        } else {
            let mut ranked: Vec<_> = rows.filter_map(ranked).collect();
            ranked.sort_unstable_by(Rule::better);
            let rows: Vec<u32> = ranked.into_iter().map(|(_, row)| row).collect();
            let centers = rows.iter().map(center).collect();
            (rows, centers)
        };
        Ok(Self::of_ranked(centers, rows, rule))
    }

    /// The ranked polygons as bytes, 20 each, to be sent elsewhere: much less than the polygons.
    ///
    /// Of the polygons that can match, the best first, little-endian: x and y of all centres as
    /// `f64`, then all row numbers as `u32`.
    pub fn to_bytes(&self) -> Vec<u8> {
        let centers = self.discs.centers.iter().flatten().flat_map(|c| c.to_le_bytes());
        centers.chain(self.rows.iter().flat_map(|row| row.to_le_bytes())).collect()
    }

    /// Makes the matcher again from what [`Matcher::to_bytes`] gave, for the same rule.
    ///
    /// # Errors
    ///
    /// [`Error::Parameter`] for bytes that are none of a matcher.
    pub fn from_bytes(bytes: &[u8], rule: Rule) -> Result<Self> {
        let polygons = bytes.len() / 20;
        let (centers, rows) = bytes.split_at(16 * polygons);
        let numbers: Vec<f64> =
            centers.as_chunks().0.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect();
        let rows: Vec<u32> =
            rows.as_chunks().0.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect();
        if !bytes.len().is_multiple_of(20) || rows.iter().any(|row| *row >= NONE) {
            let message = format!("{} bytes that are none of a matcher", bytes.len());
            return Err(Error::Parameter { parameter: "polygons", message });
        }
        Ok(Self::of_ranked(numbers.as_chunks().0.to_vec(), rows, rule))
    }

    fn of_ranked(centers: Vec<[f64; 2]>, rows: Vec<u32>, rule: Rule) -> Self {
        Self {
            discs: Discs { centers, rule },
            rows,
            cover: OnceLock::new(),
            index_bytes: DEFAULT_INDEX_BYTES,
            tests: AtomicUsize::new(0),
        }
    }

    /// The rule that was given.
    pub fn rule(&self) -> &Rule {
        &self.discs.rule
    }

    /// Bounds the memory of the index; by default 64 MiB.
    ///
    /// Less memory means larger cells and more tests a point, never other answers. The coarsest
    /// index takes about 36 bytes a polygon, and is built even if that is more.
    #[must_use]
    pub fn with_index_bytes(mut self, bytes: usize) -> Self {
        self.index_bytes = bytes;
        self.cover = OnceLock::new();
        self
    }

    /// Builds the index now, if it is not there yet.
    ///
    /// More than about 119 million polygons get none: they are scanned in rank order.
    pub fn build_index(&self) {
        if self.rows.len() > MOST_REGIONS {
            return;
        }
        self.cover.get_or_init(|| Cover::build(&self.discs, self.rows.clone(), self.index_bytes));
    }

    /// What the index consists of; `None` while there is none.
    pub fn index_stats(&self) -> Option<IndexStats> {
        self.cover.get().map(Cover::stats)
    }

    /// Gets ready for so many points: builds the index when it is worth it by now.
    ///
    /// To be called before any parallel section, as it may wait for another thread.
    pub(crate) fn prepare(&self, points: usize) {
        if self.cover.get().is_some() {
            return;
        }
        let polygons = self.rows.len();
        let tests = points.saturating_mul(polygons);
        let before = self.tests.fetch_add(tests, Ordering::Relaxed);
        let worth = TESTS_BEFORE_INDEX.saturating_add(TESTS_PER_POLYGON.saturating_mul(polygons));
        if before.saturating_add(tests) > worth {
            self.build_index();
        }
    }

    /// Writes the row of the best polygon or [`NONE`] for each of at most [`BLOCK`] points.
    #[inline]
    pub(crate) fn resolve(&self, xs: &[f64; BLOCK], ys: &[f64; BLOCK], out: &mut [u32]) {
        match self.cover.get() {
            Some(cover) => cover.resolve(&self.discs, xs, ys, out),
            None => {
                for ((answer, &x), &y) in out.iter_mut().zip(xs).zip(ys) {
                    *answer = self.scan([x, y]);
                }
            }
        }
    }

    /// The first in rank order that qualifies.
    fn scan(&self, point: [f64; 2]) -> u32 {
        let hit = (0..self.rows.len()).find(|&rank| self.discs.covers(rank as u32, point));
        hit.map_or(NONE, |rank| self.rows[rank])
    }
}
