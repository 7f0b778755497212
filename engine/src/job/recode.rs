//! Parquet to Parquet with all columns decoded and encoded anew, where copying them is not possible
//! or not what is asked for.

use std::io::Write;
use std::sync::mpsc::sync_channel;

use arrow_array::RecordBatch;
use parquet::arrow::{ARROW_SCHEMA_META_KEY, ArrowWriter};

use super::input::PointReader;
use super::question::Question;
use super::settings::Settings;
use super::watch::{Tally, Watch};
use super::writing::properties;
use crate::error::{Error, Result};

/// Batches that may be read and matched before the writer has taken one.
const BATCHES_AHEAD: usize = 2;

/// Reads, matches and writes a file, batch by batch.
pub(super) fn recode<W: Write + Send>(
    input: &PointReader,
    question: &Question,
    settings: &Settings,
    memory: usize,
    output: W,
    watch: &Watch,
) -> Result<(W, Tally)> {
    let table = input.table();
    let metadata = table.metadata();
    let broken = |source| table.broken(source);
    // Half of it for what is encoded of a row group, unless its rows are told.
    let mut properties = properties(metadata, settings.compression);
    if settings.row_group_size.is_none() {
        properties = properties.set_max_row_group_bytes(Some((memory / 2).max(1)));
    }
    // As long as the longest of the input.
    if let Some(rows) =
        settings.row_group_size.or(table.group_rows().max().filter(|rows| *rows > 0))
    {
        properties = properties.set_max_row_group_row_count(Some(rows));
    }
    let schema = question.appended(table.schema());
    let mut writer =
        ArrowWriter::try_new(output, schema.into(), Some(properties.build())).map_err(broken)?;
    for pair in metadata.file_metadata().key_value_metadata().into_iter().flatten() {
        if pair.key != ARROW_SCHEMA_META_KEY {
            writer.append_key_value_metadata(pair.clone());
        }
    }
    let mut tally = Tally::default();
    std::thread::scope(|scope| {
        let (sender, receiver) = sync_channel::<Result<(RecordBatch, Tally)>>(BATCHES_AHEAD);
        scope.spawn(move || {
            for read in input.batches(*question.matcher.rule()) {
                let matched = read.and_then(|(batch, points)| {
                    watch.check()?;
                    question.append(&batch, &points)
                });
                let stop = matched.is_err();
                // The writer has given up when it no longer receives.
                if sender.send(matched).is_err() || stop {
                    break;
                }
            }
        });
        for matched in receiver {
            let (batch, of_batch) = matched?;
            writer.write(&batch).map_err(broken)?;
            tally.add(of_batch);
            watch.add(of_batch);
        }
        Ok::<_, Error>(())
    })?;
    Ok((writer.into_inner().map_err(broken)?, tally))
}
