//! The engine's errors as Polars' and as Python's.

use std::error::Error as _;
use std::io;

use polars::prelude::PolarsError;
use poly_match_engine::Error;
use pyo3::PyErr;
use pyo3::exceptions::{PyKeyboardInterrupt, PyValueError};

pyo3::import_exception!(polars.exceptions, InvalidOperationError);

/// For an expression. Polars shows the text and raises `ComputeError`.
pub(crate) fn to_polars(error: &Error) -> PolarsError {
    // The text crosses a C interface, where a NUL would end it.
    let text = error.to_string().replace('\0', "\\0");
    match error {
        Error::Dtype { .. } | Error::Extension { .. } => PolarsError::InvalidOperation(text.into()),
        _ => PolarsError::ComputeError(text.into()),
    }
}

/// For an expression, what is wrong with its points. Polars hands them over in pieces, each in a call
/// of its own, so that a row can be told within the piece only.
pub(crate) fn of_points(error: &Error, rows: usize) -> PolarsError {
    match error {
        Error::Value { column, row, message } => {
            let text = format!("column '{column}', row {row} of a piece of {rows}: {message}");
            PolarsError::ComputeError(text.replace('\0', "\\0").into())
        }
        Error::MixedCrs { .. } => {
            let text = format!("{error} (rows of a piece of {rows})");
            PolarsError::ComputeError(text.replace('\0', "\\0").into())
        }
        _ => to_polars(error),
    }
}

/// For a function: `InvalidOperationError` for a dtype, `OSError` and its kin for files,
/// `ValueError` for all else that is wrong with parameters or data.
pub(crate) fn to_python(error: Error) -> PyErr {
    let text = error.to_string();
    match &error {
        Error::Interrupted => PyKeyboardInterrupt::new_err(text),
        Error::Dtype { .. } | Error::Extension { .. } => InvalidOperationError::new_err(text),
        Error::InFile { source, .. }
            if matches!(**source, Error::Dtype { .. } | Error::Extension { .. }) =>
        {
            InvalidOperationError::new_err(text)
        }
        _ => match io_kind(&error) {
            Some(kind) => io::Error::new(kind, text).into(),
            None => PyValueError::new_err(text),
        },
    }
}

/// What Polars finds wrong with what it is given by us.
pub(crate) fn polars_to_python(error: PolarsError) -> PyErr {
    PyValueError::new_err(error.to_string())
}

/// What the operating system said, wherever in the chain of causes it is.
fn io_kind(error: &Error) -> Option<io::ErrorKind> {
    let mut cause = error.source();
    while let Some(source) = cause {
        if let Some(io) = source.downcast_ref::<io::Error>() {
            return Some(io.kind());
        }
        cause = source.source();
    }
    None
}
