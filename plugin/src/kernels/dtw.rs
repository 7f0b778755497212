//! `dtw` and `dtw_path` as Polars expressions.

use std::sync::Arc;

use polars::prelude::{DataType, Field, PolarsResult, Series};
use poly_match_engine::kernels::dtw::{Dtw, SeriesColumn};
use serde::Deserialize;

use super::pair;

/// The options as they travel with an expression.
#[derive(Deserialize)]
pub(crate) struct Options {
    window: Option<usize>,
}

pub(crate) fn distance_field(fields: &[Field]) -> PolarsResult<Field> {
    pair::field(fields, DataType::Float64)
}

pub(crate) fn path_field(fields: &[Field]) -> PolarsResult<Field> {
    let pair = ["i", "j"].map(|name| Field::new(name.into(), DataType::UInt32));
    pair::field(fields, DataType::List(Box::new(DataType::Struct(pair.into()))))
}

pub(crate) fn dtw(inputs: &[Series], kwargs: Options) -> PolarsResult<Series> {
    let dtw = Dtw { window: kwargs.window };
    pair::answer(inputs, |[a_name, b_name], [a, b]| {
        let (a, b) = (SeriesColumn::try_new(a_name, &a)?, SeriesColumn::try_new(b_name, &b)?);
        Ok(Arc::new(dtw.distances(&a, &b)?))
    })
}

pub(crate) fn dtw_path(inputs: &[Series], kwargs: Options) -> PolarsResult<Series> {
    let dtw = Dtw { window: kwargs.window };
    pair::answer(inputs, |[a_name, b_name], [a, b]| {
        let (a, b) = (SeriesColumn::try_new(a_name, &a)?, SeriesColumn::try_new(b_name, &b)?);
        Ok(Arc::new(dtw.paths(&a, &b)?))
    })
}
