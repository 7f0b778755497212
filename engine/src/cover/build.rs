//! Fills the cells: region by region in rank order, closing a cell at the first that covers it.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::grid::{Grid, Lattice, MAX_SIDE};
use super::{Cover, FINAL, NONE, SPLIT, split};
use crate::region::{Cell, OpenCells, Regions};

/// A table of 2^18 cells stays in a usual L2 cache, one of 2^21 in a usual L3; finer cells settle
/// more points without a test, but a look-up that leaves the cache costs more than the tests.
const CELLS_FEW_BORDERS: usize = 1 << 18;
const CELLS_MANY_BORDERS: usize = 1 << 21;
const MANY_BORDERS: usize = 1 << 14;

/// End of a cell's chain of entries while building.
const NIL: u32 = u32::MAX;

pub(super) fn build<R: Regions>(regions: &R, answers: Vec<u32>, max_bytes: usize) -> Cover {
    let contenders = regions.contenders();
    let bounds = regions.bounds();
    let mut cells = cells_wanted(regions, contenders.len()).min(max_bytes / 16);
    loop {
        let (columns, rows) = shape(&bounds, cells);
        let grid = Grid::new(&bounds, columns, rows);
        let grid = if R::FROM_CORNERS { grid.with_corners() } else { grid };
        let table_bytes = 4 * (grid.width() * grid.height()) as usize;
        let coarsest = columns == 1 && rows == 1;
        let most_entries =
            if coarsest { usize::MAX } else { max_bytes.saturating_sub(table_bytes) / 4 };
        let filled = fill(regions, &contenders, &grid, &answers, most_entries);
        if let Some((mut cells, mut lists)) = filled {
            let room = (max_bytes / 4).saturating_sub(cells.len() + lists.len());
            split::split(regions, &grid, &answers, (&mut cells, &mut lists), room);
            return Cover { grid, cells, lists, answers };
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
/// words.
fn fill<R: Regions>(
    regions: &R,
    contenders: &[u32],
    grid: &Grid,
    answers: &[u32],
    most: usize,
) -> Option<(Vec<u32>, Vec<u32>)> {
    let threads = rayon::current_num_threads().max(1);
    let height = grid.height();
    let rows_per_band = height.div_ceil(4 * threads as u32).max(1);
    let bands: Vec<_> = (0..height)
        .step_by(rows_per_band as usize)
        .map(|first| (first..(first + rows_per_band).min(height), Mutex::new(None)))
        .collect();
    let lattice = Lattice::new(grid);

    // Plain threads: a rayon worker that waits here could pick up a task that waits for this
    // very index.
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let work = || {
            while let Some((band, slot)) = bands.get(next.fetch_add(1, Ordering::Relaxed)) {
                let filled = Band::new(grid.width(), band.clone())
                    .fill(regions, contenders, &lattice, most)
                    .map(|band| band.finish::<R>(answers));
                *slot.lock().unwrap_or_else(PoisonError::into_inner) = filled;
            }
        };
        for _ in 1..threads.min(bands.len()) {
            scope.spawn(work);
        }
        work();
    });

    let mut cells = Vec::with_capacity((grid.width() * height) as usize);
    let mut lists = Vec::new();
    for (_, slot) in bands {
        let (band_cells, band_lists) = slot.into_inner().unwrap_or_else(PoisonError::into_inner)?;
        let base = lists.len() as u32;
        cells.extend(band_cells.iter().map(|e| if e & FINAL == 0 { e + base } else { *e }));
        lists.extend(band_lists);
        if lists.len() > most || lists.len() >= SPLIT as usize {
            return None;
        }
    }
    Some((cells, lists))
}

/// Some rows of cells, while they are filled.
struct Band {
    width: usize,
    rows: Range<u32>,
    /// The region that is being added.
    rank: u32,
    /// First and last link of each cell's chain.
    chains: Vec<(u32, u32)>,
    /// Where the next link of the chain is, then an entry, or `FINAL` and the rank; and so on.
    links: Vec<u32>,
    /// Words of all entries.
    words: usize,
    /// For each row the next open cell at or after a column, with paths halved on the way.
    open: Vec<u32>,
    /// Open cells in each row.
    open_in_row: Vec<u32>,
}

impl Band {
    fn new(width: u32, rows: Range<u32>) -> Self {
        let height = rows.len();
        Self {
            width: width as usize,
            rows,
            rank: 0,
            chains: vec![(NIL, NIL); width as usize * height],
            links: Vec::new(),
            words: 0,
            open: (0..height).flat_map(|_| 0..=width).collect(),
            open_in_row: vec![width; height],
        }
    }

    /// `None` when there would be more than `most` words in lists.
    fn fill<R: Regions>(
        mut self,
        regions: &R,
        contenders: &[u32],
        lattice: &Lattice<'_>,
        most: usize,
    ) -> Option<Self> {
        for &rank in contenders {
            self.rank = rank;
            regions.visit(rank, lattice, self.rows.clone(), &mut self);
            // A settled cell costs no entry in the end, but no more than its place in the table.
            if self.words > most.saturating_add(self.chains.len())
                || self.links.len() >= NIL as usize
            {
                return None;
            }
        }
        Some(self)
    }

    fn row(&self, row: u32) -> usize {
        (row - self.rows.start) as usize
    }

    fn push(&mut self, row: u32, column: u32, entry: u32, words: &[u32]) {
        let at = self.links.len() as u32;
        self.links.extend([NIL, entry]);
        self.links.extend(words);
        self.words += 1 + words.len();
        let cell = self.row(row) * self.width + column as usize;
        let (first, last) = &mut self.chains[cell];
        if *first == NIL {
            *first = at;
        } else {
            self.links[*last as usize] = at;
        }
        *last = at;
    }

    /// The chains as cells and lists: ranks that are final become answers.
    fn finish<R: Regions>(self, answers: &[u32]) -> (Vec<u32>, Vec<u32>) {
        let mut lists = Vec::with_capacity(self.words);
        let cells = self.chains.iter().map(|&(first, _)| {
            let start = lists.len() as u32;
            let mut at = first;
            while at != NIL {
                let [next, entry @ ..] = &self.links[at as usize..] else { break };
                if entry[0] & FINAL == 0 {
                    lists.extend(&entry[..R::entry_len(entry)]);
                } else {
                    let answer = FINAL | answers[(entry[0] & !FINAL) as usize];
                    if lists.len() as u32 == start {
                        return answer;
                    }
                    lists.push(answer);
                    return start;
                }
                at = *next;
            }
            if first == NIL {
                return FINAL | NONE;
            }
            lists.push(FINAL | NONE);
            start
        });
        let cells = cells.collect();
        (cells, lists)
    }
}

impl OpenCells for Band {
    fn next_open(&mut self, row: u32, column: u32) -> u32 {
        let row = self.row(row);
        if self.open_in_row[row] == 0 {
            return self.width as u32;
        }
        let open = &mut self.open[row * (self.width + 1)..];
        let mut at = column;
        loop {
            let next = open[at as usize];
            if next == at {
                return at;
            }
            let after = open[next as usize];
            open[at as usize] = after;
            at = after;
        }
    }

    fn touch(&mut self, row: u32, column: u32, words: &[u32]) {
        self.push(row, column, self.rank, words);
    }

    fn cover(&mut self, row: u32, column: u32) {
        self.push(row, column, self.rank | FINAL, &[]);
        let row = self.row(row);
        self.open[row * (self.width + 1) + column as usize] = column + 1;
        self.open_in_row[row] -= 1;
    }
}
