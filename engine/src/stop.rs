use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use crate::error::{Error, Result};

/// Stops work that others do: clones share one mark, which is set once and never taken back.
///
/// All of this crate that takes long looks at the mark of the work it is part of
/// ([`Stop::during`]) at least ten times a second. Work that is stopped ends with
/// [`Error::Interrupted`] and leaves nothing half done: an index that was being built is as if it
/// had not begun.
///
/// ```
/// use std::time::Duration;
/// use poly_match_engine::{Error, Stop};
///
/// let stop = Stop::default();
/// let watch = stop.clone();
/// let watching = std::thread::spawn(move || {
///     std::thread::sleep(Duration::from_millis(10));
///     watch.stop();
/// });
/// let worked = stop.during(|| {
///     while stop.check().is_ok() {}
///     Ok(7)
/// });
/// assert!(matches!(worked, Err(Error::Interrupted)));
/// # watching.join().unwrap();
/// ```
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Stops the work of all who have this mark or a clone of it.
    pub fn stop(&self) {
        self.0.store(true, Relaxed);
    }

    /// Whether work is to stop.
    #[inline]
    pub fn is_stopped(&self) -> bool {
        self.0.load(Relaxed)
    }

    /// # Errors
    ///
    /// [`Error::Interrupted`] once work is to stop.
    #[inline]
    pub fn check(&self) -> Result<()> {
        if self.is_stopped() { Err(Error::Interrupted) } else { Ok(()) }
    }

    /// Does work that this stops. What the crate does in it, on any thread, looks at this mark, and
    /// at no other.
    ///
    /// # Errors
    ///
    /// Those of the work, and [`Error::Interrupted`] where it was stopped before the end: what it
    /// returns then may be incomplete, and is dropped.
    pub fn during<T>(&self, work: impl FnOnce() -> Result<T>) -> Result<T> {
        let done = Current(Some(self.clone())).during(work);
        self.check()?;
        done
    }
}

thread_local! {
    /// What stops the work of this thread.
    static CURRENT: RefCell<Current> = const { RefCell::new(Current(None)) };
}

/// What stops the work that a thread does, if anything can: taken along to the threads that the work
/// is shared with.
#[derive(Debug, Clone)]
pub(crate) struct Current(Option<Stop>);

impl Current {
    pub(crate) fn get() -> Self {
        CURRENT.with_borrow(Self::clone)
    }

    /// Does a part of that work on this thread.
    pub(crate) fn during<T>(&self, work: impl FnOnce() -> T) -> T {
        let _restored = Restored(CURRENT.replace(self.clone()));
        work()
    }

    #[inline]
    pub(crate) fn is_stopped(&self) -> bool {
        self.0.as_ref().is_some_and(Stop::is_stopped)
    }

    /// # Errors
    ///
    /// [`Error::Interrupted`] once the work is to stop.
    #[inline]
    pub(crate) fn check(&self) -> Result<()> {
        if self.is_stopped() { Err(Error::Interrupted) } else { Ok(()) }
    }
}

/// Whether the work of this thread is to stop.
#[inline]
pub(crate) fn is_stopped() -> bool {
    CURRENT.with_borrow(Current::is_stopped)
}

/// Puts back what was there, after a panic too.
struct Restored(Current);

impl Drop for Restored {
    fn drop(&mut self) {
        CURRENT.set(Current(self.0.0.take()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_stopped_by_the_innermost_mark() {
        let (outer, inner) = (Stop::default(), Stop::default());
        let work = || {
            assert!(!is_stopped());
            outer.stop();
            assert!(is_stopped());
            let not_stopped = inner.during(|| Ok(is_stopped()));
            assert!(matches!(not_stopped, Ok(false)));
            inner.stop();
            assert!(matches!(inner.during(|| Ok(7)), Err(Error::Interrupted)));
            assert!(is_stopped());
            Ok(())
        };
        assert!(matches!(outer.during(work), Err(Error::Interrupted)));
        assert!(!is_stopped());
    }

    #[test]
    fn the_error_of_the_work_is_kept() {
        let failed: Result<()> = Stop::default().during(|| Err(Error::value("x", 7, "wrong")));
        assert!(matches!(failed, Err(Error::Value { row: 7, .. })));
    }
}
