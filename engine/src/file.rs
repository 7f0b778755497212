//! Files of points and polygons: Parquet, GeoParquet and GeoJSON.
//!
//! GeoParquet says in its metadata which column holds the geometry, in which encoding and in which
//! coordinate reference system. In plain Parquet, columns are found by their names. In GeoJSON
//! (`.geojson` or `.json`) a feature is a row.

mod geojson;
mod geometry;
mod header;
mod info;
mod metadata;
mod polygons;
mod properties;
mod source;
mod table;

use std::fs::File;
use std::path::Path;

use crate::error::{Error, Result};

pub use crate::point_columns::PointColumns;
pub use info::{FileInfo, Format, Kind, describe};
pub use polygons::PolygonTable;

pub(crate) use geometry::Geometry;
pub(crate) use header::Header;
pub(crate) use polygons::read_polygons;
pub(crate) use table::{BATCH_ROWS, Table, caught, guarded};

fn is_geojson(path: &Path) -> bool {
    let named =
        |extension: &str| ["geojson", "json"].iter().any(|e| extension.eq_ignore_ascii_case(e));
    path.extension().and_then(|extension| extension.to_str()).is_some_and(named)
}

fn open(path: &Path) -> Result<File> {
    let io = |source| Error::Io { path: path.to_owned(), source };
    let file = File::open(path).map_err(io)?;
    if file.metadata().map_err(io)?.is_dir() {
        return Err(io(std::io::ErrorKind::IsADirectory.into()));
    }
    Ok(file)
}
