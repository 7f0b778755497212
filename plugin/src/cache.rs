//! Matchers that are kept between calls and queries.
//!
//! One query over a streaming engine is many calls with the same polygons, and the next query often
//! has them again. The polygons' buffers stay where they are for as long as the frame lives, so
//! their addresses are the key; an entry keeps the buffers alive, so an address cannot come to mean
//! something else while the entry is there.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use arrow_array::{Array, ArrayRef};
use arrow_data::ArrayData;
use poly_match_engine::{Error, Matcher, Rule};
use pyo3::prelude::*;

/// Entries that are kept; the one that was not asked for the longest goes first.
const CAPACITY: usize = 8;

/// Kept matchers, the last asked first.
static ENTRIES: Mutex<VecDeque<Arc<Entry>>> = Mutex::new(VecDeque::new());
static HITS: AtomicU64 = AtomicU64::new(0);
static BUILDS: AtomicU64 = AtomicU64::new(0);

struct Entry {
    key: Key,
    /// Held so that the addresses in the key stay theirs.
    #[allow(dead_code)]
    columns: Vec<ArrayRef>,
    matcher: OnceLock<Result<Matcher, Error>>,
}

#[derive(PartialEq)]
struct Key {
    /// Address and length of each buffer, and offset and length of each array.
    places: Vec<(usize, usize)>,
    max_dist: u64,
}

/// A matcher over some columns, built by the first who asks while others who ask wait.
pub(crate) struct Prepared(Arc<Entry>);

impl Prepared {
    pub(crate) fn get(
        columns: Vec<ArrayRef>,
        rule: Rule,
        build: impl FnOnce(&[ArrayRef], Rule) -> Result<Matcher, Error>,
    ) -> Self {
        let key = Key::new(&columns, rule);
        let entry = {
            let mut entries = lock();
            let found = entries.iter().position(|entry| entry.key == key);
            let entry = match found.and_then(|at| entries.remove(at)) {
                Some(entry) => {
                    HITS.fetch_add(1, Ordering::Relaxed);
                    entry
                }
                None => Arc::new(Entry { key, columns, matcher: OnceLock::new() }),
            };
            entries.truncate(CAPACITY - 1);
            entries.push_front(entry.clone());
            entry
        };
        entry.matcher.get_or_init(|| {
            BUILDS.fetch_add(1, Ordering::Relaxed);
            build(&entry.columns, rule)
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

impl Key {
    fn new(columns: &[ArrayRef], rule: Rule) -> Self {
        let mut places = Vec::new();
        for column in columns {
            collect(&column.to_data(), &mut places);
        }
        Self { places, max_dist: rule.max_dist().to_bits() }
    }
}

fn collect(data: &ArrayData, places: &mut Vec<(usize, usize)>) {
    places.push((data.offset(), data.len()));
    let nulls = data.nulls().map(|nulls| nulls.inner());
    places.push(nulls.map_or((0, 0), |bits| (bits.values().as_ptr().addr(), bits.offset())));
    places.extend(data.buffers().iter().map(|buffer| (buffer.as_ptr().addr(), buffer.len())));
    data.child_data().iter().for_each(|child| collect(child, places));
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
