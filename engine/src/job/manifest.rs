//! What is finished in a folder of outputs, and by which rule: lines of JSON, the first of which
//! says what was asked, each other one that a file is done.
//!
//! They are beside the folder, not in it: whatever reads the folder as a table finds the answers
//! alone.
//!
//! A line is on the disk before the next file is begun. What a killed job has left is whole lines
//! and at most a part of one at the end, which is as good as none.
//!
//! What has the name of a manifest and is none of ours is left alone: a link, another file, anything
//! else. Then there is no manifest, and no job.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs::{File, Metadata};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use twox_hash::xxhash3_128::Hasher;

use super::MatchParquet;
use super::files::{Pair, real};
use super::output::{Output, folder_of};
use super::temporary::{Temporaries, remove_stale};
use super::watch::Tally;
use crate::error::{Error, Result};
use crate::file::Source;
use crate::metric::Metric;
use crate::point_columns::PointColumns;
use crate::polygons::Invalid;
use crate::regular;
use crate::rule::{Center, Predicate};
use crate::stop::Stop;
use crate::store;

/// The key by which a manifest is known: the version that wrote it.
const VERSION: &str = "poly_match";

/// Bytes of the first line at most.
const MOST_OF_A_QUESTION: u64 = 1 << 20;

/// Where the manifest of a folder is: for `lake/out` it is `lake/.out.poly_match.jsonl`.
///
/// # Errors
///
/// [`Error::Parameter`] for a folder that nothing is beside.
pub(super) fn beside(folder: &Path) -> Result<PathBuf> {
    // By its real name, which `.`, `out/` and a link to it have not.
    let place = real(folder);
    let Some(name) = place.file_name() else {
        let message = format!("{}: expected a directory below it", folder.display());
        return Err(Error::Parameter { parameter: "output", message });
    };
    let mut hidden = OsString::from(".");
    hidden.push(name);
    hidden.push(".poly_match.jsonl");
    Ok(place.with_file_name(hidden))
}

/// What a former job has finished, and what is asked now.
pub(super) struct Former {
    path: PathBuf,
    question: Map<String, Value>,
    done: HashMap<String, Done>,
}

/// What is finished, while more is done.
pub(super) struct Manifest {
    path: PathBuf,
    file: File,
}

/// A file that is done: how its input was then, and its answers.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Done {
    file: String,
    bytes: u64,
    /// When the input was changed last, in nanoseconds since 1970; of an object a hash of what marks
    /// its content.
    changed: u64,
    output_bytes: u64,
    #[serde(flatten)]
    pub(super) tally: Tally,
}

/// Whether there is a manifest of ours at a place.
///
/// # Errors
///
/// [`Error::Io`] where something else is there: a link, whatever it leads to; a file that begins as
/// no manifest does; what is no file.
pub(super) fn is_there(place: &Path) -> Result<bool> {
    let io = |source| Error::Io { path: place.to_owned(), source };
    let foreign = |what: &str| {
        let message = format!("is {what}: the manifest of the output would be there, remove it");
        Err(io(io::Error::new(io::ErrorKind::AlreadyExists, message)))
    };
    let kind = match place.symlink_metadata() {
        Ok(metadata) => metadata.file_type(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(io(error)),
    };
    if let Some(name) = regular::name(kind) {
        return foreign(name);
    }
    let (file, _) = regular::open_unlinked(place).map_err(io)?;
    if begins_as_ours(file).map_err(io)? { Ok(true) } else { foreign("no manifest of a job") }
}

/// Whether the first line of a file is that of a manifest, or what a damaged disk has left of one.
fn begins_as_ours(file: File) -> io::Result<bool> {
    let mut line = Vec::new();
    BufReader::new(file).take(MOST_OF_A_QUESTION).read_until(b'\n', &mut line)?;
    let is_whole = line.ends_with(b"\n");
    let asked = serde_json::from_slice::<Map<String, Value>>(&line).ok();
    Ok(match asked {
        Some(asked) => asked.get(VERSION).is_some_and(Value::is_string),
        None => !is_whole && [VERSION, "by"].iter().any(|key| is_start(&line, key)),
    })
}

/// Whether some bytes begin as an object of JSON with this key.
fn is_start(bytes: &[u8], key: &str) -> bool {
    bytes.starts_with(format!("{{\"{key}\":").as_bytes())
}

impl Former {
    /// Reads that at a place, where it is to be followed.
    ///
    /// # Errors
    ///
    /// Those of [`is_there`]; [`Error::Parameter`] where `resume` meets one of another question.
    pub(super) fn read(
        path: PathBuf,
        folder: &Path,
        question: Map<String, Value>,
        resume: bool,
    ) -> Result<Self> {
        let io = |source| Error::Io { path: path.clone(), source };
        if !is_there(&path)? || !resume {
            return Ok(Self { path, question, done: HashMap::new() });
        }
        let (file, _) = regular::open_unlinked(&path).map_err(io)?;
        let (asked, done) = read(&path, file)?;
        if let Some(difference) = difference(&asked, &question) {
            let message = format!("{} was begun otherwise: {difference}", folder.display());
            return Err(Error::Parameter { parameter: "resume", message });
        }
        Ok(Self { path, question, done })
    }

    /// What is known of a file that is done and has not changed since, and whose output is there.
    pub(super) fn done(&self, pair: &Pair, stop: &Stop) -> Option<&Done> {
        let done = self.done.get(&name(pair))?;
        let (bytes, changed) = state(&pair.input, stop).ok()?;
        let output = pair.output.metadata().ok().filter(Metadata::is_file)?;
        let same = (done.bytes, done.changed, done.output_bytes) == (bytes, changed, output.len());
        same.then_some(done)
    }

    /// Writes it as a whole, without the part of a line that a killed job may have left, and goes
    /// on with it.
    pub(super) fn go_on(self, temporaries: &Temporaries) -> Result<Manifest> {
        let Self { path, question, done } = self;
        let io = |source| Error::Io { path: path.clone(), source };
        remove_stale(folder_of(&path));
        let replaces = is_there(&path)?;
        let mut output = Output::create_own(&path, replaces, temporaries)?;
        let write = |output: &mut Output, value: &Value| writeln!(output, "{value}").map_err(io);
        write(&mut output, &Value::Object(question))?;
        for done in done.values() {
            write(&mut output, &json!(done))?;
        }
        output.sync()?;
        match output.keep()?.1 {
            Some(file) => Ok(Manifest { path, file }),
            None => Err(io(io::ErrorKind::Unsupported.into())),
        }
    }
}

impl Manifest {
    /// Notes that a file is done.
    pub(super) fn add(
        &mut self,
        pair: &Pair,
        input: (u64, u64),
        output_bytes: u64,
        tally: Tally,
    ) -> Result<()> {
        let (bytes, changed) = input;
        let done = Done { file: name(pair), bytes, changed, output_bytes, tally };
        let line = format!("{}\n", json!(done));
        let written = self.file.write_all(line.as_bytes()).and_then(|()| self.file.sync_data());
        written.map_err(|source| Error::Io { path: self.path.clone(), source })
    }
}

/// Bytes of a file, and what changes with its content.
pub(super) fn state(path: &Path, stop: &Stop) -> Result<(u64, u64)> {
    let io = |source| Error::Io { path: path.to_owned(), source };
    if store::is_url(path) {
        let head = store::object(path, stop)?.head().map_err(io)?;
        let head = head.ok_or_else(|| io(io::ErrorKind::NotFound.into()))?;
        // Times of a store are whole seconds.
        let mark = head.mark.map(|mark| Hasher::oneshot(mark.as_bytes()) as u64);
        return Ok((head.bytes, mark.unwrap_or(head.changed)));
    }
    let metadata = path.metadata().map_err(io)?;
    let changed = metadata.modified().map_err(io)?.duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok((metadata.len(), u64::try_from(changed.as_nanos()).unwrap_or(u64::MAX)))
}

/// What a job asks, in words that are compared with those of a former one.
pub(super) fn question(job: &MatchParquet, stop: &Stop) -> Result<Map<String, Value>> {
    let (max_dist, k) = match job.rule.predicate() {
        Predicate::Center { max_dist, k } => (max_dist, k),
        Predicate::Covers => (None, None),
    };
    let point = match &job.point {
        PointColumns::Auto => Value::Null,
        PointColumns::Xy(x, y) => json!([x, y]),
        PointColumns::Point(name) => json!(name),
    };
    let covers = job.rule.predicate() == Predicate::Covers;
    let centroid = job.rule.center() == Center::Centroid;
    let haversine = job.rule.metric() == Metric::Haversine;
    let words = json!({
        VERSION: env!("CARGO_PKG_VERSION"),
        "polygons": fingerprint(&job.polygons, stop)?,
        // As text: JSON has no infinity.
        "max_dist": max_dist.map(|max_dist| max_dist.to_string()),
        "k": k,
        "predicate": if covers { "covers" } else { "center" },
        "center": if centroid { "centroid" } else { "vertex_mean" },
        "by": job.by,
        "descending": job.descending,
        "id": job.id,
        "details": job.details,
        "metric": if haversine { "haversine" } else { "euclidean" },
        "invalid": if job.invalid == Invalid::Skip { "skip" } else { "raise" },
        "point": point,
        "name": job.name,
        "compression": job.settings.compression.map(|codec| codec.to_string()),
        "row_group_size": job.settings.row_group_size,
        "infer_types": job.settings.infer_types,
    });
    match words {
        Value::Object(words) => Ok(words),
        _ => Ok(Map::new()),
    }
}

/// The first word that differs.
fn difference(before: &Map<String, Value>, now: &Map<String, Value>) -> Option<String> {
    let differs = |(key, now): (&String, &Value)| {
        let before = before.get(key).unwrap_or(&Value::Null);
        let told = match &**key {
            "polygons" => "the polygons are others now".to_owned(),
            key => format!("{key} was {before}, is {now} now"),
        };
        (before != now).then_some(told)
    };
    now.iter().find_map(differs)
}

/// A hash of all bytes of a file.
fn fingerprint(path: &Path, stop: &Stop) -> Result<String> {
    let io = |source| Error::Io { path: path.to_owned(), source };
    let mut file = Source::open(path, stop)?.whole().reader();
    let (mut hasher, mut bytes) = (Hasher::new(), vec![0; 1 << 20]);
    loop {
        match file.read(&mut bytes).map_err(io)? {
            0 => break Ok(format!("{:032x}", hasher.finish_128())),
            read => hasher.write(&bytes[..read]),
        }
    }
}

fn name(pair: &Pair) -> String {
    pair.name.to_string_lossy().into_owned()
}

fn read(path: &Path, file: File) -> Result<(Map<String, Value>, HashMap<String, Done>)> {
    let mut lines = BufReader::new(file).lines();
    let mut next = || lines.next().transpose();
    let io = |source| Error::Io { path: path.to_owned(), source };
    let first = next().map_err(io)?.unwrap_or_default();
    let question = serde_json::from_str(&first).map_err(|error| {
        let message = format!("broken manifest: {error}");
        Error::Columns { message }.in_file(path)
    })?;
    let mut done = HashMap::new();
    // The last line may have been cut off.
    while let Some(line) = next().map_err(io)? {
        if let Ok(file) = serde_json::from_str::<Done>(&line) {
            done.insert(file.file.clone(), file);
        }
    }
    Ok((question, done))
}
