//! `match_parquet`: the batch job, with progress and Ctrl-C.

use std::ffi::OsString;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow_array::{ArrayRef, UInt64Array};
use arrow_schema::{DataType, Field};
use poly_match_engine::Result;
use poly_match_engine::job::{
    self, MatchParquet, OnError, PictureOptions, Progress, Summary as Done,
};
use pyo3::prelude::*;

use crate::arrow::ArrowArray;
use crate::error::to_python;
use crate::matcher::point_columns;
use crate::options::{Options, crs, one_of};

/// How often the interpreter is asked for signals, and told how far the job is.
const TICK: Duration = Duration::from_millis(100);

/// The answer of [`match_parquet`], a dictionary.
#[derive(Debug, IntoPyObject)]
pub(crate) struct Summary {
    rows: usize,
    matched: usize,
    null_points: usize,
    polygons: usize,
    point: Vec<String>,
    seconds: f64,
    files: usize,
    resumed: usize,
    /// File, row group and error of each that was left out.
    skipped: Vec<(OsString, Option<usize>, String)>,
    /// Whether coordinates are in degrees, if that is known.
    geographic: Option<bool>,
    /// What the edges of the polygons are by their metadata.
    edges: String,
    /// Points that each polygon won.
    counts: Option<ArrowArray>,
    picture: Option<Picture>,
}

/// A picture, a dictionary.
#[derive(Debug, IntoPyObject)]
struct Picture {
    bounds: (f64, f64, f64, f64),
    width: usize,
    height: usize,
    /// Of each cell, as `u64` in the order of the machine: sums of red, green and blue, and points.
    cells: Vec<u8>,
}

impl From<job::Picture> for Picture {
    fn from(picture: job::Picture) -> Self {
        let cells = picture.cells.iter().flatten().flat_map(|sum| sum.to_ne_bytes());
        Self {
            bounds: picture.bounds.into(),
            width: picture.width,
            height: picture.height,
            cells: cells.collect(),
        }
    }
}

impl From<Done> for Summary {
    fn from(done: Done) -> Self {
        let skipped = done.skipped.into_iter();
        Self {
            rows: done.rows,
            matched: done.matched,
            null_points: done.null_points,
            polygons: done.polygons,
            point: done.point,
            seconds: done.seconds,
            files: done.files,
            resumed: done.resumed,
            // As text: a path of Python has no room for `//`, which a URL has.
            skipped: skipped
                .map(|left| (left.file.into_os_string(), left.row_group, left.error))
                .collect(),
            geographic: done.geographic,
            edges: done.edges.to_string(),
            counts: done.counts.map(|counts| {
                let counts: ArrayRef = Arc::new(UInt64Array::from(counts));
                let field = Field::new("points", DataType::UInt64, false);
                ArrowArray::new(counts, Arc::new(field))
            }),
            picture: done.picture.map(Picture::from),
        }
    }
}

/// How a job writes, from the attributes of a Python object.
#[derive(Debug, FromPyObject)]
pub(crate) struct Settings {
    compression: Option<String>,
    row_group_size: Option<usize>,
    overwrite: bool,
    resume: bool,
    on_error: String,
    infer_types: bool,
    memory: Memory,
}

#[derive(Debug, FromPyObject)]
enum Memory {
    Bytes(usize),
    Text(String),
}

impl Settings {
    fn read(&self) -> Result<job::Settings> {
        let on_errors = [("raise", OnError::Raise), ("skip-file", OnError::SkipFile)];
        let settings = job::Settings {
            compression: self.compression.as_deref().map(job::compression).transpose()?,
            row_group_size: self.row_group_size,
            overwrite: self.overwrite,
            resume: self.resume,
            on_error: one_of("on_error", &self.on_error, &on_errors)?,
            infer_types: self.infer_types,
            memory: match &self.memory {
                Memory::Bytes(bytes) => *bytes,
                Memory::Text(text) => job::bytes(text)?,
            },
        };
        settings.check()?;
        Ok(settings)
    }
}

/// Writes a file as the job writes its outputs: whole or not at all.
#[pyfunction]
pub(crate) fn write_whole(
    py: Python<'_>,
    path: PathBuf,
    content: &[u8],
    overwrite: bool,
) -> PyResult<()> {
    py.detach(|| job::write_whole(&path, content, overwrite)).map_err(to_python)
}

/// Raises `ValueError`, which names the parameter, for settings that cannot be.
#[pyfunction]
pub(crate) fn check_settings(settings: Settings) -> PyResult<()> {
    settings.read().map_err(to_python)?;
    Ok(())
}

/// Where a picture goes, its side, the colors of the polygons, and that of other points.
type PictureArguments = (PathBuf, usize, Vec<[u8; 3]>, [u8; 3]);

/// `point` is no, one or two column names; `counts` the file that the caller writes them to;
/// `picture` that of the picture, the cells of its longer side, the colours of polygons, and that of
/// points without; `progress` is called with rows, total and matched.
#[pyfunction]
#[pyo3(signature = (points, polygons, output, *, point, points_crs, polygons_crs, options, name, settings, counts, picture, progress))]
#[allow(clippy::too_many_arguments)]
pub(crate) fn match_parquet(
    py: Python<'_>,
    points: PathBuf,
    polygons: PathBuf,
    output: PathBuf,
    point: Vec<String>,
    points_crs: Option<&str>,
    polygons_crs: Option<&str>,
    options: Options,
    name: String,
    settings: Settings,
    counts: Option<PathBuf>,
    picture: Option<PictureArguments>,
    progress: Option<Py<PyAny>>,
) -> PyResult<Summary> {
    let rule = options.rule().map_err(to_python)?;
    let invalid = options.invalid().map_err(to_python)?;
    let job = MatchParquet {
        points,
        polygons,
        output,
        point: point_columns(point),
        points_crs: crs("points_crs", points_crs).map_err(to_python)?,
        polygons_crs: crs("polygons_crs", polygons_crs).map_err(to_python)?,
        name,
        rule,
        by: options.by,
        descending: options.descending,
        id: options.id,
        details: options.details,
        invalid,
        settings: settings.read().map_err(to_python)?,
        counts: counts.is_some(),
        beside: counts
            .map(|path| ("counts", path))
            .into_iter()
            .chain(picture.as_ref().map(|(path, ..)| ("picture", path.clone())))
            .collect(),
        picture: picture.map(|(_, side, colors, none)| PictureOptions { side, colors, none }),
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
        (None, Ok(done)) => Ok(done.into()),
    }
}
