mod geoarrow;
mod text;

use std::fmt::{self, Write as _};

use serde_json::Value;

use crate::error::{Error, Result};
pub(crate) use geoarrow::{extension, is_wkb};
use text::{authority_code, is_definition, is_geographic_text, without_spaces, wkt_code};

/// A coordinate reference system, as far as telling two of them apart goes. Nothing is reprojected.
///
/// Two are equal when both have an authority code and the codes mean the same; where one has none,
/// when their definitions are the same but for spaces, identifiers and areas of use. `EPSG:4326`
/// and `OGC:CRS84` are equal: in GeoArrow, GeoParquet and WKB the first coordinate is the longitude
/// or easting, whatever axis order the authority defines.
#[derive(Debug, Clone)]
pub struct Crs {
    /// Such as `EPSG:4326`, in capitals.
    code: Option<String>,
    name: Option<String>,
    geographic: Option<bool>,
    definition: Value,
}

impl Crs {
    /// That of longitude and latitude on WGS 84, which GeoJSON and GeoParquet have by default.
    pub fn crs84() -> Self {
        Self::from_code("OGC:CRS84")
    }

    /// Reads PROJJSON, WKT, an authority code (`EPSG:4326`, also as URN or URL), a number as an SRID,
    /// or any other text, which is then a definition that only equals itself. `None` for no text,
    /// and for an SRID of no known system.
    pub fn from_text(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        if let Ok(projjson @ Value::Object(_)) = serde_json::from_str(text) {
            return Some(Self::from_projjson(projjson));
        }
        if let Ok(srid) = text.parse() {
            return Self::from_srid(srid);
        }
        if let Some(code) = authority_code(text) {
            return Some(Self::from_code(&code));
        }
        let is_wkt = text.ends_with(']') && text.contains('[');
        Some(Self {
            code: wkt_code(text).filter(|_| is_wkt),
            name: text.split('"').nth(1).filter(|_| is_wkt).map(str::to_owned),
            geographic: is_geographic_text(text),
            definition: without_spaces(text).into(),
        })
    }

    /// Reads PROJJSON.
    pub(crate) fn from_projjson(mut projjson: Value) -> Self {
        let id = projjson.get("id").or_else(|| projjson.get("ids")?.get(0));
        let code = id.and_then(|id| {
            let code = id.get("code")?;
            let code = code.as_str().map_or_else(|| code.to_string(), str::to_owned);
            Some(canonical(&format!("{}:{code}", id.get("authority")?.as_str()?)))
        });
        let name = projjson.get("name").and_then(Value::as_str).map(str::to_owned);
        let geographic = is_geographic_projjson(&projjson);
        strip(&mut projjson);
        Self { code, name, geographic, definition: projjson }
    }

    /// Reads what a user names, which must be PROJJSON, WKT, a PROJ string, an EPSG code as a
    /// number, or a code of a known authority.
    ///
    /// # Errors
    ///
    /// [`Error::Parameter`] with the name of the parameter for any other text.
    pub fn from_user(parameter: &'static str, text: &str) -> Result<Self> {
        let is_known = |crs: &Self| match (&crs.code, &crs.definition) {
            (Some(code), Value::Null) => is_known_code(code),
            (_, Value::String(text)) => is_definition(text),
            (_, projjson) => projjson
                .get("type")
                .and_then(Value::as_str)
                .is_some_and(|kind| kind.ends_with("CRS")),
        };
        Self::from_text(text).filter(is_known).ok_or_else(|| {
            let got: String = text.chars().take(80).collect();
            let message = format!(
                "expected a coordinate reference system, such as 'EPSG:4326', WKT or PROJJSON, \
                 got '{got}'"
            );
            Error::Parameter { parameter, message }
        })
    }

    /// Reads the identifier of EWKB: by custom, and as PostGIS has them, a code of EPSG or of ESRI.
    /// `None` for one that is neither.
    pub(crate) fn from_srid(srid: u32) -> Option<Self> {
        let authority = match srid {
            1024..=32767 | 900_913 => "EPSG",
            37_001..=37_999 | 53_001..=54_999 | 65_061..=65_063 | 102_001..=104_999 => "ESRI",
            _ => return None,
        };
        Some(Self::from_code(&format!("{authority}:{srid}")))
    }

    /// Reads what the metadata of GeoArrow and GeoParquet may hold; `None` for null.
    pub(crate) fn from_json(value: &Value) -> Option<Self> {
        match value {
            Value::Object(_) => Some(Self::from_projjson(value.clone())),
            Value::String(text) => Self::from_text(text),
            Value::Number(srid) => Self::from_srid(u32::try_from(srid.as_u64()?).ok()?),
            _ => None,
        }
    }

    /// As [`Crs::from_json`] reads it.
    pub(crate) fn to_json(&self) -> Value {
        let text = self.to_text();
        serde_json::from_str(&text).ok().filter(Value::is_object).unwrap_or(text.into())
    }

    /// Reads what Parquet says of a column of type GEOMETRY or GEOGRAPHY; `key` finds a value in the
    /// metadata of the file. `None` where it is not set, and for a key that is not there.
    pub(crate) fn from_parquet<'a>(
        crs: Option<&str>,
        key: impl FnOnce(&str) -> Option<&'a str>,
    ) -> Option<Self> {
        let Some(crs) = crs else { return Some(Self::crs84()) };
        match crs.split_once(':') {
            Some(("srid", srid)) => Self::from_srid(srid.trim().parse().ok()?),
            Some(("projjson", name)) => Self::from_text(key(name)?),
            _ => Self::from_text(crs),
        }
    }

    fn from_code(code: &str) -> Self {
        let code = canonical(code);
        Self {
            name: None,
            geographic: is_geographic_code(&code),
            definition: Value::Null,
            code: Some(code),
        }
    }

    /// A text from which [`Crs::from_text`] makes an equal one.
    pub fn to_text(&self) -> String {
        match (&self.code, &self.definition) {
            (Some(code), _) => code.clone(),
            (None, Value::String(definition)) => definition.clone(),
            (None, projjson) => projjson.to_string(),
        }
    }

    /// Whether coordinates are longitudes and latitudes in degrees; `None` where that is not known:
    /// of codes that come without a definition only the usual ones are.
    pub fn is_geographic(&self) -> Option<bool> {
        self.geographic
    }

    /// Refuses points and polygons in different systems. One that is unknown agrees with any.
    ///
    /// # Errors
    ///
    /// [`Error::Crs`] with the names of both.
    pub fn agree(points: Option<&Self>, polygons: Option<&Self>) -> Result<()> {
        match (points, polygons) {
            (Some(points), Some(polygons)) if points != polygons => {
                Err(Error::Crs { points: points.to_string(), polygons: polygons.to_string() })
            }
            _ => Ok(()),
        }
    }
}

impl PartialEq for Crs {
    fn eq(&self, other: &Self) -> bool {
        match (&self.code, &other.code) {
            (Some(code), Some(other)) => meaning(code) == meaning(other),
            _ => self.definition == other.definition,
        }
    }
}

/// The authority code; without one the name; without one the definition's first 80 letters.
impl fmt::Display for Crs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(name) = self.code.as_ref().or(self.name.as_ref()) {
            return f.write_str(name);
        }
        let definition = match &self.definition {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        definition.chars().take(80).try_for_each(|letter| f.write_char(letter))
    }
}

/// A code as it is compared: in capitals, and a number without leading zeros.
fn canonical(code: &str) -> String {
    let code = code.trim().to_ascii_uppercase();
    let number = code.split_once(':').and_then(|(authority, code)| {
        let number: u32 = code.trim().parse().ok()?;
        Some(format!("{}:{number}", authority.trim()))
    });
    number.unwrap_or(code)
}

/// Whether a code is of one of the authorities that PROJ knows, and of the form of its codes.
fn is_known_code(code: &str) -> bool {
    match code.split_once(':') {
        Some(("EPSG", code)) => code.parse::<u32>().is_ok_and(|code| code >= 1024),
        Some(("ESRI", code)) => code.parse::<u32>().is_ok_and(|code| code >= 1024),
        Some(("OGC", code)) => ["CRS84", "CRS84H", "CRS83", "CRS27"].contains(&code),
        Some((authority, _)) => {
            authority.starts_with("IAU") || ["IGNF", "NKG", "NRCAN"].contains(&authority)
        }
        None => false,
    }
}

/// One of several codes for the same system, as far as x and y go.
fn meaning(code: &str) -> &str {
    match code {
        "OGC:CRS84" | "OGC:CRS84H" | "EPSG:4979" => "EPSG:4326",
        "OGC:CRS83" => "EPSG:4269",
        "OGC:CRS27" => "EPSG:4267",
        "EPSG:900913" | "ESRI:102100" | "ESRI:102113" => "EPSG:3857",
        code => code,
    }
}

/// Takes out what two descriptions of the same system may differ in.
fn strip(projjson: &mut Value) {
    match projjson {
        Value::Object(members) => {
            for key in ["$schema", "scope", "area", "bbox", "usages", "remarks", "id", "ids"] {
                members.remove(key);
            }
            members.values_mut().for_each(strip);
        }
        Value::Array(values) => values.iter_mut().for_each(strip),
        _ => {}
    }
}

fn is_geographic_projjson(projjson: &Value) -> Option<bool> {
    match projjson.get("type")?.as_str()? {
        "GeographicCRS" | "DerivedGeographicCRS" => Some(true),
        "ProjectedCRS" | "DerivedProjectedCRS" | "EngineeringCRS" => Some(false),
        "GeodeticCRS" => {
            Some(projjson.get("coordinate_system")?.get("subtype")?.as_str()? == "ellipsoidal")
        }
        "CompoundCRS" => is_geographic_projjson(projjson.get("components")?.get(0)?),
        "BoundCRS" => is_geographic_projjson(projjson.get("source_crs")?),
        _ => None,
    }
}

fn is_geographic_code(code: &str) -> Option<bool> {
    let (authority, code) = meaning(code).split_once(':')?;
    match (authority, code.parse::<u32>().ok()?) {
        // WGS 84, NAD27, NAD83 and its realisations, ETRS89, GDA94, GDA2020, SIRGAS 2000, CGCS2000.
        ("EPSG", 4326 | 4267 | 4269 | 4617 | 6318 | 4258 | 4283 | 7844 | 4674 | 4490) => Some(true),
        // Web Mercator, UTM on WGS 84.
        ("EPSG", 3857 | 32601..=32660 | 32701..=32760) => Some(false),
        _ => None,
    }
}
