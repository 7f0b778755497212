use parquet::file::metadata::ParquetMetaData;
use serde_json::Value;

use crate::crs::Crs;
use crate::error::{Error, Result};

/// What the key `geo` of a GeoParquet file says of its geometry columns.
///
/// Read as plain JSON, so that files of older and newer versions are read too, and because a `crs`
/// that is absent means another thing than one that is null.
#[derive(Debug)]
pub(super) struct GeoMetadata(Value);

/// What it says of one.
#[derive(Debug)]
pub(super) struct GeoColumn {
    /// `WKB`, or a GeoArrow type such as `point`.
    pub(super) encoding: String,
    pub(super) crs: Option<Crs>,
    /// Whether all of it are points; `None` where it does not say.
    pub(super) is_points: Option<bool>,
}

impl GeoMetadata {
    /// `None` for a file without.
    pub(super) fn of(metadata: &ParquetMetaData) -> Result<Option<Self>> {
        let mut pairs = metadata.file_metadata().key_value_metadata().into_iter().flatten();
        let geo = pairs.find(|pair| pair.key == "geo").and_then(|pair| pair.value.as_ref());
        let parse = |text: &String| match serde_json::from_str(text) {
            Ok(metadata) => Ok(Self(metadata)),
            Err(error) => {
                Err(Error::Columns { message: format!("broken GeoParquet metadata: {error}") })
            }
        };
        geo.map(parse).transpose()
    }

    /// The name of the column that is the geometry if nothing else is said.
    pub(super) fn primary_column(&self) -> Option<&str> {
        self.0.get("primary_column")?.as_str()
    }

    pub(super) fn column(&self, name: &str) -> Option<GeoColumn> {
        let column = self.0.get("columns")?.get(name)?;
        let encoding = column.get("encoding").and_then(Value::as_str).unwrap_or("WKB").to_owned();
        let crs = match column.get("crs") {
            None => Some(Crs::crs84()),
            Some(crs) => Crs::from_json(crs),
        };
        let types = column.get("geometry_types").and_then(Value::as_array);
        let is_point = |kind: &Value| kind.as_str().is_some_and(|kind| kind.starts_with("Point"));
        let is_points =
            types.filter(|types| !types.is_empty()).map(|types| types.iter().all(is_point));
        Some(GeoColumn { encoding, crs, is_points })
    }
}
