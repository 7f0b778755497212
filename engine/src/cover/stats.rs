use super::{Cover, FINAL, Finer, NONE, SPLIT, SUB_BITS, SUB_MASK};
use crate::region::Regions;

/// What an index consists of.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct IndexStats {
    /// Cells of both levels.
    pub cells: usize,
    /// Cells that no region touches.
    pub empty: usize,
    /// Cells with one answer for all their points.
    pub settled: usize,
    /// Cells with a list of regions to test.
    pub contested: usize,
    /// Cells of the first level that lead to the second.
    pub split: usize,
    /// Entries of all lists.
    pub entries: usize,
    /// Memory of the index, without the polygons' centres.
    pub bytes: usize,
}

impl IndexStats {
    pub(super) fn of(cover: &Cover) -> Self {
        let count = |matches: fn(u32) -> bool| cover.cells.iter().filter(|&&c| matches(c)).count();
        let empty = count(|entry| entry == FINAL | NONE);
        let split = count(|entry| entry & FINAL == 0 && entry & SPLIT != 0);
        let contested = count(|entry| entry & (FINAL | SPLIT) == 0);
        Self {
            cells: cover.cells.len(),
            empty,
            settled: cover.cells.len() - empty - split - contested,
            contested,
            split,
            entries: cover.lists.len(),
            bytes: 4 * (cover.cells.len() + cover.lists.len() + cover.answers.len()),
        }
    }
}

/// In what kind of cell some points lie: which way the index takes to their answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct CellsReached {
    /// Points in cells that no region touches.
    pub empty: usize,
    /// Points in cells with one answer.
    pub settled: usize,
    /// Points in cells with a list of regions to test.
    pub contested: usize,
    /// Of all these, points in cells of the second level.
    pub split: usize,
    /// Of all these, points in the cells around the grid, which reach to infinity.
    pub outer: usize,
}

impl Cover {
    /// Counts the cell of a point.
    pub(crate) fn reach(&self, [x, y]: [f64; 2], reached: &mut CellsReached) {
        let (column, row) = (self.grid.column(x), self.grid.row(y));
        let (of_column, of_row) = (column >> SUB_BITS, row >> SUB_BITS);
        let is_end = |cell: u32, cells: u32| cell == 0 || cell + 1 == cells;
        let is_outer = is_end(of_column, self.grid.width()) || is_end(of_row, self.grid.height());
        reached.outer += usize::from(is_outer);
        let mut word = self.cells[(of_row * self.grid.width() + of_column) as usize];
        if word & FINAL == 0 && word & SPLIT != 0 {
            reached.split += 1;
            let (finer, start) = Finer::of_word(word);
            word = self.cells[(start + finer.cell_at(column, row)) as usize];
        }
        match word {
            word if word == FINAL | NONE => reached.empty += 1,
            word if word & FINAL != 0 => reached.settled += 1,
            _ => reached.contested += 1,
        }
    }

    /// How many regions are tested before a point has its answer: [`Cover::resolve`] point by
    /// point, counted.
    pub(crate) fn tests(&self, regions: &impl Regions, [x, y]: [f64; 2]) -> usize {
        let (mut column, mut row) = (self.grid.column(x), self.grid.row(y));
        let at = (row >> SUB_BITS) * self.grid.width() + (column >> SUB_BITS);
        let mut word = self.cells[at as usize];
        if word & FINAL == 0 && word & SPLIT != 0 {
            let (finer, start) = Finer::of_word(word);
            word = self.cells[(start + finer.cell_at(column, row)) as usize];
            (column, row) = (finer.first_place(column), finer.first_place(row));
        } else {
            (column, row) = (column & !SUB_MASK, row & !SUB_MASK);
        }
        if word & FINAL != 0 {
            return 0;
        }
        let (mut at, mut tests) = (word, 0);
        while self.lists[at as usize] & FINAL == 0 {
            tests += 1;
            let corner = || self.grid.corner(column, row);
            let (hit, next) = regions.test(&self.lists, at, [x, y], corner);
            if hit {
                break;
            }
            at = next;
        }
        tests
    }
}
