//! The batch job: files of points and a file of polygons in, files of points with answers out.
//!
//! Points are Parquet, CSV or Arrow IPC by their names: a file, a directory or a pattern. An output
//! has the rows and columns of the points, in order and untouched, and one more column: the
//! [`Answer`] for each, by default the row number of the best polygon, null where there is none.
//! Of Parquet only the points are decoded: all other columns are copied as they are encoded, unless
//! [`Settings`] ask for something else. Key-value metadata (GeoParquet's among it), compression and
//! row groups of the input are kept.
//!
//! Reading and matching run beside writing, a few row groups ahead, so memory does not grow with
//! the number of points. The output appears whole under its name or not at all.

mod ahead;
mod arrow;
mod copy;
mod crew;
mod csv;
mod csv_copy;
mod csv_types;
mod files;
mod format;
mod input;
mod manifest;
mod meaning;
mod objects;
mod output;
mod parquet_types;
mod pattern;
mod question;
mod recode;
mod settings;
mod sink;
mod survey;
mod tally;
mod temporary;
mod watch;
mod writing;

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use arrow_schema::Schema;

use crate::answer::Answer;
use crate::crs::Crs;
use crate::details::Details;
use crate::edges::Edges;
use crate::error::{Error, Result};
use crate::file::read_polygons;
use crate::keys::Keys;
use crate::matcher::Matcher;
pub use crate::point_columns::PointColumns;
use crate::polygons::{Invalid, Polygons};
use crate::rule::Rule;
use crate::stop::{self, Stop};
use crate::store;
use crew::Crew;
use files::{Files, Pair};
use format::Format;
use input::PointReader;
use manifest::Former;
pub use output::write_whole;
use question::{Question, appended};
pub use settings::{OnError, Settings, bytes, compression};
use survey::{Surveyed, rows_of, survey};
use tally::Tallies;
pub use tally::{Picture, PictureOptions};
use temporary::Temporaries;
use watch::Watch;

/// What to match, and where to.
#[derive(Debug, Clone)]
pub struct MatchParquet {
    /// Parquet file with the points; a directory of such files; or a pattern with `*`, `?`, `[...]`
    /// and `**`. With the feature `cloud` this, the polygons and the output may be URLs, as
    /// [`mod@crate::file`] has them.
    pub points: PathBuf,
    /// File with the polygons, as [`PolygonTable`](crate::file::PolygonTable) reads it.
    pub polygons: PathBuf,
    /// File to write, for a file of points; else the directory for files of the same names. Neither
    /// of the two inputs.
    pub output: PathBuf,
    /// Where the points are.
    pub point: PointColumns,
    /// The coordinate reference system of the points, whatever their files and rows name.
    pub points_crs: Option<Crs>,
    /// The same of the polygons.
    pub polygons_crs: Option<Crs>,
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
    /// Whether the summary tells how many points each polygon won.
    pub counts: bool,
    /// Whether the summary has a picture of the points.
    pub picture: Option<PictureOptions>,
    /// Files that the caller writes when the job is done, each with the parameter that errors name:
    /// refused before any work where they cannot be written, or are other files of the job.
    pub beside: Vec<(&'static str, PathBuf)>,
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
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Summary {
    /// Rows read and written.
    pub rows: usize,
    /// Rows with an answer.
    pub matched: usize,
    /// Rows without a point: null, NaN or infinite, and with [`Metric::Haversine`](crate::Metric) a
    /// latitude outside -90..=90.
    pub null_points: usize,
    /// Rows of the polygons' table.
    pub polygons: usize,
    /// Names of the columns with the points: of one, or of x and y; none without files.
    pub point: Vec<String>,
    /// Whether coordinates are longitudes and latitudes in degrees, if one of the files tells.
    pub geographic: Option<bool>,
    /// What the file of polygons says of their edges.
    pub edges: Edges,
    /// Wall time of the whole job.
    pub seconds: f64,
    /// Files read and written.
    pub files: usize,
    /// Files that a former job had finished; their rows are not counted.
    pub resumed: usize,
    /// Files that were left out.
    pub skipped: Vec<Skipped>,
    /// Points that each polygon won, row by row, where asked for.
    pub counts: Option<Vec<u64>>,
    /// The points on a grid, where asked for; `None` without polygons, too.
    pub picture: Option<Picture>,
}

/// A file of points that was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// The file.
    pub file: PathBuf,
    /// The row group with which something is wrong, if it is known, from 0.
    pub row_group: Option<usize>,
    /// What is wrong; names the file too.
    pub error: String,
}

impl Skipped {
    fn new(file: PathBuf, error: &Error) -> Self {
        let row_group = match error {
            Error::RowGroup { row_group, .. } => Some(*row_group),
            _ => None,
        };
        Self { file, row_group, error: error.to_string() }
    }
}

impl MatchParquet {
    /// Runs the job. `progress` is called about twenty times a second, and stops the job when it
    /// breaks, as does [`Stop::during`](crate::Stop::during). It returns within a second then: a step
    /// that cannot be cut short, such as waiting for a disk, ends on its own thread, and what it
    /// leaves is dropped.
    ///
    /// # Errors
    ///
    /// [`Error::Io`], [`Error::Parquet`] and [`Error::RowGroup`] with the file; [`Error::InFile`]
    /// for what is wrong with a file's columns or rows, and for a file whose columns are not those
    /// of the first; [`Error::Crs`] for points and polygons in different coordinate reference
    /// systems, where both name one, and [`Error::MixedCrs`] for a column in several; [`Error::Parameter`] for an output that is an input, a `name` that the points have
    /// already, or a folder that was begun otherwise than it is to be resumed;
    /// [`Error::Io`] of the kind `AlreadyExists` for an output that is there, and for a link or a file
    /// that is none of ours in the place of the manifest; [`Error::Interrupted`] when `progress`
    /// broke. Files that were finished before stay; of others nothing is left behind.
    pub fn run(&self, progress: &mut dyn FnMut(Progress) -> ControlFlow<()>) -> Result<Summary> {
        let start = Instant::now();
        let settings = &self.settings;
        settings.check()?;
        let watch = Arc::new(Watch::default());
        let mut report = || match progress(watch.progress()) {
            ControlFlow::Continue(()) if !stop::is_stopped() => Ok(()),
            _ => Err(Error::Interrupted),
        };
        report()?;

        let job = self.clone();
        let find = move |stop: &Stop| Files::find(&job.points, &job.output, stop);
        let files = watch.over(&mut report, find)?;
        if settings.resume && files.folder.is_none() {
            return Err(settings::wrong("resume", "a single file is written whole or not at all"));
        }
        let told = [("counts", self.counts), ("picture", self.picture.is_some())];
        if let Some((parameter, _)) = told.into_iter().find(|(_, told)| *told && settings.resume) {
            let message = "a resumed job cannot tell of files that were finished before";
            return Err(settings::wrong(parameter, message));
        }
        let kept = files.folder.as_deref().filter(|folder| !store::is_url(folder));
        if settings.resume && kept.is_none() {
            let message = "what is finished is not known of an output in an object store";
            return Err(settings::wrong("resume", message));
        }
        let place = kept.map(manifest::beside).transpose()?;
        let job = self.clone();
        let check = move |stop: &Stop| {
            // What is there may be replaced where it is known to be of a former job.
            let begun = place.as_deref().map(manifest::is_there).transpose()?.unwrap_or(false);
            let replaces = job.settings.overwrite || (job.settings.resume && begun);
            files.check(&job.points, &job.polygons, replaces, stop)?;
            if let Some(place) = &place {
                output::check_below(std::iter::once(&**place), stop)?;
            }
            files::check_beside(&files, &job, place.as_deref(), stop)?;
            Ok((files, place))
        };
        let (files, place) = watch.over(&mut report, check)?;

        let mut skipped = Vec::new();
        let Files { pairs, folder, .. } = files;
        let several = folder.is_some();
        let (job, of_survey) = (self.clone(), watch.clone());
        let look = move |_: &Stop| Ok(survey(pairs, |pair, stop| job.open(pair, stop), &of_survey));
        let surveyed = watch.over(&mut report, look)?;
        let mut surveyed = self.without_failed(surveyed, &mut skipped)?;
        if let Some(first) = surveyed.first() {
            self.check_name(&first.schema)?;
        }
        watch.expect(rows_of(&surveyed));

        let job = self.clone();
        let read = move |stop: &Stop| job.read_polygons(stop);
        let (polygons, keys, answer) = watch.over(&mut report, read)?;
        let in_crs = |file: Surveyed| {
            let agreed = Crs::agree(file.crs.as_ref(), polygons.crs());
            let agreed = agreed.map_err(|error| error.in_points_file(&file.pair.input, several));
            (file.pair.clone(), agreed.map(|()| file))
        };
        surveyed = self.without_failed(surveyed.into_iter().map(in_crs), &mut skipped)?;
        for file in &surveyed {
            let schema = appended(&file.schema, answer.field(&self.name));
            let format = Format::of(&file.pair.output);
            sink::check_settings(format, settings)?;
            if !(file.is_copyable && format == Format::Parquet && !settings.recodes()) {
                let is_parquet = Format::of(&file.pair.input) == Format::Parquet;
                sink::check(format, &schema, is_parquet, &file.wide)?;
            }
        }
        let crs = surveyed.first().and_then(|file| file.crs.as_ref()).or(polygons.crs());
        let geographic = crs.and_then(Crs::is_geographic);
        let point = surveyed.first().map(|file| file.points.clone()).unwrap_or_default();
        let former = match folder.zip(place) {
            None => None,
            Some((folder, place)) => {
                let job = self.clone();
                let read = move |stop: &Stop| {
                    let question = manifest::question(&job, stop)?;
                    Former::read(place, &folder, question, job.settings.resume)
                };
                Some(watch.over(&mut report, read)?)
            }
        };
        let files = surveyed.len();
        let look = move |stop: &Stop| {
            if let Some(former) = &former {
                surveyed.retain(|file| former.done(&file.pair, stop).is_none());
            }
            Ok((surveyed, former))
        };
        let (surveyed, former) = watch.over(&mut report, look)?;
        let resumed = files - surveyed.len();
        let rows = rows_of(&surveyed);
        watch.expect(rows);
        let tallies = Tallies {
            counts: self.counts.then(|| vec![0; polygons.len()]),
            picture: self.picture.as_ref().and_then(|o| Picture::around(&polygons, o)),
        };
        let (rows_of_polygons, edges) = (polygons.len(), polygons.edges());
        let (rule, name) = (self.rule, self.name.clone());
        let build = move |_: &Stop| {
            let matcher = Matcher::with_keys(&polygons, &keys, rule)?;
            matcher.prepare(rows);
            Ok(Question { matcher, answer, name })
        };
        let question = watch.over(&mut report, build)?;
        report()?;

        let (job, temporaries) = (self.clone(), Temporaries::default());
        let crew = Crew { job, question, watch: watch.clone(), tallies, temporaries, several };
        let done = crew.write(surveyed, former, &mut skipped, &mut report)?;
        Ok(Summary {
            rows: done.tally.rows,
            matched: done.tally.matched,
            null_points: done.tally.null_points,
            polygons: rows_of_polygons,
            point,
            geographic,
            edges,
            seconds: start.elapsed().as_secs_f64(),
            files: done.files,
            resumed,
            skipped,
            counts: done.tallies.counts,
            picture: done.tallies.picture,
        })
    }

    /// Leaves out the files with which something is wrong, if that is what is to become of them,
    /// and those that are not like the first of the others.
    fn without_failed(
        &self,
        surveyed: impl IntoIterator<Item = (Pair, Result<Surveyed>)>,
        skipped: &mut Vec<Skipped>,
    ) -> Result<Vec<Surveyed>> {
        let mut good: Vec<Surveyed> = Vec::new();
        for (pair, file) in surveyed {
            let checked = file.and_then(|file| match good.first() {
                Some(first) => file.check_like(first).map(|()| file),
                None => Ok(file),
            });
            match checked {
                Ok(file) => good.push(file),
                Err(error) => skipped.push(self.skip(&pair, error)?),
            }
        }
        Ok(good)
    }

    /// What is told of a file that is left out, or the error where it is not to be.
    fn skip(&self, pair: &Pair, error: Error) -> Result<Skipped> {
        match self.settings.on_error {
            OnError::SkipFile if error.is_of(&pair.input) => {
                Ok(Skipped::new(pair.input.clone(), &error))
            }
            _ => Err(error),
        }
    }

    /// The polygons, their keys, and what is answered.
    fn read_polygons(&self, stop: &Stop) -> Result<(Polygons, Keys, Answer)> {
        let more: Vec<_> = [&self.by, &self.id].into_iter().flatten().map(String::as_str).collect();
        let crs = self.polygons_crs.as_ref();
        let table = read_polygons(&self.polygons, &more, self.invalid, crs, stop)?;
        let told = || -> Result<_> {
            let keys = match &self.by {
                Some(by) => Keys::from_column(by, &table.column(by)?.1, self.descending)?,
                None => Keys::areas(&table.polygons, &self.rule),
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

    fn open(&self, pair: &Pair, stop: &Stop) -> Result<PointReader> {
        let input = PointReader::open(pair, &self.point, self.settings.infer_types, stop)?;
        Ok(input.in_crs(self.points_crs.clone()))
    }

    fn check_name(&self, points: &Schema) -> Result<()> {
        if points.field_with_name(&self.name).is_err() {
            return Ok(());
        }
        let message = format!("the points have a column '{}' already", self.name);
        Err(Error::Parameter { parameter: "name", message })
    }
}
