use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_schema::{DataType, SchemaRef};
use parquet::basic::LogicalType;
use parquet::file::metadata::ParquetMetaData;

use super::metadata::{GeoMetadata, SpatialType};
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

    /// The logical types of Parquet that its columns have.
    fn logical_types(&self) -> impl Iterator<Item = (&str, Option<&LogicalType>)> {
        let schema = self.metadata.iter().map(|metadata| metadata.file_metadata().schema());
        let fields = schema.flat_map(|schema| schema.get_fields());
        fields.map(|field| (field.name(), field.get_basic_info().logical_type_ref()))
    }

    /// What the type of a column says, if it is GEOMETRY or GEOGRAPHY.
    pub(crate) fn spatial(&self, name: &str) -> Option<SpatialType> {
        let (_, logical) = self.logical_types().find(|(column, _)| *column == name)?;
        SpatialType::of(logical?, |key| self.value(key))
    }

    /// The names of all such columns.
    pub(super) fn spatial_columns(&self) -> Vec<&str> {
        let columns = self.logical_types();
        let columns = columns.filter(|(_, logical)| logical.is_some_and(SpatialType::is));
        columns.map(|(name, _)| name).collect()
    }

    /// The value of a key in the metadata of the file.
    fn value(&self, key: &str) -> Option<&str> {
        let pairs = self.metadata.as_ref()?.file_metadata().key_value_metadata()?;
        pairs.iter().find(|pair| pair.key == key)?.value.as_deref()
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
