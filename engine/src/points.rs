use arrow_array::cast::AsArray;
use arrow_array::{Array, FixedSizeListArray, GenericListArray, OffsetSizeTrait, new_null_array};
use arrow_buffer::{NullBuffer, ScalarBuffer};
use arrow_schema::extension::ExtensionType;
use arrow_schema::{DataType, Field};
use geoarrow_schema::PointType;

use crate::binary::{self, Binary};
use crate::coordinates::{Separated, dimensions, is_numeric, pair_nulls, to_f64};
use crate::crs::{Crs, is_wkb};
use crate::error::{Error, Result};
use crate::metric::Metric;
use crate::point_columns::check_order;
use crate::polygons::bounds;
use crate::srid::Srids;

const EXPECTED: &str = "points: a struct of two numeric fields (first x, then y), \
                        a fixed-size list of 2 numbers, a list of 2 numbers, or WKB binary";

/// A column of points as `f64` coordinates.
///
/// Accepted are a struct of two numeric fields (the first is x, the second y, and
/// [names](crate::check_order) that say otherwise are an error), a fixed-size list
/// of two numbers, a list whose valid rows have length 2, and WKB or EWKB points. Z and M are taken
/// for what they are, and ignored, in WKB and in columns of the extension type `geoarrow.point`.
/// `f64` coordinates are used where they lie (a list without nulls too); others are converted.
///
/// A point is null when its row, its x or its y is null. NaN and infinite coordinates are kept:
/// what is a point is decided where it is matched ([`Metric::is_point`]).
#[derive(Debug, Clone)]
pub struct Points {
    coordinates: Coordinates,
    nulls: Option<NullBuffer>,
    /// In WKB.
    srids: Srids,
}

/// The two memory layouts that Arrow has for points.
#[derive(Debug, Clone)]
pub(crate) enum Coordinates {
    Separated { x: ScalarBuffer<f64>, y: ScalarBuffer<f64> },
    Interleaved(ScalarBuffer<f64>),
}

impl Points {
    /// Whether a column of this type can be read as points.
    pub fn accepts(dtype: &DataType) -> bool {
        match dtype {
            DataType::Struct(fields) => {
                fields.len() == 2 && fields.iter().all(|field| is_coordinate(field.data_type()))
            }
            DataType::FixedSizeList(field, 2) => is_coordinate(field.data_type()),
            DataType::List(field) | DataType::LargeList(field) => is_coordinate(field.data_type()),
            DataType::Binary | DataType::LargeBinary | DataType::BinaryView | DataType::Null => {
                true
            }
            _ => false,
        }
    }

    /// Reads a column; `column` is its name for errors.
    ///
    /// # Errors
    ///
    /// [`Error::Dtype`] for a type that is not accepted; [`Error::Parameter`] for a struct whose
    /// names have the latitude first; [`Error::Value`] with the row for a valid list whose length is
    /// not 2 and for bytes that are not a WKB point; [`Error::MixedCrs`] for EWKB with different
    /// SRIDs.
    pub fn try_new(column: &str, array: &dyn Array) -> Result<Self> {
        let points = Self::with_first_row(column, array, 0)?;
        points.srids.crs(column)?;
        Ok(points)
    }

    /// Reads a column whose name and extension type the field has: as [`Points::try_new`], and
    /// points of the type `geoarrow.point` with Z and M too.
    ///
    /// # Errors
    ///
    /// Those of [`Points::try_new`]; [`Error::Extension`] for other GeoArrow types.
    pub fn from_field(field: &Field, array: &dyn Array) -> Result<Self> {
        let points = Self::from_field_with_first_row(field, array, 0)?;
        points.srids.of_column(field.name(), Crs::of_field(field)?.as_ref())?;
        Ok(points)
    }

    /// As [`Points::from_field`] for a piece of a column that starts at row `first`. Its SRIDs are
    /// not compared.
    pub(crate) fn from_field_with_first_row(
        field: &Field,
        array: &dyn Array,
        first: usize,
    ) -> Result<Self> {
        let (column, dtype) = (field.name(), array.data_type());
        let fits = match field.extension_type_name() {
            _ if *dtype == DataType::Null => true,
            Some(PointType::NAME) => match dimensions(dtype) {
                Some(3..) => {
                    return Self::from_separated(array);
                }
                dimensions => dimensions.is_some(),
            },
            Some(name) if is_wkb(name) => Binary::try_new(array).is_some(),
            Some(name) if name.starts_with("geoarrow.") => {
                let (column, extension) = (column.clone(), name.to_owned());
                return Err(Error::Extension { column, expected: EXPECTED, extension });
            }
            _ => true,
        };
        match fits {
            true => Self::with_first_row(column, array, first),
            false => Err(not_accepted(column, dtype)),
        }
    }

    /// As [`Points::try_new`] for a piece of a column that starts at row `first`.
    pub(crate) fn with_first_row(column: &str, array: &dyn Array, first: usize) -> Result<Self> {
        let dtype = array.data_type();
        if !Self::accepts(dtype) {
            return Err(not_accepted(column, dtype));
        }
        if let Some(points) = array.as_struct_opt() {
            if let [x, y] = points.column_names()[..] {
                check_order(x, y)?;
            }
            return Self::from_separated(points);
        }
        if let Some(points) = array.as_fixed_size_list_opt() {
            return Self::from_fixed_size_list(points);
        }
        if let Some(points) = array.as_list_opt::<i32>() {
            return Self::from_list(column, points, first);
        }
        if let Some(points) = array.as_list_opt::<i64>() {
            return Self::from_list(column, points, first);
        }
        match Binary::try_new(array) {
            Some(points) => Self::from_wkb(column, &points, array.len(), first),
            None => Self::from_separated(&new_null_points(array.len())),
        }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        match &self.coordinates {
            Coordinates::Separated { x, .. } => x.len(),
            Coordinates::Interleaved(xy) => xy.len() / 2,
        }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The point of a row as `[x, y]`; `None` when it is null.
    ///
    /// # Panics
    ///
    /// If `row` is not less than [`Points::len`].
    pub fn get(&self, row: usize) -> Option<[f64; 2]> {
        if self.nulls.as_ref().is_some_and(|nulls| nulls.is_null(row)) {
            return None;
        }
        Some(match &self.coordinates {
            Coordinates::Separated { x, y } => [x[row], y[row]],
            Coordinates::Interleaved(xy) => [xy[2 * row], xy[2 * row + 1]],
        })
    }

    /// Number of rows without a point, which no polygon can match: null, or not a point in this
    /// metric ([`Metric::is_point`]).
    pub fn missing(&self, metric: Metric) -> usize {
        let is_point = |row| self.get(row).is_some_and(|point| metric.is_point(point));
        (0..self.len()).filter(|&row| !is_point(row)).count()
    }

    /// The box around the points with finite coordinates as x and y of its lower and of its upper
    /// corner; `None` where there are none.
    pub fn bounds(&self) -> Option<[f64; 4]> {
        let points = (0..self.len()).filter_map(|row| self.get(row));
        bounds(points.filter(|point| point.iter().all(|c| c.is_finite())))
    }

    /// The reference system that the rows of EWKB name, if they name one.
    pub(crate) fn crs(&self) -> Option<Crs> {
        self.srids.first_crs()
    }

    /// The same points, whose rows name no reference system.
    pub(crate) fn without_srids(self) -> Self {
        Self { srids: Srids::default(), ..self }
    }

    /// The SRIDs in the rows of EWKB.
    pub(crate) fn srids(&self) -> Srids {
        self.srids
    }

    pub(crate) fn coordinates(&self) -> &Coordinates {
        &self.coordinates
    }

    pub(crate) fn nulls(&self) -> Option<&NullBuffer> {
        self.nulls.as_ref()
    }

    fn from_separated(points: &dyn Array) -> Result<Self> {
        let Separated { x, y, nulls } = Separated::try_new(points)?;
        let coordinates = Coordinates::Separated { x, y };
        Ok(Self { coordinates, nulls, srids: Srids::default() })
    }

    fn from_interleaved(xy: &ScalarBuffer<f64>, nulls: Option<NullBuffer>) -> Self {
        let coordinates = Coordinates::Interleaved(xy.clone());
        Self { coordinates, nulls, srids: Srids::default() }
    }

    fn from_fixed_size_list(points: &FixedSizeListArray) -> Result<Self> {
        let first = points.value_offset(0) as usize;
        let values = to_f64(&points.values().slice(first, 2 * points.len()))?;
        let nulls = NullBuffer::union(points.nulls(), pair_nulls(values.nulls(), 2).as_ref());
        Ok(Self::from_interleaved(values.values(), nulls))
    }

    fn from_list<O: OffsetSizeTrait>(
        column: &str,
        points: &GenericListArray<O>,
        first: usize,
    ) -> Result<Self> {
        let offsets = points.value_offsets();
        let mut regular = true;
        for (row, pair) in offsets.windows(2).enumerate() {
            let length = pair[1].as_usize() - pair[0].as_usize();
            if length != 2 {
                if points.is_valid(row) {
                    let message = format!("expected a list of 2 coordinates, got {length}");
                    return Err(Error::value(column, first + row, message));
                }
                regular = false;
            }
        }
        let start = offsets.first().map_or(0, |offset| offset.as_usize());
        let end = offsets.last().map_or(0, |offset| offset.as_usize());
        let values = to_f64(&points.values().slice(start, end - start))?;
        if regular {
            let nulls = NullBuffer::union(points.nulls(), pair_nulls(values.nulls(), 2).as_ref());
            return Ok(Self::from_interleaved(values.values(), nulls));
        }
        // A null row may hold any number of values: only then are the pairs moved together.
        let pair = |row: usize| {
            let at = offsets[row].as_usize() - start;
            let there = points.is_valid(row) && values.is_valid(at) && values.is_valid(at + 1);
            there.then(|| [values.value(at), values.value(at + 1)])
        };
        Ok((0..points.len()).map(pair).collect())
    }

    fn from_wkb(column: &str, points: &Binary<'_>, len: usize, first: usize) -> Result<Self> {
        let mut srids = Srids::default();
        let read = |row| {
            let bytes = points.get(row);
            let point =
                binary::at_row(column, first + row, bytes.map(binary::parse_point).transpose())?;
            if let Some(srid) = bytes.and_then(binary::srid) {
                srids.add(first + row, srid);
            }
            Ok(point)
        };
        let points: Self = (0..len).map(read).collect::<Result<_>>()?;
        Ok(Self { srids, ..points })
    }
}

impl FromIterator<Option<[f64; 2]>> for Points {
    fn from_iter<I: IntoIterator<Item = Option<[f64; 2]>>>(points: I) -> Self {
        let points = points.into_iter();
        let mut xy = Vec::with_capacity(2 * points.size_hint().0);
        let mut valid = Vec::with_capacity(points.size_hint().0);
        for point in points {
            valid.push(point.is_some());
            xy.extend(point.unwrap_or([f64::NAN; 2]));
        }
        let nulls = NullBuffer::from(valid);
        Self {
            coordinates: Coordinates::Interleaved(xy.into()),
            nulls: (nulls.null_count() > 0).then_some(nulls),
            srids: Srids::default(),
        }
    }
}

fn is_coordinate(dtype: &DataType) -> bool {
    is_numeric(dtype) || *dtype == DataType::Null
}

fn not_accepted(column: &str, dtype: &DataType) -> Error {
    Error::Dtype { column: column.to_owned(), expected: EXPECTED, dtype: dtype.clone() }
}

/// A column of type null holds null points.
fn new_null_points(len: usize) -> arrow_array::ArrayRef {
    let field = |name| Field::new(name, DataType::Float64, true);
    new_null_array(&DataType::Struct(vec![field("x"), field("y")].into()), len)
}
