use std::sync::Arc;

use arrow_array::{Array, ArrayRef, RecordBatch, StructArray};
use arrow_schema::{DataType, Field, FieldRef, Schema};

use crate::coordinates::is_numeric;
use crate::error::{Error, Result};

/// Pairs of names that stand for x and y, the first that is there.
const PAIRS: [[&str; 2]; 4] =
    [["x", "y"], ["lon", "lat"], ["lng", "lat"], ["longitude", "latitude"]];

/// Names that stand for a column of points.
const WHOLE: [&str; 2] = ["geometry", "point"];

/// Which columns of a table hold its points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PointColumns {
    /// The geometry column of a GeoParquet file; else the first that is there of these, in any case
    /// of letters: numeric columns `x` and `y`, `lon` and `lat`, `lng` and `lat`, `longitude` and
    /// `latitude`; `geometry`; `point`.
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
    /// is not numeric, and that of [`check_order`] for the names of a pair.
    pub fn find(&self, schema: &Schema) -> Result<PointPlaces> {
        let places = match self {
            Self::Xy(x, y) => {
                check_order(x, y)?;
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
                let coordinate = |name: &str| in_any_case(schema, name, is_coordinate);
                let pair = |[x, y]: [&str; 2]| Some(Places::Xy(coordinate(x)?, coordinate(y)?));
                let whole = |name: &str| in_any_case(schema, name, |_| true).map(Places::Point);
                let found = PAIRS.into_iter().find_map(pair);
                found.or_else(|| WHOLE.into_iter().find_map(whole)).ok_or_else(|| {
                    let what = "no points found: neither numeric columns 'x' and 'y', 'lon' and \
                                'lat', 'lng' and 'lat' or 'longitude' and 'latitude', nor a \
                                column 'geometry' or 'point'";
                    Error::missing(what, schema)
                })?
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

/// Looks at what the names of two coordinates say of their order.
///
/// # Errors
///
/// [`Error::Parameter`] where they say latitude first: `lat`, `latitude` or `y`, and then `lon`,
/// `lng`, `long`, `longitude` or `x`, in any case of letters. Other names say nothing.
pub fn check_order(first: &str, second: &str) -> Result<()> {
    let is_one_of = |name: &str, of: &[&str]| of.iter().any(|it| it.eq_ignore_ascii_case(name));
    if is_one_of(first, &["lat", "latitude", "y"])
        && is_one_of(second, &["lon", "lng", "long", "longitude", "x"])
    {
        let message = format!(
            "('{first}', '{second}') has the latitude or y first, expected the longitude or x \
             first: write ('{second}', '{first}')"
        );
        return Err(Error::Parameter { parameter: "point", message });
    }
    Ok(())
}

fn named<'a>(schema: &'a Schema, name: &str) -> Result<(usize, &'a Field)> {
    let found = schema.column_with_name(name);
    found.ok_or_else(|| Error::no_column(name, schema))
}

/// The column of this name; else the first that has it in other letters, small or large.
fn in_any_case(schema: &Schema, name: &str, is_wanted: fn(&DataType) -> bool) -> Option<usize> {
    let find = |is_name: &dyn Fn(&str) -> bool| {
        let mut fields = schema.fields().iter();
        fields.position(|field| is_name(field.name()) && is_wanted(field.data_type()))
    };
    find(&|other| other == name).or_else(|| find(&|other| other.eq_ignore_ascii_case(name)))
}

fn is_coordinate(dtype: &DataType) -> bool {
    is_numeric(dtype) || *dtype == DataType::Null
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn found(columns: &[(&str, DataType)]) -> Option<Vec<String>> {
        let fields = columns.iter().map(|(name, dtype)| Field::new(*name, dtype.clone(), true));
        let schema = Schema::new(fields.collect::<Vec<_>>());
        let places = PointColumns::Auto.find(&schema).ok()?;
        let (first, second) = places.names(&schema);
        Some([Some(first), second].into_iter().flatten().map(str::to_owned).collect())
    }

    #[test]
    fn the_first_that_is_there() {
        use DataType::{Binary, Float64, Int32, Utf8};
        // Each as named, and in other letters; all behind it are there too, and before.
        let all = [
            vec![("x", Float64), ("y", Int32)],
            vec![("lon", Float64), ("lat", Int32)],
            vec![("lng", Float64), ("lat", Int32)],
            vec![("longitude", Float64), ("latitude", Int32)],
            vec![("geometry", Binary)],
            vec![("point", Binary)],
        ];
        for first in 0..all.len() {
            let expected: Vec<_> = all[first].iter().map(|(name, _)| name.to_string()).collect();
            let mut columns = all[first..].concat();
            columns.reverse();
            assert_eq!(found(&columns), Some(expected.clone()));
            let upper: Vec<_> =
                columns.iter().map(|(n, t)| (n.to_uppercase(), t.clone())).collect();
            let columns: Vec<_> = upper.iter().map(|(n, t)| (n.as_str(), t.clone())).collect();
            let upper = expected.iter().map(|name| name.to_uppercase()).collect();
            assert_eq!(found(&columns), Some(upper));
        }
        let pair = |x: &str, y: &str| Some(vec![x.to_owned(), y.to_owned()]);
        // Letters as named come first; text holds no coordinates.
        let columns = [("X", Float64), ("x", Float64), ("Y", Float64)];
        assert_eq!(found(&columns), pair("x", "Y"));
        let columns = [("x", Utf8), ("X", Float64), ("y", Float64)];
        assert_eq!(found(&columns), pair("X", "y"));
        let columns = [("x", Utf8), ("y", Float64), ("Lat", Float64), ("Lon", Float64)];
        assert_eq!(found(&columns), pair("Lon", "Lat"));
        let columns = [("x", Float64), ("lat", Float64), ("Point", Binary)];
        assert_eq!(found(&columns), Some(vec!["Point".to_owned()]));
        assert_eq!(found(&[("x", Float64), ("lat", Float64)]), None);
    }
}
