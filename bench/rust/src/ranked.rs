use arrow_schema::{DataType, Field};
use poly_match_engine::{Invalid, Polygon, Polygons, Predicate, Rule, measure};

use crate::columns::PolygonColumns;
use crate::protocol::Result;
use crate::search::Ranking;

/// Centres in the order of preference: what every index here over points is built over.
///
/// The peers index points and know nothing of polygons, so all of them get their centres from the
/// engine's own `measure`: their *parse* is the same code, and the same time, as ours.
pub struct Ranked {
    /// By rank, the best polygon first.
    pub centers: Vec<[f64; 2]>,
    /// The rule: strictly closer than this.
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
            return Err("finds centres within a distance, and nothing else".into());
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

/// Row numbers and polygons, the smallest area first, of equal ones the lowest row.
pub fn ranked(polygons: &Polygons) -> Vec<(u32, Polygon<'_>)> {
    let measured = (0..polygons.len() as u32).filter_map(|row| {
        let polygon = polygons.get(row as usize)?;
        Some((measure::area(polygon), row, polygon))
    });
    let mut measured: Vec<_> = measured.collect();
    measured.sort_unstable_by(|(a, i, _), (b, j, _)| a.total_cmp(b).then(i.cmp(j)));
    measured.into_iter().map(|(_, row, polygon)| (row, polygon)).collect()
}
