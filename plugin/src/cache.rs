//! Matchers that are kept between calls and queries.
//!
//! One query over a streaming engine is many calls with the same polygons, and the next query often
//! has them again. So what was made is found again by the polygons' fingerprint, which is taken when
//! the expression is made and travels with it, and by the rule. The fingerprint is one by BLAKE3:
//! what is found under it was made of equal polygons, also where it came from another process.
//!
//! What an expression needs stays as long as the expression, or a query with it, is there: each of
//! them [keeps](Kept) its entry. Of the others the last used ones stay.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use poly_match_engine::fork::{Once, PerProcess};
use poly_match_engine::{Answer, Candidates, Error, Matcher, Rule};
use pyo3::prelude::*;

/// Entries that stay though no expression keeps them.
const CAPACITY: usize = 8;

static CACHE: PerProcess<Mutex<Entries>> = PerProcess::new();
static HITS: AtomicU64 = AtomicU64::new(0);
static BUILDS: AtomicU64 = AtomicU64::new(0);

/// What was made of one table of polygons for one rule: each thing by the first who needs it, while
/// others who need it wait.
#[derive(Default)]
pub(crate) struct Prepared {
    matcher: Once<Matcher>,
    /// With details.
    answer: Once<Answer>,
    candidates: Once<Candidates>,
}

/// By the polygons' fingerprint and the rule.
#[derive(Clone, Default)]
struct Entries {
    entries: HashMap<String, Entry>,
    /// Counts uses.
    clock: u64,
}

#[derive(Clone, Default)]
struct Entry {
    /// Nothing before it is first used.
    prepared: Option<Arc<Prepared>>,
    /// How many expressions keep it.
    keepers: usize,
    last_used: u64,
}

impl Prepared {
    /// Finds the entry, or makes an empty one.
    pub(crate) fn get(fingerprint: &str, rule: Rule) -> Arc<Self> {
        Self::of_key(key(fingerprint, rule))
    }

    fn of_key(key: String) -> Arc<Self> {
        let mut entries = lock();
        entries.clock += 1;
        let clock = entries.clock;
        let entry = entries.entries.entry(key).or_default();
        entry.last_used = clock;
        if entry.prepared.is_some() {
            HITS.fetch_add(1, Ordering::Relaxed);
        }
        let prepared = entry.prepared.get_or_insert_default().clone();
        let removed = entries.remove_unused();
        drop(entries);
        // Takes time where it is large.
        drop(removed);
        prepared
    }

    pub(crate) fn matcher(
        &self,
        build: impl FnOnce() -> Result<Matcher, Error>,
    ) -> Result<&Matcher, Error> {
        self.matcher.get_or_make(|| counted(build))
    }

    pub(crate) fn candidates(
        &self,
        build: impl FnOnce() -> Result<Candidates, Error>,
    ) -> Result<&Candidates, Error> {
        self.candidates.get_or_make(|| counted(build))
    }

    /// What is answered with details.
    pub(crate) fn answer(
        &self,
        build: impl FnOnce() -> Result<Answer, Error>,
    ) -> Result<&Answer, Error> {
        self.answer.get_or_make(build)
    }
}

impl Entries {
    /// Takes out what nobody keeps, but for the last used.
    fn remove_unused(&mut self) -> Vec<Entry> {
        let mut unused: Vec<_> = self
            .entries
            .iter()
            .filter(|(_, entry)| entry.keepers == 0)
            .map(|(key, entry)| (entry.last_used, key.clone()))
            .collect();
        let too_many = unused.len().saturating_sub(CAPACITY);
        unused.sort_unstable();
        unused.truncate(too_many);
        unused.iter().filter_map(|(_, key)| self.entries.remove(key)).collect()
    }
}

fn key(fingerprint: &str, rule: Rule) -> String {
    format!("{fingerprint} {rule:?}")
}

fn counted<T>(build: impl FnOnce() -> T) -> T {
    BUILDS.fetch_add(1, Ordering::Relaxed);
    build()
}

/// The entries of this process. The child of a fork begins with those of its parent, unless another
/// thread had them in its hands at that moment.
fn lock() -> MutexGuard<'static, Entries> {
    let entries = CACHE.get_or_init(|parent| {
        let entries = parent.and_then(|parent| parent.try_lock().ok());
        Mutex::new(entries.map_or_else(Entries::default, |entries| entries.clone()))
    });
    // A panic elsewhere leaves the entries as they were: they are only changed by moves.
    entries.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps an entry for an expression: it is held by the plan, and travels with it.
#[pyclass(frozen, module = "poly_match._plugin")]
pub(crate) struct Kept {
    key: String,
}

impl Kept {
    pub(crate) fn of(fingerprint: &str, rule: Rule) -> Self {
        Self::new(key(fingerprint, rule))
    }
}

#[pymethods]
impl Kept {
    #[new]
    fn new(key: String) -> Self {
        lock().entries.entry(key.clone()).or_default().keepers += 1;
        Self { key }
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> (Bound<'py, PyAny>, (String,)) {
        (slf.get_type().into_any(), (slf.get().key.clone(),))
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        let mut entries = lock();
        if let Some(entry) = entries.entries.get_mut(&self.key) {
            entry.keepers = entry.keepers.saturating_sub(1);
            if entry.keepers == 0 && entry.prepared.is_none() {
                entries.entries.remove(&self.key);
            }
        }
        let removed = entries.remove_unused();
        drop(entries);
        drop(removed);
    }
}

/// Hits, builds, capacity and entries now.
#[pyfunction]
pub(crate) fn cache_info() -> (u64, u64, usize, usize) {
    let now = lock().entries.values().filter(|entry| entry.prepared.is_some()).count();
    (HITS.load(Ordering::Relaxed), BUILDS.load(Ordering::Relaxed), CAPACITY, now)
}

/// Lets go of all matchers and of the counts.
#[pyfunction]
pub(crate) fn cache_clear() {
    let mut entries = lock();
    let removed: Vec<_> =
        entries.entries.values_mut().filter_map(|entry| entry.prepared.take()).collect();
    entries.entries.retain(|_, entry| entry.keepers > 0);
    HITS.store(0, Ordering::Relaxed);
    BUILDS.store(0, Ordering::Relaxed);
    drop(entries);
    drop(removed);
}
