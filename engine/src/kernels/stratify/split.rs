use arrow_array::{Array, UInt32Array};
use arrow_buffer::NullBuffer;

use super::apportion::apportion;
use super::classes::{Classes, Nulls};
use super::deal::deal;
use crate::error::{Error, Result};

/// How many of the rows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Size {
    /// A share of them, more than 0 and less than 1. A share for the test is rounded up, one for the
    /// training down.
    Share(f64),
    /// So many, at least 1.
    Count(usize),
}

/// What to do with a class of one row, which cannot be in both parts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Small {
    /// It is an error, which names the class.
    #[default]
    Raise,
    /// Its row is for training.
    Train,
}

/// A part of the rows, as [`Split::assign`] numbers them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Part {
    /// For training.
    Train = 0,
    /// For the test.
    Test = 1,
}

/// Neither part: a null in the answer.
const NEITHER: u32 = u32::MAX;

/// How to part rows into training and test.
///
/// ```
/// use arrow_array::{StringArray, UInt32Array};
/// use poly_match_engine::kernels::stratify::{Size, Split};
///
/// let label = StringArray::from(vec!["a", "a", "a", "a", "b", "b"]);
/// let split = Split { test: Some(Size::Count(3)), shuffle: false, ..Split::default() };
/// assert_eq!(split.assign("label", &label)?, UInt32Array::from(vec![0, 0, 1, 1, 0, 1]));
/// # Ok::<(), poly_match_engine::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Split {
    /// Rows for the test; `None` for those that are not for training, which is what goes with a
    /// size for training alone.
    pub test: Option<Size>,
    /// Rows for training; `None` for those that are not for the test.
    pub train: Option<Size>,
    /// Deal at random. Without, the first rows of a class are for training, those after them for
    /// the test.
    pub shuffle: bool,
    /// What is drawn follows from this.
    pub seed: u64,
    /// What a class of one row means.
    pub small: Small,
    /// What a null label means.
    pub nulls: Nulls,
}

impl Default for Split {
    /// A third for the test, the rest for training; shuffled, seed 0.
    fn default() -> Self {
        Self {
            test: Some(Size::Share(0.33)),
            train: None,
            shuffle: true,
            seed: 0,
            small: Small::Raise,
            nulls: Nulls::Class,
        }
    }
}

impl Split {
    /// Whether the options make sense together, whatever the labels.
    ///
    /// # Errors
    ///
    /// [`Error::Parameter`] with the name of the first that does not.
    pub fn check(&self) -> Result<()> {
        let fail = |parameter, message: String| Err(Error::Parameter { parameter, message });
        for (parameter, size) in [("test_size", self.test), ("train_size", self.train)] {
            match size {
                Some(Size::Share(share)) if !(share > 0.0 && share < 1.0) => {
                    let message =
                        format!("expected a share between 0 and 1 or a count, got {share:?}");
                    return fail(parameter, message);
                }
                Some(Size::Count(0)) => {
                    return fail(parameter, "expected at least 1 row, got 0".to_owned());
                }
                _ => {}
            }
        }
        match (self.test, self.train) {
            (None, None) => {
                fail("test_size", "expected a size; train_size is not given either".to_owned())
            }
            (Some(Size::Share(test)), Some(Size::Share(train))) if test + train > 1.0 + 1e-12 => {
                fail("train_size", format!("with test_size more than all: {train} and {test}"))
            }
            _ => Ok(()),
        }
    }

    /// The part of each row: 0 for training, 1 for the test (see [`Part`]), null for neither.
    /// `column` is the name of the labels for errors.
    ///
    /// Both parts have exactly as many rows as asked for. Each class has its share of the training
    /// by largest remainder, and its share of the test likewise out of what is then left; of equal
    /// remainders the class that comes first in the column counts more.
    ///
    /// # Errors
    ///
    /// [`Error::Parameter`] as [`Split::check`]; for sizes that the rows do not allow; for `label`
    /// if a class has one row and [`Split::small`] does not say where it goes. Else those of
    /// [`Classes::try_new`].
    pub fn assign(&self, column: &str, labels: &dyn Array) -> Result<UInt32Array> {
        self.check()?;
        if labels.is_empty() {
            return Ok(UInt32Array::new_null(0));
        }
        let classes = Classes::try_new(column, labels, self.nulls)?;
        let (train, test) = self.totals(labels.len())?;
        let alone = |&count: &usize| count == 1;
        let n_alone = classes.counts().iter().filter(|count| alone(count)).count();
        if let (Small::Raise, Some(class)) = (self.small, classes.counts().iter().position(alone)) {
            let message = format!(
                "column '{column}': class {} has one row, which cannot be in both parts; \
                 small=\"train\" leaves it for training",
                classes.name(class, labels)
            );
            return Err(Error::Parameter { parameter: "label", message });
        }
        if n_alone > train {
            let message = format!(
                "{n_alone} classes have one row each, which is more than the {train} for training"
            );
            return Err(Error::Parameter { parameter: "train_size", message });
        }

        let several: Vec<usize> =
            classes.counts().iter().map(|&count| if count == 1 { 0 } else { count }).collect();
        let mut trains = apportion(&several, train - n_alone);
        let left: Vec<usize> =
            several.iter().zip(&trains).map(|(count, train)| count - train).collect();
        let tests = apportion(&left, test);
        for (train, count) in trains.iter_mut().zip(classes.counts()) {
            *train += usize::from(alone(count));
        }

        let parts = deal(&classes, self.shuffle.then_some(self.seed), |class, hand| {
            let (train, test) = (trains[class], tests[class]);
            hand[..train].fill(Part::Train as u32);
            hand[train..train + test].fill(Part::Test as u32);
            hand[train + test..].fill(NEITHER);
        });
        let nulls = (train + test < labels.len())
            .then(|| NullBuffer::from_iter(parts.iter().map(|&part| part != NEITHER)));
        Ok(UInt32Array::new(parts.into(), nulls))
    }

    /// How many of `n_rows` rows are for training and for the test.
    fn totals(&self, n_rows: usize) -> Result<(usize, usize)> {
        let fail = |parameter, message: String| Err(Error::Parameter { parameter, message });
        let share = |share: f64| share * n_rows as f64;
        let test = self.test.map(|size| match size {
            Size::Share(test) => share(test).ceil() as usize,
            Size::Count(test) => test,
        });
        let train = self.train.map(|size| match (size, test) {
            // Two shares that make up one leave no row out and count none twice, however rounded.
            (Size::Share(train), Some(test)) if matches!(self.test, Some(Size::Share(_))) => {
                (share(train).floor() as usize).min(n_rows.saturating_sub(test))
            }
            (Size::Share(train), _) => share(train).floor() as usize,
            (Size::Count(train), _) => train,
        });
        let given = test.unwrap_or_default().saturating_add(train.unwrap_or_default());
        if given > n_rows {
            let message = format!("expected at most {n_rows} rows for both parts, got {given}");
            return fail(if self.test.is_some() { "test_size" } else { "train_size" }, message);
        }
        let test = test.unwrap_or(n_rows - given);
        let train = train.unwrap_or(n_rows - given);
        match (train, test) {
            (0, _) => fail("test_size", format!("nothing is left for training of {n_rows} rows")),
            (_, 0) => fail("train_size", format!("nothing is left for the test of {n_rows} rows")),
            totals => Ok(totals),
        }
    }
}
