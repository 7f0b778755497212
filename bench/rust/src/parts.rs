use std::sync::Arc;

use geo::{Coord, LineString, Polygon};
use poly_match_engine::{Part, Predicate, Ring, Rule};

use crate::columns::PolygonColumns;
use crate::protocol::Result;
use crate::ranked::{ranked, read};
use crate::search::Ranking;

/// Polygons as `geo` has them, in the order of preference, the parts of each one by one: a polygon
/// covers what one of its parts covers, and a part has a tighter box.
///
/// Read and measured by the engine, as for [`Ranked`](crate::ranked::Ranked); besides they are
/// copied into `geo`'s own types.
pub struct Parts {
    /// By number.
    pub polygons: Arc<[Polygon]>,
    rows: Vec<u32>,
}

impl Ranking for Parts {
    fn parse(columns: &PolygonColumns, rule: Rule) -> Result<Self> {
        if rule.predicate() != Predicate::Covers {
            return Err("finds the polygons that cover a point, and nothing else".into());
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
