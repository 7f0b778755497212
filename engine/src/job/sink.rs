use std::io::Write;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch};
use arrow_cast::{CastOptions, cast_with_options};
use arrow_ipc::writer::FileWriter;
use arrow_schema::{DataType, Field, FieldRef, Schema, SchemaRef};
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::arrow::{ArrowSchemaConverter, ArrowWriter};
use parquet::basic::{LogicalType, Type as PhysicalType};
use parquet::errors::ParquetError;
use parquet::file::metadata::ParquetMetaData;
use parquet::schema::types::{SchemaDescriptor, Type, TypePtr};

use super::copy::key_values;
use super::format::Format;
use super::input::PointReader;
use super::parquet_types;
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
            Format::Csv => {
                let mut writer = Box::new(arrow_csv::Writer::new(output));
                // The header, though no rows may follow.
                writer.write(&RecordBatch::new_empty(schema.clone()))?;
                Ok(Self::Csv(writer))
            }
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
    // A value that another type does not have is an error, not null.
    let options = CastOptions { safe: false, ..CastOptions::default() };
    let pairs = batch.columns().iter().zip(schema.fields());
    let columns = pairs.map(|(column, field)| match field.data_type() {
        dtype if dtype == column.data_type() => Ok(column.clone()),
        dtype => cast_with_options(column, dtype, &options),
    });
    let columns = columns.collect::<std::result::Result<Vec<ArrayRef>, _>>()?;
    Ok(RecordBatch::try_new(schema.clone(), columns)?)
}

fn arrow(error: ParquetError) -> Error {
    Error::Arrow(error.into())
}

/// Refuses settings that a format does not follow, before anything is written.
pub(super) fn check_settings(format: Format, settings: &Settings) -> Result<()> {
    for (parameter, given) in [
        ("compression", settings.compression.is_some()),
        ("row_group_size", settings.row_group_size.is_some()),
    ] {
        if given && format != Format::Parquet {
            return Err(super::settings::wrong(parameter, "is for outputs in Parquet alone"));
        }
    }
    Ok(())
}

/// Refuses a format that cannot hold the columns, where they are not copied, before anything is
/// written.
///
/// `wide` are columns of Parquet with integers of 128 bits.
pub(super) fn check(
    format: Format,
    schema: &Schema,
    of_parquet: bool,
    wide: &[String],
) -> Result<()> {
    if let Some(name) = wide.first().filter(|_| format != Format::Parquet) {
        let message =
            format!("column '{name}' has integers of 128 bits, which Parquet alone can hold");
        return Err(Error::Parameter { parameter: "output", message });
    }
    let is_lost = |field: &&FieldRef| parquet_types::has_interval(field.data_type());
    if let Some(field) = schema.fields().iter().find(is_lost).filter(|_| of_parquet) {
        let message = format!(
            "column '{}' is an interval of Parquet, which can be copied to Parquet alone, as it is",
            field.name()
        );
        return Err(Error::Parameter { parameter: "output", message });
    }
    match format {
        Format::Parquet => parquet_types::check(schema),
        Format::Csv => match schema.fields().iter().find(|field| field.data_type().is_nested()) {
            Some(field) => Err(parquet_types::no_column("CSV", field)),
            None => Ok(()),
        },
        Format::Arrow => Ok(()),
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
    let schema = Arc::new(parquet_types::written(schema));
    let properties = properties.build();
    let converter = ArrowSchemaConverter::new().with_coerce_types(properties.coerce_types());
    let mut options = ArrowWriterOptions::new()
        .with_properties(properties)
        .with_skip_arrow_metadata(metadata.is_some());
    if let Some(metadata) = metadata
        && let Some(types) =
            with_logical_types(converter.convert(&schema).map_err(arrow)?, metadata)
                .map_err(arrow)?
    {
        options = options.with_parquet_schema(types);
    }
    let writer = ArrowWriter::try_new_with_options(output, schema.clone(), options);
    let mut writer = Box::new(writer.map_err(arrow)?);
    for pair in input.table().into_iter().flat_map(|table| key_values(table, &schema)) {
        writer.append_key_value_metadata(pair);
    }
    Ok(Sink::Parquet { writer, schema })
}

/// The types of the columns in Parquet, where there are some in the input that Arrow does not have:
/// those stay as they are.
fn with_logical_types(
    written: SchemaDescriptor,
    input: &ParquetMetaData,
) -> std::result::Result<Option<SchemaDescriptor>, ParquetError> {
    let input = input.file_metadata().schema().get_fields();
    let kept = |field: &TypePtr| {
        let input = input.iter().find(|input| input.name() == field.name())?;
        let logical = input.get_basic_info().logical_type_ref()?;
        let (physical, bytes) = match logical {
            LogicalType::Geometry(_) | LogicalType::Geography(_) => (PhysicalType::BYTE_ARRAY, -1),
            LogicalType::Json | LogicalType::Bson | LogicalType::Enum => {
                (PhysicalType::BYTE_ARRAY, -1)
            }
            LogicalType::Uuid => (PhysicalType::FIXED_LEN_BYTE_ARRAY, 16),
            _ => return None,
        };
        let is_same = field.is_primitive() && field.get_physical_type() == physical;
        is_same.then(|| (logical.clone(), physical, bytes))
    };
    let fields = written.root_schema().get_fields();
    if !fields.iter().any(|field| kept(field).is_some()) {
        return Ok(None);
    }
    let fields = fields.iter().map(|field| match kept(field) {
        Some((logical, physical, bytes)) => Type::primitive_type_builder(field.name(), physical)
            .with_length(bytes)
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

/// A schema with plain columns for those that are dictionaries, alone or in lists and structs: those
/// of Parquet change from batch to batch, which the file format of Arrow does not allow.
fn without_dictionaries(schema: &Schema, input: &PointReader) -> Schema {
    if input.table().is_none() {
        return schema.clone();
    }
    let fields: Vec<_> = schema.fields().iter().map(plain).collect();
    Schema::new_with_metadata(fields, schema.metadata().clone())
}

fn plain(field: &FieldRef) -> FieldRef {
    let dtype = match field.data_type() {
        DataType::Dictionary(_, value) => (**value).clone(),
        DataType::List(inner) => DataType::List(plain(inner)),
        DataType::LargeList(inner) => DataType::LargeList(plain(inner)),
        DataType::FixedSizeList(inner, n) => DataType::FixedSizeList(plain(inner), *n),
        DataType::Map(entries, sorted) => DataType::Map(plain(entries), *sorted),
        DataType::Struct(inner) => DataType::Struct(inner.iter().map(plain).collect()),
        _ => return field.clone(),
    };
    Arc::new(Field::clone(field).with_data_type(dtype))
}

fn with_fields(schema: &Schema, change: impl Fn(&FieldRef) -> FieldRef) -> Schema {
    let fields: Vec<_> = schema.fields().iter().map(change).collect();
    Schema::new_with_metadata(fields, schema.metadata().clone())
}
