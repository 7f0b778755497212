use arrow_array::{Array, UInt32Array};

use super::classes::{Classes, Nulls};
use super::deal::{deal, shuffle};
use crate::error::{Error, Result};
use crate::kernels::random::Random;

/// How to deal rows out to folds.
///
/// ```
/// use arrow_array::{StringArray, UInt32Array};
/// use poly_match_engine::kernels::stratify::Fold;
///
/// let label = StringArray::from(vec!["a", "a", "b", "a", "b"]);
/// let folds = Fold { shuffle: false, ..Fold::new(2) }.assign("label", &label)?;
/// assert_eq!(folds, UInt32Array::from(vec![0, 0, 0, 1, 1]));
/// # Ok::<(), poly_match_engine::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fold {
    /// Number of folds; at least 2, at most the number of rows.
    pub n_splits: usize,
    /// Deal at random: a row is equally likely to be in each fold, and so are the rows that a class
    /// has over. Without, the first rows of a class go to its first fold, and so on.
    pub shuffle: bool,
    /// What is drawn follows from this.
    pub seed: u64,
    /// What a null label means.
    pub nulls: Nulls,
}

impl Fold {
    /// The defaults: shuffled, seed 0, nulls a class of their own.
    pub fn new(n_splits: usize) -> Self {
        Self { n_splits, shuffle: true, seed: 0, nulls: Nulls::Class }
    }

    /// Whether the options make sense, whatever the labels.
    ///
    /// # Errors
    ///
    /// [`Error::Parameter`] if not.
    pub fn check(&self) -> Result<()> {
        let bound = match self.n_splits {
            0 | 1 => "at least 2 folds".to_owned(),
            many if u32::try_from(many).is_err() => format!("at most {} folds", u32::MAX),
            _ => return Ok(()),
        };
        let message = format!("expected {bound}, got {}", self.n_splits);
        Err(Error::Parameter { parameter: "n_splits", message })
    }

    /// The fold of each row, from 0. `column` is the name of the labels for errors.
    ///
    /// The sizes of two folds differ by at most one, and so do the rows of a class in them. A class
    /// with fewer rows than there are folds is missing in some.
    ///
    /// # Errors
    ///
    /// [`Error::Parameter`] as [`Fold::check`], and for more folds than rows, unless there are no
    /// rows; else those of [`Classes::try_new`].
    pub fn assign(&self, column: &str, labels: &dyn Array) -> Result<UInt32Array> {
        self.check()?;
        if !labels.is_empty() && labels.len() < self.n_splits {
            let message = format!(
                "expected at most {}, the number of rows, got {}",
                labels.len(),
                self.n_splits
            );
            return Err(Error::Parameter { parameter: "n_splits", message });
        }
        let classes = Classes::try_new(column, labels, self.nulls)?;
        let order = Order::new(self, classes.counts());
        let folds = deal(&classes, self.shuffle.then_some(self.seed), |class, hand: &mut [u32]| {
            order.fill(class, hand);
            if !self.shuffle {
                hand.sort_unstable();
            }
        });
        Ok(folds.into())
    }
}

/// The folds of the rows of all classes, laid out one class after the other: each n-th row goes to
/// the same fold, so that no two folds differ by more than one, in all as in a class.
///
/// Where rows are shuffled, so are the classes and the folds: which folds get the rows that a class
/// has over is drawn, each fold being as likely as another.
struct Order {
    /// The place of the first row of each class, modulo the number of folds.
    starts: Vec<u32>,
    folds: Vec<u32>,
}

impl Order {
    fn new(fold: &Fold, counts: &[usize]) -> Self {
        let mut classes: Vec<usize> = (0..counts.len()).collect();
        let mut folds: Vec<u32> = (0..fold.n_splits as u32).collect();
        if fold.shuffle {
            // Streams that no class has.
            shuffle(&mut classes, &mut Random::stream(fold.seed, u64::MAX));
            shuffle(&mut folds, &mut Random::stream(fold.seed, u64::MAX - 1));
        }
        let mut starts = vec![0; counts.len()];
        let mut start = 0;
        for class in classes {
            starts[class] = start as u32;
            start = (start + counts[class]) % fold.n_splits;
        }
        Self { starts, folds }
    }

    fn fill(&self, class: usize, hand: &mut [u32]) {
        let mut at = self.starts[class] as usize;
        for card in hand {
            *card = self.folds[at];
            at = if at + 1 == self.folds.len() { 0 } else { at + 1 };
        }
    }
}
