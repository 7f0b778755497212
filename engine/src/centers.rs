use rayon::prelude::*;

use crate::cover::NONE;
use crate::error::{Error, Result};
use crate::keys::Keys;
use crate::measure;
use crate::polygons::{PARALLEL_POLYGONS, Polygons};
use crate::rule::Rule;
use crate::stop::Current;
use crate::threads;

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
    /// Those of [`ranked_rows`], and [`Error::Value`] with the row for a centre whose latitude is none,
    /// where the rule takes it for one.
    pub(crate) fn new(polygons: &Polygons, keys: &Keys, rule: Rule) -> Result<Self> {
        let rows = ranked_rows(polygons, keys)?;
        let current = Current::get();
        let center = |&row: &u32| {
            let polygon = polygons.get(row as usize).filter(|_| !current.is_stopped());
            polygon.map_or([f64::NAN; 2], |polygon| measure::center(polygon, rule.center()))
        };
        let places: Vec<[f64; 2]> = if rows.len() >= PARALLEL_POLYGONS {
            threads::install(|| rows.par_iter().map(center).collect())
        } else {
            rows.iter().map(center).collect()
        };
        current.check()?;
        let wrong = rows.iter().zip(&places).filter(|(_, place)| !rule.accepts(**place));
        match wrong.min_by_key(|(row, _)| **row).filter(|_| rule.is_on_sphere()) {
            None => Ok(Self { places, rows }),
            Some((&row, &place)) => Err(Error::latitude("polygons", row as usize, "centre", place)),
        }
    }
}

/// The rows that can match, the best first.
///
/// # Errors
///
/// [`Error::Parameter`] for more rows than there are answers, and for another number of keys.
pub(crate) fn ranked_rows(polygons: &Polygons, keys: &Keys) -> Result<Vec<u32>> {
    if keys.len() != polygons.len() {
        let message = format!("expected {} keys, got {}", polygons.len(), keys.len());
        return Err(Error::Parameter { parameter: "by", message });
    }
    if polygons.len() >= NONE as usize {
        let message = format!("expected at most {} rows, got {}", NONE - 1, polygons.len());
        return Err(Error::Parameter { parameter: "polygons", message });
    }
    let ranked = |row: u32| {
        polygons.get(row as usize)?;
        Some((keys.get(row as usize)?, row))
    };
    let rows = 0..polygons.len() as u32;
    Ok(if polygons.len() >= PARALLEL_POLYGONS {
        let ranked = threads::install(|| {
            let mut ranked: Vec<_> = rows.into_par_iter().filter_map(ranked).collect();
            ranked.par_sort_unstable_by(Rule::better);
            ranked
        });
        ranked.into_iter().map(|(_, row)| row).collect()
    } else {
        let mut ranked: Vec<_> = rows.filter_map(ranked).collect();
        ranked.sort_unstable_by(Rule::better);
        ranked.into_iter().map(|(_, row)| row).collect()
    })
}
