use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::path::Path;
use std::sync::{Arc, Once};

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
    ParquetRecordBatchReaderBuilder,
};
use parquet::arrow::{ARROW_SCHEMA_META_KEY, ProjectionMask};
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::metadata::{
    FileMetaData, KeyValue, ParquetMetaData, ParquetMetaDataBuilder, ParquetMetaDataOptions,
    ParquetMetaDataReader,
};

use super::header::Header;
use super::old_writers::mended;
use super::source::Source;
use super::wide_integers::WideIntegers;
use crate::error::{Error, Result};
use crate::stop::Stop;

/// Rows that are read, matched and written together.
pub(crate) const BATCH_ROWS: usize = 1 << 16;

/// A Parquet file whose footer has been read.
pub(crate) struct Table {
    header: Header,
    source: Source,
    metadata: ArrowReaderMetadata,
    wide: Option<WideIntegers>,
}

/// Reads what a file says of itself, and puts right what is wrong with it.
fn load(source: Source) -> ParquetResult<(Source, ArrowReaderMetadata, Option<WideIntegers>)> {
    // With all that is said of pages, so that it can be written again.
    let options = ParquetMetaDataOptions::new().with_encoding_stats_as_mask(false);
    let mut reader = ParquetMetaDataReader::new().with_metadata_options(Some(options));
    reader.try_parse(&source)?;
    let (metadata, patches) = mended(&source, reader.finish()?)?;
    let (metadata, wide) = narrowed(metadata);
    let metadata = ArrowReaderMetadata::try_new(Arc::new(metadata), ArrowReaderOptions::new())?;
    Ok((source.with_patches(patches), metadata, wide))
}

/// The metadata with an Arrow schema that can be read, and the integers that are not in it.
fn narrowed(metadata: ParquetMetaData) -> (ParquetMetaData, Option<WideIntegers>) {
    let file = metadata.file_metadata();
    let is_schema = |pair: &&KeyValue| pair.key == ARROW_SCHEMA_META_KEY;
    let kept = file.key_value_metadata().and_then(|pairs| pairs.iter().find(is_schema));
    let wide = kept.and_then(|pair| WideIntegers::of(pair.value.as_deref()?));
    let Some((schema, wide)) = wide.and_then(|wide| Some((wide.narrowed()?, wide))) else {
        return (metadata, None);
    };
    let mut pairs = file.key_value_metadata().cloned().unwrap_or_default();
    for pair in pairs.iter_mut().filter(|pair| pair.key == ARROW_SCHEMA_META_KEY) {
        pair.value = Some(schema.clone());
    }
    let file = FileMetaData::new(
        file.version(),
        file.num_rows(),
        file.created_by().map(str::to_owned),
        Some(pairs),
        file.schema_descr_ptr(),
        file.column_orders().cloned(),
    );
    let builder = ParquetMetaDataBuilder::new(file);
    (builder.set_row_groups(metadata.row_groups().to_vec()).build(), Some(wide))
}

impl Table {
    pub(crate) fn open(path: &Path, stop: &Stop) -> Result<Self> {
        let source = Source::open(path, stop)?;
        let (source, metadata, wide) = guarded(|| load(source)).map_err(|error| {
            let message = "more than 32,768 row groups, the most that can be read: write it again \
                           with larger ones";
            match error.to_string().contains("ordinal") {
                true => Error::Columns { message: message.to_owned() }.in_file(path),
                false => Error::Parquet { path: path.to_owned(), source: error },
            }
        })?;
        let mut columns = metadata.metadata().row_groups().iter().flat_map(|group| group.columns());
        if let Some(column) = columns.find(|chunk| chunk.crypto_metadata().is_some()) {
            let message = format!("column '{}' is encrypted", column.column_path().string());
            return Err(Error::Columns { message }.in_file(path));
        }
        let header = Header::new(path, metadata.schema().clone());
        let header = header.with_metadata(metadata.metadata().clone());
        Ok(Self { header, source, metadata, wide })
    }

    pub(crate) fn header(&self) -> &Header {
        &self.header
    }

    pub(crate) fn schema(&self) -> &SchemaRef {
        self.header.schema()
    }

    pub(crate) fn metadata(&self) -> &ParquetMetaData {
        self.metadata.metadata()
    }

    pub(crate) fn rows(&self) -> usize {
        usize::try_from(self.metadata().file_metadata().num_rows()).unwrap_or(0)
    }

    /// Integers of 128 bits, which are read as bytes.
    pub(crate) fn wide_integers(&self) -> Option<&WideIntegers> {
        self.wide.as_ref()
    }

    pub(crate) fn path(&self) -> &Path {
        self.header.path()
    }

    /// The whole file, to be copied.
    pub(crate) fn source(&self) -> Source {
        self.source.whole()
    }

    /// What is kept of the file at most, while it is read at a place.
    pub(crate) fn kept_bytes(&self) -> usize {
        self.source.kept_bytes()
    }

    /// Rows of each row group, in order.
    pub(crate) fn group_rows(&self) -> impl Iterator<Item = usize> {
        let groups = self.metadata().row_groups().iter();
        groups.map(|group| usize::try_from(group.num_rows()).unwrap_or(0))
    }

    /// The batches of all columns, or of those with these places in the schema.
    pub(crate) fn batches(
        &self,
        columns: Option<&[usize]>,
    ) -> Result<impl Iterator<Item = Result<RecordBatch>> + use<'_>> {
        self.batches_of(BATCH_ROWS, columns)
    }

    /// As [`Table::batches`], with so many rows each.
    pub(super) fn batches_of(
        &self,
        rows: usize,
        columns: Option<&[usize]>,
    ) -> Result<impl Iterator<Item = Result<RecordBatch>> + use<'_>> {
        self.read(rows, columns, None)
    }

    /// As [`Table::batches`], of one row group; errors tell which.
    pub(crate) fn batches_in(
        &self,
        group: usize,
        columns: Option<&[usize]>,
    ) -> Result<impl Iterator<Item = Result<RecordBatch>> + use<'_>> {
        self.read(BATCH_ROWS, columns, Some(group))
    }

    fn read(
        &self,
        rows: usize,
        columns: Option<&[usize]>,
        group: Option<usize>,
    ) -> Result<impl Iterator<Item = Result<RecordBatch>> + use<'_>> {
        let broken = move |error| match group {
            Some(group) => self.broken_in(group, error),
            None => self.broken(error),
        };
        let reader = guarded(|| self.reader(rows, columns, group)).map_err(broken)?;
        let mut reader = Some(reader);
        Ok(std::iter::from_fn(move || {
            let next = || Ok(reader.as_mut().and_then(Iterator::next).transpose()?);
            let batch = guarded(next).transpose();
            let batch = batch.map(|batch| batch.map_err(broken));
            // What is left of a broken file is not looked at.
            reader = reader.take().filter(|_| matches!(batch, Some(Ok(_))));
            batch
        }))
    }

    fn reader(
        &self,
        rows: usize,
        columns: Option<&[usize]>,
        group: Option<usize>,
    ) -> std::result::Result<ParquetRecordBatchReader, ParquetError> {
        let schema = self.metadata.parquet_schema();
        let columns = match columns {
            Some(columns) => ProjectionMask::roots(schema, columns.iter().copied()),
            None => ProjectionMask::all(),
        };
        let leaves = (0..schema.num_columns()).filter(|&leaf| columns.leaf_included(leaf));
        let leaves: Vec<_> = leaves.collect();
        let groups = self.metadata().row_groups().iter().enumerate();
        let groups = groups.filter(|(at, _)| group.is_none_or(|group| group == *at));
        let chunks =
            groups.flat_map(|(_, group)| leaves.iter().filter_map(|at| group.columns().get(*at)));
        let longest = chunks.map(|chunk| chunk.compressed_size().unsigned_abs()).max();
        let source = self.source.through(leaves.len(), longest.unwrap_or(0));
        let mut reader =
            ParquetRecordBatchReaderBuilder::new_with_metadata(source, self.metadata.clone())
                .with_projection(columns);
        if let Some(group) = group {
            reader = reader.with_row_groups(vec![group]);
        }
        reader.with_batch_size(rows).build()
    }

    pub(crate) fn broken(&self, source: ParquetError) -> Error {
        Error::Parquet { path: self.path().to_owned(), source }
    }

    pub(crate) fn broken_in(&self, row_group: usize, source: ParquetError) -> Error {
        Error::RowGroup { path: self.path().to_owned(), row_group, source }
    }
}

/// Runs a part of the Parquet reader, which panics on some broken files, and makes that an error.
pub(crate) fn guarded<T>(
    read: impl FnOnce() -> std::result::Result<T, ParquetError>,
) -> std::result::Result<T, ParquetError> {
    caught(read).unwrap_or_else(|panic| Err(ParquetError::General(panic)))
}

/// Runs a part of a reader, and gives what a panic in it says; nothing is printed of it.
pub(crate) fn caught<T>(read: impl FnOnce() -> T) -> std::result::Result<T, String> {
    // What a panic leaves behind is dropped and not used again.
    catch_unwind(AssertUnwindSafe(|| quiet(read))).map_err(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or(panic.downcast_ref::<&str>().copied()).unwrap_or("no reason given");
        format!("broken file: {text}")
    })
}

thread_local! {
    /// Whether a panic on this thread becomes an error.
    static IS_CAUGHT: Cell<bool> = const { Cell::new(false) };
}

/// Runs what another thread waits for, which makes an error of a panic: nothing is printed of it.
pub(crate) fn quiet<T>(work: impl FnOnce() -> T) -> T {
    /// Restores what was before, after a panic as well.
    struct Before(bool);
    impl Drop for Before {
        fn drop(&mut self) {
            IS_CAUGHT.set(self.0);
        }
    }

    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        // That of a thread which panics can not be replaced.
        if !std::thread::panicking() {
            let other = take_hook();
            set_hook(Box::new(move |panic| {
                if !IS_CAUGHT.get() {
                    other(panic);
                }
            }));
        }
    });
    let _before = Before(IS_CAUGHT.replace(true));
    work()
}
