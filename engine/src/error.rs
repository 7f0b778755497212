use std::path::PathBuf;

use arrow_schema::{ArrowError, DataType, Schema};
use parquet::errors::ParquetError;

/// What went wrong, with the parameter, or the column and row, that it went wrong at.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A parameter has a value that it cannot take.
    #[error("{parameter}: {message}")]
    Parameter {
        /// Name of the parameter as the user writes it.
        parameter: &'static str,
        /// What was expected and what came.
        message: String,
    },
    /// A column has a type that cannot be read.
    #[error("column '{column}': expected {expected}, got {dtype}")]
    Dtype {
        /// Name of the column.
        column: String,
        /// What would be accepted.
        expected: &'static str,
        /// What came.
        dtype: DataType,
    },
    /// A column has an extension type that cannot be read.
    #[error("column '{column}': expected {expected}, got {extension}")]
    Extension {
        /// Name of the column.
        column: String,
        /// What would be accepted.
        expected: &'static str,
        /// Name of the extension type that came.
        extension: String,
    },
    /// A value of a column cannot be read.
    #[error("column '{column}', row {row}: {message}")]
    Value {
        /// Name of the column.
        column: String,
        /// Row number in the column as passed, from 0.
        row: usize,
        /// What was expected and what came.
        message: String,
    },
    /// A table lacks a column, or has too many that could be meant.
    #[error("{message}")]
    Columns {
        /// What was looked for and which columns there are.
        message: String,
    },
    /// Points and polygons are in different coordinate reference systems.
    #[error("the points are in {points}, the polygons in {polygons}: reproject one of them")]
    Crs {
        /// Name of that of the points.
        points: String,
        /// Name of that of the polygons.
        polygons: String,
    },
    /// A column names several coordinate reference systems.
    #[error("column '{column}': {first}, {other}: expected one reference system in a column")]
    MixedCrs {
        /// Name of the column.
        column: String,
        /// Where the first is named: a row with its SRID, from 0, or the metadata.
        first: String,
        /// Where another one is named.
        other: String,
    },
    /// A file cannot be opened, created or renamed.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The operating system's answer.
        source: std::io::Error,
    },
    /// A Parquet file cannot be read or written.
    #[error("{}: {source}", path.display())]
    Parquet {
        /// The file.
        path: PathBuf,
        /// The reader's or writer's answer.
        source: ParquetError,
    },
    /// A GeoJSON file cannot be read.
    #[error("broken GeoJSON: {message}")]
    GeoJson {
        /// What was expected, and the line and column.
        message: String,
    },
    /// A feature of a GeoJSON file cannot be read.
    #[error("feature {feature}: {message}")]
    Feature {
        /// Number of the feature, from 0.
        feature: usize,
        /// What was expected and what came.
        message: String,
    },
    /// A row group of a Parquet file cannot be read.
    #[error("{}: row group {row_group}: {source}", path.display())]
    RowGroup {
        /// The file.
        path: PathBuf,
        /// Its number, from 0.
        row_group: usize,
        /// The reader's answer.
        source: ParquetError,
    },
    /// A column of a file is at fault.
    #[error("{}: {source}", path.display())]
    InFile {
        /// The file.
        path: PathBuf,
        /// What is wrong in it.
        source: Box<Error>,
    },
    /// An Arrow kernel failed on data of an accepted type.
    #[error(transparent)]
    Arrow(#[from] ArrowError),
    /// The caller's progress function asked to stop.
    #[error("interrupted")]
    Interrupted,
}

/// Shorthand for results of this crate.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    pub(crate) fn value(column: &str, row: usize, message: impl Into<String>) -> Self {
        Error::Value { column: column.to_owned(), row, message: message.into() }
    }

    /// Something that is not among the columns.
    pub(crate) fn missing(what: &str, schema: &Schema) -> Self {
        let names: Vec<_> = schema.fields().iter().map(|field| field.name().as_str()).collect();
        Error::Columns { message: format!("{what}; the columns are: {}", names.join(", ")) }
    }

    pub(crate) fn no_column(name: &str, schema: &Schema) -> Self {
        Self::missing(&format!("no column '{name}'"), schema)
    }

    /// Whether it is this file of points that is at fault.
    pub(crate) fn is_of(&self, file: &std::path::Path) -> bool {
        match self {
            Error::Io { path, .. }
            | Error::Parquet { path, .. }
            | Error::RowGroup { path, .. }
            | Error::InFile { path, .. } => path == file,
            Error::Crs { .. } => true,
            _ => false,
        }
    }

    /// Names the file of points, where there are several, if it is in another reference system.
    pub(crate) fn in_points_file(self, path: &std::path::Path, several: bool) -> Self {
        match self {
            Error::Crs { .. } if several => {
                Error::InFile { path: path.to_owned(), source: Box::new(self) }
            }
            other => other,
        }
    }

    pub(crate) fn in_file(self, path: &std::path::Path) -> Self {
        match self {
            Error::Dtype { .. }
            | Error::Extension { .. }
            | Error::Value { .. }
            | Error::Columns { .. }
            | Error::MixedCrs { .. }
            | Error::GeoJson { .. }
            | Error::Feature { .. }
            | Error::Arrow(_) => Error::InFile { path: path.to_owned(), source: Box::new(self) },
            other => other,
        }
    }
}
