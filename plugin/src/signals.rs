//! Ctrl-C during work of the engine.
//!
//! Python answers signals on its main thread alone, between two steps of its own. So while the engine
//! works on another thread, the main thread asks for signals, and stops the work when one raises.

use std::panic::resume_unwind;
use std::sync::OnceLock;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread::{self, ThreadId};
use std::time::Duration;

use poly_match_engine::{Error, Stop};
use pyo3::prelude::*;

use crate::error::to_python;

/// How often the main thread asks for signals.
const TICK: Duration = Duration::from_millis(50);

/// Steps of work, such as tests of a point against a polygon, from which a thread for them costs
/// next to nothing beside.
const LONG: usize = 4_000_000;

/// Whether work of so many steps may be worth stopping: fewer are over before anybody notices.
pub(crate) fn is_long(rows: usize, steps_of_each: usize) -> bool {
    rows.saturating_mul(steps_of_each.max(LONG / 20_000)) >= LONG
}

/// Does work without the interpreter. Where it is long and this is the main thread, a signal that
/// raises, such as Ctrl-C, stops it.
pub(crate) fn interruptible<T: Send>(
    py: Python<'_>,
    is_long: bool,
    work: impl FnOnce() -> Result<T, Error> + Send,
) -> PyResult<T> {
    if !is_long || !is_main(py) {
        return py.detach(work).map_err(to_python);
    }
    py.detach(|| watched(work))?.map_err(to_python)
}

/// As [`interruptible`], for what the reader of a stream calls, who may hold the interpreter or not.
/// A signal that raised is sent again, for when the reader is back in Python.
pub(crate) fn interruptible_anywhere<T: Send>(
    is_long: bool,
    work: impl FnOnce() -> Result<T, Error> + Send,
) -> Result<T, Error> {
    // On any other thread the interpreter is not waited for: who has it may wait for this thread.
    if !is_long || MAIN.get() != Some(&thread::current().id()) {
        return work();
    }
    watched(work).unwrap_or_else(|error| {
        Python::attach(|py| {
            let thread = py.import("_thread");
            if thread.and_then(|thread| thread.call_method0("interrupt_main")).is_err() {
                error.restore(py);
            }
        });
        Err(Error::Interrupted)
    })
}

/// Does work on another thread, while this one, the main one, asks for signals: what it came to, or
/// what a signal raised.
fn watched<T: Send>(work: impl FnOnce() -> Result<T, Error> + Send) -> PyResult<Result<T, Error>> {
    let stop = &Stop::default();
    thread::scope(|scope| {
        let (sender, receiver) = sync_channel(1);
        let worker = scope.spawn(move || drop(sender.send(stop.during(work))));
        loop {
            match receiver.recv_timeout(TICK) {
                Ok(done) => return Ok(done),
                Err(RecvTimeoutError::Timeout) => {
                    Python::attach(|py| py.check_signals()).inspect_err(|_| stop.stop())?;
                }
                // The work panicked; the panic goes on here.
                Err(RecvTimeoutError::Disconnected) => match worker.join() {
                    Err(panic) => resume_unwind(panic),
                    Ok(()) => return Ok(Err(Error::Interrupted)),
                },
            }
        }
    })
}

/// The main thread of Python, once it has been seen.
static MAIN: OnceLock<ThreadId> = OnceLock::new();

fn is_main(py: Python<'_>) -> bool {
    let this = thread::current().id();
    match MAIN.get() {
        Some(main) => *main == this,
        None => see_main(py).is_ok() && MAIN.get() == Some(&this),
    }
}

/// Takes note of the main thread, if it is this one.
pub(crate) fn see_main(py: Python<'_>) -> PyResult<()> {
    let threading = py.import("threading")?;
    let main = threading.call_method0("main_thread")?;
    if threading.call_method0("current_thread")?.is(&main) {
        let _ = MAIN.set(thread::current().id());
    }
    Ok(())
}
