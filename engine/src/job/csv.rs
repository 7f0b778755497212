use std::path::Path;
use std::sync::Arc;

use arrow_array::{Array, RecordBatch, new_null_array};
use arrow_cast::cast;
use arrow_csv::reader::{Format, ReaderBuilder};
use arrow_schema::{DataType, Field, Schema, SchemaRef};

use crate::error::{Error, Result};
use crate::file::{BATCH_ROWS, Header, Source};
use crate::stop::Stop;

/// A CSV file with a header, whose types are known from all of its rows.
///
/// A column of nothing but integers is one of `Int64`; of numbers, `NaN` and `inf` `Float64`; of
/// `true` and `false` `Boolean`; of dates `Date32`; of dates and times a timestamp; all others are
/// text. An empty field is null.
pub(super) struct Csv {
    header: Header,
    stop: Stop,
    rows: usize,
    /// Whether the fields are kept as they are written, as text.
    as_text: bool,
}

impl Csv {
    /// Reads the file once.
    pub(super) fn open(path: &Path, as_text: bool, stop: &Stop) -> Result<Self> {
        let file = Source::open(path, stop)?.whole().reader();
        let inferred = Format::default().with_header(true).infer_schema(file, None);
        let (schema, rows) = inferred.map_err(|error| Error::from(error).in_file(path))?;
        Ok(Self { header: Header::new(path, Arc::new(schema)), stop: stop.clone(), rows, as_text })
    }

    /// With the types that the fields have as what they say.
    pub(super) fn header(&self) -> &Header {
        &self.header
    }

    /// As the batches are.
    pub(super) fn schema(&self) -> SchemaRef {
        let schema = self.header.schema();
        if !self.as_text {
            return schema.clone();
        }
        let text = |field: &Arc<Field>| Field::new(field.name(), DataType::Utf8, true);
        Arc::new(Schema::new(schema.fields().iter().map(text).collect::<Vec<_>>()))
    }

    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    pub(super) fn batches(&self) -> Result<impl Iterator<Item = Result<RecordBatch>> + use<'_>> {
        // Not kept open: there may be many.
        let file = Source::open(self.header.path(), &self.stop)?.whole().reader();
        let reader =
            ReaderBuilder::new(self.schema()).with_header(true).with_batch_size(BATCH_ROWS);
        let broken = |error| Error::from(error).in_file(self.header.path());
        let reader = reader.build(file).map_err(broken)?;
        Ok(reader.map(move |batch| batch.map_err(broken)))
    }

    /// Some columns of a batch in the types that they have as what they say.
    pub(super) fn typed(&self, batch: &RecordBatch, places: &[usize]) -> Result<RecordBatch> {
        let batch = batch.project(places)?;
        if !self.as_text {
            return Ok(batch);
        }
        let schema = Arc::new(self.header.schema().project(places)?);
        let pairs = batch.columns().iter().zip(schema.fields());
        let columns = pairs.map(|(column, field)| match field.data_type() {
            DataType::Null => Ok(new_null_array(&DataType::Null, column.len())),
            dtype => cast(column, dtype),
        });
        let columns = columns.collect::<std::result::Result<_, _>>()?;
        Ok(RecordBatch::try_new(schema, columns)?)
    }
}
