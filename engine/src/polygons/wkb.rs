//! WKB and EWKB, row by row.

use std::ops::Range;

use arrow_schema::DataType;
use rayon::prelude::*;
use wkb::reader::LinearRing;

use super::Polygons;
use super::builder::Outline;
use super::invalid::Faults;
use crate::binary::{self, Binary};
use crate::srid::Srids;
use crate::stop::Current;
use crate::threads;

/// Bytes that one thread reads at a time.
const PIECE: usize = 1 << 20;

/// Whether a column of this type can be read as WKB.
pub(super) fn accepts(dtype: &DataType) -> bool {
    matches!(dtype, DataType::Binary | DataType::LargeBinary | DataType::BinaryView)
}

/// The polygons of all rows, and the rows that hold none; adds the SRIDs of the others.
///
/// First the rings are found, then their vertices copied to where they belong.
pub(super) fn read(rows: &Binary<'_>, srids: &mut Srids) -> (Polygons, Faults) {
    let (mut outline, mut faults) = (Outline::default(), Faults::default());
    let mut rings = Vec::new();
    let pieces = pieces(rows);
    let in_parallel = pieces.len() > 1;
    let current = Current::get();
    let found: Vec<_> = if in_parallel {
        threads::install(|| {
            pieces.into_par_iter().map(|piece| find_rings(rows, piece, &current)).collect()
        })
    } else {
        pieces.into_iter().map(|piece| find_rings(rows, piece, &current)).collect()
    };
    for piece in found {
        rings.push((piece.rings, piece.outline.vertices()));
        outline.append(&piece.outline);
        faults.append(piece.faults);
        srids.merge(piece.srids);
    }

    let (mut x, mut y) = (vec![0.0; outline.vertices()], vec![0.0; outline.vertices()]);
    let (mut free_x, mut free_y) = (&mut x[..], &mut y[..]);
    let places = rings.into_iter().map(|(rings, vertices)| {
        (rings, take_first(&mut free_x, vertices), take_first(&mut free_y, vertices))
    });
    if in_parallel {
        let places: Vec<_> = places.collect();
        threads::install(|| places.into_par_iter().for_each(copy_vertices));
    } else {
        places.for_each(copy_vertices);
    }
    (outline.finish(x.into(), y.into()), faults)
}

/// What is in a piece of the column.
#[derive(Default)]
struct Found<'a> {
    outline: Outline,
    rings: Vec<LinearRing<'a>>,
    faults: Faults,
    srids: Srids,
}

fn find_rings<'a>(rows: &Binary<'a>, piece: Range<usize>, current: &Current) -> Found<'a> {
    let mut found = Found::default();
    for row in piece {
        let bytes = rows.get(row).filter(|_| !current.is_stopped());
        let parsed =
            bytes.map(|bytes| binary::parse_polygon(bytes, &mut found.outline, &mut found.rings));
        if let (Some(Ok(())), Some(srid)) = (&parsed, bytes.and_then(binary::srid)) {
            found.srids.add(row, srid);
        }
        found.outline.finish_row(matches!(parsed, Some(Ok(()))));
        if let Some(Err(reason)) = parsed {
            found.faults.push(row, || reason);
        }
    }
    found
}

fn copy_vertices((rings, mut x, mut y): (Vec<LinearRing<'_>>, &mut [f64], &mut [f64])) {
    for ring in rings {
        let vertices = binary::vertices(&ring);
        binary::copy(&ring, take_first(&mut x, vertices), take_first(&mut y, vertices));
    }
}

/// Cuts off the first `count` places.
fn take_first<'a>(places: &mut &'a mut [f64], count: usize) -> &'a mut [f64] {
    let (first, rest) = std::mem::take(places).split_at_mut(count);
    *places = rest;
    first
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
