use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Int32Type, Int64Type, UInt32Type, UInt64Type};
use arrow_buffer::ScalarBuffer;
use arrow_schema::DataType;

use crate::coordinates::{is_numeric, to_f64_or_nan};
use crate::error::{Error, Result};

/// One coordinate of pixels. Integers are made floats block by block: a column of these would cost
/// more than what is calculated from them.
pub(super) enum Axis {
    F64(ScalarBuffer<f64>),
    F32(ScalarBuffer<f32>),
    I64(ScalarBuffer<i64>),
    I32(ScalarBuffer<i32>),
    U64(ScalarBuffer<u64>),
    U32(ScalarBuffer<u32>),
}

impl Axis {
    /// Reads a column of numbers; NaN for null.
    pub(super) fn try_new(name: &str, column: &dyn Array) -> Result<Self> {
        let dtype = column.data_type();
        if !is_numeric(dtype) && !dtype.is_null() {
            let expected = "coordinates of pixels: numbers";
            return Err(Error::Dtype { column: name.to_owned(), expected, dtype: dtype.clone() });
        }
        Ok(match dtype {
            _ if column.null_count() > 0 => Self::F64(to_f64_or_nan(column)?),
            DataType::Float32 => Self::F32(column.as_primitive::<Float32Type>().values().clone()),
            DataType::Int64 => Self::I64(column.as_primitive::<Int64Type>().values().clone()),
            DataType::Int32 => Self::I32(column.as_primitive::<Int32Type>().values().clone()),
            DataType::UInt64 => Self::U64(column.as_primitive::<UInt64Type>().values().clone()),
            DataType::UInt32 => Self::U32(column.as_primitive::<UInt32Type>().values().clone()),
            _ => Self::F64(to_f64_or_nan(column)?),
        })
    }

    /// Whether there are values that may not be finite.
    pub(super) fn is_floating(&self) -> bool {
        matches!(self, Self::F64(_) | Self::F32(_))
    }

    /// The coordinates from `first` on, as many as there are places.
    #[inline(always)]
    pub(super) fn read(&self, first: usize, places: &mut [f64]) {
        match self {
            Self::F64(values) => fill(values, first, places, |value| value),
            Self::F32(values) => fill(values, first, places, f64::from),
            Self::I64(values) => fill(values, first, places, |value| value as f64),
            Self::I32(values) => fill(values, first, places, f64::from),
            Self::U64(values) => fill(values, first, places, |value| value as f64),
            Self::U32(values) => fill(values, first, places, f64::from),
        }
    }
}

#[inline(always)]
fn fill<T: Copy>(values: &[T], first: usize, places: &mut [f64], number: impl Fn(T) -> f64) {
    for (place, value) in places.iter_mut().zip(&values[first..]) {
        *place = number(*value);
    }
}
