use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use arrow_array::RecordBatch;
use arrow_ipc::reader::{FileReader, read_footer_length};
use arrow_ipc::{root_as_footer, root_as_message};
use arrow_schema::ArrowError;

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
        let mut file = Source::open(path, stop)?.whole().reader();
        let (schema, rows) = guarded(path, || {
            let schema = FileReader::try_new(&mut file, None)?.schema();
            Ok((schema, count(&mut file)?))
        })?;
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

/// Rows of all batches, as their heads say.
fn count(file: &mut (impl Read + Seek)) -> std::result::Result<usize, ArrowError> {
    let broken = |error| ArrowError::ParseError(format!("{error}"));
    let mut end = [0; 10];
    file.seek(SeekFrom::End(-10))?;
    file.read_exact(&mut end)?;
    let mut footer = vec![0; read_footer_length(end)?];
    file.seek(SeekFrom::End(-10 - footer.len() as i64))?;
    file.read_exact(&mut footer)?;
    let footer = root_as_footer(&footer).map_err(broken)?;
    let mut rows = 0;
    for block in footer.recordBatches().into_iter().flatten() {
        let mut head = vec![0; usize::try_from(block.metaDataLength()).unwrap_or(0)];
        file.seek(SeekFrom::Start(block.offset().unsigned_abs()))?;
        file.read_exact(&mut head)?;
        // The length goes before it; in newer files a mark before that.
        let start = if head.starts_with(&[0xff; 4]) { 8 } else { 4 };
        let message = root_as_message(head.get(start..).unwrap_or_default()).map_err(broken)?;
        let length = message.header_as_record_batch().map_or(0, |batch| batch.length());
        rows += usize::try_from(length).unwrap_or(0);
    }
    Ok(rows)
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
