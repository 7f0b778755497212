//! `match_parquet`: the batch job, with progress and Ctrl-C.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use poly_match_engine::job::{MatchParquet, PointColumns, Progress};
use poly_match_engine::{Invalid, Rule};
use pyo3::prelude::*;

use crate::error::to_python;

/// How often the interpreter is asked for signals, and told how far the job is.
const TICK: Duration = Duration::from_millis(100);

/// The answer of [`match_parquet`]: rows, matched, null points, polygons, seconds.
type Summary = (usize, usize, usize, usize, f64);

/// `point` is no, one or two column names; `progress` is called with rows, total and matched.
#[pyfunction]
#[pyo3(signature = (points, polygons, output, *, point, max_dist, by, descending, name, progress))]
#[allow(clippy::too_many_arguments)]
pub(crate) fn match_parquet(
    py: Python<'_>,
    points: PathBuf,
    polygons: PathBuf,
    output: PathBuf,
    point: Vec<String>,
    max_dist: f64,
    by: Option<String>,
    descending: bool,
    name: String,
    progress: Option<Py<PyAny>>,
) -> PyResult<Summary> {
    let point = match <[String; 2]>::try_from(point) {
        Ok([x, y]) => PointColumns::Xy(x, y),
        Err(point) => point.into_iter().next().map_or(PointColumns::Auto, PointColumns::Point),
    };
    let rule = Rule::within(max_dist).map_err(to_python)?;
    let invalid = Invalid::Raise;
    let job = MatchParquet { points, polygons, output, point, name, rule, by, descending, invalid };

    let mut raised = None;
    let mut last: Option<Instant> = None;
    let mut tick = |now: Progress| {
        if now.rows < now.total && last.is_some_and(|last| last.elapsed() < TICK) {
            return ControlFlow::Continue(());
        }
        last = Some(Instant::now());
        let told = Python::attach(|py| {
            py.check_signals()?;
            if let Some(progress) = &progress {
                progress.call1(py, (now.rows, now.total, now.matched))?;
            }
            Ok(())
        });
        match told {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                raised = Some(error);
                ControlFlow::Break(())
            }
        }
    };
    let done = py.detach(|| job.run(&mut tick));
    match (raised, done) {
        (Some(error), _) => Err(error),
        (None, Err(error)) => Err(to_python(error)),
        (None, Ok(done)) => {
            Ok((done.rows, done.matched, done.null_points, done.polygons, done.seconds))
        }
    }
}
