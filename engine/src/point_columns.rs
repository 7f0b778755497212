use std::sync::Arc;

use arrow_array::{Array, ArrayRef, RecordBatch, StructArray};
use arrow_schema::{DataType, Field, FieldRef, Schema};

use crate::coordinates::is_numeric;
use crate::error::{Error, Result};

/// Which columns of a table hold its points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PointColumns {
    /// The geometry column of a GeoParquet file; else numeric columns `x` and `y` if both are
    /// there; else `geometry`; else `point`.
    Auto,
    /// Two numeric columns, x first.
    Xy(String, String),
    /// One column in any form that [`Points`](crate::Points) reads.
    Point(String),
}

/// Where the points of tables with one schema are.
#[derive(Debug, Clone, Copy)]
pub struct PointPlaces(Places);

#[derive(Debug, Clone, Copy)]
enum Places {
    Xy(usize, usize),
    Point(usize),
}

impl PointColumns {
    /// Finds the columns in a schema.
    ///
    /// # Errors
    ///
    /// [`Error::Columns`] for a column that is not there, [`Error::Dtype`] for one of a pair that
    /// is not numeric.
    pub fn find(&self, schema: &Schema) -> Result<PointPlaces> {
        let places = match self {
            Self::Xy(x, y) => {
                let coordinate = |name: &str| {
                    let (at, field) = named(schema, name)?;
                    let (expected, dtype) = ("numbers", field.data_type());
                    is_coordinate(dtype).then_some(at).ok_or_else(|| {
                        let (column, dtype) = (name.to_owned(), dtype.clone());
                        Error::Dtype { column, expected, dtype }
                    })
                };
                Places::Xy(coordinate(x)?, coordinate(y)?)
            }
            Self::Point(name) => Places::Point(named(schema, name)?.0),
            Self::Auto => {
                let coordinate = |name| {
                    let found = schema.column_with_name(name);
                    found.filter(|(_, field)| is_coordinate(field.data_type()))
                };
                let mut names = ["geometry", "point"].into_iter();
                let point = names.find_map(|name| schema.column_with_name(name));
                match (coordinate("x"), coordinate("y"), point) {
                    (Some((x, _)), Some((y, _)), _) => Places::Xy(x, y),
                    (_, _, Some((at, _))) => Places::Point(at),
                    _ => {
                        let what = "no points found: neither numeric columns 'x' and 'y' nor a \
                                    column 'geometry' or 'point'";
                        return Err(Error::missing(what, schema));
                    }
                }
            }
        };
        Ok(PointPlaces(places))
    }
}

impl PointPlaces {
    /// The names of the columns: of the one, or of x and y.
    pub(crate) fn names(self, schema: &Schema) -> (&str, Option<&str>) {
        match self.0 {
            Places::Xy(x, y) => (schema.field(x).name(), Some(schema.field(y).name())),
            Places::Point(at) => (schema.field(at).name(), None),
        }
    }

    /// The field of the one column, or that of x.
    pub fn field(self, schema: &Schema) -> &Field {
        match self.0 {
            Places::Xy(at, _) | Places::Point(at) => schema.field(at),
        }
    }

    /// The points of a batch as one column, which is called as the first of several.
    ///
    /// # Errors
    ///
    /// [`Error::Arrow`] for a batch that has another schema.
    pub fn column(self, batch: &RecordBatch) -> Result<(FieldRef, ArrayRef)> {
        let field = |at| -> FieldRef { Arc::new(Field::clone(batch.schema_ref().field(at))) };
        match self.0 {
            Places::Point(at) => Ok((field(at), batch.column(at).clone())),
            Places::Xy(x, y) => {
                let columns = vec![batch.column(x).clone(), batch.column(y).clone()];
                let point = StructArray::try_new(vec![field(x), field(y)].into(), columns, None)?;
                let name = batch.schema_ref().field(x).name();
                let field = Field::new(name, point.data_type().clone(), true);
                Ok((Arc::new(field), Arc::new(point)))
            }
        }
    }
}

fn named<'a>(schema: &'a Schema, name: &str) -> Result<(usize, &'a Field)> {
    let found = schema.column_with_name(name);
    found.ok_or_else(|| Error::no_column(name, schema))
}

fn is_coordinate(dtype: &DataType) -> bool {
    is_numeric(dtype) || *dtype == DataType::Null
}
