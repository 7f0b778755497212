use std::io::Write;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch};
use arrow_cast::cast;
use arrow_ipc::writer::FileWriter;
use arrow_schema::{DataType, Field, FieldRef, Schema, SchemaRef};
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::arrow::{ARROW_SCHEMA_META_KEY, ArrowSchemaConverter, ArrowWriter};
use parquet::basic::{LogicalType, Type as PhysicalType};
use parquet::errors::ParquetError;
use parquet::file::metadata::ParquetMetaData;
use parquet::schema::types::{SchemaDescriptor, Type, TypePtr};

use super::format::Format;
use super::input::PointReader;
use super::settings::Settings;
use super::writing::properties;
use crate::error::{Error, Result};

/// A file that is written batch by batch.
pub(super) enum Sink<W: Write + Send> {
    Parquet { writer: Box<ArrowWriter<W>>, schema: SchemaRef },
    Csv(Box<arrow_csv::Writer<W>>),
    Arrow { writer: Box<FileWriter<W>>, schema: SchemaRef },
}

impl<W: Write + Send> Sink<W> {
    /// Of this format, with these columns, and what the input says of itself.
    pub(super) fn new(
        format: Format,
        schema: &SchemaRef,
        input: &PointReader,
        settings: &Settings,
        memory: usize,
        output: W,
    ) -> Result<Self> {
        match format {
            Format::Parquet => parquet(schema, input, settings, memory, output),
            Format::Csv => Ok(Self::Csv(Box::new(arrow_csv::Writer::new(output)))),
            Format::Arrow => {
                let schema = with_extensions(&without_dictionaries(schema, input), input);
                let schema = Arc::new(schema);
                let writer = Box::new(FileWriter::try_new(output, &schema)?);
                Ok(Self::Arrow { writer, schema })
            }
        }
    }

    pub(super) fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        match self {
            Self::Parquet { writer, schema } => {
                writer.write(&cast_to(batch, schema)?).map_err(arrow)
            }
            Self::Csv(writer) => Ok(writer.write(batch)?),
            Self::Arrow { writer, schema } => Ok(writer.write(&cast_to(batch, schema)?)?),
        }
    }

    /// Writes what is left, and gives the file back.
    pub(super) fn finish(self) -> Result<W> {
        match self {
            Self::Parquet { writer, .. } => writer.into_inner().map_err(arrow),
            Self::Csv(writer) => Ok(writer.into_inner()),
            Self::Arrow { mut writer, .. } => {
                writer.finish()?;
                Ok(writer.into_inner()?)
            }
        }
    }
}

/// A batch whose columns have the types of another schema.
fn cast_to(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch> {
    let pairs = batch.columns().iter().zip(schema.fields());
    let columns = pairs.map(|(column, field)| match field.data_type() {
        dtype if dtype == column.data_type() => Ok(column.clone()),
        dtype => cast(column, dtype),
    });
    let columns = columns.collect::<std::result::Result<Vec<ArrayRef>, _>>()?;
    Ok(RecordBatch::try_new(schema.clone(), columns)?)
}

fn arrow(error: ParquetError) -> Error {
    Error::Arrow(error.into())
}

/// Refuses a format that cannot hold the columns or follow the settings, before anything is written.
pub(super) fn check(format: Format, schema: &Schema, settings: &Settings) -> Result<()> {
    if format != Format::Parquet {
        for (parameter, given) in [
            ("compression", settings.compression.is_some()),
            ("row_group_size", settings.row_group_size.is_some()),
        ] {
            if given {
                return Err(super::settings::wrong(parameter, "is for outputs in Parquet alone"));
            }
        }
    }
    let is_nested = |field: &&Arc<Field>| field.data_type().is_nested();
    match schema.fields().iter().find(is_nested) {
        Some(field) if format == Format::Csv => {
            let (name, dtype) = (field.name(), field.data_type());
            let message = format!("CSV cannot hold column '{name}' of type {dtype}");
            Err(Error::Parameter { parameter: "output", message })
        }
        _ => Ok(()),
    }
}

fn parquet<W: Write + Send>(
    schema: &SchemaRef,
    input: &PointReader,
    settings: &Settings,
    memory: usize,
    output: W,
) -> Result<Sink<W>> {
    let metadata = input.table().map(|table| table.metadata());
    let mut properties = properties(metadata, settings.compression);
    match settings.row_group_size {
        Some(rows) => properties = properties.set_max_row_group_row_count(Some(rows)),
        // Half of it for what is encoded of a row group.
        None => properties = properties.set_max_row_group_bytes(Some((memory / 2).max(1))),
    }
    // As long as the longest of the input.
    let longest = input.table().and_then(|table| table.group_rows().max());
    if let (None, Some(rows @ 1..)) = (settings.row_group_size, longest) {
        properties = properties.set_max_row_group_row_count(Some(rows));
    }
    let schema = Arc::new(without_views(schema));
    let properties = properties.build();
    let converter = ArrowSchemaConverter::new().with_coerce_types(properties.coerce_types());
    let mut options = ArrowWriterOptions::new().with_properties(properties);
    if let Some(metadata) = metadata
        && let Some(types) =
            with_spatial_types(converter.convert(&schema).map_err(arrow)?, metadata)
                .map_err(arrow)?
    {
        options = options.with_parquet_schema(types);
    }
    let writer = ArrowWriter::try_new_with_options(output, schema.clone(), options);
    let mut writer = Box::new(writer.map_err(arrow)?);
    let pairs = metadata.and_then(|metadata| metadata.file_metadata().key_value_metadata());
    for pair in pairs.into_iter().flatten() {
        if pair.key != ARROW_SCHEMA_META_KEY {
            writer.append_key_value_metadata(pair.clone());
        }
    }
    Ok(Sink::Parquet { writer, schema })
}

/// The types of the columns in Parquet, where there are some of type GEOMETRY or GEOGRAPHY in the
/// input: those stay as they are, for Arrow has no such types.
fn with_spatial_types(
    written: SchemaDescriptor,
    input: &ParquetMetaData,
) -> std::result::Result<Option<SchemaDescriptor>, ParquetError> {
    let input = input.file_metadata().schema().get_fields();
    let spatial = |field: &TypePtr| {
        let input = input.iter().find(|input| input.name() == field.name())?;
        let logical = input.get_basic_info().logical_type_ref()?;
        let is_spatial = matches!(logical, LogicalType::Geometry(_) | LogicalType::Geography(_));
        let is_bytes =
            field.is_primitive() && field.get_physical_type() == PhysicalType::BYTE_ARRAY;
        (is_spatial && is_bytes).then(|| logical.clone())
    };
    let fields = written.root_schema().get_fields();
    if !fields.iter().any(|field| spatial(field).is_some()) {
        return Ok(None);
    }
    let fields = fields.iter().map(|field| match spatial(field) {
        Some(logical) => Type::primitive_type_builder(field.name(), PhysicalType::BYTE_ARRAY)
            .with_repetition(field.get_basic_info().repetition())
            .with_logical_type(Some(logical))
            .build()
            .map(Arc::new),
        None => Ok(field.clone()),
    });
    let fields = fields.collect::<std::result::Result<Vec<_>, _>>()?;
    let root =
        Type::group_type_builder(written.root_schema().name()).with_fields(fields).build()?;
    Ok(Some(SchemaDescriptor::new(Arc::new(root))))
}

/// A schema with the extension type of WKB on the columns that are of type GEOMETRY or GEOGRAPHY in
/// the input, so that their reference system is not lost.
fn with_extensions(schema: &Schema, input: &PointReader) -> Schema {
    let Some(table) = input.table() else { return schema.clone() };
    with_fields(schema, |field| match table.header().spatial(field.name()) {
        Some(spatial) => Arc::new(spatial.extend(field)),
        None => field.clone(),
    })
}

/// A schema with plain columns for those that are dictionaries: those of Parquet change from batch
/// to batch, which the file format of Arrow does not allow.
fn without_dictionaries(schema: &Schema, input: &PointReader) -> Schema {
    let plain = |field: &FieldRef| match field.data_type() {
        DataType::Dictionary(_, value) if input.table().is_some() => {
            Arc::new(Field::clone(field).with_data_type((**value).clone()))
        }
        _ => field.clone(),
    };
    with_fields(schema, plain)
}

/// A schema with dictionaries of plain values for those of views, such as the categories of Polars:
/// Parquet is not written from these, alone or in lists and structs.
fn without_views(schema: &Schema) -> Schema {
    with_fields(schema, of_plain_values)
}

fn of_plain_values(field: &FieldRef) -> FieldRef {
    let dictionary =
        |key: &DataType, value| DataType::Dictionary(Box::new(key.clone()), Box::new(value));
    let dtype = match field.data_type() {
        DataType::Dictionary(key, value) => match **value {
            DataType::Utf8View => dictionary(key, DataType::LargeUtf8),
            DataType::BinaryView => dictionary(key, DataType::LargeBinary),
            _ => return field.clone(),
        },
        DataType::List(inner) => DataType::List(of_plain_values(inner)),
        DataType::LargeList(inner) => DataType::LargeList(of_plain_values(inner)),
        DataType::FixedSizeList(inner, n) => DataType::FixedSizeList(of_plain_values(inner), *n),
        DataType::Struct(inner) => DataType::Struct(inner.iter().map(of_plain_values).collect()),
        _ => return field.clone(),
    };
    Arc::new(Field::clone(field).with_data_type(dtype))
}

fn with_fields(schema: &Schema, change: impl Fn(&FieldRef) -> FieldRef) -> Schema {
    let fields: Vec<_> = schema.fields().iter().map(change).collect();
    Schema::new_with_metadata(fields, schema.metadata().clone())
}
