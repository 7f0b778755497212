//! `shade` as a Polars expression.

use std::sync::Arc;

use polars::prelude::{DataType, Field, PolarsResult, Series};
use poly_match_engine::kernels::shade::Shade;
use pyo3::prelude::*;
use pyo3_polars::PySeries;
use serde::Deserialize;

use super::pair;
use crate::error::{polars_to_python, to_python};

/// The scene as it travels with an expression.
#[derive(Clone, Copy, Deserialize, FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct Scene {
    sphere: [f64; 4],
    light: [f64; 3],
    screen: [f64; 2],
    size: [f64; 2],
}

impl From<Scene> for Shade {
    fn from(scene: Scene) -> Self {
        let Scene { sphere, light, screen, size } = scene;
        Self { sphere, light, screen, size }
    }
}

pub(crate) fn level_field(fields: &[Field]) -> PolarsResult<Field> {
    pair::field(fields, DataType::UInt8)
}

pub(crate) fn shade(inputs: &[Series], kwargs: Scene) -> PolarsResult<Series> {
    pair::answer(&pair::broadcast(inputs), |names, [x, y]| {
        Ok(Arc::new(Shade::from(kwargs).levels(names, &x, &y)?))
    })
}

/// As the expression of that name, for two Series.
#[pyfunction]
#[pyo3(name = "shade")]
pub(crate) fn shade_series(
    py: Python<'_>,
    x: PySeries,
    y: PySeries,
    scene: Scene,
) -> PyResult<PySeries> {
    let levels = py.detach(|| shade(&[x.0, y.0], scene));
    levels.map(PySeries).map_err(polars_to_python)
}

/// Raises what is wrong with a scene.
#[pyfunction]
pub(crate) fn check_scene(scene: Scene) -> PyResult<()> {
    Shade::from(scene).check().map_err(to_python)
}
