use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::keys::Keys;
use crate::measure;
use crate::polygons::{PARALLEL_POLYGONS, Polygons};
use crate::rule::Rule;

/// The centres of the polygons that can match, by rank: the best first.
#[derive(Debug, Clone)]
pub(crate) struct Centers {
    pub places: Vec<[f64; 2]>,
    /// The polygons' row numbers.
    pub rows: Vec<u32>,
}

impl Centers {
    /// Ranks and measures the polygons.
    ///
    /// # Errors
    ///
    /// [`Error::Value`] with the row for a centre whose latitude is none, if the rule needs one.
    pub(crate) fn new(polygons: &Polygons, keys: &Keys, rule: Rule) -> Result<Self> {
        let rows = ranked_rows(polygons, keys);
        let center = |&row: &u32| {
            let polygon = polygons.get(row as usize);
            polygon.map_or([f64::NAN; 2], |polygon| measure::center(polygon, rule.center()))
        };
        let places: Vec<[f64; 2]> = if rows.len() >= PARALLEL_POLYGONS {
            rows.par_iter().map(center).collect()
        } else {
            rows.iter().map(center).collect()
        };
        let wrong = rows.iter().zip(&places).filter(|(_, place)| !rule.accepts(**place));
        match wrong.min_by_key(|(row, _)| **row).filter(|_| rule.is_on_sphere()) {
            None => Ok(Self { places, rows }),
            Some((&row, [x, y])) => {
                let message =
                    format!("the centre is ({x}, {y}): expected a latitude between -90 and 90");
                Err(Error::value("polygons", row as usize, message))
            }
        }
    }
}

/// The rows that can match, the best first.
pub(crate) fn ranked_rows(polygons: &Polygons, keys: &Keys) -> Vec<u32> {
    let ranked = |row: u32| {
        polygons.get(row as usize)?;
        Some((keys.get(row as usize)?, row))
    };
    let rows = 0..polygons.len() as u32;
    if polygons.len() >= PARALLEL_POLYGONS {
        let mut ranked: Vec<_> = rows.into_par_iter().filter_map(ranked).collect();
        ranked.par_sort_unstable_by(Rule::better);
        ranked.into_iter().map(|(_, row)| row).collect()
    } else {
        let mut ranked: Vec<_> = rows.filter_map(ranked).collect();
        ranked.sort_unstable_by(Rule::better);
        ranked.into_iter().map(|(_, row)| row).collect()
    }
}
