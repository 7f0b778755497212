use std::ops::Range;

/// Which cells of a matrix of `n` rows and `m` columns, neither 0, are looked at: those of
/// [`Dtw::window`](super::Dtw::window), diagonal by diagonal.
#[derive(Debug, Clone, Copy)]
pub(super) struct Band {
    n: usize,
    m: usize,
    /// How much a row number may exceed the column number, and the other way round.
    below: usize,
    above: usize,
}

impl Band {
    pub(super) fn new(n: usize, m: usize, window: Option<usize>) -> Self {
        let window = window.unwrap_or(usize::MAX);
        let side = |excess: usize, most: usize| excess.saturating_add(window).min(most);
        Self { n, m, below: side(n.saturating_sub(m), n), above: side(m.saturating_sub(n), m) }
    }

    /// Number of diagonals: those where row and column add up to 0, 1 ...
    pub(super) fn diagonals(&self) -> usize {
        self.n + self.m - 1
    }

    /// The rows in which a diagonal has cells, none for some where the band is one cell wide.
    ///
    /// From one diagonal to the next, start and end each stay or grow by one.
    pub(super) fn rows(&self, diagonal: usize) -> Range<usize> {
        let first = (diagonal + 1).saturating_sub(self.m);
        let first_near = diagonal.saturating_sub(self.above).div_ceil(2);
        let last = diagonal.min(self.n - 1).min((diagonal + self.below) / 2);
        first.max(first_near)..last + 1
    }
}
