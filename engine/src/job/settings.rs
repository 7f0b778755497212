use parquet::basic::{BrotliLevel, Compression, GzipLevel, ZstdLevel};

use crate::error::{Error, Result};

/// How a job writes.
///
/// Without any of these, a Parquet file is copied: its column chunks stay as they are, byte for
/// byte, and the answers are written beside them.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How all columns are compressed; by default as the input's are.
    pub compression: Option<Compression>,
    /// Rows of a row group, at least 1; by default as many as in those of the input.
    pub row_group_size: Option<usize>,
    /// Whether outputs that are there already are replaced, not refused.
    pub overwrite: bool,
    /// Whether files that a former job has finished, by the same rule and with the same polygons,
    /// are left as they are; for a directory alone. All others are written.
    pub resume: bool,
    /// What becomes of a file of points that cannot be read.
    pub on_error: OnError,
    /// Whether the columns of CSV get the types that all their fields allow, where the output is not
    /// CSV; by default only those of the points do, and all others stay text.
    pub infer_types: bool,
    /// What buffers shall take in all, in bytes; by default 256 MiB. It decides how many files and
    /// row groups are worked on at once, at least one of each. Polygons and index are not in it.
    pub memory: usize,
}

/// What becomes of a file of points that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnError {
    /// The job ends with the error.
    #[default]
    Raise,
    /// It is left out, and told of in the summary.
    SkipFile,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            compression: None,
            row_group_size: None,
            overwrite: false,
            resume: false,
            on_error: OnError::default(),
            infer_types: false,
            memory: 256 << 20,
        }
    }
}

impl Settings {
    /// Whether all columns are to be written anew.
    pub(super) fn recodes(&self) -> bool {
        self.compression.is_some() || self.row_group_size.is_some()
    }

    /// # Errors
    ///
    /// [`Error::Parameter`] for a size of 0, and for settings that contradict each other.
    pub fn check(&self) -> Result<()> {
        if self.row_group_size == Some(0) {
            return Err(wrong("row_group_size", "expected at least 1, got 0"));
        }
        if self.resume && self.overwrite {
            return Err(wrong("resume", "goes on with what overwrite would do again: choose one"));
        }
        if self.memory == 0 {
            return Err(wrong("memory", "expected at least 1 byte, got 0"));
        }
        Ok(())
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

/// Reads a number of bytes, as in `512MB` or `1.5 GiB`: kB, MB, GB and TB are powers of 1000, KiB,
/// MiB, GiB and TiB of 1024.
///
/// # Errors
///
/// [`Error::Parameter`] for what is none.
pub fn bytes(text: &str) -> Result<usize> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let power = match &text[digits.len()..] {
        "" | "B" => Some(1.0),
        "kB" | "KB" => Some(1e3),
        "MB" => Some(1e6),
        "GB" => Some(1e9),
        "TB" => Some(1e12),
        "KiB" => Some(1024.0),
        "MiB" => Some(1_048_576.0),
        "GiB" => Some(1_073_741_824.0),
        "TiB" => Some(1_099_511_627_776.0),
        _ => None,
    };
    let number = digits.trim().parse::<f64>().ok().filter(|number| *number >= 0.0);
    match number.zip(power).map(|(number, power)| number * power) {
        // More than the machine has is as good as all of it.
        Some(bytes) if bytes.is_finite() => Ok(bytes as usize),
        _ => {
            let message =
                format!("expected a number of bytes, as in '512MB' or '1GiB', got '{text}'");
            Err(wrong("memory", &message))
        }
    }
}

fn unknown(text: &str) -> Error {
    let expected = "expected 'none', 'snappy', 'lz4', 'zstd', 'gzip' or 'brotli', the last three \
                    with a level if wanted, as 'zstd:9'";
    wrong("compression", &format!("{expected}; got '{text}'"))
}

pub(super) fn wrong(parameter: &'static str, message: &str) -> Error {
    Error::Parameter { parameter, message: message.to_owned() }
}
