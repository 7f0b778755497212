use arrow_array::cast::AsArray;
use arrow_array::{Array, GenericListArray, OffsetSizeTrait};
use arrow_buffer::{BooleanBufferBuilder, NullBuffer, ScalarBuffer};
use arrow_schema::DataType;
use twox_hash::xxhash3_128::Hasher;

use crate::binary::{self, Binary, RingSink};
use crate::coordinates::{is_numeric, to_f64};
use crate::error::{Error, Result};

/// Rows from which polygons are measured and ranked on all threads.
pub(crate) const PARALLEL_POLYGONS: usize = 1 << 14;

/// A column of polygons and multipolygons, holes included, as `f64` coordinates.
///
/// Rings may be closed (the last vertex repeats the first) or not, of either winding. A null row,
/// and one without a vertex, stays in its place and never matches.
#[derive(Debug, Clone)]
pub struct Polygons {
    x: ScalarBuffer<f64>,
    y: ScalarBuffer<f64>,
    /// Ring `r` has the vertices `rings[r]..rings[r + 1]`.
    rings: Vec<usize>,
    nesting: Nesting,
    nulls: Option<NullBuffer>,
}

/// Which rings a row has.
#[derive(Debug, Clone)]
enum Nesting {
    /// Row `i` is ring `i`: one exterior, no holes.
    Flat,
    /// Row `i` has the parts `rows[i]..rows[i + 1]`, part `p` the rings `parts[p]..parts[p + 1]`,
    /// its exterior first.
    Nested { parts: Vec<usize>, rows: Vec<usize> },
}

/// One row of [`Polygons`]: no, one or several parts.
#[derive(Debug, Clone, Copy)]
pub struct Polygon<'a> {
    polygons: &'a Polygons,
    row: usize,
}

/// An exterior ring and its holes.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    polygons: &'a Polygons,
    first: usize,
    last: usize,
}

/// The vertices of a ring; `x` and `y` have the same length.
#[derive(Debug, Clone, Copy)]
pub struct Ring<'a> {
    /// First coordinates.
    pub x: &'a [f64],
    /// Second coordinates.
    pub y: &'a [f64],
}

impl Polygons {
    /// Whether two columns of these types can be read as the x and y of rings.
    pub fn accepts_xy(dtype: &DataType) -> bool {
        match dtype {
            DataType::List(field) | DataType::LargeList(field) => {
                is_numeric(field.data_type()) || *field.data_type() == DataType::Null
            }
            DataType::Null => true,
            _ => false,
        }
    }

    /// Whether a column of this type can be read as WKB.
    pub fn accepts_wkb(dtype: &DataType) -> bool {
        matches!(
            dtype,
            DataType::Binary | DataType::LargeBinary | DataType::BinaryView | DataType::Null
        )
    }

    /// Reads one ring a row from two list columns, called `x` and `y` in errors.
    ///
    /// # Errors
    ///
    /// [`Error::Dtype`] for columns that are not lists of numbers; [`Error::Columns`] for columns
    /// of different lengths; [`Error::Value`] with the row for a ring with different numbers of x
    /// and y, with a null, NaN or infinite vertex, or with fewer than 3 distinct vertices.
    pub fn from_xy(x: &dyn Array, y: &dyn Array) -> Result<Self> {
        if x.len() != y.len() {
            let message =
                format!("columns 'x' and 'y' have {} and {} rows: not the same", x.len(), y.len());
            return Err(Error::Columns { message });
        }
        let (x, y) = (Lists::try_new("x", x)?, Lists::try_new("y", y)?);
        let nulls = NullBuffer::union(x.nulls.as_ref(), y.nulls.as_ref());
        let valid = |row| nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row));
        for row in 0..x.len() {
            let (xs, ys) = (x.length(row), y.length(row));
            if xs != ys && valid(row) {
                let message = format!("has {xs} x and {ys} y: expected as many of each");
                return Err(Error::value("x", row, message));
            }
        }
        let polygons = if x.offsets == y.offsets {
            Self { x: x.values, y: y.values, rings: x.offsets, nesting: Nesting::Flat, nulls }
        } else {
            // Null rows may hide different numbers of values: leave those out.
            let mut together = Builder::default();
            for row in 0..x.len() {
                if valid(row) {
                    together.start_part();
                    together.ring(x.row(row).zip(y.row(row)).map(|(x, y)| [x, y]));
                }
                together.finish_row(valid(row));
            }
            together.finish()
        };
        polygons.validate("x")?;
        Ok(polygons)
    }

    /// Reads WKB or EWKB polygons and multipolygons, called `geometry` in errors.
    ///
    /// # Errors
    ///
    /// [`Error::Dtype`] for a column that is not binary; [`Error::Value`] with the row for bytes
    /// that are not a WKB polygon or multipolygon, and for rings as in [`Polygons::from_xy`].
    pub fn from_wkb(geometry: &dyn Array) -> Result<Self> {
        const COLUMN: &str = "geometry";
        let mut polygons = Builder::default();
        match Binary::try_new(geometry) {
            Some(rows) => {
                for row in 0..geometry.len() {
                    let bytes = rows.get(row);
                    if let Some(bytes) = bytes {
                        binary::at_row(COLUMN, row, binary::parse_polygon(bytes, &mut polygons))?;
                    }
                    polygons.finish_row(bytes.is_some());
                }
            }
            None if *geometry.data_type() == DataType::Null => {
                (0..geometry.len()).for_each(|_| polygons.finish_row(false));
            }
            None => {
                return Err(Error::Dtype {
                    column: COLUMN.to_owned(),
                    expected: "polygons as WKB binary",
                    dtype: geometry.data_type().clone(),
                });
            }
        }
        let polygons = polygons.finish();
        polygons.validate(COLUMN)?;
        Ok(polygons)
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        match &self.nesting {
            Nesting::Flat => self.rings.len() - 1,
            Nesting::Nested { rows, .. } => rows.len() - 1,
        }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A hash of the coordinates, rings and nulls: polygons that differ have another one, but for a
    /// chance of about 1 in 2^128.
    ///
    /// XXH3-128; not for keys that an attacker may choose.
    pub fn fingerprint(&self) -> u128 {
        let mut hasher = Hasher::new();
        hasher.write(self.x.inner());
        hasher.write(self.y.inner());
        let mut write = |offsets: &[usize]| {
            hasher.write(&offsets.len().to_le_bytes());
            offsets.iter().for_each(|offset| hasher.write(&offset.to_le_bytes()));
        };
        write(&self.rings);
        if let Nesting::Nested { parts, rows } = &self.nesting {
            write(parts);
            write(rows);
        }
        if let Some(nulls) = &self.nulls {
            nulls.iter().for_each(|valid| hasher.write(&[u8::from(valid)]));
        }
        hasher.finish_128()
    }

    /// The polygon of a row; `None` when it is null or has no vertex.
    ///
    /// # Panics
    ///
    /// If `row` is not less than [`Polygons::len`].
    pub fn get(&self, row: usize) -> Option<Polygon<'_>> {
        if self.nulls.as_ref().is_some_and(|nulls| nulls.is_null(row)) {
            return None;
        }
        let polygon = Polygon { polygons: self, row };
        let has_vertex = polygon.rings().any(|ring| !ring.x.is_empty());
        has_vertex.then_some(polygon)
    }

    fn ring(&self, ring: usize) -> Ring<'_> {
        let vertices = self.rings[ring]..self.rings[ring + 1];
        Ring { x: &self.x[vertices.clone()], y: &self.y[vertices] }
    }

    fn validate(&self, column: &str) -> Result<()> {
        for row in 0..self.len() {
            if let Some(polygon) = self.get(row) {
                for ring in polygon.rings() {
                    ring.validate().map_err(|message| Error::value(column, row, message))?;
                }
            }
        }
        Ok(())
    }
}

impl<'a> Polygon<'a> {
    /// The parts, in order: one for a polygon, several for a multipolygon.
    pub fn parts(self) -> impl Iterator<Item = Part<'a>> {
        let polygons = self.polygons;
        let parts = match &polygons.nesting {
            Nesting::Flat => self.row..self.row + 1,
            Nesting::Nested { rows, .. } => rows[self.row]..rows[self.row + 1],
        };
        parts.map(move |part| match &polygons.nesting {
            Nesting::Flat => Part { polygons, first: part, last: part + 1 },
            Nesting::Nested { parts, .. } => {
                Part { polygons, first: parts[part], last: parts[part + 1] }
            }
        })
    }

    /// All rings, exteriors and holes.
    pub fn rings(self) -> impl Iterator<Item = Ring<'a>> {
        self.parts().flat_map(|part| std::iter::once(part.exterior()).chain(part.holes()))
    }
}

impl<'a> Part<'a> {
    /// The outer ring.
    pub fn exterior(self) -> Ring<'a> {
        self.polygons.ring(self.first)
    }

    /// The inner rings.
    pub fn holes(self) -> impl Iterator<Item = Ring<'a>> {
        (self.first + 1..self.last).map(move |ring| self.polygons.ring(ring))
    }
}

impl<'a> Ring<'a> {
    /// The ring without the closing vertex, if it has one that repeats the first.
    pub fn open(self) -> Self {
        let last = self.x.len().saturating_sub(1);
        if last > 0 && self.x[0] == self.x[last] && self.y[0] == self.y[last] {
            return Self { x: &self.x[..last], y: &self.y[..last] };
        }
        self
    }

    fn validate(self) -> std::result::Result<(), String> {
        let mut vertices = self.x.iter().zip(self.y);
        if let Some(at) = vertices.clone().position(|(x, y)| !(x.is_finite() && y.is_finite())) {
            let (x, y) = (self.x[at], self.y[at]);
            return Err(format!("vertex {at} is ({x}, {y}): expected finite coordinates"));
        }
        let Some(first) = vertices.next() else { return Ok(()) };
        let second = vertices.find(|vertex| *vertex != first);
        let third = second.and_then(|second| vertices.find(|v| *v != first && *v != second));
        match third {
            Some(_) => Ok(()),
            None => {
                let distinct = 1 + usize::from(second.is_some());
                Err(format!("a ring has {distinct} distinct vertices: expected at least 3"))
            }
        }
    }
}

/// A list column: row `i` has the values `offsets[i]..offsets[i + 1]`.
struct Lists {
    offsets: Vec<usize>,
    values: ScalarBuffer<f64>,
    nulls: Option<NullBuffer>,
}

impl Lists {
    fn try_new(column: &str, array: &dyn Array) -> Result<Self> {
        if Polygons::accepts_xy(array.data_type()) {
            if let Some(lists) = array.as_list_opt::<i32>() {
                return Self::from_list(lists);
            }
            if let Some(lists) = array.as_list_opt::<i64>() {
                return Self::from_list(lists);
            }
            return Ok(Self {
                offsets: vec![0; array.len() + 1],
                values: ScalarBuffer::default(),
                nulls: Some(NullBuffer::new_null(array.len())),
            });
        }
        Err(Error::Dtype {
            column: column.to_owned(),
            expected: "rings as a list of numbers a row",
            dtype: array.data_type().clone(),
        })
    }

    fn from_list<O: OffsetSizeTrait>(lists: &GenericListArray<O>) -> Result<Self> {
        let offsets = lists.value_offsets();
        let start = offsets.first().map_or(0, |offset| offset.as_usize());
        let end = offsets.last().map_or(0, |offset| offset.as_usize());
        let values = to_f64(&lists.values().slice(start, end - start))?;
        let values = match values.nulls().filter(|nulls| nulls.null_count() > 0) {
            None => values.values().clone(),
            // A null vertex is as little a vertex as NaN, and is reported as one.
            Some(_) => values.iter().map(|value| value.unwrap_or(f64::NAN)).collect(),
        };
        let offsets = offsets.iter().map(|offset| offset.as_usize() - start).collect();
        Ok(Self { offsets, values, nulls: lists.nulls().cloned() })
    }

    fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    fn length(&self, row: usize) -> usize {
        self.offsets[row + 1] - self.offsets[row]
    }

    fn row(&self, row: usize) -> impl Iterator<Item = f64> {
        self.values[self.offsets[row]..self.offsets[row + 1]].iter().copied()
    }
}

/// Collects polygons ring by ring.
struct Builder {
    x: Vec<f64>,
    y: Vec<f64>,
    rings: Vec<usize>,
    parts: Vec<usize>,
    rows: Vec<usize>,
    valid: BooleanBufferBuilder,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            x: vec![],
            y: vec![],
            rings: vec![0],
            parts: vec![],
            rows: vec![0],
            valid: BooleanBufferBuilder::new(0),
        }
    }
}

impl RingSink for Builder {
    fn start_part(&mut self) {
        self.parts.push(self.rings.len() - 1);
    }

    fn ring(&mut self, vertices: impl Iterator<Item = [f64; 2]>) {
        for [x, y] in vertices {
            self.x.push(x);
            self.y.push(y);
        }
        self.rings.push(self.x.len());
    }
}

impl Builder {
    fn finish_row(&mut self, valid: bool) {
        self.rows.push(self.parts.len());
        self.valid.append(valid);
    }

    fn finish(mut self) -> Polygons {
        self.parts.push(self.rings.len() - 1);
        let nulls = NullBuffer::new(self.valid.finish());
        Polygons {
            x: self.x.into(),
            y: self.y.into(),
            rings: self.rings,
            nesting: Nesting::Nested { parts: self.parts, rows: self.rows },
            nulls: (nulls.null_count() > 0).then_some(nulls),
        }
    }
}
