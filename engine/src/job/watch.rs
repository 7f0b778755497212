use std::io::{self, Write};
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Progress;
use crate::error::{Error, Result};
use crate::stop::Stop;

/// How often progress is told.
const TICK: Duration = Duration::from_millis(50);

/// How long stopped work is waited for: time to take back what is in an object store.
pub(super) const FAREWELL: Duration = Duration::from_millis(600);

/// What has been answered.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
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
    stop: Stop,
}

impl Watch {
    /// Rows of all files.
    pub(super) fn expect(&self, rows: usize) {
        self.total.store(rows, Relaxed);
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
        self.stop.stop();
    }

    /// # Errors
    ///
    /// [`Error::Interrupted`] once the job is stopped.
    pub(super) fn check(&self) -> Result<()> {
        self.stop.check()
    }

    /// For those who only need to know whether to stop.
    pub(super) fn to_stop(&self) -> &Stop {
        &self.stop
    }

    /// Does work on a thread of its own, and calls `report` now and then meanwhile, which stops the
    /// work by an error.
    ///
    /// Stopped work that does not end within [`FAREWELL`] is left to itself: whoever asked for the
    /// stop does not wait for a disk or for a step that cannot be cut short.
    pub(super) fn over<T: Send + 'static>(
        &self,
        report: &mut dyn FnMut() -> Result<()>,
        work: impl FnOnce(&Stop) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (sender, receiver) = sync_channel(1);
        let stop = self.stop.clone();
        // Nobody receives once the work is left to itself.
        let thread = std::thread::spawn(move || drop(sender.send(stop.during(|| work(&stop)))));
        match self.wait(&receiver, report) {
            Ok(Some(done)) => done,
            // Broken off without a result: the panic goes on here.
            Ok(None) => match thread.join() {
                Err(panic) => resume_unwind(panic),
                Ok(()) => Err(Error::Interrupted),
            },
            Err(error) => {
                drop(receiver.recv_timeout(FAREWELL));
                Err(error)
            }
        }
    }

    /// Waits for what comes next from other threads, and calls `report` now and then meanwhile.
    /// `None` when they have all gone.
    pub(super) fn wait<T>(
        &self,
        receiver: &Receiver<T>,
        report: &mut dyn FnMut() -> Result<()>,
    ) -> Result<Option<T>> {
        loop {
            match receiver.recv_timeout(TICK) {
                Ok(next) => return Ok(Some(next)),
                Err(RecvTimeoutError::Disconnected) => return Ok(None),
                Err(RecvTimeoutError::Timeout) => report().inspect_err(|_| self.stop())?,
            }
        }
    }
}

/// An output that can be written to until the job is stopped.
pub(super) struct Watched<W> {
    pub(super) output: W,
    pub(super) watch: Arc<Watch>,
}

impl<W: Write> Write for Watched<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.watch.check().map_err(io::Error::other)?;
        self.output.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}
