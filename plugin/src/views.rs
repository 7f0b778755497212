//! Columns of Polars for readers of Arrow who do not know views.

use std::sync::Arc;

use arrow_cast::cast;
use arrow_schema::{ArrowError, DataType, Field, FieldRef};
use pyo3::prelude::*;
use pyo3_arrow::input::AnyArray;

use crate::arrow::ArrowStream;
use crate::error::to_python;

/// A column with its strings and bytes behind 64-bit offsets, inside of lists, structs and
/// dictionaries too. Polars hands them out as views, which many readers of Arrow cannot take.
#[pyfunction]
pub(crate) fn without_views(py: Python<'_>, column: AnyArray) -> PyResult<ArrowStream> {
    let (chunks, field) = column.into_chunked_array()?.into_inner();
    let dtype = offsets(field.data_type());
    let chunks = py.detach(|| -> Result<Vec<_>, ArrowError> {
        chunks.iter().map(|chunk| cast(chunk, &dtype)).collect()
    });
    let chunks = chunks.map_err(|error| to_python(error.into()))?;
    let field = Field::clone(&field).with_data_type(dtype);
    Ok(ArrowStream::new(Arc::new(field), chunks.into_iter().map(Ok)))
}

/// The type with offsets in the place of views.
fn offsets(dtype: &DataType) -> DataType {
    let inner = |field: &FieldRef| -> FieldRef {
        Arc::new(Field::clone(field).with_data_type(offsets(field.data_type())))
    };
    match dtype {
        DataType::Utf8View => DataType::LargeUtf8,
        DataType::BinaryView => DataType::LargeBinary,
        DataType::LargeList(item) => DataType::LargeList(inner(item)),
        DataType::FixedSizeList(item, size) => DataType::FixedSizeList(inner(item), *size),
        DataType::Struct(fields) => DataType::Struct(fields.iter().map(inner).collect()),
        DataType::Dictionary(key, value) => {
            DataType::Dictionary(key.clone(), Box::new(offsets(value)))
        }
        other => other.clone(),
    }
}
