use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StructArray, new_empty_array};
use arrow_schema::extension::EXTENSION_TYPE_NAME_KEY;
use arrow_schema::{ArrowError, DataType, Field};

use super::header::Header;
use super::metadata::{GeoColumn, GeoMetadata};
use crate::crs::Crs;
use crate::error::{Error, Result};
use crate::point_columns::PointColumns;
use crate::points::Points;
use crate::polygons::{Invalid, Polygons};

/// The columns of a Parquet file that hold its geometry.
#[derive(Debug)]
pub(crate) struct Geometry {
    columns: Columns,
    /// As GeoParquet calls it, if the file is GeoParquet.
    encoding: Option<String>,
    crs: Option<Crs>,
    /// Whether GeoParquet says that all of it are points.
    is_points: Option<bool>,
}

#[derive(Debug)]
enum Columns {
    /// Numbers, or lists of numbers.
    Xy(Field, Field),
    One(Field),
}

impl Geometry {
    /// Finds the points of a table.
    pub(crate) fn points(table: &Header, columns: &PointColumns) -> Result<Self> {
        let primary = match columns {
            PointColumns::Auto => Self::primary(table)?,
            _ => None,
        };
        let find = || columns.find(table.schema()).map_err(|error| error.in_file(table.path()));
        let geometry = match primary {
            Some(geometry) => geometry,
            None => match find()?.names(table.schema()) {
                (x, Some(y)) => Self::xy(table, x, y)?,
                (name, None) => Self::one(table, name)?,
            },
        };
        // A wrong type is reported before any work.
        if let Columns::One(field) = &geometry.columns {
            let none = new_empty_array(field.data_type());
            Points::from_field(field, &none).map_err(|error| error.in_file(table.path()))?;
        }
        Ok(geometry)
    }

    /// Finds the polygons of a table.
    pub(crate) fn polygons(table: &Header) -> Result<Self> {
        if let Some(geometry) = Self::primary(table)? {
            return Ok(geometry);
        }
        match (has(table, Polygons::accepts_xy), table.column("geometry").is_ok()) {
            (true, false) => Self::xy(table, "x", "y"),
            (false, true) => Self::one(table, "geometry"),
            (true, true) => Err(table.missing(
                "both list columns 'x' and 'y' and a column 'geometry' hold polygons: keep one",
            )),
            (false, false) => Err(table.missing(
                "no polygons found: neither list columns 'x' and 'y' nor a column 'geometry'",
            )),
        }
    }

    /// The geometry column that the metadata of GeoParquet name.
    pub(super) fn primary(table: &Header) -> Result<Option<Self>> {
        let geo = table.geo()?;
        let Some(name) = geo.as_ref().and_then(GeoMetadata::primary_column) else {
            return Ok(None);
        };
        if table.column(name).is_err() {
            let what =
                format!("no column '{name}', the geometry column by the GeoParquet metadata");
            return Err(table.missing(&what));
        }
        Self::one(table, name).map(Some)
    }

    fn xy(table: &Header, x: &str, y: &str) -> Result<Self> {
        let field = |name| Ok::<_, Error>(table.schema().field(table.column(name)?.0).clone());
        let columns = Columns::Xy(field(x)?, field(y)?);
        Ok(Self { columns, encoding: None, crs: None, is_points: None })
    }

    fn one(table: &Header, name: &str) -> Result<Self> {
        let field = table.schema().field(table.column(name)?.0).clone();
        let read = || {
            let geo = table.geo()?.and_then(|geo| geo.column(name));
            let Some(GeoColumn { encoding, crs, is_points }) = geo else {
                let crs = Crs::of_field(&field)?;
                let columns = Columns::One(field);
                return Ok(Self { columns, encoding: None, crs, is_points: None });
            };
            // What the file says of the column goes before what its Arrow schema may say.
            let extension = format!("geoarrow.{}", encoding.to_ascii_lowercase());
            let metadata = [(EXTENSION_TYPE_NAME_KEY.to_owned(), extension)].into();
            let columns = Columns::One(field.with_metadata(metadata));
            Ok(Self { columns, encoding: Some(encoding), crs, is_points })
        };
        read().map_err(|error: Error| error.in_file(table.path()))
    }

    pub(crate) fn crs(&self) -> Option<&Crs> {
        self.crs.as_ref()
    }

    pub(super) fn encoding(&self) -> Option<&str> {
        self.encoding.as_deref()
    }

    pub(super) fn is_points(&self) -> Option<bool> {
        self.is_points
    }

    pub(crate) fn fields(&self) -> Vec<&Field> {
        match &self.columns {
            Columns::Xy(x, y) => vec![x, y],
            Columns::One(field) => vec![field],
        }
    }

    /// The column that errors name.
    pub(crate) fn column(&self) -> &str {
        match &self.columns {
            Columns::Xy(field, _) | Columns::One(field) => field.name(),
        }
    }

    /// The points of a batch of the table, whose first row is this one.
    pub(crate) fn read_points(&self, batch: &RecordBatch, first_row: usize) -> Result<Points> {
        match &self.columns {
            Columns::Xy(x, y) => {
                let fields: Vec<_> = [x, y].map(|field| Arc::new(field.clone())).into();
                let columns = vec![column(batch, x)?.clone(), column(batch, y)?.clone()];
                let points = StructArray::try_new(fields.into(), columns, None)?;
                Points::with_first_row(x.name(), &points, first_row)
            }
            Columns::One(field) => {
                Points::from_field_with_first_row(field, column(batch, field)?, first_row)
            }
        }
    }

    /// The polygons of a batch of the table.
    pub(crate) fn read_polygons(&self, batch: &RecordBatch, invalid: Invalid) -> Result<Polygons> {
        let polygons = match &self.columns {
            Columns::Xy(x, y) => Polygons::from_xy(column(batch, x)?, column(batch, y)?, invalid)?,
            Columns::One(field) => Polygons::from_geometry(field, column(batch, field)?, invalid)?,
        };
        let crs = self.crs.clone().or_else(|| polygons.crs().cloned());
        Ok(polygons.with_crs(crs))
    }
}

/// Whether there are columns `x` and `y` of such types.
fn has(table: &Header, accepts: fn(&DataType) -> bool) -> bool {
    ["x", "y"].iter().all(|name| table.column(name).is_ok_and(|(_, dtype)| accepts(dtype)))
}

fn column<'a>(batch: &'a RecordBatch, field: &Field) -> Result<&'a ArrayRef> {
    let missing = || ArrowError::SchemaError(format!("no {}", field.name()));
    Ok(batch.column_by_name(field.name()).ok_or_else(missing)?)
}
