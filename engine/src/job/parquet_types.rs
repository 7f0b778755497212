//! Which types Parquet has for those of Arrow.

use std::sync::Arc;

use arrow_array::new_null_array;
use arrow_schema::{DataType, Field, FieldRef, Schema, TimeUnit};
use parquet::arrow::ArrowWriter;

use crate::error::{Error, Result};
use crate::file::guarded;

/// A schema with the types that are written, alone and in lists, maps and structs.
///
/// Parquet has no seconds and no dates in milliseconds: they are milliseconds and days, as pyarrow
/// writes them. Dictionaries are written of plain text and bytes, not of views, such as the
/// categories of Polars; of other values they are plain columns.
pub(super) fn written(schema: &Schema) -> Schema {
    let fields: Vec<_> = schema.fields().iter().map(written_field).collect();
    Schema::new_with_metadata(fields, schema.metadata().clone())
}

fn written_field(field: &FieldRef) -> FieldRef {
    let dtype = written_type(field.data_type());
    if dtype == *field.data_type() {
        return field.clone();
    }
    Arc::new(Field::clone(field).with_data_type(dtype))
}

fn written_type(dtype: &DataType) -> DataType {
    let dictionary =
        |key: &DataType, value| DataType::Dictionary(Box::new(key.clone()), Box::new(value));
    match dtype {
        DataType::Timestamp(TimeUnit::Second, zone) => {
            DataType::Timestamp(TimeUnit::Millisecond, zone.clone())
        }
        DataType::Time32(TimeUnit::Second) => DataType::Time32(TimeUnit::Millisecond),
        DataType::Date64 => DataType::Date32,
        DataType::Dictionary(key, value) => match **value {
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Binary | DataType::LargeBinary => {
                dtype.clone()
            }
            DataType::Utf8View => dictionary(key, DataType::LargeUtf8),
            DataType::BinaryView => dictionary(key, DataType::LargeBinary),
            ref value => written_type(value),
        },
        DataType::RunEndEncoded(_, values) => written_type(values.data_type()),
        DataType::List(inner) => DataType::List(written_field(inner)),
        DataType::LargeList(inner) => DataType::LargeList(written_field(inner)),
        DataType::ListView(inner) => DataType::ListView(written_field(inner)),
        DataType::LargeListView(inner) => DataType::LargeListView(written_field(inner)),
        DataType::FixedSizeList(inner, n) => DataType::FixedSizeList(written_field(inner), *n),
        DataType::Map(entries, sorted) => DataType::Map(written_field(entries), *sorted),
        DataType::Struct(inner) => DataType::Struct(inner.iter().map(written_field).collect()),
        other => other.clone(),
    }
}

/// Refuses columns that Parquet has no type for, or none that keeps their values.
///
/// # Errors
///
/// [`Error::Parameter`] with the first of them.
pub(super) fn check(schema: &Schema) -> Result<()> {
    for field in written(schema).fields() {
        let dtype = field.data_type();
        if has_interval(dtype) || (!is_simple(dtype) && !can_write(field)) {
            return Err(no_column("Parquet", field));
        }
    }
    Ok(())
}

/// That a format cannot hold a column.
pub(super) fn no_column(format: &str, field: &Field) -> Error {
    let (name, dtype) = (field.name(), field.data_type());
    let message = format!("{format} cannot hold column '{name}' of type {dtype}: leave it out");
    Error::Parameter { parameter: "output", message }
}

/// Whether it is or holds an interval: that of Parquet has milliseconds, and readers disagree on
/// which parts of it there are.
pub(super) fn has_interval(dtype: &DataType) -> bool {
    match dtype {
        DataType::Interval(_) => true,
        DataType::Dictionary(_, value) => has_interval(value),
        DataType::RunEndEncoded(_, inner)
        | DataType::List(inner)
        | DataType::LargeList(inner)
        | DataType::ListView(inner)
        | DataType::LargeListView(inner)
        | DataType::FixedSizeList(inner, _)
        | DataType::Map(inner, _) => has_interval(inner.data_type()),
        DataType::Struct(fields) => fields.iter().any(|field| has_interval(field.data_type())),
        _ => false,
    }
}

fn is_simple(dtype: &DataType) -> bool {
    let is_text = matches!(dtype, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View);
    dtype.is_primitive() || dtype.is_null() || is_text
}

/// Whether the writer takes a column; it knows when it is tried.
fn can_write(field: &FieldRef) -> bool {
    let field = Arc::new(Field::clone(field).with_nullable(true));
    let write = || {
        let schema = Arc::new(Schema::new(vec![field.clone()]));
        let mut writer = ArrowWriter::try_new(std::io::sink(), schema.clone(), None)?;
        let column = new_null_array(field.data_type(), 1);
        writer.write(&arrow_array::RecordBatch::try_new(schema, vec![column])?)?;
        writer.close()
    };
    guarded(write).is_ok()
}
