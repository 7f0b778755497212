//! Some rows of the grid while they are filled: each cell with a chain of entries.

use std::ops::Range;

use super::grid::Lattice;
use super::{FINAL, NONE};
use crate::region::{OpenCells, Regions};
use crate::stop::Current;

/// End of a cell's chain of entries.
const NIL: u32 = u32::MAX;

/// Some rows of cells, while they are filled. Used for one band after the other, as its memory is.
pub(super) struct Band<'a> {
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
    current: &'a Current,
}

impl<'a> Band<'a> {
    pub(super) fn new(width: u32, current: &'a Current) -> Self {
        Self {
            width: width as usize,
            rows: 0..0,
            rank: 0,
            chains: vec![],
            links: vec![],
            words: 0,
            open: vec![],
            open_in_row: vec![],
            current,
        }
    }

    /// All cells of these rows open, and empty.
    fn clear(&mut self, rows: Range<u32>) {
        let height = rows.len();
        self.rows = rows;
        self.chains.clear();
        self.chains.resize(self.width * height, (NIL, NIL));
        self.links.clear();
        self.words = 0;
        self.open.clear();
        self.open.extend((0..height).flat_map(|_| 0..=self.width as u32));
        self.open_in_row.clear();
        self.open_in_row.resize(height, self.width as u32);
    }

    /// Fills these rows. False when there would be more than `most` words in lists, and for stopped
    /// work.
    pub(super) fn fill<R: Regions>(
        &mut self,
        regions: &R,
        contenders: &[u32],
        lattice: &Lattice<'_>,
        rows: Range<u32>,
        most: usize,
    ) -> bool {
        self.clear(rows.clone());
        for &rank in contenders {
            self.rank = rank;
            regions.visit(rank, lattice, rows.clone(), self);
            // A settled cell costs no entry in the end, but no more than its place in the table.
            if self.words > most.saturating_add(self.chains.len())
                || self.links.len() >= NIL as usize
                || self.is_stopped()
            {
                return false;
            }
        }
        true
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
    pub(super) fn lists<R: Regions>(&self, answers: &[u32]) -> (Vec<u32>, Vec<u32>) {
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

impl OpenCells for Band<'_> {
    fn is_stopped(&self) -> bool {
        self.current.is_stopped()
    }

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
