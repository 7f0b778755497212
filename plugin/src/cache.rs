//! Matchers that are kept between calls and queries.
//!
//! One query over a streaming engine is many calls with the same polygons, and the next query often
//! has them again. So a matcher is found again by the polygons' fingerprint, which is taken when the
//! expression is made and travels with it, and by the rule.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use poly_match_engine::{Error, Matcher, Rule};
use pyo3::prelude::*;

/// Matchers that are kept; the one that was not asked for the longest goes first.
const CAPACITY: usize = 8;

/// Kept matchers, the last asked first.
static ENTRIES: Mutex<VecDeque<Arc<Entry>>> = Mutex::new(VecDeque::new());
static HITS: AtomicU64 = AtomicU64::new(0);
static BUILDS: AtomicU64 = AtomicU64::new(0);

struct Entry {
    /// The polygons' fingerprint and the rule.
    key: String,
    matcher: OnceLock<Result<Matcher, Error>>,
}

/// A matcher that was found or built.
pub(crate) struct Prepared(Arc<Entry>);

impl Prepared {
    /// Finds the matcher, or has it built by the first who asks while others who ask wait.
    pub(crate) fn get(
        fingerprint: &str,
        rule: Rule,
        build: impl FnOnce() -> Result<Matcher, Error>,
    ) -> Self {
        let key = format!("{fingerprint} {rule:?}");
        let entry = {
            let mut entries = lock();
            let found = entries.iter().position(|entry| entry.key == key);
            let entry = match found.and_then(|at| entries.remove(at)) {
                Some(entry) => {
                    HITS.fetch_add(1, Ordering::Relaxed);
                    entry
                }
                None => Arc::new(Entry { key, matcher: OnceLock::new() }),
            };
            entries.truncate(CAPACITY - 1);
            entries.push_front(entry.clone());
            entry
        };
        entry.matcher.get_or_init(|| {
            BUILDS.fetch_add(1, Ordering::Relaxed);
            build()
        });
        Self(entry)
    }

    pub(crate) fn matcher(&self) -> Result<&Matcher, &Error> {
        match self.0.matcher.get() {
            Some(built) => built.as_ref(),
            None => Err(&Error::Interrupted),
        }
    }
}

fn lock() -> MutexGuard<'static, VecDeque<Arc<Entry>>> {
    // A panic elsewhere leaves the list as it was: it is only changed by moves.
    ENTRIES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Hits, builds, capacity and entries now.
#[pyfunction]
pub(crate) fn cache_info() -> (u64, u64, usize, usize) {
    (HITS.load(Ordering::Relaxed), BUILDS.load(Ordering::Relaxed), CAPACITY, lock().len())
}

/// Lets go of all matchers and of the counts.
#[pyfunction]
pub(crate) fn cache_clear() {
    let entries = std::mem::take(&mut *lock());
    HITS.store(0, Ordering::Relaxed);
    BUILDS.store(0, Ordering::Relaxed);
    drop(entries);
}
