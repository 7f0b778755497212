use std::sync::Arc;

use geo::{Coord, LineString, Polygon};
use poly_match_engine::{Part, Predicate, Ring, Rule};

use crate::columns::PolygonColumns;
use crate::protocol::Result;
use crate::ranked::{ranked, read};
use crate::search::Ranking;

/// Polygons as `geo` types, in rank order, split into parts: a polygon covers a point if one of its
/// parts does, and a part has a tighter box.
///
/// The engine reads and measures the polygons, as for [`Ranked`](crate::ranked::Ranked); then they
/// are copied into the types of `geo`.
pub struct Parts {
    /// By number.
    pub polygons: Arc<[Polygon]>,
    rows: Vec<u32>,
}

impl Ranking for Parts {
    fn parse(columns: &PolygonColumns, rule: Rule) -> Result<Self> {
        if rule.predicate() != Predicate::Covers {
            return Err("this engine only finds polygons that cover a point".into());
        }
        let (mut rows, mut parts) = (vec![], vec![]);
        for (row, polygon) in ranked(&read(columns)?) {
            for part in polygon.parts() {
                rows.push(row);
                parts.push(to_geo(part));
            }
        }
        Ok(Self { polygons: parts.into(), rows })
    }

    fn rows(&self) -> &[u32] {
        &self.rows
    }
}

fn to_geo(part: Part<'_>) -> Polygon {
    let line = |ring: Ring<'_>| -> LineString {
        ring.x.iter().zip(ring.y).map(|(&x, &y)| Coord { x, y }).collect()
    };
    Polygon::new(line(part.exterior()), part.holes().map(line).collect())
}
