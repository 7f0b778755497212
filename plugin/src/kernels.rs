//! The further kernels as Polars expressions, a file each. A fit sees the whole column.

pub(crate) mod dtw;
pub(crate) mod intersections;
pub(crate) mod kmeans;
mod pair;
pub(crate) mod shade;
pub(crate) mod stratify;

use std::sync::Arc;

use arrow_array::{ArrayRef, UInt32Array};
use polars::prelude::{DataType, Field, PolarsResult, Series, polars_bail};
use poly_match_engine::Error;

use crate::convert;
use crate::error::to_polars;

/// The answers are called as the column is.
pub(crate) fn number_field(fields: &[Field]) -> PolarsResult<Field> {
    match fields {
        [column] => Ok(Field::new(column.name().clone(), DataType::UInt32)),
        _ => polars_bail!(ComputeError: "expected one column, got {}", fields.len()),
    }
}

/// Answers for one column, as one array.
fn answer(
    inputs: &[Series],
    ask: impl FnOnce(&str, ArrayRef) -> Result<UInt32Array, Error>,
) -> PolarsResult<Series> {
    let [column] = inputs else {
        polars_bail!(ComputeError: "expected one column, got {}", inputs.len())
    };
    let answers = convert::to_one_array(column).and_then(|array| ask(column.name(), array));
    let answers = answers.map_err(|error| to_polars(&error))?;
    convert::from_arrow(column.name().clone(), [Arc::new(answers) as ArrayRef])
}
