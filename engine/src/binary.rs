//! Rows of a binary column, and the Well-Known Binary in them.
//!
//! WKB and EWKB, either byte order; Z and M are read over, an EWKB SRID is ignored.

use arrow_array::cast::AsArray;
use arrow_array::{Array, BinaryArray, BinaryViewArray, LargeBinaryArray};
use arrow_schema::DataType;
use geo_traits::{
    CoordTrait, GeometryTrait, GeometryType, LineStringTrait, MultiPolygonTrait, PointTrait,
    PolygonTrait,
};
use wkb::reader::Wkb;

use crate::error::{Error, Result};

/// A column of byte strings in any of Arrow's layouts.
pub(crate) enum Binary<'a> {
    Offsets32(&'a BinaryArray),
    Offsets64(&'a LargeBinaryArray),
    View(&'a BinaryViewArray),
}

impl<'a> Binary<'a> {
    pub(crate) fn try_new(array: &'a dyn Array) -> Option<Self> {
        match array.data_type() {
            DataType::Binary => array.as_binary_opt().map(Self::Offsets32),
            DataType::LargeBinary => array.as_binary_opt().map(Self::Offsets64),
            DataType::BinaryView => array.as_binary_view_opt().map(Self::View),
            _ => None,
        }
    }

    /// The bytes of a row; `None` for a null.
    pub(crate) fn get(&self, row: usize) -> Option<&'a [u8]> {
        match self {
            Self::Offsets32(a) => a.is_valid(row).then(|| a.value(row)),
            Self::Offsets64(a) => a.is_valid(row).then(|| a.value(row)),
            Self::View(a) => a.is_valid(row).then(|| a.value(row)),
        }
    }
}

/// The point in these bytes; an empty point has NaN coordinates.
pub(crate) fn parse_point(bytes: &[u8]) -> std::result::Result<[f64; 2], String> {
    let geometry = parse(bytes)?;
    match geometry.as_type() {
        GeometryType::Point(point) => {
            Ok(point.coord().map_or([f64::NAN; 2], |coord| [coord.x(), coord.y()]))
        }
        _ => Err(format!("expected a WKB point, got a {:?}", geometry.geometry_type())),
    }
}

/// Receives a polygon's rings in order; `start_part` is called before each exterior.
pub(crate) trait RingSink {
    fn start_part(&mut self);
    fn ring(&mut self, vertices: impl Iterator<Item = [f64; 2]>);
}

/// Feeds the polygon or multipolygon in these bytes to `sink`.
pub(crate) fn parse_polygon(
    bytes: &[u8],
    sink: &mut impl RingSink,
) -> std::result::Result<(), String> {
    let geometry = parse(bytes)?;
    match geometry.as_type() {
        GeometryType::Polygon(polygon) => feed(polygon, sink),
        GeometryType::MultiPolygon(parts) => parts.polygons().for_each(|part| feed(&part, sink)),
        _ => {
            let kind = geometry.geometry_type();
            return Err(format!("expected a WKB polygon or multipolygon, got a {kind:?}"));
        }
    }
    Ok(())
}

fn parse(bytes: &[u8]) -> std::result::Result<Wkb<'_>, String> {
    if let Some(code) = type_code(bytes)
        && !(code / 1000 <= 3 && (1..=7).contains(&(code % 1000)))
    {
        return Err(format!("cannot read WKB of geometry type {code}"));
    }
    Wkb::try_new(bytes).map_err(|error| format!("broken WKB ({} bytes): {error}", bytes.len()))
}

/// The type in the header, without the flags of EWKB. The parser looks at a part of it only, and
/// would take a type that it does not know for another.
fn type_code(bytes: &[u8]) -> Option<u32> {
    const EWKB_FLAGS: u32 = 0xe000_0000;
    let (order, code) = bytes.split_first().and_then(|(o, rest)| Some((o, rest.first_chunk()?)))?;
    let code = if *order == 0 { u32::from_be_bytes(*code) } else { u32::from_le_bytes(*code) };
    Some(code & !EWKB_FLAGS)
}

fn feed(polygon: &impl PolygonTrait<T = f64>, sink: &mut impl RingSink) {
    let Some(exterior) = polygon.exterior() else { return };
    sink.start_part();
    sink.ring(exterior.coords().map(|c| [c.x(), c.y()]));
    for hole in polygon.interiors() {
        sink.ring(hole.coords().map(|c| [c.x(), c.y()]));
    }
}

/// Names the column and the row of a WKB error.
pub(crate) fn at_row<T>(
    column: &str,
    row: usize,
    parsed: std::result::Result<T, String>,
) -> Result<T> {
    parsed.map_err(|message| Error::value(column, row, message))
}
