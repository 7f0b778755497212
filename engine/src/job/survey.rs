//! What can be known of all files before any is written: their schemas, rows and reference systems.

use arrow_schema::{Field, Schema, SchemaRef};
use rayon::prelude::*;

use super::copy::is_copyable;
use super::files::Pair;
use super::input::PointReader;
use super::meaning::{Column, Typing};
use super::watch::Watch;
use crate::crs::Crs;
use crate::error::{Error, Result};
use crate::file::WideIntegers;
use crate::stop::Stop;
use crate::threads;

/// What the footer of a file says.
pub(super) struct Surveyed {
    pub(super) pair: Pair,
    pub(super) schema: SchemaRef,
    /// The schema by what the columns hold.
    meaning: SchemaRef,
    typing: Typing,
    /// Whether it is Parquet that can be copied.
    pub(super) is_copyable: bool,
    /// Its columns with integers of 128 bits.
    pub(super) wide: Vec<String>,
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
    open_file: impl Fn(&Pair, &Stop) -> Result<PointReader> + Sync,
    watch: &Watch,
) -> Vec<(Pair, Result<Surveyed>)> {
    let open = |pair: Pair| {
        let look = || {
            watch.check()?;
            let input = open_file(&pair, watch.to_stop())?;
            Ok(Surveyed {
                pair: pair.clone(),
                schema: input.schema(),
                meaning: input.meaning(),
                typing: input.typing(),
                wide: input
                    .table()
                    .and_then(|table| table.wide_integers())
                    .map(WideIntegers::columns)
                    .unwrap_or_default(),
                is_copyable: input.table().is_some_and(is_copyable),
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
        match difference(first, self) {
            None => Ok(()),
            Some((mine, other)) => {
                let message = format!("{mine}; {other} in {}", first.pair.input.display());
                Err(Error::Columns { message }.in_file(&self.pair.input))
            }
        }
    }
}

/// The first column that differs by its name or by what it holds: how it is in the second file, and
/// in the first.
fn difference(first: &Surveyed, second: &Surveyed) -> Option<(String, String)> {
    let agree = |a: &Field, b: &Field| {
        let a = Column { dtype: a.data_type(), typing: first.typing };
        a.agrees(Column { dtype: b.data_type(), typing: second.typing })
    };
    let fields = |schema: &Schema| schema.fields().iter().cloned().map(Some).collect::<Vec<_>>();
    let (mut first, mut second) = (fields(&first.meaning), fields(&second.meaning));
    let length = first.len().max(second.len());
    first.resize(length, None);
    second.resize(length, None);
    let pairs = first.into_iter().zip(second).enumerate();
    let mut differences = pairs.filter_map(|(at, pair)| match pair {
        (Some(a), Some(b)) if a.name() == b.name() => (!agree(&a, &b)).then(|| {
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

/// Rows of all files; broken ones may promise any number.
pub(super) fn rows_of(files: &[Surveyed]) -> usize {
    files.iter().fold(0, |rows, file| rows.saturating_add(file.rows))
}
