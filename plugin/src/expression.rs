//! `poly_match` as a Polars expression.

use polars::prelude::{DataType, Field, PolarsResult, Series, polars_bail};
use poly_match_engine::{Error, Matcher, Polygons, Rule};
use pyo3::prelude::*;
use pyo3_polars::PySeries;
use pyo3_polars::derive::polars_expr;
use serde::Deserialize;

use crate::cache::Prepared;
use crate::convert;
use crate::error::{of_points, to_polars, to_python};

#[derive(Deserialize)]
struct Options {
    max_dist: f64,
    /// The polygons' fingerprint in hexadecimal: numbers of so many bits do not pass.
    fingerprint: String,
}

fn answer_field(fields: &[Field]) -> PolarsResult<Field> {
    match fields {
        [point, ..] => Ok(Field::new(point.name().clone(), DataType::UInt32)),
        [] => polars_bail!(ComputeError: "poly_match takes points and polygons"),
    }
}

/// The inputs are the points and the polygons, these as an imploded literal: a struct of `geometry`,
/// or of `x` and `y`. The polygons are looked at only where no matcher is kept for them.
#[polars_expr(output_type_func=answer_field)]
fn poly_match(inputs: &[Series], kwargs: Options) -> PolarsResult<Series> {
    let [points, polygons] = inputs else {
        polars_bail!(ComputeError: "poly_match takes points and polygons")
    };
    let rule = Rule::within(kwargs.max_dist).map_err(|error| to_polars(&error))?;
    let prepared = Prepared::get(kwargs.fingerprint, rule, || {
        Matcher::new(&parse(&convert::unwrap_literal(polygons)?)?, rule)
    });
    let matcher = prepared.matcher().map_err(to_polars)?;
    let answers = convert::to_arrow(points)
        .and_then(|chunks| matcher.match_chunks(points.name(), &chunks))
        .map_err(|error| of_points(&error, points.len()))?;
    convert::from_answers(points.name().clone(), answers)
}

/// Parses and ranks polygons, keeps the matcher for the queries to come, and gives the
/// fingerprint in hexadecimal. `polygons` is a struct of `geometry`, or of `x` and `y`.
#[pyfunction]
pub(crate) fn prepare(py: Python<'_>, polygons: PySeries, max_dist: f64) -> PyResult<String> {
    py.detach(|| {
        let rule = Rule::within(max_dist)?;
        let polygons = parse(&polygons.0)?;
        let fingerprint = format!("{:032x}", polygons.fingerprint());
        let prepared = Prepared::get(fingerprint.clone(), rule, || Matcher::new(&polygons, rule));
        match prepared.matcher() {
            Ok(_) => Ok(fingerprint),
            Err(error) => Err(Error::Columns { message: error.to_string() }),
        }
    })
    .map_err(to_python)
}

fn parse(polygons: &Series) -> Result<Polygons, Error> {
    let columns = convert::fields(polygons)?;
    let columns = columns.iter().map(|column| convert::to_one_array(column));
    match columns.collect::<Result<Vec<_>, _>>()?.as_slice() {
        [geometry] => Polygons::from_wkb(geometry),
        [x, y] => Polygons::from_xy(x, y),
        other => {
            let message = format!("expected x and y or geometry, got {} columns", other.len());
            Err(Error::Columns { message })
        }
    }
}
