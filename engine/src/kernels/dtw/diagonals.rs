use super::Pair;
use super::band::Band;
use super::path::Steps;
use crate::error::Result;
use crate::kernels::widest::widest;
use crate::stop::Current;

/// Room for three diagonals, used again from pair to pair.
///
/// A cell of row `i` stands at `i + 1`; next to the cells of a diagonal stands infinity on both
/// sides, for those that are not in the matrix or the band.
#[derive(Debug, Default)]
pub(super) struct Diagonals {
    now: Vec<f64>,
    before: Vec<f64>,
    two_before: Vec<f64>,
    /// The second series from its end, so that a diagonal meets both series in ascending order.
    reversed: Vec<f64>,
}

/// What the cells of a stretch of a diagonal are made of, one for each.
struct Stretch<'a> {
    now: &'a mut [f64],
    /// The cell that a step in both series comes from; in the first alone; in the second alone.
    both: &'a [f64],
    first: &'a [f64],
    second: &'a [f64],
    a: &'a [f64],
    b: &'a [f64],
}

impl Diagonals {
    pub(super) fn distance(
        &mut self,
        a: &[f64],
        b: &[f64],
        window: Option<usize>,
        stop: &Current,
    ) -> Result<Option<f64>> {
        // The distance is the same the other way round, and diagonals are as long as the first.
        let (a, b) = if a.len() <= b.len() { (a, b) } else { (b, a) };
        if a.is_empty() {
            return Ok(None);
        }
        let band = Band::new(a.len(), b.len(), window);
        widest(
            #[inline(always)]
            || {
                self.fill(
                    a,
                    b,
                    band,
                    stop,
                    #[inline(always)]
                    |_, stretch| sums(stretch),
                );
            },
        );
        stop.check()?;
        Ok(self.now.get(a.len()).copied())
    }

    pub(super) fn path(
        &mut self,
        a: &[f64],
        b: &[f64],
        window: Option<usize>,
        stop: &Current,
    ) -> Result<Option<Vec<Pair>>> {
        if a.is_empty() || b.is_empty() {
            return Ok(None);
        }
        let band = Band::new(a.len(), b.len(), window);
        let mut steps = Steps::new(band, stop)?;
        widest(
            #[inline(always)]
            || {
                self.fill(
                    a,
                    b,
                    band,
                    stop,
                    #[inline(always)]
                    |diagonal, stretch| sums_and_steps(stretch, steps.of_diagonal(diagonal)),
                );
            },
        );
        stop.check()?;
        Ok(Some(steps.path(a.len(), b.len())))
    }

    /// Fills diagonal after diagonal; `cells` gets its number and what it is made of. The last one,
    /// with the last cell alone, is then in `now`, unless the work was stopped.
    #[inline(always)]
    fn fill(
        &mut self,
        a: &[f64],
        b: &[f64],
        band: Band,
        stop: &Current,
        mut cells: impl FnMut(usize, Stretch<'_>),
    ) {
        for diagonal in [&mut self.now, &mut self.before, &mut self.two_before] {
            diagonal.clear();
            diagonal.resize(a.len() + 2, f64::INFINITY);
        }
        self.reversed.clear();
        self.reversed.extend(b.iter().rev());
        // What the first cell comes from: two diagonals before it.
        self.before[0] = 0.0;
        for diagonal in 0..band.diagonals() {
            if stop.is_stopped() {
                return;
            }
            std::mem::swap(&mut self.two_before, &mut self.before);
            std::mem::swap(&mut self.before, &mut self.now);
            let rows = band.rows(diagonal);
            self.now[rows.start] = f64::INFINITY;
            self.now[rows.end + 1] = f64::INFINITY;
            if rows.is_empty() {
                continue;
            }
            let b_first = rows.start + b.len() - 1 - diagonal;
            let stretch = Stretch {
                now: &mut self.now[rows.start + 1..rows.end + 1],
                both: &self.two_before[rows.clone()],
                first: &self.before[rows.clone()],
                second: &self.before[rows.start + 1..rows.end + 1],
                a: &a[rows.clone()],
                b: &self.reversed[b_first..b_first + rows.len()],
            };
            cells(diagonal, stretch);
        }
    }
}

/// Each cell: the difference there, on top of the least of those before.
#[inline(always)]
fn sums(stretch: Stretch<'_>) {
    let len = stretch.now.len();
    let (both, first, second) =
        (&stretch.both[..len], &stretch.first[..len], &stretch.second[..len]);
    let (a, b) = (&stretch.a[..len], &stretch.b[..len]);
    for at in 0..len {
        let least = lesser(lesser(both[at], first[at]), second[at]);
        stretch.now[at] = (a[at] - b[at]).abs() + least;
    }
}

/// The same, and which of those before it was.
#[inline(always)]
fn sums_and_steps(stretch: Stretch<'_>, steps: &mut [u8]) {
    let len = stretch.now.len();
    let (both, first, second) =
        (&stretch.both[..len], &stretch.first[..len], &stretch.second[..len]);
    let (a, b) = (&stretch.a[..len], &stretch.b[..len]);
    let step = |at: usize| {
        let by_first = u8::from(first[at] < both[at]);
        let by_second = u8::from(second[at] < lesser(both[at], first[at]));
        by_first | by_second << 1
    };
    for at in 0..len {
        let least = lesser(lesser(both[at], first[at]), second[at]);
        stretch.now[at] = (a[at] - b[at]).abs() + least;
    }
    for (packed, at) in steps.iter_mut().zip((0..len).step_by(4)) {
        let four = at..len.min(at + 4);
        *packed = four.rev().fold(0, |packed, at| packed << 2 | step(at));
    }
}

/// As `f64::min`, of numbers that are none NaN: one instruction.
#[inline(always)]
fn lesser(a: f64, b: f64) -> f64 {
    if b < a { b } else { a }
}
