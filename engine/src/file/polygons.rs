use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{FieldRef, Schema};
use arrow_select::concat::concat_batches;

use super::geometry::Geometry;
use super::source::Source;
use super::table::Table;
use super::wide_integers::WideIntegers;
use super::{geojson, is_geojson};
use crate::crs::Crs;
use crate::error::{Error, Result};
use crate::polygons::{Invalid, Polygons};
use crate::stop::Stop;

/// The polygons of a file, and its other columns, row by row.
#[derive(Debug, Clone)]
pub struct PolygonTable {
    /// A polygon a row.
    pub polygons: Polygons,
    /// What the file says of each besides.
    pub columns: RecordBatch,
}

impl PolygonTable {
    /// Reads a file whole: GeoJSON if it is called `.geojson` or `.json`, else Parquet.
    ///
    /// # Errors
    ///
    /// Those of [`PolygonTable::read_parquet`] or [`PolygonTable::read_geojson`].
    pub fn read(path: &Path, invalid: Invalid) -> Result<Self> {
        if is_geojson(path) {
            Self::read_geojson(path, invalid)
        } else {
            Self::read_parquet(path, invalid)
        }
    }

    /// Reads a Parquet file whole.
    ///
    /// The polygons are in the primary geometry column of GeoParquet (WKB, or a native encoding);
    /// else in the only column of type GEOMETRY or GEOGRAPHY; in plain Parquet in list columns `x`
    /// and `y`, or in `geometry` as [`Polygons::from_geometry`] reads it.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] and [`Error::Parquet`]; [`Error::InFile`] for what is wrong with columns, rows
    /// or the GeoParquet metadata.
    pub fn read_parquet(path: &Path, invalid: Invalid) -> Result<Self> {
        parquet(path, None, invalid, None, &Stop::default())
    }

    /// As [`PolygonTable::read_parquet`], in this coordinate reference system, whatever the file and
    /// its rows name.
    ///
    /// # Errors
    ///
    /// Those of [`PolygonTable::read_parquet`].
    pub fn read_parquet_in(path: &Path, invalid: Invalid, crs: Crs) -> Result<Self> {
        parquet(path, None, invalid, Some(&crs), &Stop::default())
    }

    /// Reads the features of a GeoJSON file, in longitude and latitude unless an older file says
    /// otherwise in a member `crs`.
    ///
    /// Each property is a column: of booleans, of integers (`Int64`, or `UInt64` where one is
    /// larger), of floats, or of strings; one with values of several of these, or with lists or
    /// objects, is one of strings, in which what is not a string is JSON. No number is rounded
    /// beyond what a float is: a column with a whole number that none of these types holds is one
    /// of strings, with the digits of the file. The identifiers of features are a property `id` where there is none of
    /// that name. A feature without a property, and one with null, has null; a feature without
    /// geometry is a null polygon.
    ///
    /// # Errors
    ///
    /// [`Error::Io`]; [`Error::InFile`] for broken JSON and for what is no FeatureCollection; with
    /// [`Invalid::Raise`] also for the first feature that is none or holds no polygon.
    pub fn read_geojson(path: &Path, invalid: Invalid) -> Result<Self> {
        of_geojson(path, invalid, None, &Stop::default())
    }

    /// One of the other columns.
    ///
    /// # Errors
    ///
    /// [`Error::Columns`] if it is not there.
    pub fn column(&self, name: &str) -> Result<(FieldRef, ArrayRef)> {
        let schema = self.columns.schema_ref();
        match schema.column_with_name(name) {
            Some((at, _)) => Ok((schema.fields()[at].clone(), self.columns.column(at).clone())),
            None => Err(Error::no_column(name, schema)),
        }
    }
}

/// As [`PolygonTable::read`], with these columns of a Parquet file only, in another reference system
/// than the file names if one is given, until work is to stop.
pub(crate) fn read_polygons(
    path: &Path,
    only: &[&str],
    invalid: Invalid,
    crs: Option<&Crs>,
    stop: &Stop,
) -> Result<PolygonTable> {
    if is_geojson(path) {
        of_geojson(path, invalid, crs, stop)
    } else {
        parquet(path, Some(only), invalid, crs, stop)
    }
}

fn of_geojson(
    path: &Path,
    invalid: Invalid,
    crs: Option<&Crs>,
    stop: &Stop,
) -> Result<PolygonTable> {
    let file = Source::open(path, stop)?.whole();
    let mut table =
        geojson::read_polygons(file.reader(), invalid).map_err(|error| error.in_file(path))?;
    if let Some(crs) = crs {
        table.polygons = table.polygons.with_crs(Some(crs.clone()));
    }
    Ok(table)
}

/// Reads the polygons and all other columns, or only these.
fn parquet(
    path: &Path,
    only: Option<&[&str]>,
    invalid: Invalid,
    crs: Option<&Crs>,
    stop: &Stop,
) -> Result<PolygonTable> {
    let table = Table::open(path, stop)?;
    let geometry = Geometry::polygons(table.header())?;
    for name in only.unwrap_or_default() {
        table.header().column(name)?;
    }
    let is_geometry = |name: &str| geometry.fields().iter().any(|field| field.name() == name);
    let is_kept = |name: &str| only.map_or(!is_geometry(name), |only| only.contains(&name));
    let places = |is_wanted: &dyn Fn(&str) -> bool, schema: &Schema| -> Vec<usize> {
        let fields = schema.fields().iter().enumerate();
        fields.filter(|(_, field)| is_wanted(field.name())).map(|(at, _)| at).collect()
    };
    let needed = places(&|name| is_geometry(name) || is_kept(name), table.schema());
    let wide = table.wide_integers().map(WideIntegers::columns).unwrap_or_default();
    if let Some(name) = wide.iter().find(|name| is_kept(name)) {
        let message = format!("column '{name}' has integers of 128 bits, which are not read");
        return Err(Error::Columns { message }.in_file(path));
    }
    let mut batches = Vec::new();
    for batch in table.batches(Some(&needed))? {
        batches.push(batch?);
        stop.check()?;
    }
    let read = || -> Result<_> {
        let schema = Arc::new(table.schema().project(&needed)?);
        let all = concat_batches(&schema, &batches)?;
        let (polygons, srids) = geometry.read_polygons(&all, invalid)?;
        let crs = match crs {
            Some(crs) => Some(crs.clone()),
            None => srids.of_column(geometry.column(), geometry.crs())?,
        };
        let polygons = polygons.with_crs(crs);
        Ok(PolygonTable { polygons, columns: all.project(&places(&is_kept, &schema))? })
    };
    read().map_err(|error| error.in_file(path))
}
