//! `poly_match` as a Polars expression.

use std::borrow::Cow;

use polars::prelude::{DataType, Field, PolarsResult, Series, polars_bail};
use poly_match_engine::{Error, Invalid, Keys, Matcher, Polygons, Rule};
use pyo3::prelude::*;
use pyo3_polars::PySeries;
use pyo3_polars::derive::polars_expr;
use serde::Deserialize;
use serde_bytes::ByteBuf;

use crate::cache::Prepared;
use crate::convert;
use crate::error::{of_points, to_polars, to_python};

#[derive(Deserialize)]
struct Options {
    max_dist: f64,
    descending: bool,
    /// The polygons' fingerprint in hexadecimal: numbers of so many bits do not pass.
    fingerprint: String,
    /// The matcher as bytes, where the polygons are few.
    matcher: Option<ByteBuf>,
}

/// Polygons up to which a matcher travels in the options. They are read in each call: 20 bytes a
/// polygon, soon done. A second input costs a detour through Polars' threads instead, however
/// small it is, which a query of few points feels.
const FEW_POLYGONS: usize = 1 << 12;

fn answer_field(fields: &[Field]) -> PolarsResult<Field> {
    match fields {
        [point, ..] => Ok(Field::new(point.name().clone(), DataType::UInt32)),
        [] => polars_bail!(ComputeError: "poly_match takes points and polygons"),
    }
}

/// The inputs are the points and, where they are not few, the polygons as an imploded literal: a
/// struct of `geometry`, or of `x` and `y`, and of `by` where they are ranked by a column. Polygons
/// are looked at only where no matcher is kept for them.
#[polars_expr(output_type_func=answer_field)]
fn poly_match(inputs: &[Series], kwargs: Options) -> PolarsResult<Series> {
    let [points, polygons @ ..] = inputs else {
        polars_bail!(ComputeError: "poly_match takes points and polygons")
    };
    let rule = Rule::within(kwargs.max_dist).map_err(|error| to_polars(&error))?;
    let prepared = Prepared::get(&kwargs.fingerprint, rule, || match (&kwargs.matcher, polygons) {
        (Some(bytes), _) => Matcher::from_bytes(bytes, rule),
        (None, [polygons]) => {
            Ranked::parse(&convert::unwrap_literal(polygons)?, kwargs.descending)?.matcher(rule)
        }
        _ => Err(Error::Columns { message: "the polygons are not there".to_owned() }),
    });
    let matcher = prepared.matcher().map_err(to_polars)?;
    let answers = convert::to_arrow(points)
        .and_then(|chunks| matcher.match_chunks(points.name(), &chunks))
        .map_err(|error| of_points(&error, points.len()))?;
    convert::from_answers(points.name().clone(), answers)
}

/// Parses and ranks polygons, keeps the matcher for the queries to come, and gives the fingerprint
/// in hexadecimal, and the matcher as bytes if they are few. `polygons` is a struct as the
/// expression takes it.
#[pyfunction]
pub(crate) fn prepare(
    py: Python<'_>,
    polygons: PySeries,
    max_dist: f64,
    descending: bool,
) -> PyResult<(String, Option<Cow<'static, [u8]>>)> {
    py.detach(|| {
        let rule = Rule::within(max_dist)?;
        let ranked = Ranked::parse(&polygons.0, descending)?;
        let fingerprint = ranked.fingerprint();
        let prepared = Prepared::get(&fingerprint, rule, || ranked.matcher(rule));
        match prepared.matcher() {
            Ok(matcher) => {
                let few = ranked.polygons.len() <= FEW_POLYGONS;
                let bytes = few.then(|| matcher.to_bytes()).flatten();
                Ok((fingerprint, bytes.map(Cow::Owned)))
            }
            Err(error) => Err(Error::Columns { message: error.to_string() }),
        }
    })
    .map_err(to_python)
}

/// Polygons, and what they are ranked by if it is not their area.
struct Ranked {
    polygons: Polygons,
    keys: Option<Keys>,
}

impl Ranked {
    fn parse(table: &Series, descending: bool) -> Result<Self, Error> {
        let columns = convert::fields(table)?;
        let column = |name: &str| {
            let column = columns.iter().find(|column| column.name().as_str() == name);
            column.map(convert::to_one_array).transpose()
        };
        let polygons = match (column("x")?, column("y")?, column("geometry")?) {
            (Some(x), Some(y), None) => Polygons::from_xy(&x, &y, Invalid::Raise)?,
            (None, None, Some(geometry)) => {
                let field =
                    arrow_schema::Field::new("geometry", geometry.data_type().clone(), true);
                Polygons::from_geometry(&field, &geometry, Invalid::Raise)?
            }
            _ => {
                let message = format!("expected x and y or geometry, got {}", table.dtype());
                return Err(Error::Columns { message });
            }
        };
        let by = column("by")?;
        let keys = by.map(|by| Keys::from_column("by", &by, descending)).transpose()?;
        Ok(Self { polygons, keys })
    }

    fn matcher(&self, rule: Rule) -> Result<Matcher, Error> {
        match &self.keys {
            Some(keys) => Matcher::with_keys(&self.polygons, keys, rule),
            None => Matcher::new(&self.polygons, rule),
        }
    }

    fn fingerprint(&self) -> String {
        let keys = self.keys.as_ref().map(|keys| format!("-{:032x}", keys.fingerprint()));
        format!("{:032x}{}", self.polygons.fingerprint(), keys.unwrap_or_default())
    }
}
