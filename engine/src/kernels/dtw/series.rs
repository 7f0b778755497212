use arrow_array::Array;
use arrow_buffer::{BooleanBuffer, ScalarBuffer};
use arrow_cast::cast;
use arrow_schema::DataType;
use std::sync::Arc;

use crate::coordinates::{is_numeric, to_f64_or_nan};
use crate::error::{Error, Result};
use crate::lists::{Lists, list_item};

/// A column of series, read once.
#[derive(Debug, Clone)]
pub struct SeriesColumn {
    offsets: Vec<usize>,
    values: ScalarBuffer<f64>,
    /// Rows that can be compared: of one number at least, all of them finite.
    known: BooleanBuffer,
}

impl SeriesColumn {
    /// Reads lists of numbers, of fixed size or not; `name` is the name of the column for errors.
    ///
    /// # Errors
    ///
    /// [`Error::Dtype`] for a column of anything else.
    pub fn try_new(name: &str, array: &dyn Array) -> Result<Self> {
        if let DataType::FixedSizeList(item, _) = array.data_type() {
            let lists = cast(array, &DataType::LargeList(Arc::clone(item)))?;
            return Self::try_new(name, &lists);
        }
        let dtype = array.data_type();
        let item = list_item(dtype).map(|item| item.data_type());
        if *dtype != DataType::Null
            && !item.is_some_and(|item| is_numeric(item) || *item == DataType::Null)
        {
            return Err(Error::Dtype {
                column: name.to_owned(),
                expected: "series: a list of numbers",
                dtype: dtype.clone(),
            });
        }
        let lists = Lists::new(array);
        let values = to_f64_or_nan(&lists.values)?;
        let known = BooleanBuffer::collect_bool(lists.len(), |row| {
            lists.is_valid(row)
                && lists.length(row) > 0
                && values[lists.range(row)].iter().all(|value| value.is_finite())
        });
        Ok(Self { offsets: lists.offsets, values, known })
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// The series of a row; `None` where it is null or empty, has a value that is not finite, or
    /// where there is no such row.
    pub(super) fn series(&self, row: usize) -> Option<&[f64]> {
        if row >= self.len() {
            return None;
        }
        let range = self.offsets[row]..self.offsets[row + 1];
        self.known.value(row).then(|| &self.values[range])
    }
}
