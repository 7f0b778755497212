use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use crate::error::{Error, Result};

/// Stops work that others do: clones share one mark, which is set once and never taken back.
///
/// Work that takes a `&Stop` looks at it at least ten times a second and ends with
/// [`Error::Interrupted`]; nothing is left half done.
///
/// ```
/// use poly_match_engine::{Error, Stop};
///
/// let stop = Stop::default();
/// let other = stop.clone();
/// assert!(stop.check().is_ok());
/// other.stop();
/// assert!(matches!(stop.check(), Err(Error::Interrupted)));
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
}
