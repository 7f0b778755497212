use parquet::basic::{BrotliLevel, Compression, GzipLevel, ZstdLevel};

use crate::error::{Error, Result};

/// How a job writes.
///
/// Without any of these, a Parquet file is copied: its column chunks stay as they are, byte for
/// byte, and the answers are written beside them.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// How all columns are compressed; by default as the input's are.
    pub compression: Option<Compression>,
    /// Rows of a row group, at least 1; by default as many as in those of the input.
    pub row_group_size: Option<usize>,
}

impl Settings {
    /// Whether all columns are to be written anew.
    pub(super) fn recodes(&self) -> bool {
        self.compression.is_some() || self.row_group_size.is_some()
    }

    /// # Errors
    ///
    /// [`Error::Parameter`] for a size of 0.
    pub(super) fn check(&self) -> Result<()> {
        match self.row_group_size {
            Some(0) => Err(wrong("row_group_size", "expected at least 1, got 0")),
            _ => Ok(()),
        }
    }
}

/// Reads the name of a compression: `none`, `snappy`, `lz4`, or `zstd`, `gzip` and `brotli`, these
/// with a level if wanted, as in `zstd:9`.
///
/// # Errors
///
/// [`Error::Parameter`] for another name, and for a level that there is not.
pub fn compression(text: &str) -> Result<Compression> {
    let (name, level) = match text.split_once(':') {
        Some((name, level)) => (name, Some(level.parse::<u32>().map_err(|_| unknown(text))?)),
        None => (text, None),
    };
    let of_level = |level: Option<u32>| match (name, level) {
        ("none", None) => Ok(Some(Compression::UNCOMPRESSED)),
        ("snappy", None) => Ok(Some(Compression::SNAPPY)),
        ("lz4", None) => Ok(Some(Compression::LZ4_RAW)),
        ("zstd", None) => Ok(Some(Compression::ZSTD(ZstdLevel::default()))),
        ("zstd", Some(level)) => ZstdLevel::try_new(i32::try_from(level).unwrap_or(i32::MAX))
            .map(Compression::ZSTD)
            .map(Some),
        ("gzip", None) => Ok(Some(Compression::GZIP(GzipLevel::default()))),
        ("gzip", Some(level)) => GzipLevel::try_new(level).map(Compression::GZIP).map(Some),
        ("brotli", None) => Ok(Some(Compression::BROTLI(BrotliLevel::default()))),
        ("brotli", Some(level)) => BrotliLevel::try_new(level).map(Compression::BROTLI).map(Some),
        _ => Ok(None),
    };
    match of_level(level) {
        Ok(Some(compression)) => Ok(compression),
        Ok(None) | Err(_) => Err(unknown(text)),
    }
}

fn unknown(text: &str) -> Error {
    let expected = "expected 'none', 'snappy', 'lz4', 'zstd', 'gzip' or 'brotli', the last three \
                    with a level if wanted, as 'zstd:9'";
    wrong("compression", &format!("{expected}; got '{text}'"))
}

fn wrong(parameter: &'static str, message: &str) -> Error {
    Error::Parameter { parameter, message: message.to_owned() }
}
