//! Parquet tables, and the columns of points and polygons in them.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StructArray};
use arrow_schema::{ArrowError, DataType, Field, SchemaRef};
use arrow_select::concat::concat_batches;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
    ParquetRecordBatchReaderBuilder,
};
use parquet::errors::ParquetError;
use parquet::file::metadata::ParquetMetaData;

use super::PointColumns;
use crate::coordinates::is_numeric;
use crate::error::{Error, Result};
use crate::points::Points;
use crate::polygons::{Invalid, Polygons};
use crate::rule::Rule;

/// Rows that are read, matched and written together.
const BATCH_ROWS: usize = 1 << 16;

/// A Parquet file whose footer has been read.
pub(super) struct Table {
    path: PathBuf,
    file: File,
    metadata: ArrowReaderMetadata,
}

impl Table {
    fn open(path: &Path) -> Result<Self> {
        let io = |source| Error::Io { path: path.to_owned(), source };
        let file = File::open(path).map_err(io)?;
        if file.metadata().map_err(io)?.is_dir() {
            return Err(io(std::io::ErrorKind::IsADirectory.into()));
        }
        let metadata = guarded(|| ArrowReaderMetadata::load(&file, ArrowReaderOptions::new()))
            .map_err(|source| Error::Parquet { path: path.to_owned(), source })?;
        Ok(Self { path: path.to_owned(), file, metadata })
    }

    pub(super) fn schema(&self) -> &SchemaRef {
        self.metadata.schema()
    }

    pub(super) fn metadata(&self) -> &ParquetMetaData {
        self.metadata.metadata()
    }

    pub(super) fn rows(&self) -> usize {
        usize::try_from(self.metadata().file_metadata().num_rows()).unwrap_or(0)
    }

    /// The batches of all columns, or of those with these places in the schema.
    fn batches(
        &self,
        columns: Option<&[usize]>,
    ) -> Result<impl Iterator<Item = Result<RecordBatch>>> {
        let reader = guarded(|| self.reader(columns)).map_err(|error| self.broken(error))?;
        let mut reader = Some(reader);
        Ok(std::iter::from_fn(move || {
            let next = || Ok(reader.as_mut().and_then(Iterator::next).transpose()?);
            let batch = guarded(next).transpose();
            let batch = batch.map(|batch| batch.map_err(|error| self.broken(error)));
            // What is left of a broken file is not looked at.
            reader = reader.take().filter(|_| matches!(batch, Some(Ok(_))));
            batch
        }))
    }

    fn reader(
        &self,
        columns: Option<&[usize]>,
    ) -> std::result::Result<ParquetRecordBatchReader, ParquetError> {
        let file = self.file.try_clone()?;
        let mut reader =
            ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone());
        if let Some(columns) = columns {
            let columns = columns.iter().copied();
            reader = reader
                .with_projection(ProjectionMask::roots(self.metadata.parquet_schema(), columns));
        }
        reader.with_batch_size(BATCH_ROWS).build()
    }

    fn broken(&self, source: ParquetError) -> Error {
        Error::Parquet { path: self.path.clone(), source }
    }

    /// The place and type of a column.
    fn column(&self, name: &str) -> Result<(usize, &DataType)> {
        let schema = self.schema();
        let Some((at, field)) = schema.column_with_name(name) else {
            return Err(self.missing(&format!("no column '{name}'")));
        };
        Ok((at, field.data_type()))
    }

    fn missing(&self, what: &str) -> Error {
        let schema = self.schema();
        let names: Vec<_> = schema.fields().iter().map(|field| field.name().as_str()).collect();
        let message = format!("{what}; the columns are: {}", names.join(", "));
        Error::Columns { message }.in_file(&self.path)
    }
}

/// Runs a part of the Parquet reader, which panics on some broken files, and makes that an error.
fn guarded<T>(
    read: impl FnOnce() -> std::result::Result<T, ParquetError>,
) -> std::result::Result<T, ParquetError> {
    // What a panic leaves behind is dropped and not used again.
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or(panic.downcast_ref::<&str>().copied()).unwrap_or("no reason given");
        Err(ParquetError::General(format!("broken file: {text}")))
    })
}

/// A table of points, read batch by batch.
pub(super) struct PointReader {
    table: Table,
    columns: Found,
}

/// Where the points of a table are.
enum Found {
    Xy(usize, usize),
    Point(usize),
}

impl PointReader {
    pub(super) fn open(path: &Path, columns: &PointColumns) -> Result<Self> {
        let table = Table::open(path)?;
        let columns = match columns {
            PointColumns::Xy(x, y) => {
                let coordinate = |name: &str| {
                    let (at, dtype) = table.column(name)?;
                    let expected = "numbers";
                    is_coordinate(dtype).then_some(at).ok_or_else(|| {
                        let (column, dtype) = (name.to_owned(), dtype.clone());
                        Error::Dtype { column, expected, dtype }.in_file(path)
                    })
                };
                Found::Xy(coordinate(x)?, coordinate(y)?)
            }
            PointColumns::Point(name) => Found::Point(table.column(name)?.0),
            PointColumns::Auto => {
                let coordinate =
                    |name| table.column(name).ok().filter(|(_, dtype)| is_coordinate(dtype));
                let point = ["geometry", "point"].iter().find_map(|name| table.column(name).ok());
                match (coordinate("x"), coordinate("y"), point) {
                    (Some((x, _)), Some((y, _)), _) => Found::Xy(x, y),
                    (_, _, Some((at, _))) => Found::Point(at),
                    _ => {
                        return Err(table.missing(
                            "no points found: neither numeric columns 'x' and 'y' nor a column \
                             'geometry' or 'point'",
                        ));
                    }
                }
            }
        };
        // A wrong type is reported before any work.
        if let Found::Point(at) = columns {
            let field = table.schema().field(at);
            let none = arrow_array::new_empty_array(field.data_type());
            Points::try_new(field.name(), &none).map_err(|error| error.in_file(path))?;
        }
        Ok(Self { table, columns })
    }

    pub(super) fn table(&self) -> &Table {
        &self.table
    }

    /// Each batch with its points, which the rule accepts.
    pub(super) fn batches(
        &self,
        rule: Rule,
    ) -> impl Iterator<Item = Result<(RecordBatch, Points)>> {
        let (batches, failed) = match self.table.batches(None) {
            Ok(batches) => (Some(batches), None),
            Err(error) => (None, Some(Err(error))),
        };
        let mut first_row = 0;
        batches.into_iter().flatten().chain(failed).map(move |batch| {
            let batch = batch?;
            let points = self
                .points(&batch, first_row, &rule)
                .map_err(|error| error.in_file(&self.table.path))?;
            first_row += batch.num_rows();
            Ok((batch, points))
        })
    }

    fn points(&self, batch: &RecordBatch, first_row: usize, rule: &Rule) -> Result<Points> {
        let (name, column) = match self.columns {
            Found::Point(at) => (batch.schema_ref().field(at).name(), batch.column(at).clone()),
            Found::Xy(x, y) => {
                let field = |at| Arc::new(Field::clone(batch.schema_ref().field(at)));
                let columns = vec![batch.column(x).clone(), batch.column(y).clone()];
                let point = StructArray::try_new(vec![field(x), field(y)].into(), columns, None)?;
                (batch.schema_ref().field(x).name(), Arc::new(point) as ArrayRef)
            }
        };
        Points::with_first_row(name, &column, first_row)?.accepted_by(rule, name, first_row)
    }
}

fn is_coordinate(dtype: &DataType) -> bool {
    is_numeric(dtype) || *dtype == DataType::Null
}

/// Reads a whole table of polygons, and the column `by` of it; `progress` is called after each
/// batch.
pub(super) fn read_polygons(
    path: &Path,
    by: Option<&str>,
    progress: &mut dyn FnMut() -> Result<()>,
) -> Result<(Polygons, Option<(String, ArrayRef)>)> {
    let table = Table::open(path)?;
    let place = |name| table.column(name).ok();
    let lists = |(_, dtype): &(usize, &DataType)| Polygons::accepts_xy(dtype);
    let columns = match (place("x").filter(lists), place("y").filter(lists), place("geometry")) {
        (Some((x, _)), Some((y, _)), None) => vec![x, y],
        (None, _, Some((at, _))) | (_, None, Some((at, _))) => vec![at],
        (Some(_), Some(_), Some(_)) => {
            return Err(table.missing(
                "both list columns 'x' and 'y' and a column 'geometry' hold polygons: keep one",
            ));
        }
        _ => {
            return Err(table.missing(
                "no polygons found: neither list columns 'x' and 'y' nor a column 'geometry'",
            ));
        }
    };
    // A projection keeps the order of the file.
    let mut needed = columns.clone();
    needed.extend(by.map(|by| table.column(by)).transpose()?.map(|(at, _)| at));
    needed.sort_unstable();
    needed.dedup();
    let mut batches = Vec::new();
    for batch in table.batches(Some(&needed))? {
        batches.push(batch?);
        progress()?;
    }
    let read = || -> Result<_> {
        let schema = Arc::new(table.schema().project(&needed)?);
        let all = concat_batches(&schema, &batches)?;
        let column = |name| {
            all.column_by_name(name).ok_or_else(|| ArrowError::SchemaError(format!("no {name}")))
        };
        let polygons = match columns.len() {
            2 => Polygons::from_xy(column("x")?, column("y")?, Invalid::Raise)?,
            _ => {
                let field = schema.field_with_name("geometry")?;
                Polygons::from_geometry(field, column("geometry")?, Invalid::Raise)?
            }
        };
        let by = by.map(|by| Ok::<_, Error>((by.to_owned(), column(by)?.clone()))).transpose()?;
        Ok((polygons, by))
    };
    read().map_err(|error| error.in_file(path))
}
