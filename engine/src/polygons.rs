mod builder;
mod geoarrow;
mod invalid;
mod nested;
mod wkb;
mod xy;

use arrow_array::Array;
use arrow_buffer::{NullBuffer, ScalarBuffer};
use arrow_schema::extension::ExtensionType;
use arrow_schema::{DataType, Field};
use blake3::Hasher;
use geoarrow_schema::{MultiPolygonType, PolygonType};
use rayon::prelude::*;

use crate::binary::Binary;
use crate::crs::{Crs, is_wkb};
use crate::edges::Edges;
use crate::error::{Error, Result};
use crate::measure::{self, MORE_HOLE};
use crate::metric::Metric;
use crate::srid::Srids;
use crate::stop::Current;
use crate::threads;
pub(crate) use builder::{Builder, Outline};
pub(crate) use invalid::Faults;
pub use invalid::Invalid;
use nested::Levels;

const EXPECTED: &str = "polygons: WKB binary, GeoArrow polygons or multipolygons, or nested lists of \
                        rings of vertices";

/// Vertices from which rings are looked at on all threads.
const PARALLEL_VERTICES: usize = 1 << 18;

/// Rows of one task then.
const PIECE: usize = 1 << 10;

/// Rows from which polygons are measured and ranked on all threads.
pub(crate) const PARALLEL_POLYGONS: usize = 1 << 14;

/// A column of polygons and multipolygons, holes included, as `f64` coordinates.
///
/// Rings may be closed (the last vertex repeats the first) or not, of either winding. A null row,
/// and one without a vertex, stays in its place and never matches; so does one that is no polygon,
/// if it was [skipped](Invalid::Skip).
#[derive(Debug, Clone)]
pub struct Polygons {
    x: ScalarBuffer<f64>,
    y: ScalarBuffer<f64>,
    /// Ring `r` has the vertices `rings[r]..rings[r + 1]`.
    rings: Vec<usize>,
    nesting: Nesting,
    /// Rows that are null or hold no polygon.
    nulls: Option<NullBuffer>,
    faults: Faults,
    /// How those were handled, and others are that a rule finds.
    invalid: Invalid,
    crs: Option<Crs>,
    edges: Edges,
}

impl Default for Polygons {
    fn default() -> Self {
        let none = ScalarBuffer::default;
        let (rings, nesting, faults) = (vec![0], Nesting::Flat, Faults::default());
        let (invalid, crs, edges) = (Invalid::default(), None, Edges::default());
        Self { x: none(), y: none(), rings, nesting, nulls: None, faults, invalid, crs, edges }
    }
}

/// How a geometry column is laid out.
#[derive(Debug, Clone, Copy)]
enum Form {
    Wkb,
    Nested(Levels),
    Null,
}

impl Form {
    fn of(field: &Field) -> Result<Self> {
        let dtype = field.data_type();
        let extension = field.extension_type_name();
        let wkb = || wkb::accepts(dtype).then_some(Self::Wkb);
        let nested = |bare| Levels::of(dtype, bare).map(Self::Nested);
        let exactly = |levels| nested(false).filter(|_| Levels::of(dtype, false) == Some(levels));
        let form = match extension {
            _ if *dtype == DataType::Null => Some(Self::Null),
            Some(PolygonType::NAME) => exactly(Levels::Polygon),
            Some(MultiPolygonType::NAME) => exactly(Levels::MultiPolygon),
            Some(name) if is_wkb(name) => wkb(),
            Some(name) if name.starts_with("geoarrow.") => {
                let (column, extension) = (field.name().clone(), name.to_owned());
                return Err(Error::Extension { column, expected: EXPECTED, extension });
            }
            _ => wkb().or_else(|| nested(true)),
        };
        form.ok_or_else(|| Error::Dtype {
            column: field.name().clone(),
            expected: EXPECTED,
            dtype: dtype.clone(),
        })
    }
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
        xy::accepts(dtype)
    }

    /// Whether a column with this type and extension type can be read as a geometry column.
    pub fn accepts_geometry(field: &Field) -> bool {
        Form::of(field).is_ok()
    }

    /// Reads one ring a row from two list columns, called `x` and `y` in errors.
    ///
    /// # Errors
    ///
    /// [`Error::Dtype`] for columns that are not lists of numbers; [`Error::Columns`] for columns
    /// of different lengths; with [`Invalid::Raise`], [`Error::Value`] with the first row that holds
    /// no ring.
    pub fn from_xy(x: &dyn Array, y: &dyn Array, invalid: Invalid) -> Result<Self> {
        let (polygons, faults) = xy::read(x, y)?;
        polygons.checked("x", faults, invalid)
    }

    /// Reads a geometry column, whose name, extension type and CRS the field has.
    ///
    /// Polygons and multipolygons as WKB or EWKB (binary of 32- or 64-bit offsets, or view), or as
    /// GeoArrow lays them out: lists of rings, or of parts of rings, of vertices; the lists of 32- or
    /// 64-bit offsets, a vertex a struct of x and y or a fixed-size list of 2. The extension types
    /// `geoarrow.wkb`, `ogc.wkb`, `geoarrow.polygon` and `geoarrow.multipolygon` say which; a column
    /// without one is read by its type, with coordinates of any numeric type. Z and M are ignored,
    /// and so is the shape of edges: they are straight in the plane.
    ///
    /// `f64` coordinates in a struct are used where they lie; all others are copied.
    ///
    /// # Errors
    ///
    /// [`Error::Dtype`] and [`Error::Extension`] for other types; [`Error::Columns`] for extension
    /// metadata that cannot be read; with [`Invalid::Raise`], [`Error::Value`] with the first row
    /// that holds no polygon; [`Error::MixedCrs`] for EWKB whose SRIDs differ, or are not that of
    /// the metadata.
    pub fn from_geometry(field: &Field, array: &dyn Array, invalid: Invalid) -> Result<Self> {
        let (polygons, srids) = Self::read(field, array, invalid)?;
        let crs = srids.of_column(field.name(), polygons.crs())?;
        Ok(polygons.with_crs(crs))
    }

    /// As [`Polygons::from_geometry`], in this coordinate reference system, whatever the field and
    /// the rows name.
    ///
    /// # Errors
    ///
    /// Those of [`Polygons::from_geometry`], but for [`Error::MixedCrs`].
    pub fn from_geometry_in(
        field: &Field,
        array: &dyn Array,
        invalid: Invalid,
        crs: Crs,
    ) -> Result<Self> {
        Ok(Self::read(field, array, invalid)?.0.with_crs(Some(crs)))
    }

    /// Reads a geometry column in the reference system of the field, and the SRIDs of its rows.
    pub(crate) fn read(
        field: &Field,
        array: &dyn Array,
        invalid: Invalid,
    ) -> Result<(Self, Srids)> {
        let form = Form::of(&field.clone().with_data_type(array.data_type().clone()))?;
        let mut srids = Srids::default();
        let (mut polygons, faults) = match (form, Binary::try_new(array)) {
            (Form::Nested(levels), _) => nested::read(array, levels)?,
            (Form::Wkb, Some(rows)) => wkb::read(&rows, &mut srids),
            _ => (Self::new_null(array.len()), Faults::default()),
        };
        (polygons.crs, polygons.edges) = (Crs::of_field(field)?, Edges::of_field(field)?);
        Ok((polygons.checked(field.name(), faults, invalid)?, srids))
    }

    fn new_null(len: usize) -> Self {
        let nulls = Some(NullBuffer::new_null(len));
        Self { rings: vec![0; len + 1], nulls, ..Self::default() }
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

    /// The coordinate reference system, if it is known. It changes no answer.
    pub fn crs(&self) -> Option<&Crs> {
        self.crs.as_ref()
    }

    /// The same polygons in another coordinate reference system: nothing is reprojected.
    #[must_use]
    pub fn with_crs(mut self, crs: Option<Crs>) -> Self {
        self.crs = crs;
        self
    }

    /// What the metadata of the column say of the edges. It changes no answer: they are straight in
    /// the plane.
    pub fn edges(&self) -> Edges {
        self.edges
    }

    /// The rows that hold no polygon and were skipped, ascending; null and empty ones are not among
    /// them.
    pub fn invalid_rows(&self) -> impl ExactSizeIterator<Item = u32> {
        self.faults.rows()
    }

    /// The first 100 of [`Polygons::invalid_rows`], and what is wrong with each.
    pub fn invalid(&self) -> impl Iterator<Item = (u32, &str)> {
        self.faults.told()
    }

    /// How invalid polygons are handled that only a rule finds: those whose center is not a place on
    /// the sphere.
    pub(crate) fn if_invalid(&self) -> Invalid {
        self.invalid
    }

    /// Number of vertices of all polygons, closing ones included.
    pub fn vertices(&self) -> usize {
        let polygons = (0..self.len()).filter_map(|row| self.get(row));
        polygons.flat_map(Polygon::rings).map(|ring| ring.x.len()).sum()
    }

    /// Number of rings, those of null rows included.
    pub(crate) fn ring_count(&self) -> usize {
        self.rings.len() - 1
    }

    /// The box around all polygons as x and y of its lower and of its upper corner; `None` where
    /// there are none.
    pub fn bounds(&self) -> Option<[f64; 4]> {
        let rings = (0..self.len()).filter_map(|row| self.get(row)).flat_map(Polygon::rings);
        bounds(rings.flat_map(|ring| ring.x.iter().zip(ring.y).map(|(&x, &y)| [x, y])))
    }

    /// A hash of the coordinates, rings and nulls, and of how invalid ones are handled, by BLAKE3: equal ones are of equal polygons, as
    /// nobody can make two that differ and have the same.
    pub fn fingerprint(&self) -> [u8; 32] {
        let mut hasher = Hasher::new();
        // Each piece with its length before it, so that no two sequences of pieces are one of bytes.
        for axis in [&self.x, &self.y] {
            hasher.update(&axis.len().to_le_bytes());
            hasher.update(axis.inner());
        }
        let mut update = |offsets: &[usize]| {
            hasher.update(&offsets.len().to_le_bytes());
            for piece in offsets.chunks(512) {
                let bytes: Vec<u8> = piece.iter().flat_map(|at| at.to_le_bytes()).collect();
                hasher.update(&bytes);
            }
        };
        update(&self.rings);
        match &self.nesting {
            Nesting::Flat => [&[], &[]].map(|none: &[usize; 0]| update(none)),
            Nesting::Nested { parts, rows } => [parts, rows].map(|offsets| update(offsets)),
        };
        if let Some(nulls) = &self.nulls {
            hasher.update(&nulls.iter().map(u8::from).collect::<Vec<_>>());
        }
        hasher.update(&[u8::from(self.invalid == Invalid::Skip)]);
        *hasher.finalize().as_bytes()
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
        // The rings of a row follow each other, and so do their vertices.
        let (first, last) = match &self.nesting {
            Nesting::Flat => (row, row + 1),
            Nesting::Nested { parts, rows } => (parts[rows[row]], parts[rows[row + 1]]),
        };
        (self.rings[first] < self.rings[last]).then_some(Polygon { polygons: self, row })
    }

    fn ring(&self, ring: usize) -> Ring<'_> {
        let vertices = self.rings[ring]..self.rings[ring + 1];
        Ring { x: &self.x[vertices.clone()], y: &self.y[vertices] }
    }

    /// Looks at the rings of all rows but those with a fault already.
    pub(crate) fn checked(
        mut self,
        column: &str,
        mut faults: Faults,
        invalid: Invalid,
    ) -> Result<Self> {
        self.nulls = faults.hide(self.len(), self.nulls.take());
        let broken = self.broken_rings();
        self.nulls = broken.hide(self.len(), self.nulls.take());
        faults.merge(broken);
        if let (Invalid::Raise, Some((row, reason))) = (invalid, faults.told().next()) {
            return Err(Error::value(column, row as usize, reason));
        }
        (self.faults, self.invalid) = (faults, invalid);
        Ok(self)
    }

    fn broken_rings(&self) -> Faults {
        let current = Current::get();
        let look = |first: usize| {
            let mut faults = Faults::default();
            for row in (first..self.len().min(first + PIECE)).take_while(|_| !current.is_stopped())
            {
                let broken = |part: Part<'_>| part.validate().err();
                let polygon = self.get(row);
                if let Some(reason) = polygon.and_then(|p| p.parts().find_map(broken)) {
                    faults.push(row, || reason);
                }
            }
            faults
        };
        let found: Vec<Faults> = if self.x.len() >= PARALLEL_VERTICES {
            threads::install(|| (0..self.len()).into_par_iter().step_by(PIECE).map(look).collect())
        } else {
            (0..self.len()).step_by(PIECE).map(look).collect()
        };
        found.into_iter().fold(Faults::default(), |mut all, faults| {
            all.append(faults);
            all
        })
    }
}

/// The box around coordinates.
pub(crate) fn bounds(vertices: impl Iterator<Item = [f64; 2]>) -> Option<[f64; 4]> {
    vertices.fold(None, |bounds, [x, y]| {
        let [x0, y0, x1, y1] = bounds.unwrap_or([x, y, x, y]);
        Some([x0.min(x), y0.min(y), x1.max(x), y1.max(y)])
    })
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
        self.parts().flat_map(Part::rings)
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

    /// All rings, the exterior first.
    pub(crate) fn rings(self) -> impl Iterator<Item = Ring<'a>> {
        std::iter::once(self.exterior()).chain(self.holes())
    }

    fn validate(self) -> std::result::Result<(), String> {
        if self.exterior().x.is_empty() && self.holes().any(|hole| !hole.x.is_empty()) {
            return Err("a part has a hole but an empty exterior".to_owned());
        }
        self.rings().try_for_each(Ring::validate)?;
        match measure::is_more_hole(self, Metric::Euclidean) {
            true => Err(MORE_HOLE.to_owned()),
            false => Ok(()),
        }
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
        let wrong = |(x, y): (&f64, &f64)| !(x.is_finite() && y.is_finite());
        // Whether there is one at all takes no branch for each vertex.
        if vertices.clone().fold(false, |any, vertex| any | wrong(vertex))
            && let Some(at) = vertices.clone().position(wrong)
        {
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
