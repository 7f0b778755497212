use std::fmt::{self, Write as _};

use arrow_schema::Field;
use arrow_schema::extension::ExtensionType;
use geoarrow_schema::{Metadata, WkbType};
use serde_json::Value;

use crate::error::{Error, Result};

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

    /// Reads PROJJSON, WKT, an authority code (`EPSG:4326`, also as URN or URL) or any other text,
    /// which is then taken as a definition that only equals itself. `None` for no text.
    pub fn from_text(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        if let Ok(projjson @ Value::Object(_)) = serde_json::from_str(text) {
            return Some(Self::from_projjson(projjson));
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

    /// Reads the identifier of EWKB, which is an EPSG code by custom; `None` for one that is not.
    pub(crate) fn from_srid(srid: u32) -> Option<Self> {
        (1024..=32767).contains(&srid).then(|| Self::from_code(&format!("EPSG:{srid}")))
    }

    /// Reads the extension metadata of a GeoArrow column; `None` where there is none.
    ///
    /// # Errors
    ///
    /// [`Error::Columns`] for metadata that cannot be read.
    pub fn of_field(field: &Field) -> Result<Option<Self>> {
        let is_geo = |name: &str| name.starts_with("geoarrow.") || name == OGC_WKB;
        if !field.extension_type_name().is_some_and(is_geo) {
            return Ok(None);
        }
        let metadata = Metadata::try_from(field).map_err(|error| Error::Columns {
            message: format!("column '{}': broken GeoArrow metadata: {error}", field.name()),
        })?;
        Ok(metadata.crs().crs_value().and_then(Self::from_json))
    }

    /// Reads what the metadata of GeoArrow and GeoParquet may hold; `None` for null.
    pub(crate) fn from_json(value: &Value) -> Option<Self> {
        match value {
            Value::Object(_) => Some(Self::from_projjson(value.clone())),
            Value::String(text) => match text.trim().parse() {
                Ok(srid) => Self::from_srid(srid),
                Err(_) => Self::from_text(text),
            },
            _ => None,
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

/// WKB's extension name besides that of GeoArrow.
pub(crate) const OGC_WKB: &str = "ogc.wkb";

/// Whether an extension type is WKB.
pub(crate) fn is_wkb(extension: &str) -> bool {
    extension == WkbType::NAME || extension == OGC_WKB
}

fn canonical(code: &str) -> String {
    code.trim().to_ascii_uppercase()
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

/// The code in `EPSG:4326`, `urn:ogc:def:crs:OGC:1.3:CRS84` and
/// `http://www.opengis.net/def/crs/EPSG/0/4326`.
fn authority_code(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let parts: Vec<&str> = match lower.split_once("/def/crs/") {
        Some((_, path)) => path.split('/').collect(),
        None => lower.strip_prefix("urn:ogc:def:crs:").unwrap_or(&lower).split(':').collect(),
    };
    let is_word = |word: &str| {
        !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    };
    match parts[..] {
        [authority, code] | [authority, _, code] if is_word(authority) && is_word(code) => {
            Some(format!("{authority}:{code}"))
        }
        _ => None,
    }
}

/// The identifier of the outermost element: `ID["EPSG",4326]` or `AUTHORITY["EPSG","4326"]`.
fn wkt_code(text: &str) -> Option<String> {
    let (mut depth, mut quoted) = (0_usize, false);
    for (at, letter) in text.char_indices() {
        match letter {
            '"' => quoted = !quoted,
            '[' if !quoted => {
                let keyword = text[..at].trim_end();
                depth += 1;
                if depth == 2 && (keyword.ends_with("ID") || keyword.ends_with("AUTHORITY")) {
                    let inside = text[at + 1..].split(']').next()?;
                    let mut words = inside.split(',').map(|word| word.trim().trim_matches('"'));
                    return Some(canonical(&format!("{}:{}", words.next()?, words.next()?)));
                }
            }
            ']' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

/// The text without the spaces that mean nothing in WKT: those outside quotes.
fn without_spaces(text: &str) -> String {
    let pieces = text.split('"').enumerate();
    let piece = |(at, piece): (usize, &str)| match at % 2 {
        0 => piece.split_whitespace().collect::<Vec<_>>().join(if text.contains('[') {
            ""
        } else {
            " "
        }),
        _ => piece.to_owned(),
    };
    pieces.map(piece).collect::<Vec<_>>().join("\"")
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

fn is_geographic_text(text: &str) -> Option<bool> {
    let has = |keywords: &[&str]| keywords.iter().any(|keyword| text.contains(keyword));
    // A projected system holds the geographic one that it is a projection of.
    if has(&["PROJCRS[", "PROJCS[", "PROJECTEDCRS["]) {
        return Some(false);
    }
    has(&["GEOGCRS[", "GEOGCS[", "GEOGRAPHICCRS[", "+proj=longlat", "+proj=latlong"])
        .then_some(true)
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
