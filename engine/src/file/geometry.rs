use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StructArray, new_empty_array};
use arrow_schema::extension::{
    EXTENSION_TYPE_METADATA_KEY, EXTENSION_TYPE_NAME_KEY, ExtensionType,
};
use arrow_schema::{ArrowError, DataType, Field};
use geoarrow_schema::WkbType;

use super::header::Header;
use super::metadata::{GeoColumn, GeoMetadata, SpatialType};
use crate::crs::{Crs, extension};
use crate::edges::Edges;
use crate::error::{Error, Result};
use crate::point_columns::PointColumns;
use crate::points::Points;
use crate::polygons::{Invalid, Polygons};
use crate::srid::Srids;

/// The columns of a Parquet file that hold its geometry.
#[derive(Debug)]
pub(crate) struct Geometry {
    columns: Columns,
    /// As GeoParquet calls it, if its metadata name the column.
    encoding: Option<String>,
    crs: Option<Crs>,
    edges: Edges,
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

    /// The geometry column that the metadata of GeoParquet name; else the only column of type
    /// GEOMETRY or GEOGRAPHY.
    fn primary(table: &Header) -> Result<Option<Self>> {
        let geo = table.geo()?;
        let Some(name) = geo.as_ref().and_then(GeoMetadata::primary_column) else {
            return match table.spatial_columns()[..] {
                [name] => Self::one(table, name).map(Some),
                _ => Ok(None),
            };
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
        Ok(Self { columns, encoding: None, crs: None, edges: Edges::Planar, is_points: None })
    }

    fn one(table: &Header, name: &str) -> Result<Self> {
        let field = table.schema().field(table.column(name)?.0).clone();
        let read = || {
            let geo = table.geo()?.and_then(|geo| geo.column(name));
            // What the file says of the column goes before what its type says, and that before what
            // its Arrow schema may say.
            let (encoding, is_points, stated) = match (geo, table.spatial(name)) {
                (Some(GeoColumn { encoding, crs, edges, is_points }), _) => {
                    let extension = format!("geoarrow.{}", encoding.to_ascii_lowercase());
                    (Some(encoding), is_points, Some((extension, crs, edges)))
                }
                (None, Some(SpatialType { crs, edges })) => {
                    (None, None, Some((WkbType::NAME.to_owned(), crs, edges)))
                }
                (None, None) => (None, None, None),
            };
            let field = match stated {
                Some((name, crs, edges)) => {
                    let metadata = extension(crs.as_ref(), edges);
                    let pairs =
                        [(EXTENSION_TYPE_NAME_KEY, name), (EXTENSION_TYPE_METADATA_KEY, metadata)];
                    field.with_metadata(pairs.map(|(key, value)| (key.to_owned(), value)).into())
                }
                None => field,
            };
            let (crs, edges) = (Crs::of_field(&field)?, Edges::of_field(&field)?);
            Ok(Self { columns: Columns::One(field), encoding, crs, edges, is_points })
        };
        read().map_err(|error: Error| error.in_file(table.path()))
    }

    /// The column that errors name.
    pub(crate) fn column(&self) -> &str {
        match &self.columns {
            Columns::Xy(field, _) | Columns::One(field) => field.name(),
        }
    }

    /// The reference system that the file names.
    pub(crate) fn crs(&self) -> Option<&Crs> {
        self.crs.as_ref()
    }

    pub(super) fn edges(&self) -> Edges {
        self.edges
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

    /// The polygons of a batch of the table, in the reference system that the file names, and the
    /// SRIDs of the rows.
    pub(super) fn read_polygons(
        &self,
        batch: &RecordBatch,
        invalid: Invalid,
    ) -> Result<(Polygons, Srids)> {
        match &self.columns {
            Columns::Xy(x, y) => {
                let polygons = Polygons::from_xy(column(batch, x)?, column(batch, y)?, invalid)?;
                Ok((polygons, Srids::default()))
            }
            Columns::One(field) => Polygons::read(field, column(batch, field)?, invalid),
        }
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
