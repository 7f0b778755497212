//! GeoJSON FeatureCollections, feature by feature.

use std::fmt;
use std::io::{BufRead, BufReader, Read};

use geojson::{Feature, GeometryValue, Position};
use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::Value;
use serde_json::value::RawValue;

use super::polygons::PolygonTable;
use super::properties::Properties;
use crate::crs::Crs;
use crate::error::{Error, Result};
use crate::polygons::{Builder, Faults, Invalid};

/// Reads the polygons of a FeatureCollection, and its properties as columns.
pub(super) fn read_polygons(reader: impl Read, invalid: Invalid) -> Result<PolygonTable> {
    let (mut polygons, mut faults) = (Builder::default(), Faults::default());
    let mut properties = Properties::default();
    let mut row = 0;
    let crs = for_each_feature(reader, |text| {
        let added = parse(text).and_then(|feature| {
            let geometry = feature.geometry.map(|geometry| geometry.value);
            properties.push(row, text, feature.id, feature.properties);
            geometry.map(|geometry| add(&geometry, &mut polygons)).transpose()
        });
        polygons.finish_row(matches!(added, Ok(Some(()))));
        if let Err(reason) = added {
            faults.push(row, || reason);
        }
        row += 1;
        properties.check()
    })?;
    let polygons = polygons.finish().with_crs(crs).checked("geometry", faults, invalid);
    Ok(PolygonTable { polygons: polygons.map_err(of_feature)?, columns: properties.finish(row)? })
}

/// Rows are features here.
fn of_feature(error: Error) -> Error {
    match error {
        Error::Value { row, message, .. } => Error::Feature { feature: row, message },
        other => other,
    }
}

pub(super) fn parse(feature: &str) -> std::result::Result<Feature, String> {
    serde_json::from_str(feature).map_err(|error| error.to_string())
}

/// Adds a polygon or multipolygon to a row, or nothing where it fails.
pub(super) fn add(geometry: &GeometryValue, row: &mut Builder) -> std::result::Result<(), String> {
    let parts = match geometry {
        GeometryValue::Polygon { coordinates } => std::slice::from_ref(coordinates),
        GeometryValue::MultiPolygon { coordinates } => coordinates,
        other => {
            let kind = other.type_name();
            return Err(format!("expected a Polygon or MultiPolygon, got a {kind}"));
        }
    };
    if let Some(position) = parts.iter().flatten().flatten().find(|position| position.len() < 2) {
        let numbers = position.len();
        return Err(format!("a position of {numbers} numbers: expected x and y"));
    }
    for part in parts.iter().filter(|part| !part.is_empty()) {
        row.start_part();
        for ring in part {
            row.ring(ring.iter().map(vertex));
        }
    }
    Ok(())
}

/// The first two numbers of a position; Z is ignored.
pub(super) fn vertex(position: &Position) -> [f64; 2] {
    match *position.as_slice() {
        [x, y, ..] => [x, y],
        _ => [f64::NAN; 2],
    }
}

/// Calls `each` with the text of every feature, in order, and gives the CRS of the collection.
pub(super) fn for_each_feature(
    reader: impl Read,
    mut each: impl FnMut(&str) -> Result<()>,
) -> Result<Option<Crs>> {
    const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
    let mut reader = BufReader::with_capacity(1 << 16, reader);
    if reader.fill_buf().is_ok_and(|start| start.starts_with(BYTE_ORDER_MARK)) {
        reader.consume(BYTE_ORDER_MARK.len());
    }
    let mut failed = None;
    let each = |feature: &str| match each(feature) {
        Ok(()) => true,
        Err(error) => {
            failed = Some(error);
            false
        }
    };
    let mut json = serde_json::Deserializer::from_reader(reader);
    let read = Collection(each).deserialize(&mut json).and_then(|crs| json.end().map(|()| crs));
    match (failed, read) {
        (Some(error), _) => Err(error),
        (None, Err(error)) => Err(Error::GeoJson { message: error.to_string() }),
        // The standard of 2016 has but one; older files name another.
        (None, Ok(None)) => Ok(Some(Crs::crs84())),
        (None, Ok(Some(crs))) => Ok(named_crs(&crs)),
    }
}

/// The reference system that a member `crs` names, as the standard of 2008 and the drafts before it
/// have it. `None` for a link, which is not followed, for null, and for what is neither.
fn named_crs(crs: &Value) -> Option<Crs> {
    let kind = crs.get("type").and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase();
    let property = |name: &str| crs.get("properties")?.get(name);
    match &*kind {
        "epsg" => {
            let code = property("code")?;
            let code = code.as_str().map_or_else(|| code.to_string(), str::to_owned);
            // With the authority in it, or without.
            Crs::from_text(&code).or_else(|| Crs::from_text(&format!("EPSG:{code}")))
        }
        "name" => Crs::from_json(property("name")?),
        "ogc" | "urn" => Crs::from_json(property("urn").or_else(|| property("name"))?),
        _ => crs.as_str().and_then(Crs::from_text),
    }
}

/// A FeatureCollection; a feature for which the function is false ends it.
struct Collection<F>(F);

impl<'de, F: FnMut(&str) -> bool> DeserializeSeed<'de> for Collection<F> {
    type Value = Option<Value>;

    fn deserialize<D: Deserializer<'de>>(
        self,
        json: D,
    ) -> std::result::Result<Self::Value, D::Error> {
        json.deserialize_map(self)
    }
}

/// The value is that of the member `crs`.
impl<'de, F: FnMut(&str) -> bool> Visitor<'de> for Collection<F> {
    type Value = Option<Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a FeatureCollection")
    }

    fn visit_map<A: MapAccess<'de>>(
        mut self,
        mut members: A,
    ) -> std::result::Result<Self::Value, A::Error> {
        let (mut kind, mut features, mut crs) = (None, false, None);
        while let Some(name) = members.next_key::<String>()? {
            match name.as_str() {
                "type" => {
                    let value = members.next_value::<String>()?;
                    if value != "FeatureCollection" {
                        let message = format!("expected a FeatureCollection, got a {value}");
                        return Err(A::Error::custom(message));
                    }
                    kind = Some(value);
                }
                "features" => {
                    members.next_value_seed(Features(&mut self.0))?;
                    features = true;
                }
                "crs" => crs = Some(members.next_value::<Value>()?),
                _ => {
                    members.next_value::<IgnoredAny>()?;
                }
            }
        }
        match (kind, features) {
            (Some(_), true) => Ok(crs),
            (None, _) => Err(A::Error::missing_field("type")),
            (_, false) => Err(A::Error::missing_field("features")),
        }
    }
}

/// The list of features.
struct Features<'a, F>(&'a mut F);

impl<'de, F: FnMut(&str) -> bool> DeserializeSeed<'de> for Features<'_, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> std::result::Result<(), D::Error> {
        json.deserialize_seq(self)
    }
}

impl<'de, F: FnMut(&str) -> bool> Visitor<'de> for Features<'_, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of features")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut features: A) -> std::result::Result<(), A::Error> {
        while let Some(feature) = features.next_element::<Box<RawValue>>()? {
            if !(self.0)(feature.get()) {
                return Err(A::Error::custom("stopped"));
            }
        }
        Ok(())
    }
}
