//! `poly_match` and `candidates` as Polars expressions.

use std::borrow::Cow;
use std::cell::OnceCell;

use polars::prelude::{DataType, Field, PlSmallStr, PolarsResult, Series, polars_bail};
use poly_match_engine::{Answer, ColumnState, Crs, Error, Matcher};
use pyo3::prelude::*;
use serde::Deserialize;
use serde_bytes::ByteBuf;

use crate::cache::{Kept, Prepared};
use crate::convert;
use crate::error::{of_points, to_polars};
use crate::matcher::plain;
use crate::options::Options;
use crate::polygons::{ParsedPolygons, Ranked, Ranking, Table, fingerprint};
use crate::signals::{interruptible, is_long};

#[derive(Deserialize)]
pub(crate) struct Question {
    options: Options,
    /// The polygons' fingerprint, and that of what they are ranked by.
    fingerprint: String,
    /// The matcher as bytes, where the polygons are few and their matcher is all that is needed.
    matcher: Option<ByteBuf>,
    /// The coordinate reference system of the polygons, if it is known.
    crs: Option<String>,
}

impl Question {
    fn crs(&self) -> Option<Crs> {
        self.crs.as_deref().and_then(Crs::from_text)
    }
}

/// Polygons up to which a matcher travels in the options. They are read in each call: 20 bytes a
/// polygon, soon done. A second input costs a detour through Polars' threads instead, however
/// small it is, which a query of few points feels.
const FEW_POLYGONS: usize = 1 << 12;

/// What the answers are called, whatever the points are called: nothing is overwritten.
pub(crate) const POLYGON: PlSmallStr = PlSmallStr::from_static("polygon");
pub(crate) const CANDIDATES: PlSmallStr = PlSmallStr::from_static("candidates");

// What a question is not needed for: it would be read whenever a plan is looked at.
pub(crate) fn row_field(_: &[Field]) -> PolarsResult<Field> {
    Ok(Field::new(POLYGON, DataType::UInt32))
}

pub(crate) fn details_field(_: &[Field]) -> PolarsResult<Field> {
    let number = |name: &str| Field::new(name.into(), DataType::Float64);
    let index = Field::new("index".into(), DataType::UInt32);
    let fields = vec![index, number("distance"), number("area")];
    Ok(Field::new(POLYGON, DataType::Struct(fields)))
}

pub(crate) fn candidates_field(_: &[Field]) -> PolarsResult<Field> {
    Ok(Field::new(CANDIDATES, DataType::List(Box::new(DataType::UInt32))))
}

/// The inputs are the points and, where their matcher is not in the options, the polygons as an
/// imploded literal: a struct of `geometry`, or of `x` and `y`, and of `by` where they are ranked by
/// a column. Polygons are looked at only where nothing is kept for them.
pub(crate) fn poly_match(inputs: &[Series], kwargs: Question) -> PolarsResult<Series> {
    best(inputs, &kwargs, false)
}

/// As above, with details; the polygons are always there.
pub(crate) fn poly_match_details(inputs: &[Series], kwargs: Question) -> PolarsResult<Series> {
    best(inputs, &kwargs, true)
}

fn best(inputs: &[Series], question: &Question, details: bool) -> PolarsResult<Series> {
    let asked = Asked::of(inputs, question)?;
    let rule = question.options.rule().map_err(|error| to_polars(&error))?;
    let prepared = Prepared::get(&question.fingerprint, rule);
    // What is kept has no reference system: that is compared in each call.
    let matcher = prepared.matcher(|| {
        let matcher = match &question.matcher {
            Some(bytes) => Matcher::from_bytes(bytes, rule),
            None => asked.ranked()?.matcher(rule),
        };
        Ok(matcher?.with_crs(None))
    });
    let matcher = matcher.map_err(|error| to_polars(&error))?;
    let row_number = Answer::row_number();
    let answer = match details {
        true => prepared
            .answer(|| Ok(asked.ranked()?.answer(rule)))
            .map_err(|error| to_polars(&error))?,
        false => &row_number,
    };
    asked.about(POLYGON, |name, chunks| {
        let mut state = ColumnState::with_polygons_in(question.crs());
        answer.of_next(matcher, &plain(name), chunks, &mut state)
    })
}

/// As above; the polygons are always there.
pub(crate) fn candidates(inputs: &[Series], kwargs: Question) -> PolarsResult<Series> {
    let asked = Asked::of(inputs, &kwargs)?;
    let rule = kwargs.options.rule().map_err(|error| to_polars(&error))?;
    let prepared = Prepared::get(&kwargs.fingerprint, rule);
    let candidates = prepared.candidates(|| Ok(asked.ranked()?.candidates(rule)?.with_crs(None)));
    let candidates = candidates.map_err(|error| to_polars(&error))?;
    asked.about(CANDIDATES, |name, chunks| {
        let mut state = ColumnState::with_polygons_in(kwargs.crs());
        let lists = candidates.of_next(&plain(name), chunks, &mut state)?;
        Ok(lists.into_iter().map(|lists| std::sync::Arc::new(lists) as _).collect())
    })
}

/// The inputs of a call.
struct Asked<'a> {
    points: &'a Series,
    polygons: &'a [Series],
    question: &'a Question,
    table: OnceCell<Table>,
}

impl<'a> Asked<'a> {
    fn of(inputs: &'a [Series], question: &'a Question) -> PolarsResult<Self> {
        let [points, polygons @ ..] = inputs else {
            polars_bail!(ComputeError: "expected points and polygons")
        };
        Ok(Self { points, polygons, question, table: OnceCell::new() })
    }

    /// The polygons, parsed at the first call.
    fn ranked(&self) -> Result<Ranked<'_>, Error> {
        if let Some(table) = self.table.get() {
            return Ok(table.ranked());
        }
        let [polygons] = self.polygons else {
            return Err(Error::Columns { message: "the polygons are not there".to_owned() });
        };
        let literal = convert::unwrap_literal(polygons)?;
        let Question { options, .. } = self.question;
        let crs = self.question.crs();
        let table = Table::parse(&literal, options.invalid()?, options.descending, crs)?;
        Ok(self.table.get_or_init(|| table).ranked())
    }

    /// Asks about the chunks of the points; the answers are called `name`.
    fn about(
        &self,
        name: PlSmallStr,
        ask: impl FnOnce(&str, &[arrow_array::ArrayRef]) -> Result<Vec<arrow_array::ArrayRef>, Error>,
    ) -> PolarsResult<Series> {
        let answers = convert::to_arrow(self.points)
            .and_then(|chunks| ask(self.points.name(), &chunks))
            .map_err(|error| of_points(&error, self.points.len()))?;
        convert::from_arrow(name, answers)
    }
}

/// What an expression takes along: the fingerprint, the matcher as bytes, and what keeps it.
type Made = (String, Option<Cow<'static, [u8]>>, Kept);

/// Makes what an expression needs, and keeps it for as long as what it gives is there: the
/// fingerprint, the matcher as bytes if the polygons are few and nothing else is needed of them, and
/// what keeps it.
#[pyfunction]
pub(crate) fn prepare(
    py: Python<'_>,
    polygons: &Bound<'_, ParsedPolygons>,
    ranking: Option<&Bound<'_, Ranking>>,
    options: Options,
    candidates: bool,
) -> PyResult<Made> {
    let (polygons, ranking) = (polygons.get(), ranking.map(Bound::get));
    let is_long = is_long(polygons.polygons.len(), 2_000);
    interruptible(py, is_long, || {
        let rule = options.rule()?;
        let ranked = Ranked::of(polygons, ranking);
        let fingerprint = fingerprint(polygons, ranking);
        let kept = Kept::of(&fingerprint, rule);
        let prepared = Prepared::get(&fingerprint, rule);
        if candidates {
            prepared.candidates(|| Ok(ranked.candidates(rule)?.with_crs(None)))?;
            return Ok((fingerprint, None, kept));
        }
        let matcher = prepared.matcher(|| Ok(ranked.matcher(rule)?.with_crs(None)))?;
        if options.details {
            prepared.answer(|| Ok(ranked.answer(rule)))?;
        }
        let enough = ranked.len() <= FEW_POLYGONS && !options.details;
        let bytes = enough.then(|| matcher.to_bytes()).flatten();
        Ok((fingerprint, bytes.map(Cow::Owned), kept))
    })
}
