//! The options of the contract, as every door takes them: which of them make a rule together.

use poly_match_engine::{Center, Crs, Error, Invalid, Metric, Rule};
use pyo3::prelude::*;
use serde::Deserialize;

use crate::error::to_python;

/// The options, from the attributes of a Python object or from an expression's options.
#[derive(Debug, Clone, Deserialize, FromPyObject)]
pub(crate) struct Options {
    max_dist: Option<f64>,
    k: Option<i64>,
    predicate: String,
    center: String,
    pub by: Option<String>,
    pub descending: bool,
    pub id: Option<String>,
    pub details: bool,
    metric: String,
    invalid: String,
}

/// Raises `ValueError`, which names the parameter, for options that make no rule.
#[pyfunction]
pub(crate) fn check_options(options: Options) -> PyResult<()> {
    options.rule().and_then(|_| options.invalid()).map_err(to_python)?;
    Ok(())
}

impl Options {
    /// Who qualifies.
    pub(crate) fn rule(&self) -> Result<Rule, Error> {
        let metrics = [("euclidean", Metric::Euclidean), ("haversine", Metric::Haversine)];
        let metric = one_of("metric", &self.metric, &metrics)?;
        let center = center(&self.center)?;
        if self.descending && self.by.is_none() {
            return Err(wrong("descending", "there is no `by` to turn around"));
        }
        let rule = if one_of("predicate", &self.predicate, &[("center", false), ("covers", true)])?
        {
            self.covers(center)?
        } else {
            let k = self.k.map(|k| usize::try_from(k).unwrap_or(0));
            if k == Some(0) {
                let got = self.k.unwrap_or_default();
                return Err(wrong("k", &format!("expected at least 1, got {got}")));
            }
            Rule::near(self.max_dist, k)?
        };
        Ok(rule.with_center(center).with_metric(metric))
    }

    /// An option that would change nothing is an error. The metric says what areas are, and what
    /// is a point.
    fn covers(&self, center: Center) -> Result<Rule, Error> {
        for (parameter, given) in [("max_dist", self.max_dist.is_some()), ("k", self.k.is_some())] {
            if given {
                return Err(wrong(parameter, "predicate='covers' has no bound on the distance"));
            }
        }
        if center != Center::default() && !self.details {
            let message = "predicate='covers' measures no distance, unless details=True";
            return Err(wrong("center", message));
        }
        Ok(Rule::covers())
    }

    /// What becomes of a polygon that is none.
    pub(crate) fn invalid(&self) -> Result<Invalid, Error> {
        invalid(&self.invalid)
    }
}

/// What becomes of a polygon that is none.
pub(crate) fn invalid(invalid: &str) -> Result<Invalid, Error> {
    one_of("invalid", invalid, &[("raise", Invalid::Raise), ("skip", Invalid::Skip)])
}

/// A coordinate reference system that a user names.
pub(crate) fn crs(parameter: &'static str, text: Option<&str>) -> Result<Option<Crs>, Error> {
    text.map(|text| Crs::from_user(parameter, text)).transpose()
}

/// Which point of a polygon is its centre.
pub(crate) fn center(center: &str) -> Result<Center, Error> {
    let centers = [("vertex_mean", Center::VertexMean), ("centroid", Center::Centroid)];
    one_of("center", center, &centers)
}

/// The choice of this name.
pub(crate) fn one_of<T: Copy>(
    parameter: &'static str,
    value: &str,
    choices: &[(&str, T)],
) -> Result<T, Error> {
    let chosen = choices.iter().find(|(name, _)| *name == value).map(|(_, choice)| *choice);
    chosen.ok_or_else(|| {
        let names: Vec<_> = choices.iter().map(|(name, _)| format!("'{name}'")).collect();
        wrong(parameter, &format!("expected {}, got '{value}'", names.join(" or ")))
    })
}

fn wrong(parameter: &'static str, message: &str) -> Error {
    Error::Parameter { parameter, message: message.to_owned() }
}
