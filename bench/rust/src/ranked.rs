use arrow_schema::{DataType, Field};
use poly_match_engine::{Invalid, Metric, Polygon, Polygons, Predicate, Rule, measure};

use crate::columns::PolygonColumns;
use crate::protocol::Result;
use crate::search::Ranking;

/// Centers in rank order, over which every point index here is built.
///
/// The peers index points and do not support polygons, so all of them get their centers from the
/// engine's own `measure`: their *parse* is the same code, and takes the same time, as ours.
pub struct Ranked {
    /// By rank, the best polygon first.
    pub centers: Vec<[f64; 2]>,
    /// The bound of the rule: centers are strictly closer than this.
    pub max_dist: f64,
    rows: Vec<u32>,
}

impl Ranked {
    /// The squared bound.
    pub fn max_dist_2(&self) -> f64 {
        self.max_dist * self.max_dist
    }
}

impl Ranking for Ranked {
    fn parse(columns: &PolygonColumns, rule: Rule) -> Result<Self> {
        let Predicate::Center { max_dist: Some(max_dist), k: None } = rule.predicate() else {
            return Err("this engine only finds centers within a distance".into());
        };
        let polygons = read(columns)?;
        let ranked = ranked(&polygons);
        Ok(Self {
            centers: ranked.iter().map(|&(_, polygon)| measure::vertex_mean(polygon)).collect(),
            max_dist,
            rows: ranked.iter().map(|&(row, _)| row).collect(),
        })
    }

    fn rows(&self) -> &[u32] {
        &self.rows
    }
}

/// The engine's columns of polygons.
pub fn read(columns: &PolygonColumns) -> Result<Polygons> {
    Ok(match columns {
        PolygonColumns::Rings(x, y) => Polygons::from_xy(x, y, Invalid::Raise)?,
        PolygonColumns::Wkb(geometry) => {
            let field = Field::new("geometry", DataType::Binary, true);
            Polygons::from_geometry(&field, geometry, Invalid::Raise)?
        }
    })
}

/// Row numbers and polygons, sorted by area, then row.
pub fn ranked(polygons: &Polygons) -> Vec<(u32, Polygon<'_>)> {
    let measured = (0..polygons.len() as u32).filter_map(|row| {
        let polygon = polygons.get(row as usize)?;
        Some((measure::area(polygon, Metric::Euclidean), row, polygon))
    });
    let mut measured: Vec<_> = measured.collect();
    measured.sort_unstable_by(|(a, i, _), (b, j, _)| a.total_cmp(b).then(i.cmp(j)));
    measured.into_iter().map(|(_, row, polygon)| (row, polygon)).collect()
}
