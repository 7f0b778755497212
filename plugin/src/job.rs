//! `match_parquet`: the batch job, with progress and Ctrl-C.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use poly_match_engine::job::{MatchParquet, Progress, Summary as Done};
use pyo3::prelude::*;

use crate::error::to_python;
use crate::matcher::point_columns;
use crate::options::Options;

/// How often the interpreter is asked for signals, and told how far the job is.
const TICK: Duration = Duration::from_millis(100);

/// The answer of [`match_parquet`]: rows, matched, null points, polygons, seconds, and whether
/// coordinates are in degrees, if that is known.
type Summary = (usize, usize, usize, usize, f64, Option<bool>);

/// `point` is no, one or two column names; `progress` is called with rows, total and matched.
#[pyfunction]
#[pyo3(signature = (points, polygons, output, *, point, options, name, progress))]
#[allow(clippy::too_many_arguments)]
pub(crate) fn match_parquet(
    py: Python<'_>,
    points: PathBuf,
    polygons: PathBuf,
    output: PathBuf,
    point: Vec<String>,
    options: Options,
    name: String,
    progress: Option<Py<PyAny>>,
) -> PyResult<Summary> {
    let rule = options.rule().map_err(to_python)?;
    let invalid = options.invalid().map_err(to_python)?;
    let job = MatchParquet {
        points,
        polygons,
        output,
        point: point_columns(point),
        name,
        rule,
        by: options.by,
        descending: options.descending,
        id: options.id,
        details: options.details,
        invalid,
    };

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
            let Done { rows, matched, null_points, polygons, geographic, seconds } = done;
            Ok((rows, matched, null_points, polygons, seconds, geographic))
        }
    }
}
