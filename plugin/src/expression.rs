//! `poly_match` as a Polars expression.

use arrow_array::ArrayRef;
use polars::prelude::{DataType, Field, PolarsResult, Series, polars_bail};
use poly_match_engine::{Error, Matcher, Points, Polygons, Rule};
use pyo3::prelude::*;
use pyo3_polars::PySeries;
use pyo3_polars::derive::polars_expr;
use serde::Deserialize;

use crate::cache::Prepared;
use crate::convert;
use crate::error::to_polars;

#[derive(Deserialize)]
struct Options {
    max_dist: f64,
}

fn answer_field(fields: &[Field]) -> PolarsResult<Field> {
    match fields {
        [point, ..] => Ok(Field::new(point.name().clone(), DataType::UInt32)),
        [] => polars_bail!(ComputeError: "poly_match takes points and polygons"),
    }
}

/// The inputs are the points, then the polygons as one or two imploded literals: `geometry`, or
/// `x` and `y`.
#[polars_expr(output_type_func=answer_field)]
fn poly_match(inputs: &[Series], kwargs: Options) -> PolarsResult<Series> {
    let [points, polygons @ ..] = inputs else {
        polars_bail!(ComputeError: "poly_match takes points and polygons")
    };
    let mut columns = Vec::with_capacity(polygons.len());
    for literal in polygons {
        let column = convert::unwrap_literal(literal)?;
        columns.extend(convert::to_arrow(&column.rechunk())?);
    }
    let rule = Rule::within(kwargs.max_dist).map_err(|error| to_polars(&error))?;
    let prepared = Prepared::get(columns, rule, build);
    let matcher = prepared.matcher().map_err(to_polars)?;
    let answers = matcher.match_chunks(points.name(), &convert::to_arrow(points)?);
    convert::from_answers(points.name().clone(), answers.map_err(|error| to_polars(&error))?)
}

fn build(columns: &[ArrayRef], rule: Rule) -> Result<Matcher, Error> {
    let polygons = match columns {
        [geometry] => Polygons::from_wkb(geometry)?,
        [x, y] => Polygons::from_xy(x, y)?,
        _ => {
            let message = format!("expected x and y or geometry, got {} columns", columns.len());
            return Err(Error::Columns { message });
        }
    };
    Matcher::new(&polygons, rule)
}

/// Whether a column of this dtype can be read as points.
#[pyfunction]
pub(crate) fn is_points(column: PySeries) -> bool {
    dtype_is(&column, Points::accepts)
}

/// Whether a column of this dtype can be the x or the y of polygons.
#[pyfunction]
pub(crate) fn is_xy_polygons(column: PySeries) -> bool {
    dtype_is(&column, Polygons::accepts_xy)
}

/// Whether a column of this dtype can be read as WKB polygons.
#[pyfunction]
pub(crate) fn is_wkb_polygons(column: PySeries) -> bool {
    dtype_is(&column, Polygons::accepts_wkb)
}

/// A type that cannot even be exported is none that can be read.
fn dtype_is(column: &PySeries, accepted: impl Fn(&arrow_schema::DataType) -> bool) -> bool {
    convert::to_arrow(&column.0.clear())
        .is_ok_and(|chunks| chunks.iter().all(|chunk| accepted(chunk.data_type())))
}
