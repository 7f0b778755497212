//! Polars columns to Arrow arrays and back, through the Arrow C data interface: nothing is copied.

use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi, to_ffi};
use arrow_array::{Array, ArrayRef, make_array};
use polars::prelude::{ArrowField, CompatLevel, PlSmallStr, PolarsResult, Series, polars_err};
use polars_arrow::ffi as polars_ffi;
use poly_match_engine::Error;
use pyo3::PyResult;
use pyo3_polars::PySeries;

use crate::error::polars_to_python;

/// The chunks of a column as Arrow arrays.
pub(crate) fn to_arrow(series: &Series) -> Result<Vec<ArrayRef>, Error> {
    (0..series.n_chunks()).map(|chunk| chunk_to_arrow(series, chunk)).collect()
}

/// A column as one Arrow array; several chunks are put together.
pub(crate) fn to_one_array(series: &Series) -> Result<ArrayRef, Error> {
    chunk_to_arrow(&series.rechunk(), 0)
}

/// Arrays of one type, one a chunk, as a column.
pub(crate) fn from_arrow(
    name: PlSmallStr,
    chunks: impl IntoIterator<Item = ArrayRef>,
) -> PolarsResult<Series> {
    let chunks = chunks.into_iter().map(array_to_polars).collect::<PolarsResult<Vec<_>>>()?;
    Series::try_from((name, chunks))
}

/// An array as a Python column.
pub(crate) fn to_python(name: &str, array: ArrayRef) -> PyResult<PySeries> {
    from_arrow(name.into(), [array]).map(PySeries).map_err(polars_to_python)
}

/// The table within a literal that holds it as the one value of one row.
pub(crate) fn unwrap_literal(literal: &Series) -> Result<Series, Error> {
    let table = literal.list().ok().filter(|rows| rows.len() == 1);
    table.and_then(|rows| rows.get_as_series(0)).ok_or_else(|| {
        let (rows, dtype) = (literal.len(), literal.dtype());
        columns_error(format!("the polygons came as {rows} rows of {dtype}, expected one list"))
    })
}

/// The columns of a table that is a struct.
pub(crate) fn fields(table: &Series) -> Result<Vec<Series>, Error> {
    let table = table.struct_().map_err(|error| columns_error(error.to_string()))?;
    Ok(table.fields_as_series())
}

fn columns_error(message: String) -> Error {
    Error::Columns { message }
}

#[allow(unsafe_code)]
fn chunk_to_arrow(series: &Series, chunk: usize) -> Result<ArrayRef, Error> {
    let array = series.to_arrow(chunk, CompatLevel::newest());
    let field = ArrowField::new(PlSmallStr::EMPTY, array.dtype().clone(), true);
    let array = polars_ffi::export_array_to_c(array);
    let schema = polars_ffi::export_field_to_c(&field);
    // SAFETY: both sides declare the `repr(C)` structs of the Arrow C data interface, so their
    // layout is the same; the values move, so that their release callbacks run once.
    let (array, schema) = unsafe {
        (
            std::mem::transmute::<polars_ffi::ArrowArray, FFI_ArrowArray>(array),
            std::mem::transmute::<polars_ffi::ArrowSchema, FFI_ArrowSchema>(schema),
        )
    };
    // SAFETY: the array was exported with this schema by Polars.
    Ok(make_array(unsafe { from_ffi(array, &schema) }?))
}

#[allow(unsafe_code)]
fn array_to_polars(array: ArrayRef) -> PolarsResult<Box<dyn polars_arrow::array::Array>> {
    let (array, schema) =
        to_ffi(&array.to_data()).map_err(|error| polars_err!(ComputeError: "{error}"))?;
    // SAFETY: as above, the other way round.
    let (array, schema) = unsafe {
        (
            std::mem::transmute::<FFI_ArrowArray, polars_ffi::ArrowArray>(array),
            std::mem::transmute::<FFI_ArrowSchema, polars_ffi::ArrowSchema>(schema),
        )
    };
    // SAFETY: the schema was exported by arrow.
    let field = unsafe { polars_ffi::import_field_from_c(&schema) }?;
    // SAFETY: the array was exported with this schema by arrow.
    unsafe { polars_ffi::import_array_from_c(array, field.dtype) }
}
