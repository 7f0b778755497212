//! State that stays usable in the child of a fork.
//!
//! A child has the memory of its parent but only the thread that forked. A lock that another thread
//! held, a value that another thread was making, a pool of threads: none of them ever comes back. So
//! what belongs to a process is kept by its id, and who makes a value is known by it too.

use std::convert::Infallible;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering::Acquire, Ordering::Release};
use std::time::Duration;

use crate::error::Result;
use crate::stop::Current;

/// A value of its own for each process.
///
/// The child of a fork makes its own when it first asks, and may look at that of its parent then.
/// Values are never dropped: what the parent's needs to be dropped may be missing in the child.
#[derive(Debug)]
pub struct PerProcess<T: 'static>(Place<T>);

/// Where a value is, or will be: first that of the oldest process, behind it those of its children.
#[derive(Debug)]
struct Place<T: 'static>(OnceLock<Box<Value<T>>>);

#[derive(Debug)]
struct Value<T: 'static> {
    process: u32,
    value: T,
    next: Place<T>,
}

impl<T> PerProcess<T> {
    /// No values yet.
    pub const fn new() -> Self {
        Self(Place(OnceLock::new()))
    }

    /// The value of this process, which `make` makes of the youngest ancestor's, if there is one;
    /// `None` where it makes none.
    ///
    /// Where several threads make one at the same time, one is taken and the others are dropped.
    pub fn get_or_make(
        &'static self,
        mut make: impl FnMut(Option<&'static T>) -> Option<T>,
    ) -> Option<&'static T> {
        self.get(|ancestor| make(ancestor).ok_or(())).ok()
    }

    /// As [`PerProcess::get_or_make`], of what can always be made.
    pub fn get_or_init(&'static self, mut make: impl FnMut(Option<&'static T>) -> T) -> &'static T {
        let Ok(value) = self.get(|ancestor| Ok::<_, Infallible>(make(ancestor)));
        value
    }

    fn get<E>(
        &'static self,
        mut make: impl FnMut(Option<&'static T>) -> std::result::Result<T, E>,
    ) -> std::result::Result<&'static T, E> {
        let process = std::process::id();
        let (mut place, mut ancestor) = (&self.0, None);
        loop {
            match place.0.get() {
                Some(made) if made.process == process => return Ok(&made.value),
                Some(made) => (place, ancestor) = (&made.next, Some(&made.value)),
                // Not made within `get_or_init`: a fork meanwhile would leave the child with a
                // place that is being filled for ever.
                None => {
                    let (value, next) = (make(ancestor)?, Place(OnceLock::new()));
                    drop(place.0.set(Box::new(Value { process, value, next })));
                }
            }
        }
    }
}

impl<T> Default for PerProcess<T> {
    fn default() -> Self {
        Self::new()
    }
}

/// A value that is made once, by the first who needs it, while others wait.
///
/// Unlike with a [`OnceLock`], making it may fail or be stopped; then it is as if it had not begun,
/// and the next one makes it. What a thread was making when its process forked is made again in the
/// child.
#[derive(Debug)]
pub struct Once<T> {
    value: OnceLock<T>,
    /// The id of the process in which a thread is making the value, or 0.
    maker: AtomicU32,
}

impl<T> Once<T> {
    /// No value yet.
    pub const fn new() -> Self {
        Self { value: OnceLock::new(), maker: AtomicU32::new(0) }
    }

    /// The value, if it has been made.
    #[inline]
    pub fn get(&self) -> Option<&T> {
        self.value.get()
    }

    /// The value, made if need be. Waits as long as another thread makes it.
    ///
    /// # Errors
    ///
    /// Those of `make`, and [`Error::Interrupted`](crate::Error::Interrupted) where the work that
    /// this is part of is [stopped](crate::Stop::during).
    pub fn get_or_make(&self, make: impl FnOnce() -> Result<T>) -> Result<&T> {
        let process = std::process::id();
        let mut pause = Duration::from_micros(20);
        loop {
            if let Some(value) = self.value.get() {
                return Ok(value);
            }
            let maker = self.maker.load(Acquire);
            let is_free = maker != process;
            if is_free && self.maker.compare_exchange(maker, process, Acquire, Acquire).is_ok() {
                let _made = Making(&self.maker);
                // It may have been made since the look above.
                if let Some(value) = self.value.get() {
                    return Ok(value);
                }
                let made = make()?;
                // It may be incomplete.
                Current::get().check()?;
                return Ok(self.value.get_or_init(|| made));
            }
            Current::get().check()?;
            std::thread::sleep(pause);
            pause = (2 * pause).min(Duration::from_millis(5));
        }
    }
}

impl<T> Default for Once<T> {
    fn default() -> Self {
        Self::new()
    }
}

/// While a value is being made; by a panic too, nobody is making it afterwards.
struct Making<'a>(&'a AtomicU32);

impl Drop for Making<'_> {
    fn drop(&mut self) {
        self.0.store(0, Release);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    use super::*;
    use crate::error::Error;
    use crate::stop::Stop;

    #[test]
    fn a_process_has_one_value() {
        static COUNT: PerProcess<u32> = PerProcess::new();
        assert_eq!(COUNT.get_or_make(|_| None), None);
        assert_eq!(COUNT.get_or_make(|ancestor| Some(ancestor.copied().unwrap_or(7))), Some(&7));
        assert_eq!(COUNT.get_or_make(|_| Some(8)), Some(&7));
    }

    /// As a child finds what its parent had: under another process id.
    #[test]
    fn a_child_makes_its_own() {
        static COUNT: PerProcess<u32> = PerProcess::new();
        let parent =
            Value { process: std::process::id() + 1, value: 7, next: Place(OnceLock::new()) };
        assert!(COUNT.0.0.set(Box::new(parent)).is_ok());
        assert_eq!(COUNT.get_or_make(|parent| parent.map(|value| value + 1)), Some(&8));
        assert_eq!(COUNT.get_or_make(|_| None), Some(&8));
    }

    #[test]
    fn many_threads_make_it_once() {
        let (once, made) = (Once::new(), AtomicUsize::new(0));
        let make = || {
            made.fetch_add(1, Relaxed);
            std::thread::sleep(Duration::from_millis(20));
            Ok(7)
        };
        std::thread::scope(|scope| {
            let get = || once.get_or_make(make).copied();
            let handles: Vec<_> = (0..8).map(|_| scope.spawn(get)).collect();
            assert!(handles.into_iter().all(|got| matches!(got.join(), Ok(Ok(7)))));
        });
        assert_eq!(made.into_inner(), 1);
    }

    #[test]
    fn what_failed_is_made_by_the_next() {
        let once = Once::new();
        assert!(matches!(once.get_or_make(|| Err(Error::Interrupted)), Err(Error::Interrupted)));
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            drop(once.get_or_make(|| std::panic::resume_unwind(Box::new(()))));
        }));
        assert!(panicked.is_err() && once.get().is_none());
        assert!(matches!(once.get_or_make(|| Ok(7)), Ok(7)));
    }

    #[test]
    fn who_waits_can_be_stopped() {
        let (once, stop) = (Once::<u32>::new(), Stop::default());
        // Another thread is making it, and never ends.
        once.maker.store(std::process::id(), Release);
        stop.stop();
        let waited = stop.during(|| once.get_or_make(|| Ok(7)).copied());
        assert!(matches!(waited, Err(Error::Interrupted)));
        // In a child that thread is not there.
        once.maker.store(std::process::id() + 1, Release);
        assert!(matches!(once.get_or_make(|| Ok(7)), Ok(7)));
    }
}
