use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::reader::{ChunkReader, Length};

use crate::error::{Error, Result};

/// Bytes that are asked for at once where a file is read through.
const READ_BYTES: usize = 1 << 18;

/// A file that is read from several threads, each at a place of its own.
///
/// A [`File`] has one place for all its duplicates: two threads would read each other's bytes.
#[derive(Clone)]
pub(crate) struct Source {
    file: Arc<File>,
    len: u64,
}

/// The bytes of a [`Source`] from a place on.
pub(crate) struct At {
    file: Arc<File>,
    at: u64,
}

impl Source {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let file = super::open(path)?;
        let len =
            file.metadata().map_err(|source| Error::Io { path: path.to_owned(), source })?.len();
        Ok(Self { file: Arc::new(file), len })
    }
}

impl Length for Source {
    fn len(&self) -> u64 {
        self.len
    }
}

impl ChunkReader for Source {
    type T = BufReader<At>;

    fn get_read(&self, start: u64) -> ParquetResult<Self::T> {
        let from = At { file: self.file.clone(), at: start };
        Ok(BufReader::with_capacity(READ_BYTES, from))
    }

    fn get_bytes(&self, start: u64, length: usize) -> ParquetResult<Bytes> {
        // Checked first: a broken file may promise any length.
        if start.checked_add(length as u64).is_none_or(|end| end > self.len) {
            let message = format!("{length} bytes at {start} are past the end, {}", self.len);
            return Err(ParquetError::EOF(message));
        }
        let mut bytes = vec![0; length];
        At { file: self.file.clone(), at: start }.read_exact(&mut bytes)?;
        Ok(bytes.into())
    }
}

impl Read for At {
    fn read(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
        #[cfg(unix)]
        let read = std::os::unix::fs::FileExt::read_at(&*self.file, bytes, self.at)?;
        #[cfg(windows)]
        let read = std::os::windows::fs::FileExt::seek_read(&*self.file, bytes, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}
