//! What the kernels of two columns share.

use arrow_array::ArrayRef;
use polars::prelude::{DataType, Field, PolarsResult, Series, polars_bail};
use poly_match_engine::Error;

use crate::convert;
use crate::error::to_polars;

/// The answers are called as the first column is.
pub(super) fn field(fields: &[Field], dtype: DataType) -> PolarsResult<Field> {
    match fields {
        [first, _] => Ok(Field::new(first.name().clone(), dtype)),
        _ => polars_bail!(ComputeError: "expected two columns, got {}", fields.len()),
    }
}

/// Two columns of as many rows; one of a single row, as literals are, repeated for all of the other.
pub(super) fn broadcast(inputs: &[Series]) -> Vec<Series> {
    let rows = inputs.iter().map(|column| column.len()).find(|&rows| rows != 1).unwrap_or(1);
    let repeated = |column: &Series| match column.len() {
        1 if rows != 1 => column.new_from_index(0, rows),
        _ => column.clone(),
    };
    inputs.iter().map(repeated).collect()
}

/// Answers for two columns, as one array.
pub(super) fn answer(
    inputs: &[Series],
    ask: impl FnOnce([&str; 2], [ArrayRef; 2]) -> Result<ArrayRef, Error>,
) -> PolarsResult<Series> {
    let [first, second] = inputs else {
        polars_bail!(ComputeError: "expected two columns, got {}", inputs.len())
    };
    let answers = convert::to_one_array(first).and_then(|array| {
        ask([first.name(), second.name()], [array, convert::to_one_array(second)?])
    });
    convert::from_arrow(first.name().clone(), [answers.map_err(|error| to_polars(&error))?])
}
