use super::Pair;
use super::band::Band;
use crate::error::{Error, Result};
use crate::stop::Current;

/// Bytes that are cleared at once.
const PIECE: usize = 1 << 26;

/// The step that leads to each cell of a band, in two bits: the lower is set for a step in the first
/// series alone if that is better than one in both, the upper for a step in the second alone if that
/// is better than either.
#[derive(Debug)]
pub(super) struct Steps {
    band: Band,
    /// Four cells a byte; each diagonal begins with a byte of its own.
    packed: Vec<u8>,
    /// Where each diagonal begins, and the end.
    starts: Vec<usize>,
}

impl Steps {
    /// Room for the steps of all cells of a band.
    pub(super) fn new(band: Band, stop: &Current) -> Result<Self> {
        let mut starts = Vec::with_capacity(band.diagonals() + 1);
        let mut end = 0;
        starts.push(end);
        for diagonal in 0..band.diagonals() {
            end += band.rows(diagonal).len().div_ceil(4);
            starts.push(end);
        }
        let mut packed = Vec::new();
        packed.try_reserve_exact(end).map_err(|_| Error::Parameter {
            parameter: "window",
            message: format!("the path needs {end} bytes; a narrower window needs less"),
        })?;
        while packed.len() < end {
            packed.resize(end.min(packed.len() + PIECE), 0);
            stop.check()?;
        }
        Ok(Self { band, packed, starts })
    }

    /// The steps of the cells of a diagonal.
    #[inline(always)]
    pub(super) fn of_diagonal(&mut self, diagonal: usize) -> &mut [u8] {
        &mut self.packed[self.starts[diagonal]..self.starts[diagonal + 1]]
    }

    /// Walks back from the last cell of a matrix of `n` rows and `m` columns.
    pub(super) fn path(&self, n: usize, m: usize) -> Vec<Pair> {
        let (mut i, mut j) = (n - 1, m - 1);
        let mut path = vec![[i as u32, j as u32]];
        while (i, j) != (0, 0) {
            // At an edge there is one way, which sums past all numbers would not tell.
            match (i, j, self.step(i, j)) {
                (0, _, _) => j -= 1,
                (_, 0, _) => i -= 1,
                (_, _, 0) => (i, j) = (i - 1, j - 1),
                (_, _, 1) => i -= 1,
                _ => j -= 1,
            }
            path.push([i as u32, j as u32]);
        }
        path.reverse();
        path
    }

    fn step(&self, i: usize, j: usize) -> u8 {
        let at = i - self.band.rows(i + j).start;
        self.packed[self.starts[i + j] + at / 4] >> (2 * (at % 4)) & 3
    }
}
