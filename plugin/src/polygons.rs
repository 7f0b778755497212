//! Polygons that have been parsed, and what they are ranked by, as Python holds them.

use std::sync::Arc;

use arrow_array::{Float64Array, StructArray, UInt32Array};
use arrow_buffer::NullBuffer;
use arrow_schema::extension::{EXTENSION_TYPE_METADATA_KEY, EXTENSION_TYPE_NAME_KEY};
use arrow_schema::{DataType, Field};
use polars::prelude::Series;
use poly_match_engine::{
    Answer, Candidates, Center, Crs, Details, Error, Invalid, Keys, Matcher, Metric, Polygons,
    Rule, measure,
};
use pyo3::prelude::*;
use pyo3_polars::PySeries;

use crate::convert;
use crate::error::to_python;
use crate::options;
use crate::signals::{interruptible, is_long};

/// The name and the metadata of an extension type.
type Extension = (String, Option<String>);

/// A column of polygons, parsed, with its fingerprint.
#[pyclass(frozen, module = "poly_match._plugin")]
pub(crate) struct ParsedPolygons {
    pub polygons: Polygons,
    /// In hexadecimal.
    pub fingerprint: String,
}

#[pymethods]
impl ParsedPolygons {
    /// `columns` are `geometry`, or `x` and `y`; `extension` is the name and the metadata of the
    /// extension type of `geometry`; `crs` goes before the reference system that they name.
    #[new]
    fn new(
        py: Python<'_>,
        columns: Vec<PySeries>,
        invalid: &str,
        extension: Option<Extension>,
        crs: Option<&str>,
    ) -> PyResult<Self> {
        let columns: Vec<_> = columns.into_iter().map(|column| column.0).collect();
        let bytes = columns.iter().map(Series::estimated_size).sum();
        interruptible(py, is_long(bytes, 0), || {
            let crs = options::crs("crs", crs)?;
            let polygons = parse(&columns, options::invalid(invalid)?, extension, crs)?;
            Ok(Self::of(polygons))
        })
    }

    fn __len__(&self) -> usize {
        self.polygons.len()
    }

    /// The box that holds all of them.
    fn bounds(&self, py: Python<'_>) -> Option<(f64, f64, f64, f64)> {
        py.detach(|| self.polygons.bounds()).map(Into::into)
    }

    /// `UInt32`: the rows that hold no polygon and were skipped.
    fn invalid_rows(&self) -> PyResult<PySeries> {
        let rows = UInt32Array::from_iter_values(self.polygons.invalid_rows());
        convert::to_python("row", Arc::new(rows))
    }

    /// The coordinate reference system, if it is known, and whether it is one of degrees, if that is.
    fn crs(&self) -> Option<(String, Option<bool>)> {
        let crs = self.polygons.crs()?;
        Some((crs.to_string(), crs.is_geographic()))
    }

    /// The same as a text that the whole of it can be read from.
    fn crs_text(&self) -> Option<String> {
        self.polygons.crs().map(Crs::to_text)
    }

    /// What their edges are by the metadata.
    fn edges(&self) -> String {
        self.polygons.edges().to_string()
    }

    /// `Float64`; null for rows that never match.
    fn areas(&self, py: Python<'_>) -> PyResult<PySeries> {
        let areas =
            py.detach(|| Float64Array::from(measure::areas(&self.polygons, Metric::Euclidean)));
        convert::to_python("area", Arc::new(areas))
    }

    /// A struct of `x` and `y`; null for rows that never match.
    fn centers(&self, py: Python<'_>, center: &str) -> PyResult<PySeries> {
        let center = options::center(center).map_err(to_python)?;
        let centers = py.detach(|| centers_of(&self.polygons, center));
        convert::to_python("center", Arc::new(centers))
    }
}

impl ParsedPolygons {
    pub(crate) fn of(polygons: Polygons) -> Self {
        let fingerprint = hexadecimal(polygons.fingerprint());
        Self { polygons, fingerprint }
    }
}

/// Raises `ValueError` for points of this extension type that are in another coordinate reference
/// system than polygons, and tells whether theirs is one of degrees, if that is known.
#[pyfunction]
pub(crate) fn check_crs(
    name: String,
    metadata: Option<String>,
    polygons: Option<&str>,
) -> PyResult<Option<bool>> {
    let field = geometry(DataType::Null, Some((name, metadata)));
    let polygons = polygons.and_then(Crs::from_text);
    agreed(&field, polygons.as_ref()).map_err(to_python)
}

/// Raises `ValueError` for a text that is no coordinate reference system, with the parameter.
#[pyfunction]
pub(crate) fn check_crs_text(parameter: &str, text: &str) -> PyResult<()> {
    let names = ["crs", "points_crs", "polygons_crs"];
    let parameter = names.into_iter().find(|name| *name == parameter).unwrap_or("crs");
    options::crs(parameter, Some(text)).map_err(to_python)?;
    Ok(())
}

/// As [`check_crs`], of the field of the points.
pub(crate) fn agreed(points: &Field, polygons: Option<&Crs>) -> Result<Option<bool>, Error> {
    let points = Crs::of_field(points)?;
    Crs::agree(points.as_ref(), polygons)?;
    Ok(points.and_then(|points| points.is_geographic()))
}

fn centers_of(polygons: &Polygons, center: Center) -> StructArray {
    let centers = measure::centers(polygons, center, Metric::Euclidean);
    let nulls = NullBuffer::from_iter(centers.iter().map(Option::is_some));
    let axis = |at: usize| -> Float64Array {
        centers.iter().map(|center| center.map(|center| center[at])).collect()
    };
    let field = |name| Field::new(name, DataType::Float64, true);
    let axes = vec![Arc::new(axis(0)) as _, Arc::new(axis(1)) as _];
    StructArray::new(vec![field("x"), field("y")].into(), axes, Some(nulls))
}

/// What polygons are ranked by, with its fingerprint.
#[pyclass(frozen, module = "poly_match._plugin")]
pub(crate) struct Ranking {
    keys: Keys,
    fingerprint: String,
}

#[pymethods]
impl Ranking {
    #[new]
    fn new(py: Python<'_>, by: PySeries, descending: bool) -> PyResult<Self> {
        py.detach(|| {
            let keys = Keys::from_column("by", &convert::to_one_array(&by.0)?, descending)?;
            let fingerprint = hexadecimal(keys.fingerprint());
            Ok(Self { keys, fingerprint })
        })
        .map_err(to_python)
    }
}

/// Polygons, and what they are ranked by if it is not their area.
#[derive(Clone, Copy)]
pub(crate) struct Ranked<'a> {
    polygons: &'a Polygons,
    keys: Option<&'a Keys>,
}

impl<'a> Ranked<'a> {
    pub(crate) fn of(polygons: &'a ParsedPolygons, ranking: Option<&'a Ranking>) -> Self {
        Self { polygons: &polygons.polygons, keys: ranking.map(|ranking| &ranking.keys) }
    }

    pub(crate) fn len(self) -> usize {
        self.polygons.len()
    }

    pub(crate) fn matcher(self, rule: Rule) -> Result<Matcher, Error> {
        match self.keys {
            Some(keys) => Matcher::with_keys(self.polygons, keys, rule),
            None => Matcher::new(self.polygons, rule),
        }
    }

    pub(crate) fn candidates(self, rule: Rule) -> Result<Candidates, Error> {
        match self.keys {
            Some(keys) => Candidates::new(self.polygons, keys, rule),
            None => Candidates::new(self.polygons, &Keys::areas(self.polygons, &rule), rule),
        }
    }

    /// What is answered with details.
    pub(crate) fn answer(self, rule: Rule) -> Answer {
        Answer::row_number().with_details(Arc::new(Details::new(self.polygons, &rule)))
    }
}

fn hexadecimal(bytes: [u8; 32]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A fingerprint of both. The reference system is not in it: the answers are the same.
pub(crate) fn fingerprint(polygons: &ParsedPolygons, ranking: Option<&Ranking>) -> String {
    let keys = ranking.map(|ranking| format!("-{}", ranking.fingerprint));
    format!("{}{}", polygons.fingerprint, keys.unwrap_or_default())
}

/// As [`Ranked`], of a table as it comes in a plan: a struct of `geometry`, or of `x` and `y`, and
/// of `by` where they are ranked by a column.
pub(crate) struct Table {
    polygons: Polygons,
    keys: Option<Keys>,
}

impl Table {
    /// `crs` is that of the polygons, which their columns need not name.
    pub(crate) fn parse(
        table: &Series,
        invalid: Invalid,
        descending: bool,
        crs: Option<Crs>,
    ) -> Result<Self, Error> {
        let columns = convert::fields(table)?;
        let by = columns.iter().find(|column| column.name() == "by");
        let by = by.map(convert::to_one_array).transpose()?;
        let keys = by.map(|by| Keys::from_column("by", &by, descending)).transpose()?;
        let polygons = parse(&columns, invalid, None, crs)?;
        Ok(Self { polygons, keys })
    }

    pub(crate) fn ranked(&self) -> Ranked<'_> {
        Ranked { polygons: &self.polygons, keys: self.keys.as_ref() }
    }
}

fn parse(
    columns: &[Series],
    invalid: Invalid,
    extension: Option<Extension>,
    crs: Option<Crs>,
) -> Result<Polygons, Error> {
    let column = |name| {
        let column = columns.iter().find(|column| column.name().as_str() == name);
        column.map(convert::to_one_array).transpose()
    };
    match (column("x")?, column("y")?, column("geometry")?) {
        (Some(x), Some(y), None) => Ok(Polygons::from_xy(&x, &y, invalid)?.with_crs(crs)),
        (None, None, Some(column)) => {
            let field = geometry(column.data_type().clone(), extension);
            match crs {
                Some(crs) => Polygons::from_geometry_in(&field, &column, invalid, crs),
                None => Polygons::from_geometry(&field, &column, invalid),
            }
        }
        _ => Err(Error::Columns { message: "expected x and y, or geometry".to_owned() }),
    }
}

/// The field of a geometry column.
fn geometry(dtype: DataType, extension: Option<Extension>) -> Field {
    let field = Field::new("geometry", dtype, true);
    let Some((name, metadata)) = extension else { return field };
    let name = Some((EXTENSION_TYPE_NAME_KEY.to_owned(), name));
    let metadata = metadata.map(|text| (EXTENSION_TYPE_METADATA_KEY.to_owned(), text));
    field.with_metadata(name.into_iter().chain(metadata).collect())
}
