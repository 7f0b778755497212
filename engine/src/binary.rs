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
use wkb::Endianness;
use wkb::reader::{LinearRing, Wkb};

use crate::error::{Error, Result};
use crate::polygons::Builder;

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

    /// Number of rows.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Offsets32(a) => a.len(),
            Self::Offsets64(a) => a.len(),
            Self::View(a) => a.len(),
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

/// Adds the polygon or multipolygon in these bytes to a row, or nothing where it fails.
pub(crate) fn parse_polygon(bytes: &[u8], row: &mut Builder) -> std::result::Result<(), String> {
    let geometry = parse(bytes)?;
    match geometry.as_type() {
        GeometryType::Polygon(polygon) => feed(polygon, row),
        GeometryType::MultiPolygon(parts) => {
            for (at, part) in parts.polygons().enumerate() {
                check_part(bytes, part.buf())
                    .map_err(|got| format!("part {at} of the WKB multipolygon is {got}"))?;
            }
            parts.polygons().for_each(|part| feed(part, row));
        }
        _ => {
            let kind = geometry.geometry_type();
            return Err(format!("expected a WKB polygon or multipolygon, got a {kind:?}"));
        }
    }
    Ok(())
}

/// Whether the header is one of a point.
pub(crate) fn is_point(bytes: &[u8]) -> bool {
    type_code(bytes).is_some_and(|code| code % 1000 == 1)
}

/// The identifier that EWKB has of its reference system.
pub(crate) fn srid(bytes: &[u8]) -> Option<u32> {
    const HAS_SRID: u32 = 0x2000_0000;
    (header(bytes)? & HAS_SRID != 0).then(|| read_u32(bytes, 5)).flatten()
}

fn parse(bytes: &[u8]) -> std::result::Result<Wkb<'_>, String> {
    if let Some(code) = type_code(bytes)
        && !(code / 1000 <= 3 && (1..=7).contains(&(code % 1000)))
    {
        return Err(format!("cannot read WKB of geometry type {code}"));
    }
    Wkb::try_new(bytes).map_err(|error| format!("broken WKB ({} bytes): {error}", bytes.len()))
}

/// The parser takes the parts of a multipolygon for polygons of its own byte order and dimensions,
/// whatever their headers say.
fn check_part(whole: &[u8], part: &[u8]) -> std::result::Result<(), String> {
    const POLYGON_TO_MULTI: u32 = 3;
    if part.first() != whole.first() {
        return Err("of another byte order".to_owned());
    }
    match (type_code(whole), type_code(part)) {
        (Some(whole), Some(part)) if part + POLYGON_TO_MULTI == whole => Ok(()),
        (_, part) => Err(format!("of geometry type {}", part.unwrap_or_default())),
    }
}

/// The type in the header, without the flags of EWKB. The parser looks at a part of it only, and
/// would take a type that it does not know for another.
fn type_code(bytes: &[u8]) -> Option<u32> {
    const EWKB_FLAGS: u32 = 0xe000_0000;
    Some(header(bytes)? & !EWKB_FLAGS)
}

/// The type in the header with all flags.
fn header(bytes: &[u8]) -> Option<u32> {
    read_u32(bytes, 1)
}

/// A number in the byte order that the first byte tells.
fn read_u32(bytes: &[u8], at: usize) -> Option<u32> {
    let number = *bytes.get(at..)?.first_chunk()?;
    let read = if *bytes.first()? == 0 { u32::from_be_bytes } else { u32::from_le_bytes };
    Some(read(number))
}

fn feed(polygon: &wkb::reader::Polygon<'_>, row: &mut Builder) {
    let Some(exterior) = polygon.exterior() else { return };
    row.start_part();
    ring(exterior, row);
    polygon.interiors().for_each(|hole| ring(hole, row));
}

fn ring(ring: &LinearRing<'_>, row: &mut Builder) {
    // The parser's own iterator decodes each number by itself, which takes twice as long.
    let bytes = ring.coords_slice();
    let vertex = bytes.len().checked_div(ring.num_coords()).unwrap_or(0);
    let decode = match ring.byte_order() {
        Endianness::BigEndian => f64::from_be_bytes,
        Endianness::LittleEndian => f64::from_le_bytes,
    };
    row.ring(bytes.chunks_exact(vertex.max(1)).map(|vertex| {
        let [x, y, ..] = *vertex.as_chunks().0 else { return [f64::NAN; 2] };
        [decode(x), decode(y)]
    }));
}

/// Names the column and the row of a WKB error.
pub(crate) fn at_row<T>(
    column: &str,
    row: usize,
    parsed: std::result::Result<T, String>,
) -> Result<T> {
    parsed.map_err(|message| Error::value(column, row, message))
}
