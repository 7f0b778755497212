//! WKB and EWKB, row by row.

use std::ops::Range;

use arrow_schema::DataType;
use rayon::prelude::*;

use super::Polygons;
use super::builder::Builder;
use super::invalid::Faults;
use crate::binary::{self, Binary};
use crate::crs::Crs;

/// Bytes that one thread reads at a time.
const PIECE: usize = 1 << 20;

/// Whether a column of this type can be read as WKB.
pub(super) fn accepts(dtype: &DataType) -> bool {
    matches!(dtype, DataType::Binary | DataType::LargeBinary | DataType::BinaryView)
}

/// The polygons of all rows, and the rows that hold none. The CRS is that of the rows' SRID, if all
/// have the same.
pub(super) fn read(rows: &Binary<'_>) -> (Polygons, Faults) {
    let pieces = pieces(rows);
    let read = |piece: Range<usize>| {
        let (mut polygons, mut faults) = (Builder::default(), Faults::default());
        for row in piece {
            let bytes = rows.get(row);
            let parsed = bytes.map(|bytes| binary::parse_polygon(bytes, &mut polygons));
            polygons.finish_row(matches!(parsed, Some(Ok(()))));
            if let Some(Err(reason)) = parsed {
                faults.push(row, || reason);
            }
        }
        (polygons, faults)
    };
    let mut read: Vec<_> = if pieces.len() > 1 {
        pieces.into_par_iter().map(read).collect()
    } else {
        pieces.into_iter().map(read).collect()
    };
    let (mut polygons, mut faults) = match read.len() {
        1 => read.remove(0),
        _ => (Builder::default(), Faults::default()),
    };
    polygons.reserve(read.iter().map(|(piece, _)| piece.vertices()).sum());
    for (piece, found) in read {
        polygons.append(&piece);
        faults.append(found);
    }
    let mut srids = (0..rows.len()).filter_map(|row| rows.get(row).map(binary::srid));
    let first = srids.next().flatten();
    let crs = first.filter(|_| srids.all(|srid| srid == first)).and_then(Crs::from_srid);
    (polygons.finish().with_crs(crs), faults)
}

/// The rows in pieces of about the same number of bytes.
fn pieces(rows: &Binary<'_>) -> Vec<Range<usize>> {
    let (mut pieces, mut start, mut bytes) = (Vec::new(), 0, 0);
    for row in 0..rows.len() {
        bytes += rows.get(row).map_or(0, <[u8]>::len);
        if bytes >= PIECE {
            pieces.push(start..row + 1);
            (start, bytes) = (row + 1, 0);
        }
    }
    pieces.push(start..rows.len());
    pieces
}
