//! The batch job: a Parquet file of points and a file of polygons in, a Parquet file out.
//!
//! The output has the rows and columns of the points, in order and untouched, and one more column:
//! the [`Answer`] for each, by default the row number of the best polygon, null where there is none.
//! Key-value metadata (GeoParquet's among it) and the compression of the input are kept.
//!
//! Reading and matching run beside writing, a few batches ahead, so memory does not grow with the
//! number of points. The output appears whole under its name or not at all.

mod input;
mod output;

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::time::Instant;

use arrow_array::{Array, RecordBatch};
use arrow_schema::{Schema, SchemaRef};

use crate::answer::Answer;
use crate::crs::Crs;
use crate::details::Details;
use crate::error::{Error, Result};
use crate::file::{Table, read_polygons};
use crate::keys::Keys;
use crate::matcher::Matcher;
pub use crate::point_columns::PointColumns;
use crate::points::Points;
use crate::polygons::{Invalid, Polygons};
use crate::rule::Rule;
use input::PointReader;
use output::Output;

/// Batches that may be read and matched before the writer has taken one.
const BATCHES_AHEAD: usize = 2;

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

/// A batch on its way from the reader to the writer.
struct Matched {
    batch: RecordBatch,
    matched: usize,
    null_points: usize,
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
        output::check(&self.output, [&self.points, &self.polygons])?;
        let points = PointReader::open(&self.points, &self.point)?;
        let total = points.table().rows();
        let mut report = |rows, matched| match progress(Progress { rows, total, matched }) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Error::Interrupted),
        };
        self.check_name(points.table())?;
        let (polygons, keys, answer) = self.read_polygons(&mut || report(0, 0))?;
        Crs::agree(points.crs(), polygons.crs())?;
        let geographic = points.crs().or(polygons.crs()).and_then(Crs::is_geographic);
        let schema = self.appended(points.table(), &answer);
        let matcher = Matcher::with_keys(&polygons, &keys, self.rule)?;
        matcher.prepare(total);
        report(0, 0)?;

        let mut output = Output::create(&self.output, &schema, points.table())?;
        let mut summary = Summary {
            rows: 0,
            matched: 0,
            null_points: 0,
            polygons: polygons.len(),
            geographic,
            seconds: 0.0,
        };
        std::thread::scope(|scope| {
            let (sender, receiver) = sync_channel::<Result<Matched>>(BATCHES_AHEAD);
            let reader = scope.spawn(move || {
                for read in points.batches(self.rule) {
                    let matched = read.and_then(|(batch, points)| {
                        matched(&matcher, &answer, &schema, &batch, &points)
                    });
                    let stop = matched.is_err();
                    // The writer has given up when it no longer receives.
                    if sender.send(matched).is_err() || stop {
                        break;
                    }
                }
            });
            for matched in receiver {
                let matched = matched?;
                output.write(&matched.batch)?;
                summary.rows += matched.batch.num_rows();
                summary.matched += matched.matched;
                summary.null_points += matched.null_points;
                report(summary.rows, summary.matched)?;
            }
            // A reader that panicked has sent no error, and not all rows.
            if reader.join().is_err() || summary.rows != total {
                let message = format!("read {} rows, expected {total}", summary.rows);
                return Err(Error::Columns { message }.in_file(&self.points));
            }
            output.finish()
        })?;
        summary.seconds = start.elapsed().as_secs_f64();
        Ok(summary)
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

    /// The schema of the output.
    fn appended(&self, points: &Table, answer: &Answer) -> SchemaRef {
        let schema = points.schema();
        let answer = Arc::new(answer.field(&self.name));
        let fields: Vec<_> = schema.fields().iter().cloned().chain([answer]).collect();
        Arc::new(Schema::new_with_metadata(fields, schema.metadata().clone()))
    }
}

/// A batch with its answers appended.
fn matched(
    matcher: &Matcher,
    answer: &Answer,
    schema: &SchemaRef,
    batch: &RecordBatch,
    points: &Points,
) -> Result<Matched> {
    let rows = matcher.match_points(points);
    let matched = rows.len() - rows.null_count();
    let answers = answer.column(points, rows)?;
    let columns = batch.columns().iter().cloned().chain([answers]).collect();
    Ok(Matched {
        batch: RecordBatch::try_new(schema.clone(), columns)?,
        matched,
        null_points: points.missing(),
    })
}
