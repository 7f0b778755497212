//! Rows of a binary column, and the Well-Known Binary in them.
//!
//! WKB and EWKB, either byte order, which each part has for itself; Z and M are read over.

use std::fmt::Display;

use arrow_array::cast::AsArray;
use arrow_array::{Array, BinaryArray, BinaryViewArray, LargeBinaryArray};
use arrow_schema::DataType;
use geo_traits::{
    CoordTrait, GeometryTrait, GeometryType, LineStringTrait, PointTrait, PolygonTrait,
};
use wkb::Endianness;
use wkb::reader::{LinearRing, Polygon, Wkb};

use crate::error::{Error, Result};
use crate::polygons::Outline;

/// Flags of EWKB in the type: Z, M, and that an identifier follows.
const EWKB_FLAGS: u32 = 0xe000_0000;
/// The last of them.
const HAS_SRID: u32 = 0x2000_0000;

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

/// Adds the polygon or multipolygon in these bytes to a row, or nothing where it fails: the sizes of
/// its rings, and the rings.
pub(crate) fn parse_polygon<'a>(
    bytes: &'a [u8],
    row: &mut Outline,
    rings: &mut Vec<LinearRing<'a>>,
) -> std::result::Result<(), String> {
    let mut add = |part: &Polygon<'a>| {
        let Some(exterior) = part.exterior() else { return };
        row.start_part();
        for ring in std::iter::once(exterior).chain(part.interiors()) {
            row.ring(vertices(ring));
            rings.push(*ring);
        }
    };
    if is_multi_polygon(bytes) {
        for part in parts(bytes)? {
            if let GeometryType::Polygon(polygon) = part.as_type() {
                add(polygon);
            }
        }
        return Ok(());
    }
    let geometry = parse(bytes)?;
    match geometry.as_type() {
        GeometryType::Polygon(polygon) => add(polygon),
        _ => {
            let kind = geometry.geometry_type();
            return Err(format!("expected a WKB polygon or multipolygon, got a {kind:?}"));
        }
    }
    Ok(())
}

/// Number of vertices of a ring.
pub(crate) fn vertices(ring: &LinearRing<'_>) -> usize {
    ring.num_coords()
}

/// Copies the vertices of a ring; as many places as there are vertices.
pub(crate) fn copy(ring: &LinearRing<'_>, x: &mut [f64], y: &mut [f64]) {
    // The parser's own iterator looks at the byte order of each number.
    match ring.byte_order() {
        Endianness::BigEndian => copy_decoded(ring, x, y, f64::from_be_bytes),
        Endianness::LittleEndian => copy_decoded(ring, x, y, f64::from_le_bytes),
    }
}

fn copy_decoded(
    ring: &LinearRing<'_>,
    x: &mut [f64],
    y: &mut [f64],
    decode: impl Fn([u8; 8]) -> f64,
) {
    let bytes = ring.coords_slice();
    let Some(vertex) = bytes.len().checked_div(x.len()) else { return };
    for ((vertex, x), y) in bytes.chunks_exact(vertex).zip(x).zip(y) {
        if let [first, second, ..] = vertex.as_chunks().0 {
            (*x, *y) = (decode(*first), decode(*second));
        }
    }
}

/// Whether the header is one of a point.
pub(crate) fn is_point(bytes: &[u8]) -> bool {
    header(bytes).is_some_and(|header| (header & !EWKB_FLAGS) % 1000 == 1)
}

/// The identifier that EWKB has of its reference system.
pub(crate) fn srid(bytes: &[u8]) -> Option<u32> {
    (header(bytes)? & HAS_SRID != 0).then(|| read_u32(bytes, 5)).flatten()
}

fn parse(bytes: &[u8]) -> std::result::Result<Wkb<'_>, String> {
    check_header(bytes)?;
    Wkb::try_new(bytes).map_err(|error| broken(bytes, error))
}

fn check_header(bytes: &[u8]) -> std::result::Result<(), String> {
    if let Some(header) = header(bytes) {
        let (flags, code) = (header & EWKB_FLAGS, header & !EWKB_FLAGS);
        // Z and M are told by thousands in WKB, by flags in EWKB: the parser trips over both at once.
        let most = if flags == 0 { 3 } else { 0 };
        if !(code / 1000 <= most && (1..=7).contains(&(code % 1000))) {
            return Err(format!("cannot read WKB of geometry type {header}"));
        }
    }
    Ok(())
}

fn broken(bytes: &[u8], what: impl Display) -> String {
    format!("broken WKB ({} bytes): {what}", bytes.len())
}

const MULTI_POLYGON: u32 = 6;

fn is_multi_polygon(bytes: &[u8]) -> bool {
    let kind = header(bytes).map(|header| (header & !EWKB_FLAGS) % 1000);
    kind == Some(MULTI_POLYGON) && bytes.first().is_some_and(|order| *order <= 1)
}

/// The parts of a multipolygon, each a whole polygon with a byte order of its own.
///
/// One by one, as the parser takes the parts of a multipolygon for polygons of its own byte order
/// and dimensions, whatever their headers say.
fn parts(bytes: &[u8]) -> std::result::Result<Vec<Wkb<'_>>, String> {
    const POLYGON_TO_MULTI: u32 = 3;
    check_header(bytes)?;
    let kind = |bytes| header(bytes).map_or(0, |header| header & !HAS_SRID);
    let mut at = if srid(bytes).is_some() { 9 } else { 5 };
    let count = read_u32(bytes, at).ok_or_else(|| broken(bytes, "it ends before its parts"))?;
    at += 4;
    // The count may be any number: there are no more parts than can be read.
    let mut parts = Vec::new();
    for number in 0..count {
        let rest = bytes.get(at..).unwrap_or_default();
        if let Some(header) = header(rest)
            && kind(rest).checked_add(POLYGON_TO_MULTI) != Some(kind(bytes))
        {
            let of = header & !HAS_SRID;
            return Err(format!("part {number} of the WKB multipolygon is of geometry type {of}"));
        }
        let in_part = |error| broken(bytes, format_args!("part {number}: {error}"));
        let part = Wkb::try_new(rest).map_err(in_part)?;
        at += part.buf().len();
        parts.push(part);
    }
    Ok(parts)
}

/// The type in the header with all flags. The parser looks at a part of it only, and would take a
/// type that it does not know for another.
fn header(bytes: &[u8]) -> Option<u32> {
    read_u32(bytes, 1)
}

/// A number in the byte order that the first byte tells.
fn read_u32(bytes: &[u8], at: usize) -> Option<u32> {
    let number = *bytes.get(at..)?.first_chunk()?;
    let read = if *bytes.first()? == 0 { u32::from_be_bytes } else { u32::from_le_bytes };
    Some(read(number))
}

/// Names the column and the row of a WKB error.
pub(crate) fn at_row<T>(
    column: &str,
    row: usize,
    parsed: std::result::Result<T, String>,
) -> Result<T> {
    parsed.map_err(|message| Error::value(column, row, message))
}
