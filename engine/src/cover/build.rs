//! Fills the cells: region by region in rank order, closing a cell at the first that covers it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::band::Band;
use super::grid::{Grid, Lattice, MAX_SIDE};
use super::{Cover, FINAL, SPLIT, split};
use crate::error::Result;
use crate::region::{Cell, Regions};
use crate::stop::Current;
use crate::threads;

/// A table of 2^18 cells stays in a usual L2 cache, one of 2^21 in a usual L3; finer cells settle
/// more points without a test, but a look-up that leaves the cache costs more than the tests.
const CELLS_FEW_BORDERS: usize = 1 << 18;
const CELLS_MANY_BORDERS: usize = 1 << 21;
const MANY_BORDERS: usize = 1 << 14;

pub(super) fn build<R: Regions>(
    regions: &R,
    answers: Arc<[u32]>,
    max_bytes: usize,
    current: &Current,
) -> Result<Cover> {
    let max_bytes = max_bytes.saturating_sub(4 * answers.len());
    let contenders = regions.contenders();
    let bounds = regions.bounds();
    let mut cells = cells_wanted(regions, contenders.len()).min(max_bytes / 16);
    loop {
        current.check()?;
        let (columns, rows) = shape(&bounds, cells);
        let grid = Grid::new(&bounds, columns, rows);
        let grid = if R::FROM_CORNERS { grid.with_corners() } else { grid };
        let table_bytes = 4 * (grid.width() * grid.height()) as usize;
        let coarsest = columns == 1 && rows == 1;
        let most_entries =
            if coarsest { usize::MAX } else { max_bytes.saturating_sub(table_bytes) / 4 };
        let filled = fill(regions, &contenders, &grid, &answers, most_entries, current);
        if let Some((mut cells, mut lists)) = filled {
            let room = (max_bytes / 4).saturating_sub(cells.len() + lists.len());
            split::split(regions, &grid, &answers, (&mut cells, &mut lists), room, current);
            current.check()?;
            return Ok(Cover { grid, cells, lists, answers });
        }
        // Fewer, larger cells have fewer entries: in the end each region is in at most nine.
        cells /= 4;
    }
}

/// How many cells so many regions are worth, were there no bound.
pub(super) fn cells_wanted(regions: &impl Regions, len: usize) -> usize {
    if regions.borders(len) < MANY_BORDERS { CELLS_FEW_BORDERS } else { CELLS_MANY_BORDERS }
}

/// Columns and rows of about square cells.
fn shape(bounds: &Cell, cells: usize) -> (u32, u32) {
    let (width, height) = (bounds.x1 - bounds.x0, bounds.y1 - bounds.y0);
    let ratio = if width > 0.0 && height > 0.0 { width / height } else { 1.0 };
    let ratio = if ratio.is_finite() && ratio > 0.0 { ratio } else { 1.0 };
    let side = f64::from(MAX_SIDE);
    let columns = (cells as f64 * ratio).sqrt().clamp(1.0, side);
    let rows = (cells as f64 / columns).clamp(1.0, side);
    (columns as u32, rows as u32)
}

/// The cells and lists of the whole grid; `None` when the lists would have more than `most`
/// words, and of stopped work.
fn fill<R: Regions>(
    regions: &R,
    contenders: &[u32],
    grid: &Grid,
    answers: &[u32],
    most: usize,
    current: &Current,
) -> Option<(Vec<u32>, Vec<u32>)> {
    let threads = threads::count();
    let height = grid.height();
    let rows_per_band = height.div_ceil(8 * threads as u32).max(1);
    let bands: Vec<_> = (0..height)
        .step_by(rows_per_band as usize)
        .map(|first| first..(first + rows_per_band).min(height))
        .collect();
    let lattice = Lattice::new(grid);

    // Plain threads: a rayon worker that waits here could pick up a task that waits for this
    // very index.
    let next = AtomicUsize::new(0);
    let joined = Mutex::new(Joined::new((grid.width() * height) as usize, most));
    std::thread::scope(|scope| {
        let work = || {
            let mut band = Band::new(grid.width(), current);
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(rows) = bands.get(at) else { return };
                let filled = band.fill(regions, contenders, &lattice, rows.clone(), most);
                let filled = filled.then(|| band.lists::<R>(answers));
                if !joined.lock().unwrap_or_else(PoisonError::into_inner).add(at, filled) {
                    return;
                }
            }
        };
        for _ in 1..threads.min(bands.len()) {
            scope.spawn(work);
        }
        work();
    });
    joined.into_inner().unwrap_or_else(PoisonError::into_inner).finish()
}

/// The cells and lists of bands, joined in their order as soon as none before is missing: a band
/// is there twice only for as long as it takes to copy it.
struct Joined {
    cells: Vec<u32>,
    lists: Vec<u32>,
    /// Bands that have been joined.
    bands: usize,
    /// Bands behind one that is not filled yet.
    waiting: BTreeMap<usize, (Vec<u32>, Vec<u32>)>,
    /// Most words in lists.
    most: usize,
    too_many: bool,
}

impl Joined {
    fn new(cells: usize, most: usize) -> Self {
        let (cells, lists) = (Vec::with_capacity(cells), vec![]);
        Self { cells, lists, bands: 0, waiting: BTreeMap::new(), most, too_many: false }
    }

    /// Adds a band, `None` for one that is too long. False when more of them are in vain.
    fn add(&mut self, at: usize, band: Option<(Vec<u32>, Vec<u32>)>) -> bool {
        match band {
            Some(band) => drop(self.waiting.insert(at, band)),
            None => self.too_many = true,
        }
        while let Some((cells, lists)) = self.waiting.remove(&self.bands) {
            self.bands += 1;
            let base = self.lists.len() as u32;
            self.lists.extend(lists);
            self.too_many |= self.lists.len() > self.most || self.lists.len() >= SPLIT as usize;
            if self.too_many {
                break;
            }
            self.cells.extend(cells.iter().map(|e| if e & FINAL == 0 { e + base } else { *e }));
        }
        !self.too_many
    }

    fn finish(self) -> Option<(Vec<u32>, Vec<u32>)> {
        (!self.too_many).then_some((self.cells, self.lists))
    }
}
