//! GeoArrow polygons and multipolygons: lists of lists of coordinates, with an extension type or
//! bare.

use arrow_array::Array;
use arrow_schema::DataType;

use super::invalid::Faults;
use super::{Nesting, Polygons};
use crate::coordinates::{Separated, dimensions};
use crate::error::Result;
use crate::lists::{Lists, list_item};
use crate::point_columns::check_order;

/// Levels of lists around the coordinates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Levels {
    /// Rings of vertices.
    Polygon,
    /// Parts of rings of vertices.
    MultiPolygon,
}

impl Levels {
    /// Those of a GeoArrow type; of a bare one with `Struct` or pairs as coordinates.
    pub(super) fn of(dtype: &DataType, bare: bool) -> Option<Self> {
        let (mut vertex, mut depth) = (dtype, 0);
        while let Some(item) = list_item(vertex) {
            (vertex, depth) = (item.data_type(), depth + 1);
        }
        let dimensions = dimensions(vertex)?;
        // Three numbers alone do not say what they are.
        if bare && dimensions > 2 && matches!(vertex, DataType::FixedSizeList(..)) {
            return None;
        }
        match depth {
            2 => Some(Self::Polygon),
            3 => Some(Self::MultiPolygon),
            _ => None,
        }
    }
}

/// The polygons of all rows, and the rows with a null part or ring. Coordinates are used where they
/// lie if x and y are a column of `f64` each.
pub(super) fn read(array: &dyn Array, levels: Levels) -> Result<(Polygons, Faults)> {
    let rows = Lists::new(array);
    let parts = (levels == Levels::MultiPolygon).then(|| Lists::new(&rows.values));
    let rings = Lists::new(parts.as_ref().map_or(&rows.values, |parts| &parts.values));
    if let DataType::Struct(fields) = rings.values.data_type()
        && let [x, y, ..] = &fields[..]
    {
        check_order(x.name(), y.name())?;
    }
    let [x, y] = Separated::try_new(&rings.values)?.null_to_nan();
    let faults = nulls_within(&rows, parts.as_ref(), &rings);
    let (parts, rows, nulls) = match parts {
        Some(parts) => (parts.offsets, rows.offsets, rows.nulls),
        // Each row is one part.
        None => (rows.offsets, (0..array.len() + 1).collect(), rows.nulls),
    };
    let (parts, rows) = without_empty(parts, rows);
    let nesting = Nesting::Nested { parts, rows };
    let polygons = Polygons { x, y, rings: rings.offsets, nesting, nulls, ..Polygons::default() };
    Ok((polygons, faults))
}

/// Leaves out parts without a ring: a part has an exterior.
fn without_empty(parts: Vec<usize>, rows: Vec<usize>) -> (Vec<usize>, Vec<usize>) {
    if parts.windows(2).all(|pair| pair[0] < pair[1]) {
        return (parts, rows);
    }
    let (mut kept, mut kept_before) = (vec![0], vec![0]);
    for pair in parts.windows(2) {
        if pair[0] < pair[1] {
            kept.push(pair[1]);
        }
        kept_before.push(kept.len() - 1);
    }
    (kept, rows.into_iter().map(|parts| kept_before[parts]).collect())
}

/// Valid rows in which a part or a ring is null.
fn nulls_within(rows: &Lists, parts: Option<&Lists>, rings: &Lists) -> Faults {
    let mut faults = Faults::default();
    if !rings.has_nulls() && !parts.is_some_and(Lists::has_nulls) {
        return faults;
    }
    for row in (0..rows.len()).filter(|&row| rows.is_valid(row)) {
        let inner = rows.range(row);
        let null_part = parts.is_some_and(|parts| inner.clone().any(|part| !parts.is_valid(part)));
        let is_null = |ring| !rings.is_valid(ring);
        let null_ring = match parts {
            Some(parts) => inner.flat_map(|part| parts.range(part)).any(is_null),
            None => inner.into_iter().any(is_null),
        };
        if null_part || null_ring {
            let what = if null_part { "part" } else { "ring" };
            faults.push(row, || format!("a {what} is null: expected one of vertices"));
        }
    }
    faults
}
