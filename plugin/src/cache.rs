//! Matchers that are kept between calls and queries.
//!
//! One query over a streaming engine is many calls with the same polygons, and the next query often
//! has them again. So what was made is found again by the polygons' fingerprint, which is taken when
//! the expression is made and travels with it, and by the rule.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use poly_match_engine::{Answer, Candidates, Error, Matcher, Rule};
use pyo3::prelude::*;

/// Entries that are kept; the one that was not asked for the longest goes first.
const CAPACITY: usize = 8;

/// Kept entries, the last asked first.
static ENTRIES: Mutex<VecDeque<Arc<Prepared>>> = Mutex::new(VecDeque::new());
static HITS: AtomicU64 = AtomicU64::new(0);
static BUILDS: AtomicU64 = AtomicU64::new(0);

/// What was made of one table of polygons for one rule: each thing by the first who asks for it,
/// while others who ask wait.
pub(crate) struct Prepared {
    /// The polygons' fingerprint and the rule.
    key: String,
    matcher: Made<Matcher>,
    /// With details.
    answer: Made<Answer>,
    candidates: Made<Candidates>,
}

type Made<T> = OnceLock<Result<T, Error>>;

impl Prepared {
    /// Finds the entry, or makes an empty one.
    pub(crate) fn get(fingerprint: &str, rule: Rule) -> Arc<Self> {
        let key = format!("{fingerprint} {rule:?}");
        let mut entries = lock();
        let found = entries.iter().position(|entry| entry.key == key);
        let entry = match found.and_then(|at| entries.remove(at)) {
            Some(entry) => {
                HITS.fetch_add(1, Ordering::Relaxed);
                entry
            }
            None => {
                let (matcher, answer, candidates) = Default::default();
                Arc::new(Self { key, matcher, answer, candidates })
            }
        };
        entries.truncate(CAPACITY - 1);
        entries.push_front(entry.clone());
        entry
    }

    pub(crate) fn matcher(
        &self,
        build: impl FnOnce() -> Result<Matcher, Error>,
    ) -> Result<&Matcher, &Error> {
        self.matcher.get_or_init(|| counted(build)).as_ref()
    }

    pub(crate) fn candidates(
        &self,
        build: impl FnOnce() -> Result<Candidates, Error>,
    ) -> Result<&Candidates, &Error> {
        self.candidates.get_or_init(|| counted(build)).as_ref()
    }

    /// What is answered with details.
    pub(crate) fn answer(
        &self,
        build: impl FnOnce() -> Result<Answer, Error>,
    ) -> Result<&Answer, &Error> {
        self.answer.get_or_init(build).as_ref()
    }
}

fn counted<T>(build: impl FnOnce() -> T) -> T {
    BUILDS.fetch_add(1, Ordering::Relaxed);
    build()
}

fn lock() -> MutexGuard<'static, VecDeque<Arc<Prepared>>> {
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
