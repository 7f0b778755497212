use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::cover::{BLOCK, Cover, IndexStats, MOST_REGIONS, NONE};
use crate::region::Regions;

/// Tests of a point against a disc that cost about as much as the smallest index: until so many
/// have been made, and as many more as a larger index costs, the regions are scanned in rank order.
const TESTS_BEFORE_INDEX: usize = 1 << 22;

/// Regions by rank, with an index over them as soon as it is worth it.
#[derive(Debug)]
pub(crate) struct Indexed<R> {
    regions: R,
    /// By rank: what to answer.
    answers: Vec<u32>,
    cover: OnceLock<Cover>,
    tests: AtomicUsize,
}

/// What there is to do with an index, whatever it is over.
pub(crate) trait Index {
    /// Builds it in so many bytes now, if it is not there yet.
    fn build(&self, bytes: usize);

    /// Lets go of it.
    fn forget(&mut self);

    /// What it consists of; `None` while there is none.
    fn stats(&self) -> Option<IndexStats>;

    /// Gets ready for so many points: builds it when it is worth it by now.
    ///
    /// To be called before any parallel section, as it may wait for another thread.
    fn prepare(&self, points: usize, bytes: usize);
}

impl<R: Regions> Index for Indexed<R> {
    fn build(&self, bytes: usize) {
        if self.answers.len() > MOST_REGIONS {
            return;
        }
        self.cover.get_or_init(|| Cover::build(&self.regions, self.answers.clone(), bytes));
    }

    fn forget(&mut self) {
        self.cover = OnceLock::new();
    }

    fn stats(&self) -> Option<IndexStats> {
        self.cover.get().map(Cover::stats)
    }

    fn prepare(&self, points: usize, bytes: usize) {
        if self.cover.get().is_some() {
            return;
        }
        let tests = points.saturating_mul(self.regions.scan_cost());
        let before = self.tests.fetch_add(tests, Ordering::Relaxed);
        let worth = TESTS_BEFORE_INDEX.saturating_add(self.regions.index_cost());
        if before.saturating_add(tests) > worth {
            self.build(bytes);
        }
    }
}

impl<R: Regions> Indexed<R> {
    /// `answers[rank]`, less than [`NONE`], is the answer for a region.
    pub(crate) fn new(regions: R, answers: Vec<u32>) -> Self {
        Self { regions, answers, cover: OnceLock::new(), tests: AtomicUsize::new(0) }
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
        match self.cover.get() {
            Some(cover) => cover.resolve(&self.regions, xs, ys, out),
            None => {
                for ((answer, &x), &y) in out.iter_mut().zip(xs).zip(ys) {
                    *answer = self.scan([x, y]);
                }
            }
        }
    }

    /// The first in rank order that covers the point.
    fn scan(&self, point: [f64; 2]) -> u32 {
        let hit = (0..self.answers.len()).find(|&rank| self.regions.covers(rank as u32, point));
        hit.map_or(NONE, |rank| self.answers[rank])
    }
}
