//! `stratified_split` and `stratified_fold` as Polars expressions.

use polars::prelude::{PolarsResult, Series};
use poly_match_engine::Error;
use poly_match_engine::kernels::stratify::{Fold, Nulls, Size, Small, Split};
use pyo3::prelude::*;
use serde::Deserialize;

use super::answer;
use crate::error::to_python;

/// The options of a split as they travel with an expression. A size is a share or a count.
#[derive(Deserialize, FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct SplitOptions {
    test_share: Option<f64>,
    test_count: Option<usize>,
    train_share: Option<f64>,
    train_count: Option<usize>,
    shuffle: bool,
    /// The bits of an unsigned number: larger ones do not pass.
    seed: i64,
    small: String,
    nulls: String,
}

/// The options of folds likewise.
#[derive(Deserialize, FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct FoldOptions {
    n_splits: usize,
    shuffle: bool,
    seed: i64,
    nulls: String,
}

impl TryFrom<SplitOptions> for Split {
    type Error = Error;

    fn try_from(options: SplitOptions) -> Result<Self, Error> {
        let size = |share: Option<f64>, count: Option<usize>| {
            share.map(Size::Share).or(count.map(Size::Count))
        };
        let split = Split {
            test: size(options.test_share, options.test_count),
            train: size(options.train_share, options.train_count),
            shuffle: options.shuffle,
            seed: options.seed as u64,
            small: one_of(
                "small",
                &options.small,
                [("raise", Small::Raise), ("train", Small::Train)],
            )?,
            nulls: nulls(&options.nulls)?,
        };
        split.check()?;
        Ok(split)
    }
}

impl TryFrom<FoldOptions> for Fold {
    type Error = Error;

    fn try_from(options: FoldOptions) -> Result<Self, Error> {
        let fold = Fold {
            n_splits: options.n_splits,
            shuffle: options.shuffle,
            seed: options.seed as u64,
            nulls: nulls(&options.nulls)?,
        };
        fold.check()?;
        Ok(fold)
    }
}

fn nulls(given: &str) -> Result<Nulls, Error> {
    one_of("nulls", given, [("class", Nulls::Class), ("raise", Nulls::Raise)])
}

/// The choice that a word stands for.
fn one_of<T>(parameter: &'static str, given: &str, choices: [(&str, T); 2]) -> Result<T, Error> {
    let [first, second] = choices.each_ref().map(|(word, _)| *word);
    let message = format!("expected '{first}' or '{second}', got '{given}'");
    let found = choices.into_iter().find(|(word, _)| *word == given);
    found.map(|(_, choice)| choice).ok_or(Error::Parameter { parameter, message })
}

pub(crate) fn stratified_split(inputs: &[Series], kwargs: SplitOptions) -> PolarsResult<Series> {
    answer(inputs, |name, labels| Split::try_from(kwargs)?.assign(name, &labels))
}

pub(crate) fn stratified_fold(inputs: &[Series], kwargs: FoldOptions) -> PolarsResult<Series> {
    answer(inputs, |name, labels| Fold::try_from(kwargs)?.assign(name, &labels))
}

/// Raises what is wrong with options, whatever the labels.
#[pyfunction]
pub(crate) fn check_split(options: SplitOptions) -> PyResult<()> {
    Split::try_from(options).map_err(to_python)?;
    Ok(())
}

/// Raises what is wrong with options, whatever the labels.
#[pyfunction]
pub(crate) fn check_fold(options: FoldOptions) -> PyResult<()> {
    Fold::try_from(options).map_err(to_python)?;
    Ok(())
}
