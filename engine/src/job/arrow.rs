use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use arrow_array::RecordBatch;
use arrow_ipc::reader::{FileReader, read_footer_length};
use arrow_ipc::{root_as_footer, root_as_message};
use arrow_schema::ArrowError;
use parquet::file::reader::{ChunkReader, Length};

use crate::error::{Error, Result};
use crate::file::{BATCH_ROWS, Header, Source, caught};
use crate::stop::Stop;

/// A file in the file format of Arrow IPC. A record batch of it is read as a whole.
pub(super) struct Arrow {
    header: Header,
    stop: Stop,
    rows: usize,
}

impl Arrow {
    pub(super) fn open(path: &Path, stop: &Stop) -> Result<Self> {
        let source = Source::open(path, stop)?.whole();
        let mut file = source.reader();
        let wide = guarded(path, || Ok(first_wide(&mut file).ok().flatten()))?;
        if let Some(name) = wide {
            let message = format!("column '{name}' has integers of 128 bits, which are not read");
            return Err(Error::Columns { message }.in_file(path));
        }
        // First: the reader of the schema reads dictionaries, too.
        let rows = guarded(path, || count(&source))?;
        let schema = guarded(path, || Ok(FileReader::try_new(&mut file, None)?.schema()))?;
        Ok(Self { header: Header::new(path, schema), stop: stop.clone(), rows })
    }

    pub(super) fn header(&self) -> &Header {
        &self.header
    }

    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// Of so many rows that they can be matched and written together.
    pub(super) fn batches(&self) -> Result<impl Iterator<Item = Result<RecordBatch>> + use<'_>> {
        let path = self.header.path();
        // Not kept open: there may be many.
        let file = Source::open(path, &self.stop)?.whole().reader();
        let open = || FileReader::try_new(file, None);
        let mut reader = Some(guarded(path, open)?);
        let batches = std::iter::from_fn(move || {
            let next = || reader.as_mut().and_then(Iterator::next).transpose();
            let batch = guarded(path, next).transpose();
            // What is left of a broken file is not looked at.
            reader = reader.take().filter(|_| matches!(batch, Some(Ok(_))));
            batch
        });
        Ok(batches.flat_map(|batch| match batch {
            Ok(batch) => slices(&batch),
            Err(error) => vec![Err(error)],
        }))
    }
}

fn slices(batch: &RecordBatch) -> Vec<Result<RecordBatch>> {
    let rows = batch.num_rows();
    let starts = (0..rows).step_by(BATCH_ROWS);
    starts.map(|start| Ok(batch.slice(start, BATCH_ROWS.min(rows - start)))).collect()
}

/// The bytes of the footer.
fn footer(file: &mut (impl Read + Seek)) -> std::result::Result<Vec<u8>, ArrowError> {
    let mut end = [0; 10];
    let length = file.seek(SeekFrom::End(-10))?;
    file.read_exact(&mut end)?;
    let bytes = read_footer_length(end)?;
    if bytes as u64 > length {
        return Err(ArrowError::ParseError(format!("a footer of {bytes} bytes in {length}")));
    }
    let mut footer = vec![0; bytes];
    file.seek(SeekFrom::Start(length - bytes as u64))?;
    file.read_exact(&mut footer)?;
    Ok(footer)
}

/// The first column with integers of 128 bits, which Polars writes and Arrow does not have.
fn first_wide(file: &mut (impl Read + Seek)) -> std::result::Result<Option<String>, ArrowError> {
    fn is_wide(field: &arrow_ipc::Field<'_>) -> bool {
        field.type_as_int().is_some_and(|int| int.bitWidth() > 64)
            || field.children().into_iter().flatten().any(|child| is_wide(&child))
    }
    let footer = footer(file)?;
    let footer = root_as_footer(&footer).map_err(broken)?;
    let fields = footer.schema().and_then(|schema| schema.fields());
    let wide = fields.into_iter().flatten().find(is_wide);
    Ok(wide.and_then(|field| field.name()).map(str::to_owned))
}

fn broken(error: impl std::fmt::Display) -> ArrowError {
    ArrowError::ParseError(error.to_string())
}

/// Rows of all batches, as their heads say.
///
/// The reader takes room for whatever a file promises: what cannot be in it is an error before.
fn count(file: &Source) -> std::result::Result<usize, ArrowError> {
    let footer = footer(&mut file.reader())?;
    let footer = root_as_footer(&footer).map_err(broken)?;
    let mut rows = 0_usize;
    let dictionaries = footer.dictionaries().into_iter().flatten();
    for (is_batch, block) in dictionaries
        .map(|block| (false, block))
        .chain(footer.recordBatches().into_iter().flatten().map(|block| (true, block)))
    {
        let size = |bytes: i64| u64::try_from(bytes).ok();
        let (start, head) = (size(block.offset()), size(block.metaDataLength().into()));
        let body = start.zip(head).and_then(|(start, head)| start.checked_add(head));
        let end = body.zip(size(block.bodyLength())).and_then(|(at, body)| at.checked_add(body));
        let ((Some(start), Some(head)), Some(body)) = ((start, head), body) else {
            return Err(broken("a batch is nowhere in the file"));
        };
        if end.is_none_or(|end| end > file.len()) {
            return Err(broken(format!("a batch ends behind the end, {}", file.len())));
        }
        let head = file.get_bytes(start, head as usize)?;
        // The length goes before it; in newer files a mark before that.
        let from = if head.starts_with(&[0xff; 4]) { 8 } else { 4 };
        let message = root_as_message(head.get(from..).unwrap_or_default()).map_err(broken)?;
        let batch = message.header_as_record_batch();
        let of_dictionary = message.header_as_dictionary_batch().and_then(|d| d.data());
        for batch in batch.into_iter().chain(of_dictionary) {
            check_lengths(file, body, &batch)?;
        }
        let length = batch.filter(|_| is_batch).map_or(0, |batch| batch.length());
        rows = rows.saturating_add(usize::try_from(length).unwrap_or(0));
    }
    Ok(rows)
}

/// Bytes that one byte stands for at most, where it is compressed.
const MOST_PER_BYTE: u64 = 1 << 16;

/// Refuses compressed buffers that promise more than they can have.
fn check_lengths(
    file: &Source,
    body: u64,
    batch: &arrow_ipc::RecordBatch<'_>,
) -> std::result::Result<(), ArrowError> {
    // Of an object each would be a request.
    if batch.compression().is_none() || !file.is_local() {
        return Ok(());
    }
    for buffer in batch.buffers().into_iter().flatten() {
        let (at, bytes) = (buffer.offset().unsigned_abs(), buffer.length().unsigned_abs());
        if bytes < 8 {
            continue;
        }
        let start = body.checked_add(at).ok_or_else(|| broken("a buffer is nowhere"))?;
        let length = file.get_bytes(start, 8)?;
        let length = i64::from_le_bytes(length[..].try_into().unwrap_or_default());
        // Less than none is for one that is not compressed.
        if u64::try_from(length).is_ok_and(|length| length > bytes.saturating_mul(MOST_PER_BYTE)) {
            return Err(broken(format!("a buffer of {length} bytes in {bytes}")));
        }
    }
    Ok(())
}

/// Runs a part of the reader, which panics on some broken files; errors name the file.
fn guarded<T>(path: &Path, read: impl FnOnce() -> std::result::Result<T, ArrowError>) -> Result<T> {
    match caught(read) {
        Ok(Ok(read)) => Ok(read),
        Ok(Err(ArrowError::IoError(_, source))) => Err(Error::Io { path: path.to_owned(), source }),
        Ok(Err(error)) => Err(Error::from(error).in_file(path)),
        Err(panic) => Err(Error::from(ArrowError::ParseError(panic)).in_file(path)),
    }
}
