use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{Array, Float64Array};
use arrow_cast::{CastOptions, cast_with_options};
use arrow_schema::DataType;

use crate::error::Result;

/// Whether values of this type can be coordinates: integers, floats and decimals.
pub(crate) fn is_numeric(dtype: &DataType) -> bool {
    dtype.is_numeric()
}

/// The values as `f64`: the same buffer where they are already, else converted to the nearest.
///
/// Integers past 2^53 and decimals of many digits are rounded.
pub(crate) fn to_f64(values: &dyn Array) -> Result<Float64Array> {
    if let Some(same) = values.as_primitive_opt::<Float64Type>() {
        return Ok(same.clone());
    }
    let options = CastOptions { safe: false, ..CastOptions::default() };
    let cast = cast_with_options(values, &DataType::Float64, &options)?;
    Ok(cast.as_primitive::<Float64Type>().clone())
}
