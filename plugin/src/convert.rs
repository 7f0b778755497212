//! Polars columns to Arrow arrays and back, through the Arrow C data interface: nothing is copied.

use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi, to_ffi};
use arrow_array::{Array, ArrayRef, UInt32Array, make_array};
use polars::prelude::{
    ArrowField, CompatLevel, PlSmallStr, PolarsResult, Series, polars_ensure, polars_err,
};
use polars_arrow::ffi as polars_ffi;

/// The chunks of a column as Arrow arrays.
pub(crate) fn to_arrow(series: &Series) -> PolarsResult<Vec<ArrayRef>> {
    (0..series.n_chunks()).map(|chunk| chunk_to_arrow(series, chunk)).collect()
}

/// Answers, one array a chunk, as a column.
pub(crate) fn from_answers(name: PlSmallStr, chunks: Vec<UInt32Array>) -> PolarsResult<Series> {
    let chunks = chunks.into_iter().map(answers_to_polars).collect::<PolarsResult<Vec<_>>>()?;
    Series::try_from((name, chunks))
}

/// The column within a literal that holds it as the one value of one row.
pub(crate) fn unwrap_literal(literal: &Series) -> PolarsResult<Series> {
    let rows = literal.list()?;
    polars_ensure!(
        rows.len() == 1,
        ComputeError: "the polygons came as {} rows, expected the one row of an imploded literal",
        rows.len()
    );
    rows.get_as_series(0)
        .ok_or_else(|| polars_err!(ComputeError: "the polygons came as a null literal"))
}

#[allow(unsafe_code)]
fn chunk_to_arrow(series: &Series, chunk: usize) -> PolarsResult<ArrayRef> {
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
    let data = unsafe { from_ffi(array, &schema) };
    data.map(make_array).map_err(|error| polars_err!(ComputeError: "{error}"))
}

#[allow(unsafe_code)]
fn answers_to_polars(answers: UInt32Array) -> PolarsResult<Box<dyn polars_arrow::array::Array>> {
    let (array, _) =
        to_ffi(&answers.into_data()).map_err(|error| polars_err!(ComputeError: "{error}"))?;
    // SAFETY: as above, the other way round.
    let array = unsafe { std::mem::transmute::<FFI_ArrowArray, polars_ffi::ArrowArray>(array) };
    // SAFETY: the array holds 32-bit unsigned integers.
    unsafe {
        polars_ffi::import_array_from_c(array, polars_arrow::datatypes::ArrowDataType::UInt32)
    }
}
