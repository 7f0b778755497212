//! What the extension metadata of a GeoArrow column say: its reference system and its edges.

use arrow_schema::Field;
use arrow_schema::extension::ExtensionType;
use geoarrow_schema::WkbType;
use serde_json::{Map, Value};

use super::Crs;
use crate::edges::Edges;
use crate::error::{Error, Result};

/// WKB's extension name besides that of GeoArrow.
const OGC_WKB: &str = "ogc.wkb";

/// Whether an extension type is WKB.
pub(crate) fn is_wkb(extension: &str) -> bool {
    extension == WkbType::NAME || extension == OGC_WKB
}

impl Crs {
    /// Reads the extension metadata of a GeoArrow column; `None` where there is none, and for a
    /// system that is written in a way which GeoArrow does not have.
    ///
    /// # Errors
    ///
    /// [`Error::Columns`] for metadata that cannot be read.
    pub fn of_field(field: &Field) -> Result<Option<Self>> {
        let metadata = metadata(field)?;
        let is_known = match metadata.get("crs_type") {
            None | Some(Value::Null) => true,
            Some(Value::String(kind)) => {
                ["projjson", "wkt2:2019", "authority_code", "srid"].contains(&&**kind)
            }
            Some(_) => false,
        };
        Ok(metadata.get("crs").filter(|_| is_known).and_then(Self::from_json))
    }
}

impl Edges {
    /// Reads the extension metadata of a GeoArrow column: planar where they do not say.
    ///
    /// # Errors
    ///
    /// [`Error::Columns`] for metadata that cannot be read.
    pub fn of_field(field: &Field) -> Result<Self> {
        let metadata = metadata(field)?;
        let edges = metadata.get("edges").and_then(Value::as_str);
        Ok(edges.map_or(Self::Planar, Self::from_text))
    }
}

/// The metadata of an extension type of GeoArrow, with these.
pub(crate) fn extension(crs: Option<&Crs>, edges: Edges) -> String {
    let mut metadata = Map::new();
    if let Some(crs) = crs {
        metadata.insert("crs".to_owned(), crs.to_json());
    }
    if edges != Edges::Planar {
        metadata.insert("edges".to_owned(), edges.to_string().into());
    }
    Value::Object(metadata).to_string()
}

/// Read as plain JSON: a value that is not known is no reason to refuse the others.
fn metadata(field: &Field) -> Result<Map<String, Value>> {
    let is_geo = |name: &str| name.starts_with("geoarrow.") || name == OGC_WKB;
    let text = field.extension_type_metadata().unwrap_or_default();
    if text.trim().is_empty() || !field.extension_type_name().is_some_and(is_geo) {
        return Ok(Map::new());
    }
    serde_json::from_str(text).map_err(|error| Error::Columns {
        message: format!("column '{}': broken GeoArrow metadata: {error}", field.name()),
    })
}
