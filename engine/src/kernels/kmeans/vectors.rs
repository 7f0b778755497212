use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, FixedSizeListArray, Float64Array, GenericListArray};
use arrow_array::{BooleanArray, OffsetSizeTrait};
use arrow_buffer::{BooleanBuffer, NullBuffer, ScalarBuffer};
use arrow_schema::DataType;
use arrow_select::filter::filter;
use rayon::prelude::*;

use crate::coordinates::{is_numeric, to_f64};
use crate::error::{Error, Result};

/// Most dimensions that points may have.
pub const MAX_DIMS: usize = 64;

const EXPECTED: &str = "points: a struct or fixed-size list of 1 to 64 numbers, \
                        a list of as many in each row, or numbers alone for one dimension";

/// Rows from which a column is looked through by several threads.
const PARALLEL: usize = 1 << 16;

/// Points in d dimensions, a column for each; those with a null, a NaN or an infinity left out.
#[derive(Debug, Clone)]
pub(crate) struct Vectors {
    columns: Vec<ScalarBuffer<f64>>,
    /// The rows of the points that are left, if some were left out.
    rows: Option<Vec<u32>>,
    len: usize,
    n_rows: usize,
}

impl Vectors {
    /// Reads a column; `name` is its name for errors.
    ///
    /// # Errors
    ///
    /// [`Error::Dtype`] for a type that is not accepted; [`Error::Value`] with the row for a list
    /// of another length than the first; [`Error::Parameter`] for more rows than `u32` counts.
    pub(crate) fn try_new(name: &str, array: &dyn Array) -> Result<Self> {
        if u32::try_from(array.len()).is_err() {
            let message = format!("expected at most {} rows, got {}", u32::MAX, array.len());
            return Err(Error::Parameter { parameter: "points", message });
        }
        let (columns, nulls) = split(name, array)?;
        let columns: Vec<Float64Array> =
            columns.iter().map(|column| to_f64(column)).collect::<Result<_>>()?;
        let nulls = columns
            .iter()
            .fold(nulls, |nulls, column| NullBuffer::union(nulls.as_ref(), column.nulls()));
        Self::with_nulls(columns, nulls, array.len())
    }

    /// Leaves out what is null or not finite.
    fn with_nulls(
        columns: Vec<Float64Array>,
        nulls: Option<NullBuffer>,
        n_rows: usize,
    ) -> Result<Self> {
        let nulls = nulls.filter(|nulls| nulls.null_count() > 0);
        if nulls.is_none() && columns.iter().all(|column| all_finite(column.values())) {
            let columns = columns.into_iter().map(|column| column.values().clone()).collect();
            return Ok(Self { columns, rows: None, len: n_rows, n_rows });
        }
        let known = BooleanBuffer::collect_bool(n_rows, |row| {
            nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row))
                && columns.iter().all(|column| column.value(row).is_finite())
        });
        let rows: Vec<u32> = known.set_indices().map(|row| row as u32).collect();
        let known = BooleanArray::new(known, None);
        let kept = |column: &Float64Array| -> Result<ScalarBuffer<f64>> {
            let values = Float64Array::new(column.values().clone(), None);
            Ok(to_f64(&filter(&values, &known)?)?.values().clone())
        };
        let columns = columns.iter().map(kept).collect::<Result<_>>()?;
        Ok(Self { columns, len: rows.len(), rows: Some(rows), n_rows })
    }

    /// Number of points that are left.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Number of dimensions; 0 for a column of lists without any.
    pub(crate) fn dims(&self) -> usize {
        self.columns.len()
    }

    /// The coordinates, a slice for each dimension.
    pub(crate) fn columns(&self) -> Vec<&[f64]> {
        self.columns.iter().map(|column| &column[..]).collect()
    }

    /// Puts what was found for each point in the place of its row; nothing where none is left.
    pub(crate) fn to_rows(&self, found: Vec<u32>) -> arrow_array::UInt32Array {
        let Some(rows) = &self.rows else { return found.into() };
        let mut values = vec![0; self.n_rows];
        let mut valid = vec![false; self.n_rows];
        for (&row, found) in rows.iter().zip(found) {
            values[row as usize] = found;
            valid[row as usize] = true;
        }
        arrow_array::UInt32Array::new(values.into(), Some(NullBuffer::from(valid)))
    }
}

/// A column of points as a column for each dimension, and the nulls of the points themselves.
fn split(name: &str, array: &dyn Array) -> Result<(Vec<ArrayRef>, Option<NullBuffer>)> {
    let wrong = || Error::Dtype {
        column: name.to_owned(),
        expected: EXPECTED,
        dtype: array.data_type().clone(),
    };
    let (columns, nulls) = if let Some(points) = array.as_struct_opt() {
        (points.columns().to_vec(), points.nulls().cloned())
    } else if let Some(points) = array.as_fixed_size_list_opt() {
        if !is_coordinate(&points.value_type()) {
            return Err(wrong());
        }
        (of_fixed_size_list(points)?, points.nulls().cloned())
    } else if let Some(points) = array.as_list_opt::<i32>() {
        (of_list(name, points).ok_or_else(wrong)??, points.nulls().cloned())
    } else if let Some(points) = array.as_list_opt::<i64>() {
        (of_list(name, points).ok_or_else(wrong)??, points.nulls().cloned())
    } else {
        (vec![array.slice(0, array.len())], None)
    };
    let numeric = columns.iter().all(|column| is_coordinate(column.data_type()));
    let lists = matches!(array.data_type(), DataType::List(_) | DataType::LargeList(_));
    if !numeric || columns.len() > MAX_DIMS || (columns.is_empty() && !lists) {
        return Err(wrong());
    }
    Ok((columns, nulls))
}

fn of_fixed_size_list(points: &FixedSizeListArray) -> Result<Vec<ArrayRef>> {
    let dims = points.value_length() as usize;
    let first = points.value_offset(0) as usize;
    let values = to_f64(&points.values().slice(first, dims * points.len()))?;
    Ok(strided(&values, dims, points.len(), |row| Some(row * dims)))
}

/// `None` if the lists are not of numbers.
fn of_list<O: OffsetSizeTrait>(
    name: &str,
    points: &GenericListArray<O>,
) -> Option<Result<Vec<ArrayRef>>> {
    is_coordinate(&points.value_type()).then(|| {
        let length = |row: usize| points.value_length(row).as_usize();
        let mut valid = (0..points.len()).filter(|&row| points.is_valid(row));
        let dims = valid.clone().next().map_or(0, length);
        if !(1..=MAX_DIMS).contains(&dims) && valid.clone().next().is_some() {
            let message = format!("expected a list of 1 to {MAX_DIMS} coordinates, got {dims}");
            return Err(Error::value(name, valid.next().unwrap_or_default(), message));
        }
        if let Some(row) = valid.find(|&row| length(row) != dims) {
            let message = format!("expected a list of {dims} coordinates, got {}", length(row));
            return Err(Error::value(name, row, message));
        }
        let values = to_f64(points.values())?;
        let at = |row| points.is_valid(row).then(|| points.value_offsets()[row].as_usize());
        Ok(strided(&values, dims, points.len(), at))
    })
}

/// The dimensions of points that lie one after the other; `at` says where a point starts.
fn strided(
    values: &Float64Array,
    dims: usize,
    len: usize,
    at: impl Fn(usize) -> Option<usize> + Sync,
) -> Vec<ArrayRef> {
    let column = |dim: usize| -> ArrayRef {
        if values.null_count() == 0 {
            let value = |row| at(row).map_or(0.0, |at| values.value(at + dim));
            let column: Vec<f64> =
                (0..len).into_par_iter().with_min_len(PARALLEL).map(value).collect();
            return std::sync::Arc::new(Float64Array::from(column));
        }
        let value =
            |row| at(row).filter(|at| values.is_valid(at + dim)).map(|at| values.value(at + dim));
        std::sync::Arc::new((0..len).map(value).collect::<Float64Array>())
    };
    (0..dims).map(column).collect()
}

fn is_coordinate(dtype: &DataType) -> bool {
    is_numeric(dtype) || *dtype == DataType::Null
}

fn all_finite(values: &[f64]) -> bool {
    let finite = |values: &[f64]| values.iter().fold(true, |all, value| all & value.is_finite());
    values.par_chunks(PARALLEL).all(finite)
}
