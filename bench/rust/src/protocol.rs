//! The phases that are timed, the same for every engine.
//!
//! *parse*: from polygon columns to the objects to be indexed, in order of area. *build*: from
//! these to an index. *convert*: from point columns to points in the form that the engine takes.
//! *ask*: from points to answers, their allocation included. *oneshot*: from columns to answers,
//! for engines that do not do this phase by phase.
//!
//! Queries grow from size to size. The time and memory of a query are estimated from the last two.
//! A query that would take more than allowed is skipped, and the reason is reported.

use std::fs::File;
use std::hint::black_box;
use std::io::{BufWriter, Write};
use std::time::Instant;

use poly_match_engine::Rule;
use serde_json::{Map, Value, json};

use crate::arguments::Arguments;
use crate::columns::{PointColumns, PolygonColumns};
use crate::memory;

/// Any error ends the program with its message.
pub type Result<T, E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

/// The value for null in a file of answers.
pub const NONE: u32 = u32::MAX;

/// A phase that takes less time is repeated until this time has passed, in seconds.
const LEAST_SECONDS: f64 = 0.05;

/// The maximum number of repetitions of a phase.
const MOST_REPEATS: usize = 1_000;

/// An engine, phase by phase.
pub trait Engine {
    /// Parsed polygons, before the index.
    type Parsed;
    /// The index that answers queries.
    type Index;
    /// Points in the form that the engine takes.
    type Points;
    /// Answers in the form that the engine returns.
    type Answers;

    /// Converts polygon columns to the ranked objects to be indexed.
    fn parse(&self, polygons: &PolygonColumns, rule: Rule) -> Result<Self::Parsed>;
    /// Builds the index.
    fn build(&self, parsed: &Self::Parsed, rule: Rule) -> Result<Self::Index>;
    /// Converts the first `rows` points to the engine's form.
    fn convert(&self, points: &PointColumns, rows: usize) -> Self::Points;
    /// Returns the answers for all points.
    fn ask(&self, index: &Self::Index, points: &Self::Points) -> Result<Self::Answers>;
    /// Converts the answers to the form that is written to a file. Not timed.
    fn rows(&self, answers: Self::Answers) -> Vec<u32>;

    /// Answers from columns, for an engine that does this differently from the phases.
    fn oneshot(
        &self,
        _polygons: &PolygonColumns,
        _points: &Self::Points,
        _rule: Rule,
    ) -> Option<Result<Self::Answers>> {
        None
    }

    /// Statistics of the index, after a query with these points.
    fn index_stats(&self, _index: &Self::Index, _points: &Self::Points) -> Map<String, Value> {
        Map::new()
    }
}

/// Runs an engine; returns its result for the runner, as JSON.
pub fn run<E: Engine>(engine: &E, given: &Arguments) -> Result<String> {
    let most = given.sizes.last().copied().ok_or("expected at least one size")?;
    let polygons = PolygonColumns::read(&given.polygons)?;
    let points = PointColumns::read(&given.points, most)?;

    memory::reset_peak();
    let baseline = memory::resident();
    let grown = || memory::peak().saturating_sub(baseline);
    // Once, before any repetition, so that memory kept by the allocator does not count.
    drop(engine.build(&engine.parse(&polygons, given.rule)?, given.rule)?);
    let prepared = grown();
    let (parse, parsed) = timed(given, || engine.parse(&polygons, given.rule))?;
    let (build, index) = timed(given, || engine.build(&parsed, given.rule))?;

    let mut runs: Vec<Value> = vec![];
    let mut stopped = Value::Null;
    let mut answers = vec![];
    let mut index_stats = Map::new();
    // Size, seconds and memory of the queries so far, from which the next is estimated.
    let mut asked = vec![(0, 0.0, prepared)];
    for &size in &given.sizes {
        if let Some(reason) = foretell(&asked, size, given) {
            stopped = reason.into();
            break;
        }
        memory::reset_peak();
        let (convert, converted) = timed(given, || Ok(engine.convert(&points, size)))?;
        let (ask, answered) = timed(given, || engine.ask(&index, &converted))?;
        let peak = grown();
        let oneshot = || engine.oneshot(&polygons, &converted, given.rule).transpose();
        let oneshot = match oneshot()? {
            None => vec![],
            Some(_) => timed(given, oneshot)?.0,
        };
        answers = engine.rows(answered);
        index_stats = engine.index_stats(&index, &converted);
        let fastest = ask.iter().copied().fold(f64::INFINITY, f64::min);
        asked.push((size, fastest, peak));
        runs.push(json!({
            "points": size, "convert": convert, "ask": ask, "oneshot": oneshot,
            "peak_bytes": peak,
        }));
    }
    write(&answers, given)?;
    let result = json!({
        "parse": parse, "build": build, "runs": runs, "stopped": stopped,
        "baseline_bytes": baseline, "prepared_bytes": prepared,
        "polygons_bytes": polygons.bytes()?,
        "threads": rayon::current_num_threads(), "index": index_stats,
    });
    Ok(result.to_string())
}

/// Repeats a phase; returns the seconds of each repetition and the last outcome.
fn timed<T>(given: &Arguments, mut phase: impl FnMut() -> Result<T>) -> Result<(Vec<f64>, T)> {
    let mut seconds: Vec<f64> = vec![];
    loop {
        let start = Instant::now();
        let outcome = black_box(phase()?);
        let last = start.elapsed().as_secs_f64();
        seconds.push(last);
        let total: f64 = seconds.iter().sum();
        let enough = seconds.len() >= given.repeat && total >= LEAST_SECONDS;
        if enough || total + last > given.seconds || seconds.len() >= MOST_REPEATS {
            return Ok((seconds, outcome));
        }
    }
}

/// The reason not to query `size` points, if there is one.
fn foretell(asked: &[(usize, f64, u64)], size: usize, given: &Arguments) -> Option<String> {
    let [.., (fewer, quicker, less), (points, seconds, bytes)] = asked else { return None };
    // Costs that do not grow with the points count once.
    let growth = (size - points) as f64 / (points - fewer) as f64;
    let seconds = seconds + growth * (seconds - quicker).max(0.0);
    if seconds > given.seconds {
        return Some(format!("{size} points would take about {seconds:.0} s"));
    }
    let bytes = *bytes as f64 + growth * bytes.saturating_sub(*less) as f64;
    if bytes > given.bytes as f64 {
        let gib = bytes / (1u64 << 30) as f64;
        return Some(format!("{size} points would take about {gib:.0} GiB"));
    }
    None
}

fn write(answers: &[u32], given: &Arguments) -> Result<()> {
    let mut file = BufWriter::new(File::create(&given.answers)?);
    for answer in answers {
        file.write_all(&answer.to_le_bytes())?;
    }
    Ok(file.flush()?)
}
