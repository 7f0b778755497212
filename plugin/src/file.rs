//! Files of polygons, and what is in a file.

use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::Schema;
use poly_match_engine::Error;
use poly_match_engine::file::{Kind, PolygonTable, describe as describe_file};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::arrow::ArrowTable;
use crate::matcher::point_columns;
use crate::options;
use crate::polygons::ParsedPolygons;
use crate::signals::interruptible;

/// Reads a file as `parquet` or `geojson`: the polygons, and all columns, these as `geometry` among
/// them. `crs` goes before the reference system
/// that the file names.
#[pyfunction]
pub(crate) fn read_polygons(
    py: Python<'_>,
    path: PathBuf,
    file_format: &str,
    invalid: &str,
    crs: Option<&str>,
) -> PyResult<(ParsedPolygons, ArrowTable)> {
    interruptible(py, true, || {
        let invalid = options::invalid(invalid)?;
        let crs = options::crs("crs", crs)?;
        let PolygonTable { polygons, columns } = match (file_format, crs.clone()) {
            ("geojson", _) => PolygonTable::read_geojson(&path, invalid)?,
            (_, Some(crs)) => PolygonTable::read_parquet_in(&path, invalid, crs)?,
            (_, None) => PolygonTable::read_parquet(&path, invalid)?,
        };
        let crs = crs.or_else(|| polygons.crs().cloned());
        let polygons = polygons.with_crs(crs);
        let (field, geometry) = polygons.to_geoarrow("geometry");
        let schema = columns.schema();
        if schema.column_with_name("geometry").is_some() {
            let message = format!(
                "{}: a column 'geometry' is there besides the polygons: rename one",
                path.display()
            );
            return Err(Error::Columns { message });
        }
        let fields = schema.fields().iter().cloned().chain([Arc::new(field)]);
        let fields: Vec<_> = fields.collect();
        let arrays = columns.columns().iter().cloned().chain([geometry]).collect();
        let table = RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)?;
        Ok((ParsedPolygons::of(polygons), ArrowTable::of(table)))
    })
}

/// What is in a file, by name.
#[pyfunction]
pub(crate) fn describe<'py>(
    py: Python<'py>,
    path: PathBuf,
    point: Vec<String>,
) -> PyResult<Bound<'py, PyDict>> {
    let columns = point_columns(point);
    let info = interruptible(py, true, || describe_file(&path, &columns))?;
    let told = PyDict::new(py);
    told.set_item("format", info.format.to_string())?;
    told.set_item("kind", if info.kind == Kind::Points { "points" } else { "polygons" })?;
    told.set_item("geometry", info.geometry)?;
    told.set_item("encoding", info.encoding)?;
    told.set_item("crs", info.crs.map(|crs| crs.to_string()))?;
    told.set_item("mixed_crs", info.mixed_crs)?;
    let edges = (info.kind == Kind::Polygons).then(|| info.edges.to_string());
    told.set_item("edges", edges)?;
    told.set_item("columns", info.columns)?;
    told.set_item("rows", info.rows)?;
    told.set_item("nulls", info.nulls)?;
    told.set_item("invalid", info.invalid)?;
    told.set_item("first_invalid", info.first_invalid)?;
    told.set_item("vertices", info.vertices)?;
    told.set_item("bounds", info.bounds)?;
    Ok(told)
}
