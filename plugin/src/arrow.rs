//! Arrow arrays and streams as Python objects: what speaks the PyCapsule interface comes in, and
//! what speaks it goes out. No Arrow library of Python is needed for either.

use std::io::Cursor;
use std::panic::catch_unwind;
use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::{Array, ArrayRef, RecordBatch, RecordBatchReader};
use arrow_ipc::reader::StreamReader;
use arrow_ipc::writer::StreamWriter;
use arrow_schema::extension::{EXTENSION_TYPE_METADATA_KEY, EXTENSION_TYPE_NAME_KEY};
use arrow_schema::{ArrowError, Field, FieldRef, SchemaRef};
use poly_match_engine::Error;
use pyo3::exceptions::{PyKeyError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyCapsule, PyTuple, PyType};
use pyo3_arrow::error::PyArrowResult;
use pyo3_arrow::ffi::{
    ArrayIterator, ArrayReader, to_array_pycapsules, to_schema_pycapsule, to_stream_pycapsule,
};
use pyo3_arrow::input::AnyRecordBatch;

use crate::error::to_python;

/// An array.
#[derive(Debug)]
#[pyclass(frozen, module = "poly_match._plugin")]
pub(crate) struct ArrowArray {
    array: ArrayRef,
    field: FieldRef,
}

impl ArrowArray {
    pub(crate) fn new(array: ArrayRef, field: FieldRef) -> Self {
        Self { array, field }
    }
}

#[pymethods]
impl ArrowArray {
    fn __len__(&self) -> usize {
        self.array.len()
    }

    fn __repr__(&self) -> String {
        format!("<ArrowArray: {} rows of {}>", self.array.len(), self.field.data_type())
    }

    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyArrowResult<Bound<'py, PyCapsule>> {
        to_schema_pycapsule(py, self.field.as_ref())
    }

    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_array__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyCapsule>>,
    ) -> PyArrowResult<Bound<'py, PyTuple>> {
        to_array_pycapsules(py, self.field.clone(), &self.array, requested_schema)
    }
}

/// A stream of arrays, or of record batches as structs. It is read once, and what it is made from
/// is read as it goes.
#[pyclass(frozen, module = "poly_match._plugin")]
pub(crate) struct ArrowStream {
    field: FieldRef,
    /// Gone when it has been handed over.
    reader: Mutex<Option<Box<dyn ArrayReader + Send>>>,
}

impl ArrowStream {
    pub(crate) fn new(
        field: FieldRef,
        chunks: impl Iterator<Item = Result<ArrayRef, ArrowError>> + Send + 'static,
    ) -> Self {
        let reader: Box<dyn ArrayReader + Send> =
            Box::new(ArrayIterator::new(chunks, field.clone()));
        Self { field, reader: Mutex::new(Some(reader)) }
    }
}

#[pymethods]
impl ArrowStream {
    fn __repr__(&self) -> String {
        format!("<ArrowStream of {}>", self.field.data_type())
    }

    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyArrowResult<Bound<'py, PyCapsule>> {
        to_schema_pycapsule(py, self.field.as_ref())
    }

    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyCapsule>>,
    ) -> PyArrowResult<Bound<'py, PyCapsule>> {
        let reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner).take();
        let reader = reader.ok_or_else(|| PyValueError::new_err("the stream has been read"))?;
        to_stream_pycapsule(py, reader, requested_schema)
    }
}

/// A table as it came, in its own types; it is pickled as an Arrow IPC stream.
#[pyclass(frozen, module = "poly_match._plugin")]
pub(crate) struct ArrowTable {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
}

#[pymethods]
impl ArrowTable {
    #[new]
    fn new(py: Python<'_>, table: AnyRecordBatch) -> PyResult<Self> {
        let reader = table.into_reader()?;
        py.detach(|| Self::read(reader)).map_err(|error| to_python(error.into()))
    }

    #[classmethod]
    fn from_ipc(_: &Bound<'_, PyType>, py: Python<'_>, bytes: &[u8]) -> PyResult<Self> {
        let read = || Self::read(StreamReader::try_new(Cursor::new(bytes), None)?);
        // Readers of Arrow panic at some broken streams.
        let broken = |_| Err(ArrowError::IpcError("broken stream".to_owned()));
        py.detach(|| catch_unwind(read).unwrap_or_else(broken))
            .map_err(|error| to_python(error.into()))
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyTuple>> {
        let (py, table) = (slf.py(), slf.get());
        let bytes = py.detach(|| table.to_ipc()).map_err(|error| to_python(error.into()))?;
        let read = slf.get_type().getattr("from_ipc")?;
        (read, (PyBytes::new(py, &bytes),)).into_pyobject(py)
    }

    /// The names of the columns.
    #[getter]
    fn columns(&self) -> Vec<&str> {
        self.schema.fields().iter().map(|field| field.name().as_str()).collect()
    }

    /// The table with these columns only.
    fn select(&self, names: Vec<String>) -> PyResult<Self> {
        let places = names.iter().map(|name| self.schema.index_of(name));
        let select = || -> Result<Self, ArrowError> {
            let places = places.collect::<Result<Vec<_>, _>>()?;
            let batches = self.batches.iter().map(|batch| batch.project(&places));
            Ok(Self {
                schema: Arc::new(self.schema.project(&places)?),
                batches: batches.collect::<Result<_, _>>()?,
            })
        };
        select().map_err(|error| to_python(Error::Arrow(error)))
    }

    /// A column.
    fn column(&self, name: &str) -> PyResult<ArrowStream> {
        self.stream(name, |field| field)
    }

    /// A column as it is stored, without its extension type.
    fn __getitem__(&self, name: &str) -> PyResult<ArrowStream> {
        self.stream(name, |field| {
            let mut metadata = field.metadata().clone();
            metadata.remove(EXTENSION_TYPE_NAME_KEY);
            metadata.remove(EXTENSION_TYPE_METADATA_KEY);
            Arc::new(Field::clone(&field).with_metadata(metadata))
        })
    }

    /// The name and the metadata of a column's extension type, if it has one.
    fn extension(&self, name: &str) -> Option<(String, Option<String>)> {
        let field = self.schema.field_with_name(name).ok()?;
        let metadata = field.extension_type_metadata().map(str::to_owned);
        Some((field.extension_type_name()?.to_owned(), metadata))
    }
}

impl ArrowTable {
    pub(crate) fn of(table: RecordBatch) -> Self {
        Self { schema: table.schema(), batches: vec![table] }
    }

    fn read(reader: impl RecordBatchReader) -> Result<Self, ArrowError> {
        let schema = reader.schema();
        Ok(Self { schema, batches: reader.collect::<Result<_, _>>()? })
    }

    fn to_ipc(&self) -> Result<Vec<u8>, ArrowError> {
        let mut writer = StreamWriter::try_new(Vec::new(), &self.schema)?;
        for batch in &self.batches {
            writer.write(batch)?;
        }
        writer.finish()?;
        writer.into_inner()
    }

    fn stream(&self, name: &str, as_field: impl Fn(FieldRef) -> FieldRef) -> PyResult<ArrowStream> {
        let Ok(at) = self.schema.index_of(name) else {
            return Err(PyKeyError::new_err(name.to_owned()));
        };
        let chunks: Vec<_> =
            self.batches.iter().map(|batch| Ok(batch.column(at).clone())).collect();
        Ok(ArrowStream::new(as_field(self.schema.fields()[at].clone()), chunks.into_iter()))
    }
}
