//! A file with all columns decoded and encoded anew, where copying them is not possible or not what
//! is asked for.

use std::io::Write;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;

use arrow_array::RecordBatch;

use super::format::Format;
use super::question::Task;
use super::settings::Settings;
use super::sink::Sink;
use super::watch::Tally;
use crate::error::{Error, Result};
use crate::file::quiet;
use crate::stop::Current;

/// Batches that may be read and matched before the writer has taken one.
const BATCHES_AHEAD: usize = 2;

/// Reads, matches and writes a file, batch by batch.
pub(super) fn recode<W: Write + Send>(
    task: Task<'_>,
    format: Format,
    settings: &Settings,
    memory: usize,
    output: W,
) -> Result<(W, Tally)> {
    let Task { input, question, watch, tallies } = task;
    let in_file = |error: Error| error.in_file(input.path());
    let schema = Arc::new(question.appended(&input.schema()));
    let mut sink = Sink::new(format, &schema, input, settings, memory, output).map_err(in_file)?;
    let mut tally = Tally::default();
    std::thread::scope(|scope| {
        let (sender, receiver) = sync_channel::<Result<(RecordBatch, Tally)>>(BATCHES_AHEAD);
        let current = Current::get();
        let read_all = move || {
            for read in input.batches() {
                let matched = read.and_then(|(batch, points)| {
                    watch.check()?;
                    question
                        .append(&batch, &points, tallies)
                        .map_err(|error| error.in_file(input.path()))
                });
                let stop = matched.is_err();
                // The writer has given up when it no longer receives.
                if sender.send(matched).is_err() || stop {
                    break;
                }
            }
        };
        scope.spawn(move || current.during(|| quiet(read_all)));
        for matched in receiver {
            let (batch, of_batch) = matched?;
            sink.write(&batch).map_err(in_file)?;
            tally.add(of_batch);
            watch.add(of_batch);
        }
        Ok::<_, Error>(())
    })?;
    Ok((sink.finish().map_err(in_file)?, tally))
}
