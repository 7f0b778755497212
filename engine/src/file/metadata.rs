use arrow_schema::Field;
use arrow_schema::extension::{
    EXTENSION_TYPE_METADATA_KEY, EXTENSION_TYPE_NAME_KEY, ExtensionType,
};
use geoarrow_schema::WkbType;
use parquet::basic::{EdgeInterpolationAlgorithm, LogicalType};
use parquet::file::metadata::ParquetMetaData;
use serde_json::Value;

use crate::crs::{Crs, extension};
use crate::edges::Edges;
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
    pub(super) edges: Edges,
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
        let edges = column.get("edges").and_then(Value::as_str);
        let edges = edges.map_or(Edges::Planar, Edges::from_text);
        let types = column.get("geometry_types").and_then(Value::as_array);
        let is_point = |kind: &Value| kind.as_str().is_some_and(|kind| kind.starts_with("Point"));
        let is_points =
            types.filter(|types| !types.is_empty()).map(|types| types.iter().all(is_point));
        Some(GeoColumn { encoding, crs, edges, is_points })
    }
}

/// What Parquet's own type says of a column: GEOMETRY or GEOGRAPHY.
#[derive(Debug)]
pub(crate) struct SpatialType {
    pub(crate) crs: Option<Crs>,
    pub(crate) edges: Edges,
}

impl SpatialType {
    pub(super) fn is(logical: &LogicalType) -> bool {
        matches!(logical, LogicalType::Geometry(_) | LogicalType::Geography(_))
    }

    /// A field with the extension type of WKB, which says the same.
    pub(crate) fn extend(&self, field: &Field) -> Field {
        let pairs = [
            (EXTENSION_TYPE_NAME_KEY, WkbType::NAME.to_owned()),
            (EXTENSION_TYPE_METADATA_KEY, extension(self.crs.as_ref(), self.edges)),
        ];
        let mut metadata = field.metadata().clone();
        metadata.extend(pairs.map(|(key, value)| (key.to_owned(), value)));
        field.clone().with_metadata(metadata)
    }

    /// `value` finds that of a key in the metadata of the file, where a reference system may be.
    pub(super) fn of<'a>(
        logical: &LogicalType,
        value: impl FnOnce(&str) -> Option<&'a str>,
    ) -> Option<Self> {
        match logical {
            LogicalType::Geometry(geometry) => {
                let crs = Crs::from_parquet(geometry.crs.as_deref(), value);
                Some(Self { crs, edges: Edges::Planar })
            }
            LogicalType::Geography(geography) => {
                use EdgeInterpolationAlgorithm as Algorithm;
                let edges = match geography.algorithm() {
                    None | Some(Algorithm::SPHERICAL) => Edges::Spherical,
                    Some(Algorithm::VINCENTY) => Edges::Vincenty,
                    Some(Algorithm::THOMAS) => Edges::Thomas,
                    Some(Algorithm::ANDOYER) => Edges::Andoyer,
                    Some(Algorithm::KARNEY) => Edges::Karney,
                    Some(_) => Edges::Other,
                };
                Some(Self { crs: Crs::from_parquet(geography.crs.as_deref(), value), edges })
            }
            _ => None,
        }
    }
}
