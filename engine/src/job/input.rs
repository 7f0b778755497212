use std::path::Path;
use std::sync::{Mutex, PoisonError};

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;

use super::PointColumns;
use super::arrow::Arrow;
use super::csv::{Csv, Types};
use super::files::Pair;
use super::format::Format;
use super::meaning::Typing;
use crate::crs::Crs;
use crate::error::Result;
use crate::file::{Geometry, Header, Table};
use crate::points::Points;
use crate::srid::Srids;
use crate::stop::Stop;

/// A table of points, read batch by batch.
pub(super) struct PointReader {
    file: InFormat,
    geometry: Geometry,
    /// Where the columns of the geometry are in the table.
    places: Vec<usize>,
    /// In place of what the file and its rows name.
    crs: Option<Crs>,
    /// Of all rows that have been read. Row groups are read side by side.
    srids: Mutex<Srids>,
}

enum InFormat {
    Parquet(Table),
    Csv(Csv),
    Arrow(Arrow),
}

type Batches<'a> = Box<dyn Iterator<Item = Result<RecordBatch>> + Send + 'a>;

impl PointReader {
    /// `infers_types` is for the columns of CSV that are not points.
    pub(super) fn open(
        pair: &Pair,
        columns: &PointColumns,
        infers_types: bool,
        stop: &Stop,
    ) -> Result<Self> {
        let path = &pair.input;
        let file = match Format::of(path) {
            Format::Parquet => InFormat::Parquet(Table::open(path, stop)?),
            // From CSV to CSV a field stays as it is written.
            Format::Csv => {
                let types = match (Format::of(&pair.output), infers_types) {
                    (Format::Csv, _) => Types::Text,
                    (_, true) => Types::All,
                    (_, false) => Types::Points,
                };
                InFormat::Csv(Csv::open(path, types, stop)?)
            }
            Format::Arrow => InFormat::Arrow(Arrow::open(path, stop)?),
        };
        let header = file.header();
        let geometry = Geometry::points(header, columns)?;
        let fields = geometry.fields();
        let places = fields.iter().map(|field| Ok(header.column(field.name())?.0));
        let places = places.collect::<Result<Vec<_>>>()?;
        let file = match file {
            InFormat::Csv(csv) => InFormat::Csv(csv.with_points(&places)),
            file => file,
        };
        Ok(Self { file, geometry, places, crs: None, srids: Mutex::default() })
    }

    /// The same points in this reference system, if it is one.
    pub(super) fn in_crs(self, crs: Option<Crs>) -> Self {
        Self { crs, ..self }
    }

    /// Whether it is cheap to have many of them open, and not to open one twice.
    pub(super) fn is_kept(&self) -> bool {
        !matches!(self.file, InFormat::Parquet(_))
    }

    /// That of Parquet.
    pub(super) fn table(&self) -> Option<&Table> {
        match &self.file {
            InFormat::Parquet(table) => Some(table),
            _ => None,
        }
    }

    /// That of CSV.
    pub(super) fn csv(&self) -> Option<&Csv> {
        match &self.file {
            InFormat::Csv(csv) => Some(csv),
            _ => None,
        }
    }

    pub(super) fn path(&self) -> &Path {
        self.file.header().path()
    }

    pub(super) fn schema(&self) -> SchemaRef {
        match &self.file {
            InFormat::Csv(csv) => csv.schema(),
            file => file.header().schema().clone(),
        }
    }

    /// The schema by what the columns hold: of CSV with the types that the fields allow.
    pub(super) fn meaning(&self) -> SchemaRef {
        self.file.header().schema().clone()
    }

    pub(super) fn typing(&self) -> Typing {
        match &self.file {
            InFormat::Csv(csv) if csv.is_typed() => Typing::Inferred,
            InFormat::Csv(_) => Typing::Text,
            _ => Typing::Stated,
        }
    }

    pub(super) fn rows(&self) -> usize {
        match &self.file {
            InFormat::Parquet(table) => table.rows(),
            InFormat::Csv(csv) => csv.rows(),
            InFormat::Arrow(arrow) => arrow.rows(),
        }
    }

    /// Names of the columns with the points: of one, or of x and y.
    pub(super) fn point_columns(&self) -> Vec<String> {
        self.geometry.fields().iter().map(|field| field.name().clone()).collect()
    }

    /// The reference system, unless the rows alone name it.
    pub(super) fn crs(&self) -> Option<&Crs> {
        self.crs.as_ref().or(self.geometry.crs())
    }

    /// Each batch with its points.
    pub(super) fn batches(&self) -> impl Iterator<Item = Result<(RecordBatch, Points)>> {
        let mut first_row = 0;
        self.read().map(move |batch| {
            let batch = batch?;
            let points = match &self.file {
                InFormat::Csv(csv) => {
                    let typed = csv.typed(&batch, &self.places);
                    self.points(&typed.map_err(|e| e.in_file(self.path()))?, first_row)
                }
                _ => self.points(&batch, first_row),
            };
            first_row += batch.num_rows();
            Ok((batch, points?))
        })
    }

    /// The points of a row group of a table whose first row is this one, batch by batch; no other
    /// column is read.
    pub(super) fn points_of(
        &self,
        table: &Table,
        group: usize,
        mut first_row: usize,
    ) -> impl Iterator<Item = Result<Points>> {
        or_error(table.batches_in(group, Some(&self.places))).map(move |batch| {
            let batch = batch?;
            first_row += batch.num_rows();
            self.points(&batch, first_row - batch.num_rows())
        })
    }

    fn read(&self) -> Batches<'_> {
        match &self.file {
            InFormat::Parquet(table) => {
                let groups = 0..table.metadata().num_row_groups();
                Box::new(groups.flat_map(|group| or_error(table.batches_in(group, None))))
            }
            InFormat::Csv(csv) => Box::new(or_error(csv.batches())),
            InFormat::Arrow(arrow) => Box::new(or_error(arrow.batches())),
        }
    }

    fn points(&self, batch: &RecordBatch, first_row: usize) -> Result<Points> {
        let points = self.geometry.read_points(batch, first_row).and_then(|points| {
            if self.crs.is_some() {
                return Ok(points.without_srids());
            }
            let mut seen = self.srids.lock().unwrap_or_else(PoisonError::into_inner);
            seen.merge(points.srids());
            let checked = seen.of_column(self.geometry.column(), self.geometry.crs());
            drop(seen);
            checked.map_err(|error| self.first_mixed().err().unwrap_or(error))?;
            Ok(points)
        });
        points.map_err(|error| error.in_file(self.path()))
    }
}

impl PointReader {
    /// The first rows that name different systems: row groups are not read in order.
    fn first_mixed(&self) -> Result<()> {
        let InFormat::Parquet(table) = &self.file else { return Ok(()) };
        let (mut srids, mut first_row) = (Srids::default(), 0);
        for batch in table.batches(Some(&self.places))? {
            let batch = batch?;
            srids.merge(self.geometry.read_points(&batch, first_row)?.srids());
            srids.of_column(self.geometry.column(), self.geometry.crs())?;
            first_row += batch.num_rows();
        }
        Ok(())
    }
}

impl InFormat {
    fn header(&self) -> &Header {
        match self {
            Self::Parquet(table) => table.header(),
            Self::Csv(csv) => csv.header(),
            Self::Arrow(arrow) => arrow.header(),
        }
    }
}

/// The items, or the error alone.
fn or_error<T>(items: Result<impl Iterator<Item = Result<T>>>) -> impl Iterator<Item = Result<T>> {
    let (items, failed) = match items {
        Ok(items) => (Some(items), None),
        Err(error) => (None, Some(Err(error))),
    };
    items.into_iter().flatten().chain(failed)
}
