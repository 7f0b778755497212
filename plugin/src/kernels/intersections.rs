//! `intersections` as a function: rows of traces out, the caller looks up what else is in them.

use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, UInt32Array};
use poly_match_engine::kernels::intersections::{Columns, Crossing, Profiles};
use pyo3::prelude::*;
use pyo3_polars::PySeries;

use crate::convert;
use crate::signals::{interruptible, is_long};

/// Rows of the traces before and after on the first profile, on the second; x and y.
#[pyfunction]
pub(crate) fn intersections(
    py: Python<'_>,
    survey: PySeries,
    profile: PySeries,
    index: PySeries,
    x: PySeries,
    y: PySeries,
    within: bool,
) -> PyResult<Vec<PySeries>> {
    // Of a profile that crosses itself and others everywhere each pair of traces is looked at.
    let rows = survey.0.len();
    let found = interruptible(py, is_long(rows, rows), || {
        let column = |series: &PySeries| convert::to_one_array(&series.0);
        let (survey, profile, index) = (column(&survey)?, column(&profile)?, column(&index)?);
        let (x, y) = (column(&x)?, column(&y)?);
        let columns = Columns { survey: &survey, profile: &profile, index: &index, x: &x, y: &y };
        Ok(Profiles::try_new(columns)?.crossings(within))
    })?;
    let rows = |of: fn(&Crossing) -> u32| -> ArrayRef {
        Arc::new(found.iter().map(of).collect::<UInt32Array>())
    };
    let axis = |of: fn(&Crossing) -> f64| -> ArrayRef {
        Arc::new(found.iter().map(of).collect::<Float64Array>())
    };
    let columns = [
        ("t11", rows(|crossing| crossing.rows[0][0])),
        ("t12", rows(|crossing| crossing.rows[0][1])),
        ("t21", rows(|crossing| crossing.rows[1][0])),
        ("t22", rows(|crossing| crossing.rows[1][1])),
        ("x", axis(|crossing| crossing.point[0])),
        ("y", axis(|crossing| crossing.point[1])),
    ];
    columns.into_iter().map(|(name, column)| convert::to_python(name, column)).collect()
}
