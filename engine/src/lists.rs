use std::ops::Range;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, GenericListArray, OffsetSizeTrait, new_empty_array};
use arrow_buffer::NullBuffer;
use arrow_schema::{DataType, Field};

/// A list column of either offset width, without what a slice leaves out: row `i` has the values
/// `offsets[i]..offsets[i + 1]`. A null row may have some too.
pub(crate) struct Lists {
    pub(crate) offsets: Vec<usize>,
    pub(crate) nulls: Option<NullBuffer>,
    pub(crate) values: ArrayRef,
}

impl Lists {
    /// Reads a list column; a column of another type is one of null lists.
    pub(crate) fn new(array: &dyn Array) -> Self {
        let narrow = array.as_list_opt::<i32>().map(Self::from_list);
        narrow.or_else(|| array.as_list_opt::<i64>().map(Self::from_list)).unwrap_or_else(|| Self {
            offsets: vec![0; array.len() + 1],
            nulls: Some(NullBuffer::new_null(array.len())),
            values: new_empty_array(&DataType::Null),
        })
    }

    fn from_list<O: OffsetSizeTrait>(lists: &GenericListArray<O>) -> Self {
        let offsets = lists.value_offsets();
        let start = offsets.first().map_or(0, |offset| offset.as_usize());
        let end = offsets.last().map_or(0, |offset| offset.as_usize());
        Self {
            offsets: offsets.iter().map(|offset| offset.as_usize() - start).collect(),
            nulls: lists.nulls().cloned(),
            values: lists.values().slice(start, end - start),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// The places of a row's values.
    pub(crate) fn range(&self, row: usize) -> Range<usize> {
        self.offsets[row]..self.offsets[row + 1]
    }

    pub(crate) fn is_valid(&self, row: usize) -> bool {
        self.nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row))
    }

    pub(crate) fn has_nulls(&self) -> bool {
        self.nulls.as_ref().is_some_and(|nulls| nulls.null_count() > 0)
    }

    /// The number of values of a row.
    pub(crate) fn length(&self, row: usize) -> usize {
        self.range(row).len()
    }
}

/// The field within a list type of either offset width.
pub(crate) fn list_item(dtype: &DataType) -> Option<&Field> {
    match dtype {
        DataType::List(item) | DataType::LargeList(item) => Some(item),
        _ => None,
    }
}
