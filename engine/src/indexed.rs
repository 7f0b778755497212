use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::cover::{BLOCK, CellsReached, Cover, IndexStats, MOST_REGIONS, NONE};
use crate::error::Result;
use crate::fork::Once;
use crate::region::Regions;
use crate::stop::Current;

/// What the index may take, unless its coarsest form needs more: what building it, ranks and
/// centres leave of the 64 MiB that a matcher may take beside the polygons.
const DEFAULT_BYTES: usize = 48 << 20;

/// Regions by rank, with an index over them as soon as it is worth it.
///
/// Until the tests made without one have cost as much as it costs, the regions are scanned in rank
/// order: so little more than twice the best is spent, wherever the points lie. The index is built at
/// once for a question that by the regions' share of the plane will cost more.
#[derive(Debug)]
pub(crate) struct Indexed<R> {
    regions: R,
    /// By rank: what to answer.
    answers: Arc<[u32]>,
    cover: Once<Cover>,
    /// What the index may take.
    bytes: usize,
    /// Made without an index.
    tests: AtomicUsize,
    /// So many cost as much as the index.
    tests_before_index: usize,
}

/// What there is to do with an index, whatever it is over.
pub(crate) trait Index {
    /// Builds it now, if it is not there yet.
    ///
    /// # Errors
    ///
    /// [`Error::Interrupted`](crate::Error::Interrupted) for stopped work; then it is not there.
    fn build(&self) -> Result<()>;

    /// Lets go of it; the next one takes so many bytes.
    fn bound(&mut self, bytes: usize);

    /// What it consists of; `None` while there is none.
    fn stats(&self) -> Option<IndexStats>;

    /// How many regions it tests for a point; `None` while there is none.
    fn tests(&self, point: [f64; 2]) -> Option<usize>;

    /// Counts the cell of a point; nothing while there is no index.
    fn reach(&self, point: [f64; 2], reached: &mut CellsReached);

    /// Gets ready for so many points: builds it when they are worth it.
    ///
    /// # Errors
    ///
    /// As [`Index::build`].
    fn prepare(&self, points: usize) -> Result<()>;
}

impl<R: Regions> Index for Indexed<R> {
    fn build(&self) -> Result<()> {
        if self.answers.len() > MOST_REGIONS {
            return Ok(());
        }
        // No task of a thread pool, so that whoever waits here may be one.
        let build = || Cover::build(&self.regions, self.answers.clone(), self.bytes);
        self.cover.get_or_make(build).map(|_| ())
    }

    fn bound(&mut self, bytes: usize) {
        self.bytes = bytes;
        self.cover = Once::new();
    }

    fn stats(&self) -> Option<IndexStats> {
        self.cover.get().map(Cover::stats)
    }

    fn tests(&self, point: [f64; 2]) -> Option<usize> {
        Some(self.cover.get()?.tests(&self.regions, point))
    }

    fn reach(&self, point: [f64; 2], reached: &mut CellsReached) {
        if let Some(cover) = self.cover.get() {
            cover.reach(point, reached);
        }
    }

    fn prepare(&self, points: usize) -> Result<()> {
        let at_worst = points.saturating_mul(self.answers.len());
        if self.cover.get().is_none() && at_worst > self.tests_before_index {
            // As many until the first hit, were regions and points spread at random.
            let tests = (self.answers.len() as f64).min(1.0 / self.regions.chance());
            if points as f64 * tests > self.tests_before_index as f64 {
                return self.build();
            }
        }
        Ok(())
    }
}

impl<R: Regions> Indexed<R> {
    /// `answers[rank]`, less than [`NONE`], is the answer for a region.
    pub(crate) fn new(regions: R, answers: Vec<u32>) -> Self {
        let cost = Cover::cost(&regions, answers.len()) as f64 / regions.test_cost();
        Self {
            regions,
            answers: answers.into(),
            cover: Once::new(),
            bytes: DEFAULT_BYTES,
            tests: AtomicUsize::new(0),
            tests_before_index: cost as usize,
        }
    }

    pub(crate) fn regions(&self) -> &R {
        &self.regions
    }

    /// By rank: what to answer.
    pub(crate) fn answers(&self) -> &[u32] {
        &self.answers
    }

    /// Writes the answer or [`NONE`] for each of at most [`BLOCK`] points.
    #[inline]
    pub(crate) fn resolve(&self, xs: &[f64; BLOCK], ys: &[f64; BLOCK], out: &mut [u32]) {
        if let Some(cover) = self.cover.get() {
            return cover.resolve(&self.regions, xs, ys, out);
        }
        let current = Current::get();
        let mut tests = 0;
        for ((answer, &x), &y) in out.iter_mut().zip(xs).zip(ys) {
            if current.is_stopped() {
                return;
            }
            let rank = self.scan([x, y]);
            tests += rank;
            *answer = self.answers.get(rank).copied().unwrap_or(NONE);
        }
        if self.tests.fetch_add(tests, Ordering::Relaxed) + tests > self.tests_before_index {
            // Whoever is stopped looks at that next.
            drop(self.build());
        }
    }

    /// The first rank that covers a point, or the number of ranks.
    #[inline(never)]
    fn scan(&self, point: [f64; 2]) -> usize {
        let len = self.answers.len();
        self.regions.first(len as u32, point).map_or(len, |rank| rank as usize)
    }
}
