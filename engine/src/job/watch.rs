use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};

use super::Progress;
use crate::error::{Error, Result};

/// What has been answered.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tally {
    pub(super) rows: usize,
    pub(super) matched: usize,
    pub(super) null_points: usize,
}

impl Tally {
    pub(super) fn add(&mut self, other: Self) {
        self.rows += other.rows;
        self.matched += other.matched;
        self.null_points += other.null_points;
    }
}

/// How far the threads of a job are, and whether they shall stop.
#[derive(Debug, Default)]
pub(super) struct Watch {
    total: AtomicUsize,
    rows: AtomicUsize,
    matched: AtomicUsize,
    stopped: AtomicBool,
}

impl Watch {
    /// Rows that are to come.
    pub(super) fn expect(&self, rows: usize) {
        self.total.fetch_add(rows, Relaxed);
    }

    pub(super) fn add(&self, tally: Tally) {
        // In this order, so that matches are never more than rows.
        self.rows.fetch_add(tally.rows, Relaxed);
        self.matched.fetch_add(tally.matched, Relaxed);
    }

    pub(super) fn progress(&self) -> Progress {
        let matched = self.matched.load(Relaxed);
        let rows = self.rows.load(Relaxed);
        Progress { rows, total: self.total.load(Relaxed), matched: matched.min(rows) }
    }

    pub(super) fn stop(&self) {
        self.stopped.store(true, Relaxed);
    }

    /// # Errors
    ///
    /// [`Error::Interrupted`] once the job is stopped.
    pub(super) fn check(&self) -> Result<()> {
        if self.stopped.load(Relaxed) { Err(Error::Interrupted) } else { Ok(()) }
    }
}
