use arrow_array::{Array, Float64Array, UInt32Array};

use crate::measure;
use crate::metric::Metric;
use crate::points::Points;
use crate::polygons::Polygons;
use crate::rule::Rule;

/// What is told of an answer besides its row number: how far its centre is, and its area.
///
/// Measured once, from the polygons and the rule: 24 bytes a polygon.
#[derive(Debug, Clone)]
pub struct Details {
    /// By row; NaN for rows that never match.
    centers: Vec<[f64; 2]>,
    areas: Vec<f64>,
    metric: Metric,
}

impl Details {
    /// Measures the centres that `rule` asks for, and the areas.
    pub fn new(polygons: &Polygons, rule: &Rule) -> Self {
        let centers = measure::centers(polygons, rule.center(), rule.metric()).into_iter();
        let areas = measure::areas_of_rule(polygons, rule).into_iter();
        Self {
            centers: centers.map(|center| center.unwrap_or([f64::NAN; 2])).collect(),
            areas: areas.map(|area| area.unwrap_or(f64::NAN)).collect(),
            metric: rule.metric(),
        }
    }

    /// The distance from each point to the centre of its answer ([`Metric::distance`]), and the
    /// area of the answer ([`measure::areas_of_rule`]). Null where the answer is.
    ///
    /// # Panics
    ///
    /// If there are fewer points than answers, or an answer is no row of the polygons.
    pub fn of(&self, points: &Points, answers: &UInt32Array) -> (Float64Array, Float64Array) {
        let distance = |at: usize| match points.get(at).filter(|_| answers.is_valid(at)) {
            Some(point) => self.metric.distance(point, self.centers[answers.value(at) as usize]),
            None => 0.0,
        };
        let distances: Vec<f64> = (0..answers.len()).map(distance).collect();
        let areas = answers.iter().map(|row| row.map_or(0.0, |row| self.areas[row as usize]));
        let nulls = || answers.nulls().cloned();
        (
            Float64Array::new(distances.into(), nulls()),
            Float64Array::new(areas.collect::<Vec<_>>().into(), nulls()),
        )
    }
}
