use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use super::copy::{copy, is_copyable};
use super::csv_copy::copy_csv;
use super::files::Pair;
use super::format::Format;
use super::manifest::{self, Former, Manifest};
use super::output::{Folders, Output, folder_of};
use super::question::{Question, Task};
use super::recode::recode;
use super::survey::Surveyed;
use super::tally::Tallies;
use super::temporary::Temporaries;
use super::watch::{FAREWELL, Tally, Watch, Watched};
use super::{MatchParquet, Skipped};
use crate::error::{Error, Result};
use crate::file::caught;
use crate::stop::Stop;
use crate::threads;

/// What a row group takes at least while it is worked on: pages of its points, and batches.
const GROUP_BYTES: usize = 4 << 20;

/// Columns that the points are in, at most.
const POINT_COLUMNS: usize = 2;

/// What the answer to a row takes at most, if it is not text.
const ANSWER_BYTES: usize = 24;

/// The threads that write the files: each takes one after the other, whole.
///
/// They are not waited for when the job is stopped, so they own what they work with.
pub(super) struct Crew {
    pub(super) job: MatchParquet,
    pub(super) question: Question,
    pub(super) watch: Arc<Watch>,
    /// Empty ones, to begin with for each file.
    pub(super) tallies: Tallies,
    pub(super) temporaries: Temporaries,
    /// Whether there are several files, so that an error has to name its file.
    pub(super) several: bool,
}

/// A file that is on the disk, but under no name yet.
struct Written {
    output: Output,
    tally: Tally,
    tallies: Tallies,
    /// Bytes of the input, and when it was changed last.
    state: (u64, u64),
}

/// What is done of all files.
pub(super) struct Done {
    pub(super) files: usize,
    pub(super) tally: Tally,
    pub(super) tallies: Tallies,
}

impl Crew {
    /// Writes the files.
    pub(super) fn write(
        self,
        files: Vec<Surveyed>,
        former: Option<Former>,
        skipped: &mut Vec<Skipped>,
        report: &mut dyn FnMut() -> Result<()>,
    ) -> Result<Done> {
        let (crew, files) = (Arc::new(self), Arc::new(files));
        let folders = Folders::default();
        let written = crew.write_all(&files, former, &folders, skipped, report);
        if written.is_err() {
            crew.temporaries.close();
            folders.unmake();
        }
        written
    }

    fn write_all(
        self: &Arc<Self>,
        files: &Arc<Vec<Surveyed>>,
        former: Option<Former>,
        folders: &Folders,
        skipped: &mut Vec<Skipped>,
        report: &mut dyn FnMut() -> Result<()>,
    ) -> Result<Done> {
        let begin = {
            let (crew, files, folders) = (self.clone(), files.clone(), folders.clone());
            move |stop: &Stop| {
                if former.is_some() {
                    folders.make(&crew.job.output)?;
                }
                for file in files.iter() {
                    stop.check()?;
                    folders.make(folder_of(&file.pair.output))?;
                }
                former.map(|former| former.go_on(&crew.temporaries)).transpose()
            }
        };
        let mut manifest = self.watch.over(report, begin)?;
        let mut done = Done { files: 0, tally: Tally::default(), tallies: self.tallies.clone() };
        let next = Arc::new(AtomicUsize::new(0));
        let threads = threads::count().min(files.len()).max(1);
        let (sender, receiver) = sync_channel(threads);
        for _ in 0..threads {
            let (crew, files) = (self.clone(), files.clone());
            let (sender, next) = (sender.clone(), next.clone());
            std::thread::spawn(move || {
                while let Some(file) = files.get(next.fetch_add(1, Relaxed)) {
                    let written = caught(|| {
                        let stop = crew.watch.to_stop();
                        stop.during(|| crew.write_one(file, threads))
                    });
                    let written = written.unwrap_or_else(|message| {
                        Err(Error::Columns { message }.in_file(&file.pair.input))
                    });
                    // Nobody receives once the job is stopped.
                    if sender.send((file.pair.clone(), written)).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        let mut take = || -> Result<()> {
            while let Some((pair, written)) = self.watch.wait(&receiver, report)? {
                match written {
                    Ok(written) => {
                        report()?;
                        done.files += 1;
                        done.tally.add(written.tally);
                        done.tallies.merge(&written.tallies);
                        let mut noted = manifest.take();
                        manifest = self.watch.over(report, move |stop| {
                            stop.check()?;
                            finish(&pair, written, &mut noted)?;
                            Ok(noted)
                        })?;
                    }
                    Err(error) => skipped.push(self.job.skip(&pair, error)?),
                }
            }
            Ok(())
        };
        take().inspect_err(|_| {
            self.watch.stop();
            // What comes now is dropped, and its temporary file with it.
            let end = Instant::now() + FAREWELL;
            let left = || end.saturating_duration_since(Instant::now());
            while receiver.recv_timeout(left()).is_ok() {}
        })?;
        Ok(done)
    }

    fn write_one(&self, file: &Surveyed, files_at_once: usize) -> Result<Written> {
        self.watch.check()?;
        let pair = &file.pair;
        let settings = &self.job.settings;
        let state = manifest::state(&pair.input, self.watch.to_stop())?;
        let opened;
        let input = match &file.input {
            Some(input) => input,
            None => {
                opened = self.job.open(pair, self.watch.to_stop())?;
                &opened
            }
        };
        let output = Output::create(
            &pair.output,
            settings.overwrite || settings.resume,
            state.0,
            &self.temporaries,
            self.watch.to_stop(),
        )?;
        let failure = output.failure();
        let output = Watched { output, watch: self.watch.clone() };
        let memory = settings.memory / files_at_once;
        let format = Format::of(&pair.output);
        let tallies = Mutex::new(self.tallies.clone());
        let task = Task {
            input,
            question: &self.question,
            watch: &self.watch,
            tallies: Some(&tallies).filter(|_| !self.tallies.is_empty()),
        };
        let write = || match input.table() {
            Some(table)
                if format == Format::Parquet && !settings.recodes() && is_copyable(table) =>
            {
                let longest = table.group_rows().max().unwrap_or(0);
                let group = GROUP_BYTES + POINT_COLUMNS * table.kept_bytes();
                let at_once = memory / (group + longest.saturating_mul(ANSWER_BYTES));
                let at_once = at_once.clamp(1, threads::count() + 1);
                copy(task, table, output, at_once)
            }
            _ => match input.csv() {
                Some(csv) if format == Format::Csv => copy_csv(task, csv, output),
                _ => recode(task, format, settings, memory, output),
            },
        };
        let (Watched { mut output, .. }, tally) =
            write().map_err(|error| failure.or(error).in_points_file(&pair.input, self.several))?;
        if tally.rows != input.rows() {
            let message = format!("read {} rows, expected {}", tally.rows, input.rows());
            return Err(Error::Columns { message }.in_file(input.path()));
        }
        output.sync()?;
        let tallies = tallies.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(Written { output, tally, tallies, state })
    }
}

/// Gives a file its name, and notes that it is done.
fn finish(pair: &Pair, written: Written, manifest: &mut Option<Manifest>) -> Result<()> {
    let Written { output, tally, state, .. } = written;
    let bytes = output.commit()?;
    match manifest {
        Some(manifest) => manifest.add(pair, state, bytes, tally),
        None => Ok(()),
    }
}
