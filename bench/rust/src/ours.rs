use std::sync::Arc;

use arrow_array::{Array, Float64Array, StructArray, UInt32Array};
use arrow_schema::{DataType, Field};
use poly_match_engine::{Matcher, Points, Polygons, Rule};
use serde_json::{Map, Value};

use crate::columns::{PointColumns, PolygonColumns};
use crate::protocol::{Engine, NONE, Result};
use crate::ranked::read;

/// Number of points for which tests are counted.
const COUNTED: usize = 1_000_000;

/// Our engine, used as an Arrow user would: with a struct column of points.
pub struct Ours;

impl Engine for Ours {
    type Parsed = Polygons;
    type Index = Matcher;
    type Points = StructArray;
    type Answers = UInt32Array;

    fn parse(&self, polygons: &PolygonColumns, _rule: Rule) -> Result<Polygons> {
        read(polygons)
    }

    fn build(&self, parsed: &Polygons, rule: Rule) -> Result<Matcher> {
        let matcher = Matcher::new(parsed, rule)?;
        matcher.build_index();
        Ok(matcher)
    }

    fn convert(&self, points: &PointColumns, rows: usize) -> StructArray {
        let field = |name| Field::new(name, DataType::Float64, false);
        let [x, y] = points.first(rows).map(|column| Float64Array::new(column, None));
        StructArray::new(vec![field("x"), field("y")].into(), vec![Arc::new(x), Arc::new(y)], None)
    }

    fn ask(&self, matcher: &Matcher, points: &StructArray) -> Result<UInt32Array> {
        Ok(matcher.match_column("point", points)?)
    }

    fn rows(&self, answers: UInt32Array) -> Vec<u32> {
        answers.iter().map(|row| row.unwrap_or(NONE)).collect()
    }

    /// By default a matcher builds its index only when it pays off.
    fn oneshot(
        &self,
        polygons: &PolygonColumns,
        points: &StructArray,
        rule: Rule,
    ) -> Option<Result<UInt32Array>> {
        Some((|| {
            let matcher = Matcher::new(&read(polygons)?, rule)?;
            Ok(matcher.match_column("point", points)?)
        })())
    }

    fn index_stats(&self, matcher: &Matcher, points: &StructArray) -> Map<String, Value> {
        let Some(stats) = matcher.index_stats() else { return Map::new() };
        let settled = stats.settled as f64 / stats.cells as f64;
        let some = points.slice(0, points.len().min(COUNTED));
        let tests = Points::try_new("point", &some).ok().and_then(|some| matcher.mean_tests(&some));
        let mut described: Map<String, Value> = [
            ("cells", stats.cells),
            ("empty", stats.empty),
            ("settled", stats.settled),
            ("contested", stats.contested),
            ("split", stats.split),
            ("entries", stats.entries),
            ("bytes", stats.bytes),
        ]
        .map(|(name, value)| (name.to_owned(), value.into()))
        .into_iter()
        .collect();
        described.insert("settled_share".to_owned(), settled.into());
        if let Some(tests) = tests {
            described.insert("tests_a_point".to_owned(), tests.into());
        }
        described
    }
}
