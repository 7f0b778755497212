use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, BooleanArray, Float64Array, UInt64Array};
use arrow_buffer::{BooleanBuffer, NullBuffer, ScalarBuffer};
use arrow_cast::cast;
use arrow_row::{RowConverter, SortField};
use arrow_schema::DataType;
use arrow_select::filter::filter;
use rayon::prelude::*;

use super::cells;
use super::contact::Crossing;
use super::segment::Segment;
use crate::coordinates::{is_numeric, to_f64, to_f64_or_nan};
use crate::error::{Error, Result};
use crate::kernels::stratify::{Classes, Nulls};
use crate::stop::Current;
use crate::threads;

/// The greatest coordinate: products of two that size still fit.
const MOST: f64 = 1e150;

/// A table of traces, a row for each.
#[derive(Debug, Clone, Copy)]
pub struct Columns<'a> {
    /// To which survey its profile belongs: anything that can be equal.
    pub survey: &'a dyn Array,
    /// To which profile of the survey it belongs: anything that can be equal.
    pub profile: &'a dyn Array,
    /// Where it is along the profile: anything that has an order.
    pub index: &'a dyn Array,
    /// Its position.
    pub x: &'a dyn Array,
    /// Its position.
    pub y: &'a dyn Array,
}

/// Profiles as segments between traces.
///
/// Profiles are numbered in the order of their first rows. A profile goes through its traces in the
/// order of the index, of equal ones in the order of the rows.
#[derive(Debug, Clone)]
pub struct Profiles {
    /// Place, row and profile of each known trace: profile after profile, each from its first trace
    /// to its last.
    places: Vec<[f64; 2]>,
    rows: Vec<u32>,
    profiles: Vec<u32>,
    /// The number of the survey of each profile.
    surveys: Vec<u32>,
    /// The traces with which a segment begins: there is a next one, and it is elsewhere.
    starts: Vec<u32>,
}

/// The segments of profiles, called by the trace with which they begin, and which of them are held
/// against each other.
#[derive(Clone, Copy)]
pub(super) struct Segments<'a> {
    profiles: &'a Profiles,
    within: bool,
}

impl Profiles {
    /// Reads a table. Rows with a null, and those whose position is NaN or infinite, are left out,
    /// as if the table did not have them. Of a profile of one place there is nothing to cross.
    ///
    /// # Errors
    ///
    /// [`Error::Parameter`] for columns of different lengths, and for more rows than `u32` counts;
    /// [`Error::Dtype`] for a type that has no equality or order, or for coordinates that are no
    /// numbers; [`Error::Value`] with its row for a coordinate past 1e150.
    pub fn try_new(columns: Columns<'_>) -> Result<Self> {
        let rows = columns.survey.len();
        let named: [(&'static str, &dyn Array); 4] = [
            ("profile", columns.profile),
            ("index", columns.index),
            ("x", columns.x),
            ("y", columns.y),
        ];
        for (parameter, column) in named {
            if column.len() != rows {
                let len = column.len();
                let message = format!("expected {rows} rows, as many as survey has, got {len}");
                return Err(Error::Parameter { parameter, message });
            }
        }
        let (x, y) = (coordinates("x", columns.x)?, coordinates("y", columns.y)?);
        let nulls = [columns.survey, columns.profile, columns.index]
            .map(|column| column.logical_nulls())
            .iter()
            .fold(None, |all, nulls| NullBuffer::union(all.as_ref(), nulls.as_ref()));
        let is_null = |row: usize| nulls.as_ref().is_some_and(|nulls| nulls.is_null(row));
        let stop = &Current::get();
        // To look at all of them is quicker than to stop at the first.
        let all_finite = |axis: &[f64]| axis.iter().fold(true, |all, at| all & at.is_finite());
        let any_null = nulls.as_ref().is_some_and(|nulls| nulls.null_count() > 0);
        if !any_null && all_finite(&x) && all_finite(&y) {
            let named = [columns.survey, columns.profile, columns.index];
            return threads::install(|| Self::of_known(named, &x, &y, stop));
        }
        let is_known = |row: usize| x[row].is_finite() && y[row].is_finite() && !is_null(row);
        let known = BooleanBuffer::collect_bool(rows, is_known);
        // The others first: surveys and profiles are numbered by the rows that are left.
        let known = BooleanArray::new(known, None);
        let left = |column: &dyn Array| filter(column, &known);
        let (survey, profile) = (left(columns.survey)?, left(columns.profile)?);
        let index = left(columns.index)?;
        let left = |axis: &ScalarBuffer<f64>| -> ScalarBuffer<f64> {
            known.values().set_indices().map(|row| axis[row]).collect()
        };
        let (x, y) = (left(&x), left(&y));
        let named: [&dyn Array; 3] = [&survey, &profile, &index];
        let mut found = threads::install(|| Self::of_known(named, &x, &y, stop))?;
        let rows: Vec<u32> = known.values().set_indices().map(|row| row as u32).collect();
        for row in &mut found.rows {
            *row = rows[*row as usize];
        }
        Ok(found)
    }

    /// The same of columns without a null, and of places that are finite.
    fn of_known(
        [survey, profile, index]: [&dyn Array; 3],
        x: &[f64],
        y: &[f64],
        stop: &Current,
    ) -> Result<Self> {
        let classes = |name, column| Classes::try_new(name, column, Nulls::Class);
        let (surveys, names) =
            rayon::join(|| classes("survey", survey), || classes("profile", profile));
        let (surveys, names) = (surveys?, names?);
        stop.check()?;
        // Dense, so that they are looked up in a table.
        let most = names.counts().len() as u64;
        let pair = |(&survey, &name): (&u32, &u32)| u64::from(survey) * most + u64::from(name);
        let pairs: Vec<u64> = surveys.codes().iter().zip(names.codes()).map(pair).collect();
        let pairs = UInt64Array::from(pairs);
        let profiles = classes("profile", &pairs)?;
        stop.check()?;
        let order = in_order(profiles.codes(), index)?;
        stop.check()?;

        let mut of_profile = vec![0; profiles.counts().len()];
        for (&profile, &survey) in profiles.codes().iter().zip(surveys.codes()) {
            of_profile[profile as usize] = survey;
        }
        let places = order.par_iter().map(|&row| [x[row as usize], y[row as usize]]).collect();
        let code = |&row: &u32| profiles.codes()[row as usize];
        let profiles = order.par_iter().map(code).collect();
        let mut found = Self { places, rows: order, profiles, surveys: of_profile, starts: vec![] };
        let (places, profiles) = (&found.places, &found.profiles);
        let is_start =
            |at: &usize| profiles[*at] == profiles[at + 1] && places[*at] != places[at + 1];
        let last = places.len().saturating_sub(1);
        let starts = (0..last).into_par_iter().filter(is_start).map(|at| at as u32).collect();
        found.starts = starts;
        Ok(found)
    }

    /// Number of segments between traces at different places.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Whether there is no segment.
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// Where profiles cross; see [the module](super).
    ///
    /// Profiles of different surveys are held against each other, and if `within` is set those of
    /// one survey too. Each place once, however often the profiles come by. Each pair once, the profile with the lower number first. The crossings are in
    /// the order of the first profile, then the second, then along the first from trace to trace,
    /// then along the second.
    pub fn crossings(&self, within: bool) -> Vec<Crossing> {
        let stop = &Current::get();
        let segments = Segments::of(self, within);
        threads::install(|| {
            let found = cells::contacts(segments, stop);
            if stop.is_stopped() { Vec::new() } else { found.into_crossings() }
        })
    }
}

impl<'a> Segments<'a> {
    pub(super) fn of(profiles: &'a Profiles, within: bool) -> Self {
        Self { profiles, within }
    }

    /// All of them, in ascending order.
    pub(super) fn starts(self) -> &'a [u32] {
        &self.profiles.starts
    }

    #[inline(always)]
    pub(super) fn segment(self, start: u32) -> Segment {
        let at = start as usize;
        Segment { ends: [self.profiles.places[at], self.profiles.places[at + 1]] }
    }

    /// The rows of its two traces.
    pub(super) fn rows(self, start: u32) -> [u32; 2] {
        [0, 1].map(|end| self.profiles.rows[start as usize + end])
    }

    #[inline(always)]
    pub(super) fn profile(self, start: u32) -> u32 {
        self.profiles.profiles[start as usize]
    }

    /// Segments of one group are not held against each other: a profile or a survey.
    #[inline(always)]
    pub(super) fn group(self, start: u32) -> u32 {
        let profile = self.profile(start);
        if self.within { profile } else { self.profiles.surveys[profile as usize] }
    }
}

/// The rows, profile by profile, each in the order of the index.
fn in_order(profiles: &[u32], index: &dyn Array) -> Result<Vec<u32>> {
    let mut rows: Vec<u32> = (0..profiles.len() as u32).collect();
    if index.data_type().is_signed_integer() {
        let keys = cast(index, &DataType::Int64)?;
        let keys = keys.as_primitive::<Int64Type>().values();
        sort(&mut rows, profiles, |row| keys[row]);
        return Ok(rows);
    }
    if index.data_type().is_floating() {
        // Numbers in their order: the two zeros are equal, and all NaNs, which come last.
        let number = |value: &f64| if value.is_nan() { f64::NAN } else { value + 0.0 };
        let keys: Float64Array =
            to_f64(index)?.values().iter().map(number).collect::<Vec<_>>().into();
        return in_order_of_rows(rows, profiles, &keys);
    }
    in_order_of_rows(rows, profiles, index)
}

/// The same by keys of any type that has an order.
fn in_order_of_rows(mut rows: Vec<u32>, profiles: &[u32], index: &dyn Array) -> Result<Vec<u32>> {
    let field = SortField::new(index.data_type().clone());
    let unordered = |_| Error::Dtype {
        column: "index".to_owned(),
        expected: "an index that has an order",
        dtype: index.data_type().clone(),
    };
    let converter = RowConverter::new(vec![field]).map_err(unordered)?;
    let keys = converter.convert_columns(&[index.slice(0, index.len())])?;
    sort(&mut rows, profiles, |row| keys.row(row));
    Ok(rows)
}

/// Stable, and quick on what is sorted already.
fn sort<K: Ord>(rows: &mut [u32], profiles: &[u32], key: impl Fn(usize) -> K) {
    rows.sort_by(|&a, &b| {
        let [a, b] = [a, b].map(|row| row as usize);
        profiles[a].cmp(&profiles[b]).then_with(|| key(a).cmp(&key(b)))
    });
}

fn coordinates(name: &str, column: &dyn Array) -> Result<ScalarBuffer<f64>> {
    if !is_numeric(column.data_type()) && !column.data_type().is_null() {
        return Err(Error::Dtype {
            column: name.to_owned(),
            expected: "coordinates: numbers",
            dtype: column.data_type().clone(),
        });
    }
    let values = to_f64_or_nan(column)?;
    let is_past = |value: &f64| value.is_finite() && value.abs() > MOST;
    // To look at all of them is quicker than to stop at the first.
    let any = values.iter().fold(false, |any, value| any | is_past(value));
    match any.then(|| values.iter().position(is_past)).flatten() {
        None => Ok(values),
        Some(row) => {
            let message = format!("expected a coordinate of at most 1e150, got {:?}", values[row]);
            Err(Error::value(name, row, message))
        }
    }
}
