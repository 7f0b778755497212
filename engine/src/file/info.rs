use std::fmt;
use std::path::Path;

use arrow_array::RecordBatch;
use arrow_schema::{DataType, Field};
use geojson::GeometryValue;

use super::geometry::Geometry;
use super::source::Source;
use super::table::Table;
use super::{geojson as features, is_geojson};
use crate::binary::{self, Binary};
use crate::crs::Crs;
use crate::edges::Edges;
use crate::error::{Error, Result};
use crate::point_columns::PointColumns;
use crate::polygons::{Builder, Faults, Invalid, Polygons};
use crate::srid::Srids;
use crate::stop::Stop;

/// Rows that are looked at together: polygons may be large.
const BATCH_ROWS: usize = 1 << 12;

/// What kind of file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Parquet that says nothing of geometry.
    Parquet,
    /// Parquet whose metadata name a geometry column.
    GeoParquet,
    /// A FeatureCollection.
    GeoJson,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Parquet => "Parquet",
            Self::GeoParquet => "GeoParquet",
            Self::GeoJson => "GeoJSON",
        })
    }
}

/// What a file holds: the metadata of GeoParquet say, else its first geometry decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Points.
    Points,
    /// Polygons and multipolygons.
    Polygons,
}

/// What is in a file of points or polygons.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct FileInfo {
    /// What kind of file it is.
    pub format: Format,
    /// What it holds.
    pub kind: Kind,
    /// Names of the columns that hold the geometry: one, or x and y; `geometry` in GeoJSON.
    pub geometry: Vec<String>,
    /// How: `WKB` or a GeoArrow type; the Arrow type for a column of plain Parquet.
    pub encoding: String,
    /// The coordinate reference system, if it is known.
    pub crs: Option<Crs>,
    /// Where the file and its rows name several, so that none is known: which.
    pub mixed_crs: Option<String>,
    /// What the file says of the edges of polygons.
    pub edges: Edges,
    /// Names of the other columns.
    pub columns: Vec<String>,
    /// Rows.
    pub rows: usize,
    /// Rows that are null or empty.
    pub nulls: usize,
    /// Rows that hold no polygon or no point, or a point that is not finite.
    pub invalid: usize,
    /// The first invalid row, and what is wrong with it.
    pub first_invalid: Option<(usize, String)>,
    /// Vertices of all polygons; of points, those that are there.
    pub vertices: usize,
    /// The box around all that is valid, as x and y of its lower and of its upper corner.
    pub bounds: Option<[f64; 4]>,
}

/// Looks through a file once, piece by piece: memory does not grow with the rows.
///
/// `columns` says which columns of a Parquet file hold points; with [`PointColumns::Auto`] it may
/// hold polygons as well.
///
/// # Errors
///
/// [`Error::Io`], [`Error::Parquet`]; [`Error::InFile`] for a file without geometry or with one of
/// other types, and for broken GeoJSON. Rows that are invalid are none.
pub fn describe(path: &Path, columns: &PointColumns) -> Result<FileInfo> {
    if is_geojson(path) {
        return describe_geojson(path).map_err(|error| error.in_file(path));
    }
    let table = Table::open(path, &Stop::default())?;
    let (kind, geometry) = find(&table, columns)?;
    let (names, places): (Vec<_>, Vec<_>) = geometry
        .fields()
        .iter()
        .filter_map(|field| {
            Some((field.name().clone(), table.header().column(field.name()).ok()?.0))
        })
        .unzip();
    let is_geo = table.header().geo()?.is_some_and(|geo| geo.primary_column().is_some());
    let others = table.schema().fields().iter().map(|field| field.name().clone());
    let mut info = FileInfo {
        format: if is_geo { Format::GeoParquet } else { Format::Parquet },
        kind,
        encoding: encoding(&geometry),
        edges: geometry.edges(),
        columns: others.filter(|name| !names.contains(name)).collect(),
        geometry: names,
        ..FileInfo::empty()
    };
    let mut srids = Srids::default();
    for batch in table.batches_of(BATCH_ROWS, Some(&places))? {
        let batch = batch?;
        let mut add = |info: &mut FileInfo| match kind {
            Kind::Points => info.add_points(&geometry, &batch, &mut srids),
            Kind::Polygons => {
                let (polygons, of_batch) = geometry.read_polygons(&batch, Invalid::Skip)?;
                srids.merge(of_batch.shifted_by(info.rows));
                info.add_polygons(&polygons);
                Ok(())
            }
        };
        add(&mut info).map_err(|error| error.in_file(path))?;
    }
    match srids.of_column(geometry.column(), geometry.crs()) {
        Ok(crs) => info.crs = crs,
        Err(error) => info.mixed_crs = Some(error.to_string()),
    }
    Ok(info)
}

/// The geometry of a table, and what it is of.
fn find(table: &Table, columns: &PointColumns) -> Result<(Kind, Geometry)> {
    let points = Geometry::points(table.header(), columns);
    if *columns != PointColumns::Auto {
        return points.map(|points| (Kind::Points, points));
    }
    let is_read = |geometry: &Geometry| match geometry.fields()[..] {
        [field] => Polygons::accepts_geometry(field),
        _ => true,
    };
    match (
        points,
        Geometry::polygons(table.header()).map(|geometry| (is_read(&geometry), geometry)),
    ) {
        (Ok(points), Ok((true, polygons))) => {
            let is_points = match polygons.is_points() {
                Some(is_points) => is_points,
                None => first_is_point(table, &polygons)?,
            };
            Ok(if is_points { (Kind::Points, points) } else { (Kind::Polygons, polygons) })
        }
        (Ok(points), _) => Ok((Kind::Points, points)),
        (_, Ok((true, polygons))) => Ok((Kind::Polygons, polygons)),
        // What is wrong with the geometry column, or that there is none.
        (Err(error), _) => Err(error),
    }
}

/// Whether the first row of a column that is not null is a WKB point.
fn first_is_point(table: &Table, geometry: &Geometry) -> Result<bool> {
    let [field] = geometry.fields()[..] else { return Ok(false) };
    let (at, _) = table.header().column(field.name())?;
    // Few at a time: the first will do, mostly.
    for batch in table.batches_of(64, Some(&[at]))? {
        let batch = batch?;
        let Some(rows) = Binary::try_new(batch.column(0)) else { return Ok(false) };
        if let Some(bytes) = (0..rows.len()).find_map(|row| rows.get(row)) {
            return Ok(binary::is_point(bytes));
        }
    }
    Ok(false)
}

fn encoding(geometry: &Geometry) -> String {
    match (geometry.encoding(), &geometry.fields()[..]) {
        (Some(encoding), _) => encoding.to_owned(),
        (None, [field]) => plain_encoding(field),
        (None, fields) => fields.first().map_or(String::new(), |x| x.data_type().to_string()),
    }
}

fn plain_encoding(field: &Field) -> String {
    match field.data_type() {
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView => "WKB".to_owned(),
        dtype => field.extension_type_name().map_or_else(|| dtype.to_string(), str::to_owned),
    }
}

impl FileInfo {
    fn empty() -> Self {
        Self {
            format: Format::Parquet,
            kind: Kind::Polygons,
            geometry: vec![],
            encoding: String::new(),
            crs: None,
            mixed_crs: None,
            edges: Edges::Planar,
            columns: vec![],
            rows: 0,
            nulls: 0,
            invalid: 0,
            first_invalid: None,
            vertices: 0,
            bounds: None,
        }
    }

    fn add_points(
        &mut self,
        geometry: &Geometry,
        batch: &RecordBatch,
        srids: &mut Srids,
    ) -> Result<()> {
        if let Ok(points) = geometry.read_points(batch, self.rows) {
            srids.merge(points.srids());
            (0..points.len()).for_each(|row| self.add_point(points.get(row)));
            return Ok(());
        }
        // One of the rows is no point: it alone is to be counted.
        for row in 0..batch.num_rows() {
            match geometry.read_points(&batch.slice(row, 1), self.rows) {
                Ok(point) => {
                    srids.merge(point.srids());
                    self.add_point(point.get(0));
                }
                Err(Error::Value { message, .. }) => self.add_invalid(message),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn add_point(&mut self, point: Option<[f64; 2]>) {
        match point {
            Some([x, y]) if x.is_finite() && y.is_finite() => {
                self.rows += 1;
                self.vertices += 1;
                self.grow(Some([x, y, x, y]));
            }
            // WKB and GeoArrow have no other empty point.
            Some([x, y]) if !(x.is_nan() && y.is_nan()) => {
                self.add_invalid(format!("({x}, {y}): expected finite coordinates"));
            }
            _ => {
                self.rows += 1;
                self.nulls += 1;
            }
        }
    }

    fn add_polygons(&mut self, polygons: &Polygons) {
        let missing = (0..polygons.len()).filter(|&row| polygons.get(row).is_none()).count();
        let invalid = polygons.invalid_rows().len();
        let first = polygons.invalid().next();
        let first = first.map(|(row, reason)| (self.rows + row as usize, reason.to_owned()));
        self.first_invalid = self.first_invalid.take().or(first);
        self.rows += polygons.len();
        self.nulls += missing - invalid;
        self.invalid += invalid;
        self.vertices += polygons.vertices();
        self.grow(polygons.bounds());
    }

    fn add_invalid(&mut self, reason: String) {
        self.first_invalid.get_or_insert((self.rows, reason));
        self.rows += 1;
        self.invalid += 1;
    }

    fn grow(&mut self, bounds: Option<[f64; 4]>) {
        if let Some([x0, y0, x1, y1]) = bounds {
            let [a0, b0, a1, b1] = self.bounds.unwrap_or([x0, y0, x1, y1]);
            self.bounds = Some([a0.min(x0), b0.min(y0), a1.max(x1), b1.max(y1)]);
        }
    }
}

fn describe_geojson(path: &Path) -> Result<FileInfo> {
    let mut info = FileInfo {
        format: Format::GeoJson,
        geometry: vec!["geometry".to_owned()],
        encoding: "GeoJSON".to_owned(),
        ..FileInfo::empty()
    };
    let mut kind = None;
    let file = Source::open(path, &Stop::default())?.whole();
    let crs = features::for_each_feature(file.reader(), |text| {
        let feature = match features::parse(text) {
            Ok(feature) => feature,
            Err(reason) => {
                info.add_invalid(reason);
                return Ok(());
            }
        };
        for name in feature.properties.iter().flat_map(|properties| properties.keys()) {
            if !info.columns.contains(name) {
                info.columns.push(name.clone());
            }
        }
        let Some(geometry) = feature.geometry.map(|geometry| geometry.value) else {
            info.add_point(None);
            return Ok(());
        };
        let point = match &geometry {
            GeometryValue::Point { coordinates } => Some(features::vertex(coordinates)),
            _ => None,
        };
        let first = if point.is_some() { Kind::Points } else { Kind::Polygons };
        match (*kind.get_or_insert(first), point) {
            (Kind::Points, Some(point)) => info.add_point(Some(point)),
            (Kind::Points, None) => {
                info.add_invalid(format!("expected a Point, got a {}", geometry.type_name()));
            }
            (Kind::Polygons, _) => {
                let mut polygon = Builder::default();
                let added = features::add(&geometry, &mut polygon);
                polygon.finish_row(added.is_ok());
                let mut faults = Faults::default();
                if let Err(reason) = added {
                    faults.push(0, || reason);
                }
                let polygon = polygon.finish().checked("geometry", faults, Invalid::Skip)?;
                info.add_polygons(&polygon);
            }
        }
        Ok(())
    })?;
    info.kind = kind.unwrap_or(Kind::Polygons);
    info.crs = crs;
    Ok(info)
}
