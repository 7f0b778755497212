//! The second level: contested cells with long lists become grids of smaller cells.

use std::panic::resume_unwind;

use super::finer::Finer;
use super::grid::{Grid, SUB_BITS};
use super::{FINAL, SPLIT};
use crate::region::{Cell, Regions, Relation};
use crate::stop::Current;
use crate::threads;

/// Splits the cells with the longest lists, as many as `max_entries` more entries have room for.
///
/// A split cell costs its smaller cells and, as measured, about as many entries in their lists.
/// Stopped work leaves cells unsplit.
pub(super) fn split<R: Regions>(
    regions: &R,
    grid: &Grid,
    answers: &[u32],
    (cells, lists): (&mut Vec<u32>, &mut Vec<u32>),
    max_entries: usize,
    current: &Current,
) {
    let weight = |&cell: &u32| entries::<R>(&lists[cell as usize..]).map(R::weight).sum::<usize>();
    let mut long: Vec<(usize, u32)> = cells
        .iter()
        .enumerate()
        .filter(|(_, entry)| **entry & FINAL == 0)
        .map(|(at, entry)| (weight(entry), at as u32))
        .filter(|&(weight, _)| weight >= R::LONG_LIST)
        .collect();
    long.sort_unstable_by_key(|&(weight, at)| (std::cmp::Reverse(weight), at));
    let mut needed = 0;
    let affordable = long.partition_point(|&(weight, _)| {
        needed += 2 * finer::<R>(weight).cells();
        needed <= max_entries
    });
    long.truncate(affordable);
    cells.reserve_exact(long.iter().map(|&(weight, _)| finer::<R>(weight).cells()).sum());

    let mut room = max_entries;
    let threads = threads::count();
    for piece in long.chunks(256 * threads) {
        if current.is_stopped() {
            return;
        }
        let shares = piece.chunks(piece.len().div_ceil(threads));
        let (all_cells, all_lists) = (&*cells, &*lists);
        let made: Vec<Vec<SplitCell>> = std::thread::scope(|scope| {
            let work = |share: &[(usize, u32)]| {
                let one = |&(weight, at): &(usize, u32)| {
                    let list = &all_lists[all_cells[at as usize] as usize..];
                    SplitCell::new(regions, grid, answers, (at, finer::<R>(weight)), list)
                };
                share.iter().take_while(|_| !current.is_stopped()).map(one).collect()
            };
            let handles: Vec<_> = shares.map(|share| scope.spawn(move || work(share))).collect();
            handles
                .into_iter()
                .map(|handle| handle.join().unwrap_or_else(|panic| resume_unwind(panic)))
                .collect()
        });
        for split in made.into_iter().flatten() {
            let entries = split.cells.len() + split.lists.len();
            // Places past the marks could not be told from them, however large the budget is.
            let too_many = cells.len() > Finer::MOST_START as usize
                || lists.len() + split.lists.len() >= SPLIT as usize;
            if entries > room || too_many {
                return;
            }
            room -= entries;
            let base = lists.len() as u32;
            let start = cells.len() as u32;
            cells.extend(split.cells.iter().map(|e| if e & FINAL == 0 { e + base } else { *e }));
            lists.extend(split.lists);
            cells[split.at as usize] = split.finer.word(start);
        }
    }
}

/// How finely a cell is split whose list weighs so much.
fn finer<R: Regions>(weight: usize) -> Finer {
    if weight >= R::VERY_LONG_LIST { Finer::MOST } else { Finer::LESS }
}

/// The entries of a list before the last.
fn entries<R: Regions>(list: &[u32]) -> impl Iterator<Item = &[u32]> {
    let mut rest = list;
    std::iter::from_fn(move || {
        if rest[0] & FINAL != 0 {
            return None;
        }
        let (entry, others) = rest.split_at(R::entry_len(rest));
        rest = others;
        Some(entry)
    })
}

/// The smaller cells of one cell, and their lists.
struct SplitCell {
    at: u32,
    finer: Finer,
    cells: Vec<u32>,
    lists: Vec<u32>,
}

impl SplitCell {
    /// `list` starts with the entries of the cell.
    fn new<R: Regions>(
        regions: &R,
        grid: &Grid,
        answers: &[u32],
        (at, finer): (u32, Finer),
        list: &[u32],
    ) -> Self {
        let (column, row) = (at % grid.width(), at / grid.width());
        let corner = |column: u32, row: u32| {
            if R::FROM_CORNERS { grid.corner(column, row) } else { [0.0; 2] }
        };
        let (first_column, first_row) = (column << SUB_BITS, row << SUB_BITS);
        let from = corner(first_column, first_row);
        let step = finer.places();
        let columns = grid.x().intervals_within(column, step);
        let rows = grid.y().intervals_within(row, step);
        let length = entries::<R>(list).map(<[u32]>::len).sum::<usize>();
        let end = list[length];
        let (mut cells, mut lists) = (Vec::with_capacity(finer.cells()), Vec::new());
        for (&(y0, y1), row) in rows.iter().zip((first_row..).step_by(step as usize)) {
            for (&(x0, x1), column) in columns.iter().zip((first_column..).step_by(step as usize)) {
                let cell = Cell { x0, x1, y0, y1 };
                let corner = corner(column, row);
                let start = lists.len();
                let covering = entries::<R>(list).find(|entry| {
                    regions.refine(entry, from, &cell, corner, &mut lists) == Relation::Covers
                });
                let last = covering.map_or(end, |entry| FINAL | answers[entry[0] as usize]);
                if lists.len() == start {
                    cells.push(last);
                } else {
                    lists.push(last);
                    cells.push(start as u32);
                }
            }
        }
        Self { at, finer, cells, lists }
    }
}
