//! One ring a row, from two list columns.

use arrow_array::Array;
use arrow_buffer::{NullBuffer, ScalarBuffer};
use arrow_schema::DataType;

use super::builder::Builder;
use super::invalid::Faults;
use super::{Nesting, Polygons};
use crate::coordinates::{is_numeric, to_f64_or_nan};
use crate::error::{Error, Result};
use crate::lists::{Lists, list_item};

/// Whether two columns of these types can be read as the x and y of rings.
pub(super) fn accepts(dtype: &DataType) -> bool {
    let coordinate = |dtype: &DataType| is_numeric(dtype) || *dtype == DataType::Null;
    *dtype == DataType::Null || list_item(dtype).is_some_and(|item| coordinate(item.data_type()))
}

/// The rings of all rows, and the rows whose x and y are not as many.
pub(super) fn read(x: &dyn Array, y: &dyn Array) -> Result<(Polygons, Faults)> {
    if x.len() != y.len() {
        let message =
            format!("columns 'x' and 'y' have {} and {} rows: not the same", x.len(), y.len());
        return Err(Error::Columns { message });
    }
    let (x, y) = (Axis::try_new("x", x)?, Axis::try_new("y", y)?);
    let nulls = NullBuffer::union(x.lists.nulls.as_ref(), y.lists.nulls.as_ref());
    let mut faults = Faults::default();
    if x.lists.offsets == y.lists.offsets {
        let (rings, nesting) = (x.lists.offsets, Nesting::Flat);
        let polygons =
            Polygons { x: x.values, y: y.values, rings, nesting, nulls, ..Polygons::default() };
        return Ok((polygons, faults));
    }
    // Null rows may hide different numbers of values: leave those out.
    let mut together = Builder::default();
    for row in 0..x.lists.len() {
        let mut valid = nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row));
        let (xs, ys) = (x.lists.length(row), y.lists.length(row));
        if valid && xs != ys {
            faults.push(row, || format!("has {xs} x and {ys} y: expected as many of each"));
            valid = false;
        }
        if valid {
            together.start_part();
            together.ring(x.row(row).zip(y.row(row)).map(|(x, y)| [x, y]));
        }
        together.finish_row(valid);
    }
    Ok((together.finish(), faults))
}

/// One of the two columns.
struct Axis {
    lists: Lists,
    values: ScalarBuffer<f64>,
}

impl Axis {
    fn try_new(column: &str, array: &dyn Array) -> Result<Self> {
        if !accepts(array.data_type()) {
            return Err(Error::Dtype {
                column: column.to_owned(),
                expected: "rings as a list of numbers a row",
                dtype: array.data_type().clone(),
            });
        }
        let lists = Lists::new(array);
        // A null vertex is as little a vertex as NaN, and is reported as one.
        let values = to_f64_or_nan(&lists.values)?;
        Ok(Self { lists, values })
    }

    fn row(&self, row: usize) -> impl Iterator<Item = f64> + Clone {
        self.values[self.lists.range(row)].iter().copied()
    }
}
