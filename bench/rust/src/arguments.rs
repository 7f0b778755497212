use std::path::PathBuf;

use poly_match_engine::Rule;

use crate::protocol::Result;

/// A command of the program.
pub enum Command {
    /// Print the version of an engine.
    Version(String),
    /// Run an engine.
    Run(String, Arguments),
}

/// The arguments of a run of one engine, the same for engines in every language.
pub struct Arguments {
    /// Arrow IPC file with the polygons.
    pub polygons: PathBuf,
    /// Arrow IPC file with the columns `x` and `y` of the points.
    pub points: PathBuf,
    /// The file for the answers of the largest query: `u32`, little-endian, `u32::MAX` for null.
    pub answers: PathBuf,
    /// Which polygons qualify.
    pub rule: Rule,
    /// Numbers of points of the queries, ascending: the first rows of the file.
    pub sizes: Vec<usize>,
    /// Number of repetitions of each phase.
    pub repeat: usize,
    /// A size that would take longer than this is skipped.
    pub seconds: f64,
    /// A size that would take more memory than this is skipped.
    pub bytes: u64,
}

impl Arguments {
    /// Reads the command line.
    pub fn parse(mut words: impl Iterator<Item = String>) -> Result<Command> {
        let engine = words.next().ok_or("expected the name of an engine")?;
        let mut given = Self {
            polygons: PathBuf::new(),
            points: PathBuf::new(),
            answers: PathBuf::new(),
            rule: Rule::covers(),
            sizes: vec![],
            repeat: 3,
            seconds: 10.0,
            bytes: 8 << 30,
        };
        let mut rule = None;
        while let Some(option) = words.next() {
            if option == "--version" {
                return Ok(Command::Version(engine));
            }
            let value = words.next().ok_or_else(|| format!("{option} needs a value"))?;
            match option.as_str() {
                "--polygons" => given.polygons = value.into(),
                "--points" => given.points = value.into(),
                "--answers" => given.answers = value.into(),
                "--max-dist" => rule = Some(Rule::within(value.parse()?)?),
                "--predicate" if value == "covers" => rule = Some(Rule::covers()),
                "--sizes" => {
                    given.sizes = value.split(',').map(str::parse).collect::<Result<_, _>>()?;
                }
                "--repeat" => given.repeat = value.parse()?,
                "--seconds" => given.seconds = value.parse()?,
                "--bytes" => given.bytes = value.parse()?,
                other => return Err(format!("unknown option {other} {value}").into()),
            }
        }
        given.rule = rule.ok_or("expected --max-dist or --predicate covers")?;
        Ok(Command::Run(engine, given))
    }
}
