//! The threads that work is shared between. Alone in its process: what is looked at is global.

#![allow(clippy::unwrap_used, missing_docs)]

use std::sync::Arc;

use arrow_array::types::Float64Type;
use arrow_array::{Array, ArrayRef, Float64Array, ListArray, StructArray};
use arrow_schema::{DataType, Field};
use poly_match_engine::{Candidates, Invalid, Keys, Matcher, Metric, Polygons, Rule};

/// The child of a fork has rayon's global pool without its threads: nothing may have been handed to
/// it. Whether it is there cannot be seen, but that it could still be made can.
#[test]
fn rayons_global_pool_is_not_used() {
    let (polygons, points) = (100_000, 250_000);
    let ring = |axis: usize| {
        let corners = [[-1.0, 1.0, 0.0], [-1.0, -1.0, 1.0]][axis];
        let center = move |row: usize| [(row % 300) as f64, (row / 300) as f64 / 4.0][axis];
        let ring = move |row| Some(corners.map(|c| Some(center(row) + c)));
        ListArray::from_iter_primitive::<Float64Type, _, _>((0..polygons).map(ring))
    };
    let parsed = Polygons::from_xy(&ring(0), &ring(1), Invalid::Raise).unwrap();
    let ranks = Float64Array::from_iter_values((0..polygons).map(|row| row as f64));
    let keys = Keys::from_column("by", &ranks, true).unwrap();

    let axis = |name, by: f64| -> (Arc<Field>, ArrayRef) {
        let values = (0..points).map(|row| f64::from(row) * by % 80.0);
        let field = Field::new(name, DataType::Float64, true);
        (Arc::new(field), Arc::new(Float64Array::from_iter_values(values)))
    };
    let column = StructArray::from(vec![axis("x", 0.37), axis("y", 0.73)]);
    let chunks: [ArrayRef; 1] = [Arc::new(column)];
    let field = Field::new("point", DataType::Null, true);
    for metric in [Metric::Euclidean, Metric::Haversine] {
        for rule in [Rule::within(2.0), Rule::nearest(2), Ok(Rule::covers())] {
            let rule = rule.unwrap();
            if rule == Rule::covers() && metric != Metric::Euclidean {
                continue;
            }
            let rule = rule.with_metric(metric);
            let matcher = Matcher::with_keys(&parsed, &keys, rule).unwrap();
            matcher.build_index();
            let answers = matcher.match_field(&field, &chunks).unwrap();
            assert_eq!(answers[0].len(), points as usize);
            let candidates = Candidates::new(&parsed, &keys, rule).unwrap();
            assert_eq!(candidates.of_field(&field, &chunks).unwrap()[0].len(), points as usize);
        }
    }
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global().unwrap();
}
