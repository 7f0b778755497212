//! Parquet to Parquet without decoding more than the points.
//!
//! A column chunk is written as it stands, with its statistics, page indexes and Bloom filter; only
//! the offsets in them move. The name of the writer is kept: readers know by it what of a file to
//! leave alone, and what to read in another way. So the output has the row groups of the input, and the answers of a
//! row group are kept, encoded, until its other columns are written.

use std::io::Write;
use std::sync::Arc;

use arrow_schema::{DataType as ArrowType, Field, Schema};
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::arrow::{ARROW_SCHEMA_META_KEY, ArrowSchemaConverter, encode_arrow_schema};
use parquet::basic::{ColumnOrder, SortOrder, Type as PhysicalType};
use parquet::bloom_filter::Sbbf;
use parquet::column::writer::ColumnCloseResult;
use parquet::data_type::{BoolType, DataType, DoubleType, FloatType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::{
    ColumnChunkMetaData, KeyValue, PageIndexPolicy, ParquetMetaData, ParquetMetaDataReader,
};
use parquet::file::properties::WriterPropertiesPtr;
use parquet::file::reader::Length;
use parquet::file::statistics::{Statistics, ValueStatistics};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::{Type, TypePtr};

use super::ahead::in_order;
use super::question::{Question, Task};
use super::watch::Tally;
use super::writing::properties;
use crate::error::{Error, Result};
use crate::file::{Source, Table, guarded};

type ParquetResult<T> = std::result::Result<T, ParquetError>;

/// Whether the column chunks of a file can be taken as they are.
pub(super) fn is_copyable(table: &Table) -> bool {
    let end = table.source().len();
    let is_here = |chunk: &ColumnChunkMetaData| {
        let start = chunk.dictionary_page_offset().unwrap_or(chunk.data_page_offset());
        let ends = start.checked_add(chunk.compressed_size());
        // In this file, and where an offset of its own is first: not so in some old files.
        chunk.file_path().is_none()
            && (4..=chunk.data_page_offset()).contains(&start)
            && ends.is_some_and(|ends| ends > start && ends.unsigned_abs() <= end)
    };
    let groups = table.metadata().row_groups();
    // A number that the format ends at; of a file past it only the first groups can be written.
    groups.len() <= i16::MAX as usize
        && groups.iter().all(|group| group.num_rows() > 0 && group.columns().iter().all(is_here))
}

/// Writes all of a file, and the answers beside it.
pub(super) fn copy<W: Write + Send>(
    task: Task<'_>,
    table: &Table,
    output: W,
    at_once: usize,
) -> Result<(W, Tally)> {
    let Task { question, watch, .. } = task;
    let broken = |source| table.broken(source);
    let source = table.source();
    let metadata = guarded(|| with_page_indexes(table, &source)).map_err(broken)?;
    let mut properties = properties(Some(&metadata), None);
    if let Some(writer) = metadata.file_metadata().created_by() {
        properties = properties.set_created_by(writer.to_owned());
    }
    let properties = Arc::new(properties.build());
    let answers = Answers::new(question, properties.clone())?;
    let schema = with_column(&metadata, &answers.parquet).map_err(broken)?;
    let mut writer = SerializedFileWriter::new(output, schema, properties).map_err(broken)?;
    for pair in key_values(table, &question.appended(table.schema())) {
        writer.append_key_value_metadata(pair);
    }

    let mut tally = Tally::default();
    let mut next_row = 0_usize;
    let groups = table.group_rows().enumerate().map(|(group, rows)| {
        let first_row = next_row;
        // Of a broken file, of which the first rows are read.
        next_row = next_row.saturating_add(rows);
        (group, first_row)
    });
    let answer = |(group, first_row)| answers.of(task, table, group, first_row);
    let mut group = 0;
    in_order(groups, at_once, answer, |answered| {
        let broken = |source| table.broken_in(group, source);
        let mut row_group = writer.next_row_group().map_err(broken)?;
        guarded(|| append_chunks(&source, &metadata, group, &mut row_group)).map_err(broken)?;
        let stopped = |_| Error::Interrupted;
        let (chunks, of_group) = answered.recv().map_err(stopped)??;
        for mut chunk in chunks {
            // The footer has indexes of all columns, or of none.
            if metadata.offset_index().is_none() {
                let close = chunk.close_mut();
                (close.column_index, close.offset_index) = (None, None);
            }
            chunk.append_to_row_group(&mut row_group).map_err(broken)?;
        }
        row_group.close().map_err(broken)?;
        tally.add(of_group);
        group += 1;
        watch.check()
    })?;
    Ok((guarded(|| writer.into_inner()).map_err(broken)?, tally))
}

/// The column of answers, and how it is encoded.
struct Answers {
    field: Field,
    parquet: TypePtr,
    encoders: ArrowRowGroupWriterFactory,
}

impl Answers {
    fn new(question: &Question, properties: WriterPropertiesPtr) -> Result<Self> {
        let schema = Arc::new(Schema::new(vec![question.field()]));
        let make = || {
            let parquet = ArrowSchemaConverter::new().convert(&schema)?.root_schema_ptr();
            // Encoders are had for a file alone.
            let file = SerializedFileWriter::new(std::io::sink(), parquet.clone(), properties)?;
            let encoders = ArrowRowGroupWriterFactory::new(&file, schema.clone());
            Ok::<_, ParquetError>((parquet, encoders))
        };
        let (parquet, encoders) = make().map_err(|error| Error::Arrow(error.into()))?;
        Ok(Self { field: question.field(), parquet, encoders })
    }

    /// Those for a row group, encoded.
    fn of(
        &self,
        task: Task<'_>,
        table: &Table,
        group: usize,
        first_row: usize,
    ) -> Result<(Vec<ArrowColumnChunk>, Tally)> {
        let Task { input, question, watch, tallies } = task;
        let broken = |source| table.broken_in(group, source);
        let mut writers = self.encoders.create_column_writers(0).map_err(broken)?;
        let mut tally = Tally::default();
        for points in input.points_of(table, group, first_row) {
            watch.check()?;
            let (answers, of_batch) = question.ask(&points?, tallies)?;
            let leaves = compute_leaves(&self.field, &answers).map_err(broken)?;
            for (writer, leaf) in writers.iter_mut().zip(&leaves) {
                writer.write(leaf).map_err(broken)?;
            }
            tally.add(of_batch);
            watch.add(of_batch);
        }
        let chunks = writers.into_iter().map(|writer| writer.close());
        Ok((chunks.collect::<ParquetResult<_>>().map_err(broken)?, tally))
    }
}

/// Writes the chunks of a row group of the input.
fn append_chunks<W: Write + Send>(
    source: &Source,
    metadata: &ParquetMetaData,
    group: usize,
    output: &mut SerializedRowGroupWriter<'_, W>,
) -> ParquetResult<()> {
    let row_group = metadata.row_group(group);
    for (column, chunk) in row_group.columns().iter().enumerate() {
        let column_index = metadata.column_index().filter(|_| metadata.offset_index().is_some());
        let column_index = column_index.map(|index| &index[group][column]);
        let offset_index = metadata.offset_index().map(|index| &index[group][column]);
        let close = ColumnCloseResult {
            bytes_written: chunk.compressed_size().unsigned_abs(),
            rows_written: row_group.num_rows().unsigned_abs(),
            metadata: stated(chunk)?,
            bloom_filter: Sbbf::read_from_column_chunk(chunk, source)?,
            column_index: column_index.cloned(),
            offset_index: offset_index.cloned(),
        };
        output.append_column(source, close)?;
    }
    Ok(())
}

/// A chunk whose statistics are where the footer of the copy says that they are.
///
/// Older files have the least and the greatest value in two fields whose order depends on the writer.
/// For numbers with a sign it has always been that of the numbers, which readers know: they are in the
/// newer fields too. Others stay in the older ones, of which readers use none but those of a writer
/// that they trust, by the name that the copy keeps.
fn stated(chunk: &ColumnChunkMetaData) -> ParquetResult<ColumnChunkMetaData> {
    let column = chunk.column_descr();
    let order = ColumnOrder::sort_order_for_type(
        column.logical_type_ref(),
        column.converted_type(),
        column.physical_type(),
    );
    let old = chunk.statistics().filter(|statistics| statistics.is_min_max_deprecated());
    let is_known = order == SortOrder::SIGNED || column.physical_type() == PhysicalType::BOOLEAN;
    match old.and_then(in_newer_fields).filter(|_| is_known) {
        Some(new) => chunk.clone().into_builder().set_statistics(new).build(),
        None => Ok(chunk.clone()),
    }
}

/// Those of a type that is a number, unless it is NaN, in the newer fields and the older ones.
fn in_newer_fields(old: &Statistics) -> Option<Statistics> {
    fn new<T: DataType>(old: &ValueStatistics<T::T>) -> Option<ValueStatistics<T::T>> {
        let (min, max) = (old.min_opt()?.clone(), old.max_opt()?.clone());
        let is_number = min <= max;
        let (distinct, nulls) = (old.distinct_count(), old.null_count_opt());
        let new = ValueStatistics::new(Some(min), Some(max), distinct, nulls, false);
        is_number.then(|| new.with_backwards_compatible_min_max(true))
    }
    match old {
        Statistics::Boolean(old) => new::<BoolType>(old).map(Statistics::Boolean),
        Statistics::Int32(old) => new::<Int32Type>(old).map(Statistics::Int32),
        Statistics::Int64(old) => new::<Int64Type>(old).map(Statistics::Int64),
        Statistics::Float(old) => new::<FloatType>(old).map(Statistics::Float),
        Statistics::Double(old) => new::<DoubleType>(old).map(Statistics::Double),
        Statistics::Int96(_) | Statistics::ByteArray(_) | Statistics::FixedLenByteArray(_) => None,
    }
}

fn with_page_indexes(table: &Table, source: &Source) -> ParquetResult<ParquetMetaData> {
    let mut reader = ParquetMetaDataReader::new_with_metadata(table.metadata().clone())
        .with_page_index_policy(PageIndexPolicy::Optional);
    reader.read_page_indexes(source)?;
    reader.finish()
}

/// The schema of a file with one more column behind the others.
fn with_column(metadata: &ParquetMetaData, column: &Type) -> ParquetResult<TypePtr> {
    let root = metadata.file_metadata().schema();
    let fields = root.get_fields().iter().chain(column.get_fields()).cloned();
    let schema = Type::group_type_builder(root.name()).with_fields(fields.collect());
    Ok(Arc::new(schema.build()?))
}

/// What the file says of itself, with this Arrow schema.
pub(super) fn key_values(table: &Table, schema: &Schema) -> Vec<KeyValue> {
    let metadata = table.metadata().file_metadata();
    let pairs = metadata.key_value_metadata().into_iter().flatten();
    let mut pairs: Vec<_> =
        pairs.filter(|pair| pair.key != ARROW_SCHEMA_META_KEY).cloned().collect();
    let has_schema = metadata
        .key_value_metadata()
        .is_some_and(|pairs| pairs.iter().any(|pair| pair.key == ARROW_SCHEMA_META_KEY));
    let is_needed = schema.fields().last().is_some_and(|answer| !is_of_parquet(answer.data_type()));
    // Without one, readers take the types of Parquet: they may know more of them than Arrow here.
    if has_schema || is_needed {
        let restored = table.wide_integers().and_then(|wide| wide.restored(schema));
        let schema = restored.unwrap_or_else(|| encode_arrow_schema(schema));
        pairs.push(KeyValue::new(ARROW_SCHEMA_META_KEY.to_owned(), schema));
    }
    pairs
}

/// Whether the type of answers can be told from that of Parquet.
fn is_of_parquet(dtype: &ArrowType) -> bool {
    match dtype {
        ArrowType::Utf8 | ArrowType::LargeUtf8 | ArrowType::Utf8View => true,
        ArrowType::Binary | ArrowType::LargeBinary | ArrowType::BinaryView => true,
        ArrowType::Boolean | ArrowType::Date32 | ArrowType::Decimal128(..) => true,
        ArrowType::Struct(fields) => fields.iter().all(|field| is_of_parquet(field.data_type())),
        dtype => dtype.is_integer() || dtype.is_floating(),
    }
}
