//! `dtw` and `dtw_path` as Polars expressions.

use std::sync::Arc;

use arrow_array::ArrayRef;
use polars::prelude::{DataType, Field, PolarsResult, Series};
use poly_match_engine::Error;
use poly_match_engine::kernels::dtw::{Dtw, SeriesColumn, cells};
use pyo3::prelude::*;
use pyo3_polars::PySeries;
use serde::Deserialize;

use super::pair;
use crate::convert;
use crate::error::to_python;
use crate::signals::{interruptible, interruptible_anywhere, is_long};

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
    pair::answer(inputs, |names, columns| {
        let [a, b] = read(names, &columns)?;
        let distances = || Ok(Arc::new(dtw.distances(&a, &b)?) as ArrayRef);
        interruptible_anywhere(is_long(cells(&a, &b), 1), distances)
    })
}

pub(crate) fn dtw_path(inputs: &[Series], kwargs: Options) -> PolarsResult<Series> {
    let dtw = Dtw { window: kwargs.window };
    pair::answer(inputs, |names, columns| {
        let [a, b] = read(names, &columns)?;
        let paths = || Ok(Arc::new(dtw.paths(&a, &b)?) as ArrayRef);
        interruptible_anywhere(is_long(cells(&a, &b), 1), paths)
    })
}

/// As the expressions of these names, for two Series.
#[pyfunction]
#[pyo3(name = "dtw")]
pub(crate) fn dtw_series(
    py: Python<'_>,
    a: PySeries,
    b: PySeries,
    window: Option<usize>,
    path: bool,
) -> PyResult<PySeries> {
    let (a, b, dtw) = (a.0, b.0, Dtw { window });
    let columns = py.detach(|| {
        let arrays = [convert::to_one_array(&a)?, convert::to_one_array(&b)?];
        read([a.name(), b.name()], &arrays)
    });
    let [first, second] = columns.map_err(to_python)?;
    let answers =
        interruptible(py, is_long(cells(&first, &second), 1), || -> Result<ArrayRef, Error> {
            Ok(match path {
                true => Arc::new(dtw.paths(&first, &second)?),
                false => Arc::new(dtw.distances(&first, &second)?),
            })
        })?;
    convert::to_python(a.name(), answers)
}

fn read(names: [&str; 2], [a, b]: &[ArrayRef; 2]) -> Result<[SeriesColumn; 2], Error> {
    let [a_name, b_name] = names;
    Ok([SeriesColumn::try_new(a_name, a)?, SeriesColumn::try_new(b_name, b)?])
}
