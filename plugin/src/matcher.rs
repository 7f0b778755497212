//! A matcher that Python holds: asked about columns, Arrow arrays, streams and tables.

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatchReader, StructArray, new_empty_array};
use arrow_schema::{ArrowError, DataType, Field, FieldRef, Fields};
use arrow_select::concat::concat;
use polars::prelude::Series;
use poly_match_engine::fork::Once;
use poly_match_engine::{Answer, Candidates, ColumnState, Error, Matcher, PointColumns, Points};
use pyo3::prelude::*;
use pyo3_arrow::input::{AnyArray, AnyRecordBatch};
use pyo3_polars::PySeries;

use crate::arrow::{ArrowArray, ArrowStream};
use crate::convert;
use crate::error::{polars_to_python, to_python};
use crate::expression::{CANDIDATES, POLYGON};
use crate::options::Options;
use crate::polygons::{ParsedPolygons, Ranked, Ranking, agreed};
use crate::signals::{interruptible, interruptible_anywhere, is_long};

/// Polygons and a rule, measured and ranked.
#[pyclass(frozen, module = "poly_match._plugin", name = "Matcher")]
pub(crate) struct PyMatcher {
    matcher: Arc<Matcher>,
    /// With row numbers.
    answer: Answer,
    /// With ids, where there are any.
    answer_with_ids: Arc<Answer>,
    polygons: Py<ParsedPolygons>,
    ranking: Option<Py<Ranking>>,
    /// Called with whether the coordinates of points are in degrees, if they say so.
    degrees: Py<PyAny>,
    candidates: Once<Arc<Candidates>>,
    /// What a point may cost at most, in tests.
    steps: usize,
}

/// What answers for the next chunk of a column of points with its field.
type Ask =
    Box<dyn Fn(&Field, &ArrayRef, &mut ColumnState) -> Result<ArrayRef, Error> + Send + Sync>;

/// That, and what a point may cost it.
struct Asking {
    ask: Ask,
    steps: usize,
}

#[pymethods]
impl PyMatcher {
    /// `ids` are what to answer with where answers are Arrow.
    #[new]
    fn new(
        py: Python<'_>,
        polygons: Bound<'_, ParsedPolygons>,
        ranking: Option<Bound<'_, Ranking>>,
        options: Options,
        ids: Option<AnyArray>,
        index_bytes: Option<usize>,
        degrees: Py<PyAny>,
    ) -> PyResult<Self> {
        let ids = ids.map(|ids| one_array(py, ids)).transpose()?;
        let ranked = Ranked::of(polygons.get(), ranking.as_ref().map(Bound::get));
        let steps = polygons.get().polygons.len() + polygons.get().polygons.vertices();
        let (matcher, answer) = interruptible(py, is_long(steps, 0), || {
            let rule = options.rule()?;
            let matcher = ranked.matcher(rule)?;
            let matcher = match index_bytes {
                Some(bytes) => matcher.with_index_bytes(bytes),
                None => matcher,
            };
            let answer = match options.details {
                true => ranked.answer(rule),
                false => Answer::row_number(),
            };
            Ok((matcher, answer))
        })?;
        let answer_with_ids = match ids {
            Some((field, ids)) => answer.clone().with_ids(field, ids),
            None => answer.clone(),
        };
        Ok(Self {
            matcher: Arc::new(matcher),
            answer,
            answer_with_ids: Arc::new(answer_with_ids),
            polygons: polygons.unbind(),
            ranking: ranking.map(Bound::unbind),
            degrees,
            candidates: Once::new(),
            steps,
        })
    }

    /// The answers for a column as a column, with row numbers.
    fn match_series(&self, py: Python<'_>, points: PySeries) -> PyResult<PySeries> {
        let answers = interruptible(py, is_long(points.0.len(), self.steps), || {
            let chunks = convert::to_arrow(&points.0)?;
            self.answer.of_chunks(&self.matcher, &plain(points.0.name()), &chunks)
        })?;
        convert::from_arrow(POLYGON, answers).map(PySeries).map_err(polars_to_python)
    }

    /// All that qualify for a column, as a column of lists.
    fn candidates_series(&self, py: Python<'_>, points: PySeries) -> PyResult<PySeries> {
        let lists = interruptible(py, is_long(points.0.len(), self.steps), || {
            let chunks = convert::to_arrow(&points.0)?;
            self.all()?.of_chunks(points.0.name(), &chunks)
        })?;
        let lists = lists.into_iter().map(|lists| Arc::new(lists) as _);
        convert::from_arrow(CANDIDATES, lists).map(PySeries).map_err(polars_to_python)
    }

    /// The answers for a column as an Arrow array.
    fn match_to_arrow(&self, py: Python<'_>, points: PySeries) -> PyResult<ArrowArray> {
        let ask = self.ask_best();
        answered_column(py, &points.0, self.answer_with_ids.field(""), ask)
    }

    /// As above, all that qualify.
    fn candidates_to_arrow(&self, py: Python<'_>, points: PySeries) -> PyResult<ArrowArray> {
        let ask = self.ask_all(py)?;
        answered_column(py, &points.0, lists_field(), ask)
    }

    /// The answers for an array as an array, for a stream as a stream that reads it.
    fn match_arrow<'py>(&self, py: Python<'py>, points: AnyArray) -> PyResult<Bound<'py, PyAny>> {
        self.check(py, points.field()?.as_ref())?;
        answered(py, points, self.answer_with_ids.field(""), self.ask_best())
    }

    /// As above, all that qualify.
    fn candidates_arrow<'py>(
        &self,
        py: Python<'py>,
        points: AnyArray,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.check(py, points.field()?.as_ref())?;
        answered(py, points, lists_field(), self.ask_all(py)?)
    }

    /// The record batches of a table, and the answers in one more column of this name. `point` is
    /// no, one or two column names.
    fn match_table(
        &self,
        py: Python<'_>,
        table: AnyRecordBatch,
        point: Vec<String>,
        name: &str,
    ) -> PyResult<ArrowStream> {
        let reader = table.into_reader()?;
        let schema = reader.schema();
        let places = point_columns(point).find(&schema).map_err(to_python)?;
        self.check(py, places.field(&schema))?;
        if schema.field_with_name(name).is_ok() {
            let message = format!("the table has a column '{name}' already");
            return Err(to_python(Error::Parameter { parameter: "name", message }));
        }
        let answer = Arc::new(self.answer_with_ids.field(name));
        let fields: Fields = schema.fields().iter().cloned().chain([answer]).collect();
        let row = Field::new_struct("", fields.clone(), false);
        let row = row.with_metadata(schema.metadata().clone());
        let Asking { ask, steps } = self.ask_best();
        let mut state = ColumnState::default();
        let batches = reader.map(move |batch| {
            let batch = batch?;
            let (field, points) = places.column(&batch).map_err(external)?;
            let is_long = is_long(batch.num_rows(), steps);
            let answers = interruptible_anywhere(is_long, || ask(&field, &points, &mut state));
            let answers = answers.map_err(external)?;
            let columns = batch.columns().iter().cloned().chain([answers]).collect();
            let rows = batch.num_rows();
            let batch = StructArray::try_new_with_length(fields.clone(), columns, None, rows)?;
            Ok(Arc::new(batch) as ArrayRef)
        });
        Ok(ArrowStream::new(Arc::new(row), batches))
    }

    /// Builds the index now, if there is one to build.
    fn build_index(&self, py: Python<'_>) -> PyResult<()> {
        interruptible(py, true, || {
            self.matcher.build_index();
            Ok(())
        })
    }

    /// Cells, those of them that are empty, settled, contested and split, entries, and bytes.
    fn index_stats(&self) -> Option<[usize; 7]> {
        let s = self.matcher.index_stats()?;
        Some([s.cells, s.empty, s.settled, s.contested, s.split, s.entries, s.bytes])
    }
}

impl PyMatcher {
    /// Looks at the coordinate reference system of points.
    fn check(&self, py: Python<'_>, points: &Field) -> PyResult<()> {
        let geographic = agreed(points, self.polygons.get().polygons.crs()).map_err(to_python)?;
        if let Some(geographic) = geographic {
            self.degrees.call1(py, (geographic,))?;
        }
        Ok(())
    }

    fn ask_best(&self) -> Asking {
        let (matcher, answer) = (self.matcher.clone(), self.answer_with_ids.clone());
        let ask: Ask = Box::new(move |field, chunk, state| {
            only(answer.of_next(&matcher, field, std::slice::from_ref(chunk), state)?)
        });
        Asking { ask, steps: self.steps }
    }

    fn ask_all(&self, py: Python<'_>) -> PyResult<Asking> {
        let all = interruptible(py, is_long(self.steps, 0), || self.all().cloned())?;
        let ask: Ask = Box::new(move |field, chunk, state| {
            let lists = all.of_next(field, std::slice::from_ref(chunk), state)?;
            only(lists.into_iter().map(|lists| Arc::new(lists) as _))
        });
        Ok(Asking { ask, steps: self.steps })
    }

    fn all(&self) -> Result<&Arc<Candidates>, Error> {
        self.candidates.get_or_make(|| {
            let ranked = Ranked::of(self.polygons.get(), self.ranking.as_ref().map(Py::get));
            ranked.candidates(*self.matcher.rule()).map(Arc::new)
        })
    }
}

/// Raises `ValueError` for the names of two coordinates that have the latitude first.
#[pyfunction]
pub(crate) fn check_order(first: &str, second: &str) -> PyResult<()> {
    poly_match_engine::check_order(first, second).map_err(to_python)
}

/// Which columns hold the points, by no, one or two names.
pub(crate) fn point_columns(names: Vec<String>) -> PointColumns {
    match <[String; 2]>::try_from(names) {
        Ok([x, y]) => PointColumns::Xy(x, y),
        Err(names) => names.into_iter().next().map_or(PointColumns::Auto, PointColumns::Point),
    }
}

/// Lists of row numbers.
fn lists_field() -> Field {
    let item = Arc::new(Field::new_list_field(DataType::UInt32, true));
    Field::new("", DataType::LargeList(item), true)
}

/// The field of points that are of no extension type.
pub(crate) fn plain(name: &str) -> Field {
    Field::new(name, DataType::Null, true)
}

/// Asks about a column at once.
fn answered_column(
    py: Python<'_>,
    points: &Series,
    answer: Field,
    Asking { ask, steps }: Asking,
) -> PyResult<ArrowArray> {
    let answers = interruptible(py, is_long(points.len(), steps), || {
        let field = plain(points.name());
        ask(&field, &convert::to_one_array(points)?, &mut ColumnState::default())
    })?;
    Ok(ArrowArray::new(answers, Arc::new(answer)))
}

/// Asks about an array at once, about a stream as it is read.
fn answered<'py>(
    py: Python<'py>,
    points: AnyArray,
    answer: Field,
    Asking { ask, steps }: Asking,
) -> PyResult<Bound<'py, PyAny>> {
    let answer = Arc::new(answer);
    // A wrong type is reported now, even where there is nothing to answer yet.
    let field = points.field()?;
    Points::from_field(&field, &new_empty_array(field.data_type())).map_err(to_python)?;
    match points {
        AnyArray::Array(array) => {
            let array = array.array();
            let is_long = is_long(array.len(), steps);
            let answers =
                interruptible(py, is_long, || ask(&field, array, &mut ColumnState::default()))?;
            Ok(ArrowArray::new(answers, answer).into_pyobject(py)?.into_any())
        }
        AnyArray::Stream(stream) => {
            let reader = stream.into_reader()?;
            let mut state = ColumnState::default();
            let chunks = reader.map(move |chunk| {
                let chunk = chunk?;
                let is_long = is_long(chunk.len(), steps);
                interruptible_anywhere(is_long, || ask(&field, &chunk, &mut state))
                    .map_err(external)
            });
            Ok(ArrowStream::new(answer, chunks).into_pyobject(py)?.into_any())
        }
    }
}

/// The one array of answers for one chunk.
fn only(answers: impl IntoIterator<Item = ArrayRef>) -> Result<ArrayRef, Error> {
    let message = || "expected one array of answers".to_owned();
    answers.into_iter().next().ok_or_else(|| Error::Columns { message: message() })
}

fn external(error: Error) -> ArrowError {
    ArrowError::ExternalError(Box::new(error))
}

/// All chunks as one array.
fn one_array(py: Python<'_>, chunks: AnyArray) -> PyResult<(FieldRef, ArrayRef)> {
    let (chunks, field) = chunks.into_chunked_array()?.into_inner();
    let all = py.detach(|| match chunks.as_slice() {
        [] => Ok(new_empty_array(field.data_type())),
        chunks => concat(&chunks.iter().map(|chunk| &**chunk).collect::<Vec<_>>()),
    });
    Ok((field, all.map_err(|error| to_python(error.into()))?))
}
