use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{Array, Float64Array};
use arrow_buffer::{BooleanBuffer, NullBuffer, ScalarBuffer};
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

/// The values as `f64`, NaN for null. The same buffer where there is nothing to change.
pub(crate) fn to_f64_or_nan(values: &dyn Array) -> Result<ScalarBuffer<f64>> {
    let values = to_f64(values)?;
    Ok(match values.nulls().filter(|nulls| nulls.null_count() > 0) {
        None => values.values().clone(),
        Some(_) => values.iter().map(|value| value.unwrap_or(f64::NAN)).collect(),
    })
}

/// The number of dimensions of GeoArrow coordinates of this type, separated or interleaved: x, y,
/// and behind them z, m or both. `None` for any other type.
pub(crate) fn dimensions(dtype: &DataType) -> Option<usize> {
    match dtype {
        DataType::Struct(fields) => {
            let numeric = fields.iter().all(|field| is_numeric(field.data_type()));
            let names: Vec<_> = fields.iter().map(|field| field.name().as_str()).collect();
            let named = matches!(names[..], [_, _] | ["x", "y", "z" | "m"] | ["x", "y", "z", "m"]);
            (numeric && named).then_some(names.len())
        }
        DataType::FixedSizeList(item, size @ 2..=4) => {
            is_numeric(item.data_type()).then_some(*size as usize)
        }
        _ => None,
    }
}

/// Coordinates as a column each. A null one is null in `nulls`, and may have any value.
pub(crate) struct Separated {
    pub(crate) x: ScalarBuffer<f64>,
    pub(crate) y: ScalarBuffer<f64>,
    pub(crate) nulls: Option<NullBuffer>,
}

impl Separated {
    /// Reads coordinates that have [`dimensions`]; x and y are used where they lie if they are a
    /// column of `f64` each. All dimensions behind are ignored.
    pub(crate) fn try_new(array: &dyn Array) -> Result<Self> {
        if let Some(points) = array.as_struct_opt() {
            let (x, y) = (to_f64(points.column(0))?, to_f64(points.column(1))?);
            let nulls = NullBuffer::union(points.nulls(), x.nulls());
            let nulls = NullBuffer::union(nulls.as_ref(), y.nulls());
            return Ok(Self { x: x.values().clone(), y: y.values().clone(), nulls });
        }
        let points = array.as_fixed_size_list();
        let (size, first) = (points.value_length() as usize, points.value_offset(0) as usize);
        let values = to_f64(&points.values().slice(first, size * points.len()))?;
        let axis = |at: usize| values.values().iter().skip(at).step_by(size).copied().collect();
        let nulls = NullBuffer::union(points.nulls(), pair_nulls(values.nulls(), size).as_ref());
        Ok(Self { x: axis(0), y: axis(1), nulls })
    }

    /// Makes null coordinates NaN.
    pub(crate) fn null_to_nan(self) -> [ScalarBuffer<f64>; 2] {
        match self.nulls.filter(|nulls| nulls.null_count() > 0) {
            None => [self.x, self.y],
            Some(nulls) => [self.x, self.y].map(|axis| {
                let known = |(value, valid): (&f64, bool)| if valid { *value } else { f64::NAN };
                axis.iter().zip(nulls.iter()).map(known).collect()
            }),
        }
    }
}

/// Of values in groups of `size`, a group is null when one of its first two is.
pub(crate) fn pair_nulls(values: Option<&NullBuffer>, size: usize) -> Option<NullBuffer> {
    let values = values.filter(|nulls| nulls.null_count() > 0)?;
    let both = |row| values.is_valid(size * row) && values.is_valid(size * row + 1);
    Some(NullBuffer::new(BooleanBuffer::collect_bool(values.len() / size, both)))
}
