//! `dtw` and `dtw_path` as Polars expressions.

use std::sync::Arc;

use polars::prelude::{DataType, Field, PolarsResult, Series};
use poly_match_engine::kernels::dtw::{Dtw, SeriesColumn};
use pyo3_polars::derive::polars_expr;
use serde::Deserialize;

use super::pair;

/// The options as they travel with an expression.
#[derive(Deserialize)]
struct Options {
    window: Option<usize>,
}

fn distance_field(fields: &[Field]) -> PolarsResult<Field> {
    pair::field(fields, DataType::Float64)
}

fn path_field(fields: &[Field]) -> PolarsResult<Field> {
    let pair = ["i", "j"].map(|name| Field::new(name.into(), DataType::UInt32));
    pair::field(fields, DataType::List(Box::new(DataType::Struct(pair.into()))))
}

#[polars_expr(output_type_func=distance_field)]
fn dtw(inputs: &[Series], kwargs: Options) -> PolarsResult<Series> {
    let dtw = Dtw { window: kwargs.window };
    pair::answer(inputs, |[a_name, b_name], [a, b]| {
        let (a, b) = (SeriesColumn::try_new(a_name, &a)?, SeriesColumn::try_new(b_name, &b)?);
        Ok(Arc::new(dtw.distances(&a, &b)?))
    })
}

#[polars_expr(output_type_func=path_field)]
fn dtw_path(inputs: &[Series], kwargs: Options) -> PolarsResult<Series> {
    let dtw = Dtw { window: kwargs.window };
    pair::answer(inputs, |[a_name, b_name], [a, b]| {
        let (a, b) = (SeriesColumn::try_new(a_name, &a)?, SeriesColumn::try_new(b_name, &b)?);
        Ok(Arc::new(dtw.paths(&a, &b)?))
    })
}
