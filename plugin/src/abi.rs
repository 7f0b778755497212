//! The C interface by which Polars calls an expression plugin: version 0.1 of `polars-ffi`.
//!
//! `pyo3-polars` has a procedural macro for it, which makes cargo compile Polars twice: once for the
//! library, once for the macro. This module is what the macro would expand to. All `unsafe` code of
//! the workspace that concerns Polars is here.

use std::any::Any;
use std::cell::RefCell;
use std::ffi::{CString, c_char};
use std::panic::{AssertUnwindSafe, catch_unwind};

use polars::prelude::{
    CompatLevel, Field, PolarsError, PolarsResult, Series, polars_bail, polars_err,
};
use polars_arrow::ffi::{ArrowSchema, export_field_to_c, import_field_from_c};
use polars_ffi::version_0::{CallerContext, SeriesExport, export_series, import_series_buffer};
use serde::de::DeserializeOwned;

use crate::expression;
use crate::kernels::{dtw, kmeans, number_field, shade, stratify};

/// Exports, for each name, a function over columns and one that gives the field of its result.
macro_rules! export {
    ($($name:literal => $function:path, $field:path;)*) => {$(
        const _: () = {
            #[unsafe(export_name = concat!("_polars_plugin_", $name))]
            unsafe extern "C" fn call_function(
                inputs: *mut SeriesExport,
                inputs_len: usize,
                kwargs: *const u8,
                kwargs_len: usize,
                result: *mut SeriesExport,
                _: *const CallerContext,
            ) {
                // SAFETY: Polars calls this with what `call` asks for.
                unsafe { call($function, inputs, inputs_len, kwargs, kwargs_len, result) }
            }

            #[unsafe(export_name = concat!("_polars_plugin_field_", $name))]
            unsafe extern "C" fn call_field(
                inputs: *const ArrowSchema,
                inputs_len: usize,
                result: *mut ArrowSchema,
                _: *const u8,
                _: usize,
            ) {
                // SAFETY: Polars calls this with what `field` asks for.
                unsafe { field($field, inputs, inputs_len, result) }
            }
        };
    )*};
}

export! {
    "poly_match" => expression::poly_match, expression::row_field;
    "poly_match_details" => expression::poly_match_details, expression::details_field;
    "candidates" => expression::candidates, expression::candidates_field;
    "dtw" => dtw::dtw, dtw::distance_field;
    "dtw_path" => dtw::dtw_path, dtw::path_field;
    "kmeans" => kmeans::kmeans, number_field;
    "predict_kmeans" => kmeans::predict_kmeans, number_field;
    "shade" => shade::shade, shade::level_field;
    "stratified_fold" => stratify::stratified_fold, number_field;
    "stratified_split" => stratify::stratified_split, number_field;
}

thread_local! {
    /// The message of the last call on this thread that failed.
    static LAST_ERROR: RefCell<CString> = RefCell::default();
}

/// The message of the last call on this thread that failed; Polars copies it at once.
#[unsafe(no_mangle)]
extern "C" fn _polars_plugin_get_last_error_message() -> *const c_char {
    LAST_ERROR.with_borrow(|message| message.as_ptr())
}

/// The version of this interface, as Polars asks for it once: major above, minor in the low 16 bits.
#[unsafe(no_mangle)]
extern "C" fn _polars_plugin_get_version() -> u32 {
    let (major, minor) = polars_ffi::get_version();
    u32::from(major) << 16 | u32::from(minor)
}

/// Calls `function` with the columns and the options, and writes its result, or keeps its error.
///
/// # Safety
///
/// `inputs` points to as many exported series as `inputs_len`, which are moved out; `kwargs` to as
/// many bytes as `kwargs_len`; `result` to an empty export.
unsafe fn call<K: DeserializeOwned>(
    function: fn(&[Series], K) -> PolarsResult<Series>,
    inputs: *mut SeriesExport,
    inputs_len: usize,
    kwargs: *const u8,
    kwargs_len: usize,
    result: *mut SeriesExport,
) {
    let series = reported(|| {
        // SAFETY: as the caller promises.
        let inputs = unsafe { import_series_buffer(inputs, inputs_len) }?;
        // SAFETY: as the caller promises.
        let kwargs = unsafe { bytes(kwargs, kwargs_len) };
        let kwargs = serde_pickle::from_slice(kwargs, Default::default())
            .map_err(|error| polars_err!(InvalidOperation: "options of the expression: {error}"))?;
        function(&inputs, kwargs)
    });
    if let Some(series) = series {
        // SAFETY: the caller promises that it points to an export, whose old value is empty.
        unsafe { *result = export_series(&series) };
    }
}

/// Calls `function` with the fields of the columns, and writes the field of the result, or keeps
/// its error.
///
/// # Safety
///
/// `inputs` points to as many schemas as `inputs_len`; `result` to an empty one.
unsafe fn field(
    function: fn(&[Field]) -> PolarsResult<Field>,
    inputs: *const ArrowSchema,
    inputs_len: usize,
    result: *mut ArrowSchema,
) {
    let field = reported(|| {
        let schemas = match inputs_len {
            0 => &[],
            // SAFETY: as the caller promises.
            len => unsafe { std::slice::from_raw_parts(inputs, len) },
        };
        let fields = schemas.iter().map(|schema| {
            // SAFETY: each is a schema that Polars exported.
            unsafe { import_field_from_c(schema) }.map(|field| Field::from(&field))
        });
        function(&fields.collect::<PolarsResult<Vec<_>>>()?)
    });
    if let Some(field) = field {
        let field = field.to_arrow(CompatLevel::newest());
        // SAFETY: the caller promises that it points to a schema, whose old value is empty.
        unsafe { *result = export_field_to_c(&field) };
    }
}

/// # Safety
///
/// `start` points to as many bytes as `len`, or `len` is 0.
unsafe fn bytes<'a>(start: *const u8, len: usize) -> &'a [u8] {
    match len {
        0 => &[],
        // SAFETY: as the caller promises.
        len => unsafe { std::slice::from_raw_parts(start, len) },
    }
}

/// The result of `work`; if it fails or panics, keeps the message for Polars.
fn reported<T>(work: impl FnOnce() -> PolarsResult<T>) -> Option<T> {
    let result = catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(
        |panic| polars_bail!(ComputeError: "internal error: {}", panic_message(&*panic)),
    );
    result.inspect_err(keep).ok()
}

fn keep(error: &PolarsError) {
    // The text crosses a C interface, where a NUL would end it.
    let text = error.to_string().replace('\0', "\\0");
    LAST_ERROR.set(CString::new(text).unwrap_or_default());
}

fn panic_message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("a panic")
}
