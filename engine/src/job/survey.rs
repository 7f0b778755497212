//! What can be known of all files before any is written: their schemas, rows and reference systems.

use arrow_schema::{Schema, SchemaRef};
use rayon::prelude::*;

use super::MatchParquet;
use super::files::Pair;
use super::input::PointReader;
use super::watch::Watch;
use crate::crs::Crs;
use crate::error::{Error, Result};
use crate::threads;

/// What the footer of a file says.
pub(super) struct Surveyed {
    pub(super) pair: Pair,
    pub(super) schema: SchemaRef,
    pub(super) crs: Option<Crs>,
    pub(super) rows: usize,
    /// Names of the columns with the points.
    pub(super) points: Vec<String>,
    /// The opened file, if it is kept.
    pub(super) input: Option<PointReader>,
}

/// Opens all files, on all threads; the results are in the order of the files.
pub(super) fn survey(
    pairs: Vec<Pair>,
    job: &MatchParquet,
    watch: &Watch,
) -> Vec<(Pair, Result<Surveyed>)> {
    let open = |pair: Pair| {
        let look = || {
            watch.check()?;
            let input = job.open(&pair, watch.to_stop())?;
            Ok(Surveyed {
                pair: pair.clone(),
                schema: input.schema(),
                crs: input.crs().cloned(),
                rows: input.rows(),
                points: input.point_columns(),
                input: Some(input).filter(PointReader::is_kept),
            })
        };
        let surveyed = look();
        (pair, surveyed)
    };
    threads::install(|| pairs.into_par_iter().map(open).collect())
}

impl Surveyed {
    /// Holds a file against the first of them.
    ///
    /// # Errors
    ///
    /// [`Error::InFile`] with the first column that is not the same.
    pub(super) fn check_like(&self, first: &Self) -> Result<()> {
        match difference(&first.schema, &self.schema) {
            None => Ok(()),
            Some((mine, other)) => {
                let message = format!("{mine}; {other} in {}", first.pair.input.display());
                Err(Error::Columns { message }.in_file(&self.pair.input))
            }
        }
    }
}

/// The first column that differs by its name or type: how it is in the second schema, and in the
/// first.
fn difference(first: &Schema, second: &Schema) -> Option<(String, String)> {
    let fields = |schema: &Schema| schema.fields().iter().cloned().map(Some).collect::<Vec<_>>();
    let (mut first, mut second) = (fields(first), fields(second));
    let length = first.len().max(second.len());
    first.resize(length, None);
    second.resize(length, None);
    let pairs = first.into_iter().zip(second).enumerate();
    let mut differences = pairs.filter_map(|(at, pair)| match pair {
        (Some(a), Some(b)) if a.name() == b.name() => (a.data_type() != b.data_type()).then(|| {
            let mine = format!("column '{}' is of type {}", b.name(), b.data_type());
            (mine, a.data_type().to_string())
        }),
        (Some(a), Some(b)) => {
            Some((format!("column {at} is '{}'", b.name()), format!("'{}'", a.name())))
        }
        (Some(a), None) => Some((format!("no column '{}'", a.name()), "it is".to_owned())),
        (None, Some(b)) => Some((format!("a column '{}'", b.name()), "it is not".to_owned())),
        (None, None) => None,
    });
    differences.next()
}
