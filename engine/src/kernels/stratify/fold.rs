use arrow_array::{Array, UInt32Array};

use super::classes::{Classes, Nulls};
use super::deal::deal;
use crate::error::{Error, Result};

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
    /// Deal at random. Without, the first rows of a class go to its first fold, and so on.
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
        if self.n_splits < 2 || u32::try_from(self.n_splits).is_err() {
            let message = format!("expected at least 2 folds, got {}", self.n_splits);
            return Err(Error::Parameter { parameter: "n_splits", message });
        }
        Ok(())
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
        // With the classes one after the other, each n-th row goes to the same fold: then no two
        // folds differ by more than one, in all as in a class.
        let folds =
            deal(&classes, self.shuffle.then_some(self.seed), |_, first, hand: &mut [u32]| {
                let n_splits = self.n_splits as u32;
                let mut fold = (first % self.n_splits) as u32;
                for card in &mut *hand {
                    *card = fold;
                    fold = if fold + 1 == n_splits { 0 } else { fold + 1 };
                }
                if !self.shuffle {
                    hand.sort_unstable();
                }
            });
        Ok(folds.into())
    }
}
