//! What old writers of Parquet got wrong, put right before it is read or copied.
//!
//! Readers know these mistakes by the name of the writer, each its own. Put right, a file is read as
//! any other, and so is a copy of it.

use std::io::Read;

use parquet::basic::Compression;
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData};
use parquet::file::reader::{ChunkReader, Length};

use super::page_header::PageHeader;
use super::source::{Patch, Source};

/// Bytes of a header that are read at first; more where it is longer.
const HEADER_BYTES: usize = 512;

/// A header is no longer than this, whatever is in its statistics.
const MOST_BYTES: usize = 1 << 24;

/// The metadata of a file as they should be, and the bytes of it that should be others.
///
/// parquet-mr before 1.2.9 left the header of a dictionary out of the length of its chunk
/// (PARQUET-816). parquet-cpp before it was a part of Arrow 3.0 marked pages of the second kind as not
/// compressed which are (ARROW-10353).
pub(super) fn mended(
    source: &Source,
    metadata: ParquetMetaData,
) -> Result<(ParquetMetaData, Vec<Patch>)> {
    let writer = metadata.file_metadata().created_by().unwrap_or_default();
    let is_short = is_older(writer, "parquet-mr", [1, 2, 9]);
    let is_mismarked = is_older(writer, "parquet-cpp", [2, 0, 0]);
    if !is_short && !is_mismarked {
        return Ok((metadata, vec![]));
    }
    let mut patches = Vec::new();
    let mut builder = metadata.into_builder();
    let mut groups = Vec::new();
    for group in builder.take_row_groups() {
        let mut chunks = group.columns().to_vec();
        for chunk in &mut chunks {
            let has_dictionary = chunk.dictionary_page_offset().is_some_and(|at| at > 0);
            if is_short && has_dictionary {
                *chunk = lengthened(source, chunk)?;
            }
            if is_mismarked && chunk.compression() != Compression::UNCOMPRESSED {
                marks(source, chunk, &mut patches)?;
            }
        }
        groups.push(group.into_builder().set_column_metadata(chunks).build()?);
    }
    patches.sort_unstable_by_key(|patch| patch.at);
    Ok((builder.set_row_groups(groups).build(), patches))
}

/// Whether a file was written by an application before this version.
fn is_older(created_by: &str, application: &str, version: [u32; 3]) -> bool {
    let (name, rest) = created_by.split_once(" version ").unwrap_or((created_by, ""));
    let mut parts = rest.split(|c: char| !c.is_ascii_digit() && c != '.').next().unwrap_or("");
    parts = parts.trim_end_matches('.');
    let mut numbers = parts.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let of = [(); 3].map(|()| numbers.next().unwrap_or(0));
    name.trim() == application && of < version
}

/// A chunk as long as its pages are.
fn lengthened(source: &Source, chunk: &ColumnChunkMetaData) -> Result<ColumnChunkMetaData> {
    let (start, length) = start_and_length(chunk)?;
    let (mut at, mut values) = (start, 0);
    while values < chunk.num_values() && at < source.len() {
        let page = header(source, at)?;
        values += page.values();
        at += page.bytes();
    }
    let missing = at.saturating_sub(start + length) as i64;
    if missing == 0 || at > source.len() {
        return Ok(chunk.clone());
    }
    chunk
        .clone()
        .into_builder()
        .set_total_compressed_size(chunk.compressed_size() + missing)
        .set_total_uncompressed_size(chunk.uncompressed_size() + missing)
        .build()
}

/// The marks of the pages of a chunk that are wrong.
fn marks(source: &Source, chunk: &ColumnChunkMetaData, patches: &mut Vec<Patch>) -> Result<()> {
    let (start, length) = start_and_length(chunk)?;
    let mut at = start;
    while at < (start + length).min(source.len()) {
        let page = header(source, at)?;
        if let Some((place, byte)) = page.not_compressed() {
            patches.push(Patch { at: at + place as u64, byte });
        }
        at += page.bytes();
    }
    Ok(())
}

fn start_and_length(chunk: &ColumnChunkMetaData) -> Result<(u64, u64)> {
    let wrong = || ParquetError::General("a column chunk is nowhere in the file".to_owned());
    let start = chunk.dictionary_page_offset().filter(|at| *at > 0);
    let start = start.unwrap_or(chunk.data_page_offset());
    let length = u64::try_from(chunk.compressed_size());
    let (start, length) = u64::try_from(start).ok().zip(length.ok()).ok_or_else(wrong)?;
    start.checked_add(length).map(|_| (start, length)).ok_or_else(wrong)
}

fn header(source: &Source, at: u64) -> Result<PageHeader> {
    let mut bytes = Vec::new();
    let mut wanted = HEADER_BYTES;
    loop {
        bytes.clear();
        source.get_read(at)?.take(wanted as u64).read_to_end(&mut bytes)?;
        match PageHeader::read(&bytes) {
            Some(header) if header.bytes() > 0 => return Ok(header),
            None if bytes.len() == wanted && wanted < MOST_BYTES => wanted *= 8,
            _ => return Err(ParquetError::General(format!("no page at byte {at}"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions() {
        let mr = |created_by| is_older(created_by, "parquet-mr", [1, 2, 9]);
        for old in [
            "parquet-mr version 1.2.8",
            "parquet-mr version 1.2",
            "parquet-mr",
            "parquet-mr version 1.2.1-cdh4 (build 8a9)",
            "parquet-mr version 0.9.12",
        ] {
            assert!(mr(old), "{old}");
        }
        for new in [
            "parquet-mr version 1.2.9",
            "parquet-mr version 1.10.0",
            "impala version 1.0",
            "parquet-cpp version 1.0.0",
            "",
            "parquet-rs version 0.1.0",
        ] {
            assert!(!mr(new), "{new}");
        }
        assert!(is_older("parquet-cpp version 1.5.1-SNAPSHOT", "parquet-cpp", [2, 0, 0]));
        assert!(!is_older("parquet-cpp-arrow version 3.0.0", "parquet-cpp", [2, 0, 0]));
    }
}
