use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_schema::{DataType, SchemaRef};
use parquet::file::metadata::ParquetMetaData;

use super::metadata::GeoMetadata;
use crate::error::{Error, Result};

/// What is known of a table before its rows: where it is, its columns, and what it says of them.
#[derive(Debug, Clone)]
pub(crate) struct Header {
    path: PathBuf,
    schema: SchemaRef,
    /// Of Parquet.
    metadata: Option<Arc<ParquetMetaData>>,
}

impl Header {
    pub(crate) fn new(path: &Path, schema: SchemaRef) -> Self {
        Self { path: path.to_owned(), schema, metadata: None }
    }

    pub(super) fn with_metadata(self, metadata: Arc<ParquetMetaData>) -> Self {
        Self { metadata: Some(metadata), ..self }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// What GeoParquet says.
    pub(super) fn geo(&self) -> Result<Option<GeoMetadata>> {
        match &self.metadata {
            Some(metadata) => GeoMetadata::of(metadata).map_err(|e| e.in_file(&self.path)),
            None => Ok(None),
        }
    }

    /// The place and type of a column.
    pub(crate) fn column(&self, name: &str) -> Result<(usize, &DataType)> {
        match self.schema.column_with_name(name) {
            Some((at, field)) => Ok((at, field.data_type())),
            None => Err(Error::no_column(name, &self.schema).in_file(&self.path)),
        }
    }

    pub(super) fn missing(&self, what: &str) -> Error {
        Error::missing(what, &self.schema).in_file(&self.path)
    }
}
