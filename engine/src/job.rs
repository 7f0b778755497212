//! The batch job: a Parquet file of points and a file of polygons in, a Parquet file out.
//!
//! The output has the rows and columns of the points, in order and untouched, and one more column:
//! the [`Answer`] for each, by default the row number of the best polygon, null where there is none.
//! Only the points are decoded: all other columns are copied as they are encoded, unless
//! [`Settings`] ask for something else. Key-value metadata (GeoParquet's among it), compression and
//! row groups of the input are kept.
//!
//! Reading and matching run beside writing, a few row groups ahead, so memory does not grow with
//! the number of points. The output appears whole under its name or not at all.

mod ahead;
mod copy;
mod input;
mod output;
mod question;
mod recode;
mod settings;
mod watch;
mod writing;

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use crate::answer::Answer;
use crate::crs::Crs;
use crate::details::Details;
use crate::error::{Error, Result};
use crate::file::{Table, read_polygons};
use crate::keys::Keys;
use crate::matcher::Matcher;
pub use crate::point_columns::PointColumns;
use crate::polygons::{Invalid, Polygons};
use crate::rule::Rule;
use copy::{copy, is_copyable};
use input::PointReader;
use output::Output;
use question::Question;
use recode::recode;
pub use settings::{Settings, compression};
use watch::{Tally, Watch};

/// How often progress is told.
const TICK: Duration = Duration::from_millis(50);

/// What to match, and where to.
#[derive(Debug, Clone)]
pub struct MatchParquet {
    /// Parquet file with the points.
    pub points: PathBuf,
    /// File with the polygons, as [`PolygonTable`](crate::file::PolygonTable) reads it.
    pub polygons: PathBuf,
    /// File to write; replaced if it exists. Neither of the two inputs.
    pub output: PathBuf,
    /// Where the points are.
    pub point: PointColumns,
    /// Name of the column to append.
    pub name: String,
    /// Who qualifies.
    pub rule: Rule,
    /// A numeric column of the polygons to rank by instead of by area.
    pub by: Option<String>,
    /// Whether the largest in `by` is the best, not the smallest.
    pub descending: bool,
    /// A column of the polygons to answer with instead of the row number; its type is kept.
    pub id: Option<String>,
    /// Whether to tell the distance to the centre and the area too.
    pub details: bool,
    /// What becomes of a polygon that is none.
    pub invalid: Invalid,
    /// How it is written.
    pub settings: Settings,
}

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Rows written.
    pub rows: usize,
    /// Rows of the input.
    pub total: usize,
    /// Rows written with an answer.
    pub matched: usize,
}

/// What a job did.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    /// Rows read and written.
    pub rows: usize,
    /// Rows with an answer.
    pub matched: usize,
    /// Rows whose point is null, NaN or infinite.
    pub null_points: usize,
    /// Rows of the polygons' table.
    pub polygons: usize,
    /// Whether coordinates are longitudes and latitudes in degrees, if one of the files tells.
    pub geographic: Option<bool>,
    /// Wall time of the whole job.
    pub seconds: f64,
}

impl MatchParquet {
    /// Runs the job. `progress` is called several times a second, and stops the job when it breaks.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] and [`Error::Parquet`] with the file; [`Error::InFile`] for what is wrong with
    /// a file's columns or rows; [`Error::Crs`] for files in different coordinate reference systems,
    /// where both name one; [`Error::Parameter`] for an output that is an input or a folder,
    /// or a `name` that the points have already; [`Error::Interrupted`] when `progress` broke. No
    /// output is left behind by any of them.
    pub fn run(&self, progress: &mut dyn FnMut(Progress) -> ControlFlow<()>) -> Result<Summary> {
        let start = Instant::now();
        self.settings.check()?;
        output::check(&self.output, [&self.points, &self.polygons])?;
        let points = PointReader::open(&self.points, &self.point)?;
        let watch = Watch::default();
        let total = points.table().rows();
        watch.expect(total);
        let mut report = || match progress(watch.progress()) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Error::Interrupted),
        };
        self.check_name(points.table())?;
        let (polygons, keys, answer) = self.read_polygons(&mut report)?;
        Crs::agree(points.crs(), polygons.crs())?;
        let geographic = points.crs().or(polygons.crs()).and_then(Crs::is_geographic);
        let matcher = Matcher::with_keys(&polygons, &keys, self.rule)?;
        matcher.prepare(total);
        let question = Question { matcher, answer, name: self.name.clone() };
        report()?;

        let (output, tally) = std::thread::scope(|scope| {
            let (sender, receiver) = sync_channel(1);
            let (watch, points, question) = (&watch, &points, &question);
            scope.spawn(move || {
                // Received to the end, or nobody wants it any more.
                drop(sender.send(self.write(points, question, watch)));
            });
            loop {
                match receiver.recv_timeout(TICK) {
                    Ok(written) => break written,
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => break Err(Error::Interrupted),
                }
                if let Err(stopped) = report() {
                    watch.stop();
                    break Err(stopped);
                }
            }
        })?;
        report()?;
        output.commit()?;
        let Tally { rows, matched, null_points } = tally;
        let seconds = start.elapsed().as_secs_f64();
        Ok(Summary { rows, matched, null_points, polygons: polygons.len(), geographic, seconds })
    }

    /// Writes all of a file, to the disk but under no name yet.
    fn write(
        &self,
        points: &PointReader,
        question: &Question,
        watch: &Watch,
    ) -> Result<(Output, Tally)> {
        let table = points.table();
        let output = Output::create(&self.output)?;
        let (output, tally) = match !self.settings.recodes() && is_copyable(table) {
            true => copy(points, question, output, rayon::current_num_threads() + 1, watch)?,
            false => recode(points, question, &self.settings, output, watch)?,
        };
        if tally.rows != table.rows() {
            let message = format!("read {} rows, expected {}", tally.rows, table.rows());
            return Err(Error::Columns { message }.in_file(table.path()));
        }
        output.sync()?;
        Ok((output, tally))
    }

    /// The polygons, their keys, and what is answered.
    fn read_polygons(
        &self,
        progress: &mut dyn FnMut() -> Result<()>,
    ) -> Result<(Polygons, Keys, Answer)> {
        let more: Vec<_> = [&self.by, &self.id].into_iter().flatten().map(String::as_str).collect();
        let table = read_polygons(&self.polygons, &more, self.invalid, progress)?;
        let told = || -> Result<_> {
            let keys = match &self.by {
                Some(by) => Keys::from_column(by, &table.column(by)?.1, self.descending)?,
                None => Keys::areas(&table.polygons),
            };
            let mut answer = Answer::row_number();
            if let Some(id) = &self.id {
                let (field, ids) = table.column(id)?;
                answer = answer.with_ids(field, ids);
            }
            if self.details {
                let details = Details::new(&table.polygons, &self.rule);
                answer = answer.with_details(Arc::new(details));
            }
            Ok((keys, answer))
        };
        let (keys, answer) = told().map_err(|error| error.in_file(&self.polygons))?;
        Ok((table.polygons, keys, answer))
    }

    fn check_name(&self, points: &Table) -> Result<()> {
        if points.schema().field_with_name(&self.name).is_err() {
            return Ok(());
        }
        let message = format!("the points have a column '{}' already", self.name);
        Err(Error::Parameter { parameter: "name", message })
    }
}
