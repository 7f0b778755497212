use super::{Cover, FINAL, NONE, SPLIT};

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
