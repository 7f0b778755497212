use arrow_schema::{DataType, Field};
use poly_match_engine::{Invalid, Polygons, measure};

use crate::columns::PolygonColumns;
use crate::protocol::Result;

/// Centres in the order of preference: what every index here is built over.
///
/// The peers index points and know nothing of polygons, so all of them get their centres from the
/// engine's own `measure`: their *parse* is the same code, and the same time, as ours.
pub struct Ranked {
    /// By rank, the best polygon first.
    pub centers: Vec<[f64; 2]>,
    /// Row numbers by rank.
    pub rows: Vec<u32>,
}

impl Ranked {
    /// Measures and sorts the polygons.
    pub fn parse(columns: &PolygonColumns) -> Result<Self> {
        let polygons = read(columns)?;
        let mut ranked: Vec<_> = (0..polygons.len() as u32)
            .filter_map(|row| {
                let polygon = polygons.get(row as usize)?;
                Some(((measure::area(polygon), row), measure::vertex_mean(polygon)))
            })
            .collect();
        ranked.sort_unstable_by(|((a, i), _), ((b, j), _)| a.total_cmp(b).then(i.cmp(j)));
        Ok(Self {
            centers: ranked.iter().map(|&(_, center)| center).collect(),
            rows: ranked.iter().map(|&((_, row), _)| row).collect(),
        })
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
