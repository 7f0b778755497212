//! The second level: contested cells with long lists become grids of smaller cells.

use std::panic::resume_unwind;

use super::grid::{Grid, SUB_CELLS};
use super::{FINAL, NONE, SPLIT};
use crate::region::{Cell, Regions, Relation};

/// A list of so many tests is worth a second level.
const LONG_LIST: usize = 4;

/// Splits the cells with the longest lists, as many as `max_entries` more entries have room for.
///
/// A split cell costs its smaller cells and, as measured, about as many entries in their lists.
pub(super) fn split(
    regions: &impl Regions,
    grid: &Grid,
    answers: &[u32],
    (cells, lists): (&mut Vec<u32>, &mut Vec<u32>),
    max_entries: usize,
) {
    let tests = |&cell: &u32| {
        let list = &lists[cell as usize..];
        list.iter().take_while(|&&entry| entry & FINAL == 0).count()
    };
    let mut long: Vec<(usize, u32)> = cells
        .iter()
        .enumerate()
        .filter(|(_, entry)| **entry & FINAL == 0)
        .map(|(at, entry)| (tests(entry), at as u32))
        .filter(|&(tests, _)| tests >= LONG_LIST)
        .collect();
    long.sort_unstable_by_key(|&(tests, at)| (std::cmp::Reverse(tests), at));
    long.truncate(max_entries / (2 * SUB_CELLS));

    let mut room = max_entries;
    for piece in long.chunks(256 * rayon::current_num_threads().max(1)) {
        let threads = rayon::current_num_threads().max(1);
        let shares = piece.chunks(piece.len().div_ceil(threads));
        let (all_cells, all_lists) = (&*cells, &*lists);
        let made: Vec<Vec<SplitCell>> = std::thread::scope(|scope| {
            let work = |share: &[(usize, u32)]| {
                let one = |&(_, at): &(usize, u32)| {
                    let list = &all_lists[all_cells[at as usize] as usize..];
                    SplitCell::new(regions, grid, answers, at, list)
                };
                share.iter().map(one).collect()
            };
            let handles: Vec<_> = shares.map(|share| scope.spawn(move || work(share))).collect();
            handles
                .into_iter()
                .map(|handle| handle.join().unwrap_or_else(|panic| resume_unwind(panic)))
                .collect()
        });
        for split in made.into_iter().flatten() {
            let entries = SUB_CELLS + split.lists.len();
            // Places past the mark could not be told from it, however large the budget is.
            let longest = (cells.len() + SUB_CELLS).max(lists.len() + split.lists.len());
            if entries > room || longest >= SPLIT as usize {
                return;
            }
            room -= entries;
            let base = lists.len() as u32;
            let start = cells.len() as u32;
            cells.extend(split.cells.iter().map(|e| if e & FINAL == 0 { e + base } else { *e }));
            lists.extend(split.lists);
            cells[split.at as usize] = SPLIT | start;
        }
    }
}

/// The smaller cells of one cell, and their lists.
struct SplitCell {
    at: u32,
    cells: Vec<u32>,
    lists: Vec<u32>,
}

impl SplitCell {
    /// `list` starts with the entries of the cell.
    fn new(regions: &impl Regions, grid: &Grid, answers: &[u32], at: u32, list: &[u32]) -> Self {
        let columns = grid.x().intervals_within(at % grid.width());
        let rows = grid.y().intervals_within(at / grid.width());
        let (mut cells, mut lists) = (Vec::with_capacity(SUB_CELLS), Vec::new());
        for &(y0, y1) in &rows {
            for &(x0, x1) in &columns {
                let cell = Cell { x0, x1, y0, y1 };
                let start = lists.len();
                let mut last = FINAL | NONE;
                for &entry in list {
                    if entry & FINAL != 0 {
                        last = entry;
                        break;
                    }
                    match regions.relation(entry, &cell) {
                        Relation::Outside => {}
                        Relation::Touches => lists.push(entry),
                        Relation::Covers => {
                            last = FINAL | answers[entry as usize];
                            break;
                        }
                    }
                }
                if lists.len() == start {
                    cells.push(last);
                } else {
                    lists.push(last);
                    cells.push(start as u32);
                }
            }
        }
        Self { at, cells, lists }
    }
}
