use std::path::Path;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, RecordBatch, new_null_array};
use arrow_cast::{CastOptions, cast_with_options};
use arrow_csv::reader::{Format, ReaderBuilder};
use arrow_schema::{DataType, Field, Schema, SchemaRef};

use super::csv_types::Inferred;
use crate::error::{Error, Result};
use crate::file::{BATCH_ROWS, Header, Source};
use crate::stop::Stop;

/// A CSV file with a header.
///
/// All columns are text, as they are written, but for those of the points, and for all others too
/// where their types are asked for: see [`Inferred`]. An empty field is null.
pub(super) struct Csv {
    /// With the types that the fields allow.
    header: Header,
    stop: Stop,
    rows: usize,
    types: Types,
    /// As the batches are.
    schema: SchemaRef,
}

/// Which columns of a CSV file have the types that their fields allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Types {
    /// None: all are text.
    Text,
    /// Those of the points.
    Points,
    All,
}

impl Csv {
    /// Reads the file once.
    pub(super) fn open(path: &Path, types: Types, stop: &Stop) -> Result<Self> {
        let in_file = |error: Error| error.in_file(path);
        let source = Source::open(path, stop)?.whole();
        let header = Format::default().with_header(true).infer_schema(source.reader(), Some(0));
        let (names, _) = header.map_err(|error| in_file(error.into()))?;
        let text = text_of(&names);
        let mut inferred: Vec<_> = text.fields().iter().map(|_| Inferred::default()).collect();
        let mut rows = 0;
        for batch in read(&source, &text).map_err(in_file)? {
            stop.check()?;
            let batch = batch.map_err(in_file)?;
            rows += batch.num_rows();
            for (inferred, column) in inferred.iter_mut().zip(batch.columns()) {
                inferred.add(column.as_string());
            }
        }
        let fields = text.fields().iter().zip(&inferred);
        let fields = fields.map(|(field, of)| Field::new(field.name(), of.data_type(), true));
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let header = Header::new(path, schema.clone());
        let schema = if types == Types::All { schema } else { text };
        Ok(Self { header, stop: stop.clone(), rows, types, schema })
    }

    /// Says where the points are.
    pub(super) fn with_points(mut self, places: &[usize]) -> Self {
        if self.types == Types::Points {
            let typed = self.header.schema();
            let fields = self.schema.fields().iter().zip(typed.fields()).enumerate();
            let field = |(at, (text, typed))| match places.contains(&at) {
                true => numbers(typed),
                false => Arc::clone(text),
            };
            self.schema = Arc::new(Schema::new(fields.map(field).collect::<Vec<_>>()));
        }
        self
    }

    /// With the types that the fields allow.
    pub(super) fn header(&self) -> &Header {
        &self.header
    }

    /// Whether all columns have the types that their fields allow.
    pub(super) fn is_typed(&self) -> bool {
        self.types == Types::All
    }

    /// As the batches are.
    pub(super) fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    /// The file, to be read from its first byte to its last.
    pub(super) fn source(&self) -> Result<Source> {
        // Not kept open: there may be many.
        Ok(Source::open(self.header.path(), &self.stop)?.whole())
    }

    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    pub(super) fn batches(&self) -> Result<impl Iterator<Item = Result<RecordBatch>> + use<'_>> {
        let in_file = |error: Error| error.in_file(self.header.path());
        let batches = read(&self.source()?, &text_of(&self.schema)).map_err(in_file)?;
        let typed = |batch: Result<RecordBatch>| cast(&batch?, &self.schema);
        Ok(batches.map(move |batch| typed(batch).map_err(in_file)))
    }

    /// Some columns of a batch in the types that their fields allow.
    pub(super) fn typed(&self, batch: &RecordBatch, places: &[usize]) -> Result<RecordBatch> {
        let schema = self.header.schema().project(places)?;
        let fields: Vec<_> = schema.fields().iter().map(numbers).collect();
        cast(&batch.project(places)?, &Arc::new(Schema::new(fields)))
    }
}

/// The batches of a file, all columns text.
fn read(
    source: &Source,
    text: &SchemaRef,
) -> Result<impl Iterator<Item = Result<RecordBatch>> + use<>> {
    let reader = ReaderBuilder::new(text.clone()).with_header(true).with_batch_size(BATCH_ROWS);
    Ok(reader.build(source.reader())?.map(|batch| Ok(batch?)))
}

fn text_of(schema: &Schema) -> SchemaRef {
    let text = |field: &Arc<Field>| Field::new(field.name(), DataType::Utf8, true);
    Arc::new(Schema::new(schema.fields().iter().map(text).collect::<Vec<_>>()))
}

/// A column of points without a value is one of numbers.
fn numbers(field: &Arc<Field>) -> Arc<Field> {
    match field.data_type() {
        DataType::Null => Arc::new(Field::new(field.name(), DataType::Float64, true)),
        _ => field.clone(),
    }
}

fn cast(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch> {
    let options = CastOptions { safe: false, ..CastOptions::default() };
    let pairs = batch.columns().iter().zip(schema.fields());
    let columns = pairs.map(|(column, field)| match field.data_type() {
        dtype if dtype == column.data_type() => Ok(column.clone()),
        DataType::Null => Ok(new_null_array(&DataType::Null, column.len())),
        dtype => cast_with_options(column, dtype, &options),
    });
    let columns = columns.collect::<std::result::Result<Vec<ArrayRef>, _>>()?;
    Ok(RecordBatch::try_new(schema.clone(), columns)?)
}
