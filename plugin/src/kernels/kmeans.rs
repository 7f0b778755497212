//! `kmeans` as a Polars expression, `fit_kmeans` and `predict` as functions.

use std::sync::Arc;

use arrow_array::Array;
use polars::prelude::{PolarsResult, Series};
use poly_match_engine::Error;
use poly_match_engine::kernels::kmeans::{Centroids, Init, KMeans};
use pyo3::prelude::*;
use pyo3_polars::PySeries;
use serde::Deserialize;

use super::answer;
use crate::convert;
use crate::error::to_python;
use crate::signals::{interruptible, interruptible_anywhere, is_long};

/// The options as they travel with an expression.
#[derive(Deserialize, FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct Options {
    k: usize,
    /// `"k-means++"` or `"random"`; something else where there are centroids.
    init: String,
    centroids: Option<Table>,
    max_iter: usize,
    tol: f64,
    n_init: usize,
    /// The bits of an unsigned number: larger ones do not pass.
    seed: i64,
    by_appearance: bool,
}

/// Centroids as they travel with an expression.
#[derive(Deserialize, FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct Table {
    values: Vec<f64>,
    dims: usize,
}

impl Options {
    fn is_long(&self, rows: usize) -> bool {
        is_long(rows, self.k.saturating_mul(self.max_iter).saturating_mul(self.n_init))
    }
}

impl Table {
    fn is_long(&self, rows: usize) -> bool {
        is_long(rows, self.values.len())
    }
}

impl TryFrom<Table> for Centroids {
    type Error = Error;

    fn try_from(table: Table) -> Result<Self, Error> {
        Centroids::new(table.values, table.dims)
    }
}

impl TryFrom<Options> for KMeans {
    type Error = Error;

    fn try_from(options: Options) -> Result<Self, Error> {
        let init = match (options.centroids, options.init.as_str()) {
            (Some(table), _) => Init::Centroids(table.try_into()?),
            (None, "k-means++") => Init::PlusPlus,
            (None, "random") => Init::Random,
            (None, other) => {
                let message = format!(
                    "expected 'k-means++', 'random' or an array of centroids, got '{other}'"
                );
                return Err(Error::Parameter { parameter: "init", message });
            }
        };
        let kmeans = KMeans {
            k: options.k,
            init,
            max_iter: options.max_iter,
            tol: options.tol,
            n_init: options.n_init,
            seed: options.seed as u64,
            by_appearance: options.by_appearance,
        };
        kmeans.check()?;
        Ok(kmeans)
    }
}

pub(crate) fn kmeans(inputs: &[Series], kwargs: Options) -> PolarsResult<Series> {
    answer(inputs, |name, points| {
        interruptible_anywhere(kwargs.is_long(points.len()), || {
            KMeans::try_from(kwargs)?.labels(name, &points)
        })
    })
}

pub(crate) fn predict_kmeans(inputs: &[Series], kwargs: Table) -> PolarsResult<Series> {
    answer(inputs, |name, points| {
        interruptible_anywhere(kwargs.is_long(points.len()), || {
            Centroids::try_from(kwargs)?.predict(name, &points)
        })
    })
}

/// Raises what is wrong with options, whatever the points.
#[pyfunction]
pub(crate) fn check_kmeans(options: Options) -> PyResult<()> {
    KMeans::try_from(options).map_err(to_python)?;
    Ok(())
}

/// Centroids, one after the other, and their dimension; labels, inertia, iterations.
type Fit = (Vec<f64>, usize, PySeries, f64, usize);

#[pyfunction]
pub(crate) fn fit_kmeans(py: Python<'_>, points: PySeries, options: Options) -> PyResult<Fit> {
    let points = points.0;
    let fit = interruptible(py, options.is_long(points.len()), || {
        let array = convert::to_one_array(&points)?;
        KMeans::try_from(options)?.fit(points.name(), &array)
    })?;
    let (values, dims) = (fit.centroids.values().to_vec(), fit.centroids.dims());
    let labels = convert::to_python(points.name(), Arc::new(fit.labels))?;
    Ok((values, dims, labels, fit.inertia, fit.iterations))
}

/// As the expression of that name, for a Series.
#[pyfunction]
#[pyo3(name = "predict_kmeans")]
pub(crate) fn predict_series(
    py: Python<'_>,
    points: PySeries,
    centroids: Table,
) -> PyResult<PySeries> {
    let points = points.0;
    let labels = interruptible(py, centroids.is_long(points.len()), || {
        let array = convert::to_one_array(&points)?;
        Centroids::try_from(centroids)?.predict(points.name(), &array)
    })?;
    convert::to_python(points.name(), Arc::new(labels))
}
