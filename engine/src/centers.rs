use rayon::prelude::*;

use crate::cover::NONE;
use crate::error::{Error, Result};
use crate::keys::Keys;
use crate::measure;
use crate::metric::Metric;
use crate::polygons::{Invalid, PARALLEL_POLYGONS, Polygons};
use crate::rule::Rule;
use crate::stop::Current;
use crate::threads;

/// The centers of the polygons that can match, by rank: the best first.
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
    /// [`Error::Parameter`] for more rows than there are answers, and for another number of keys;
    /// [`Error::Value`] with the row for a polygon that is invalid on the sphere, unless such
    /// polygons are [skipped](Invalid::Skip).
    pub(crate) fn new(polygons: &Polygons, keys: &Keys, rule: Rule) -> Result<Self> {
        let rows = ranked_rows(polygons, keys)?;
        let current = Current::get();
        let center = |&row: &u32| {
            let polygon = polygons.get(row as usize).filter(|_| !current.is_stopped());
            let of = |polygon| measure::center(polygon, rule.center(), rule.metric());
            polygon.map_or([f64::NAN; 2], of)
        };
        let places = if rows.len() >= PARALLEL_POLYGONS {
            threads::install(|| rows.par_iter().map(center).collect())
        } else {
            rows.iter().map(center).collect()
        };
        current.check()?;
        let centers = Self { places, rows };
        match rule.metric() {
            Metric::Euclidean => Ok(centers),
            Metric::Haversine => centers.on_sphere(polygons),
        }
    }

    /// Those of polygons that are valid on the sphere.
    fn on_sphere(mut self, polygons: &Polygons) -> Result<Self> {
        let fault = |(&row, &place): (&u32, &[f64; 2])| {
            let polygon = polygons.get(row as usize)?;
            Some((row, measure::fault_on_sphere(polygon, place)?))
        };
        let faults: Vec<(u32, String)> = if self.rows.len() >= PARALLEL_POLYGONS {
            let rows = self.rows.par_iter().zip(&self.places);
            threads::install(|| rows.filter_map(fault).collect())
        } else {
            self.rows.iter().zip(&self.places).filter_map(fault).collect()
        };
        // In the order of ranks: the first is not the one with the lowest row.
        let Some((row, reason)) = faults.iter().min() else { return Ok(self) };
        if polygons.if_invalid() == Invalid::Raise {
            return Err(Error::value("polygons", *row as usize, reason.as_str()));
        }
        let mut faulty = faults.iter().map(|(row, _)| *row).peekable();
        let is_valid: Vec<bool> =
            self.rows.iter().map(|row| faulty.next_if_eq(row).is_none()).collect();
        let (mut of_places, mut of_rows) = (is_valid.iter(), is_valid.iter());
        self.places.retain(|_| of_places.next().is_some_and(|valid| *valid));
        self.rows.retain(|_| of_rows.next().is_some_and(|valid| *valid));
        Ok(self)
    }
}

/// The rows that can match by a rule that needs no centers, the best first.
///
/// # Errors
///
/// Those of [`Centers::new`].
pub(crate) fn matching_rows(polygons: &Polygons, keys: &Keys, rule: Rule) -> Result<Vec<u32>> {
    match rule.metric() {
        Metric::Euclidean => ranked_rows(polygons, keys),
        Metric::Haversine => Ok(Centers::new(polygons, keys, rule)?.rows),
    }
}

/// The rows that can match, the best first.
fn ranked_rows(polygons: &Polygons, keys: &Keys) -> Result<Vec<u32>> {
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
