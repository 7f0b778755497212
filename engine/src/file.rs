//! Files of points and polygons: Parquet, GeoParquet and GeoJSON.
//!
//! GeoParquet says in its metadata which column holds the geometry, in which encoding and in which
//! coordinate reference system. In plain Parquet, columns are found by their names. In GeoJSON
//! (`.geojson` or `.json`) a feature is a row. With the feature `cloud` a path may be a URL too:
//! `s3://`, `gs://` or `az://`, a bucket and a key.

mod geojson;
mod geometry;
mod header;
mod info;
mod metadata;
mod old_writers;
mod page_header;
mod polygons;
mod properties;
mod source;
mod table;
mod wide_integers;

use std::path::Path;

pub use crate::point_columns::PointColumns;
pub use info::{FileInfo, Format, Kind, describe};
pub use polygons::PolygonTable;

pub(crate) use geometry::Geometry;
pub(crate) use header::Header;
pub(crate) use polygons::read_polygons;
pub(crate) use source::Source;
pub(crate) use table::{BATCH_ROWS, Table, caught, guarded, quiet};
pub(crate) use wide_integers::WideIntegers;

fn is_geojson(path: &Path) -> bool {
    let named =
        |extension: &str| ["geojson", "json"].iter().any(|e| extension.eq_ignore_ascii_case(e));
    path.extension().and_then(|extension| extension.to_str()).is_some_and(named)
}
