//! Straightforward stratified splits: a shuffled list of rows for each class.

use std::collections::HashMap;

use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;

use crate::Error;

/// The part of each row: 0 for training, 1 for the test, whose number of rows is rounded up.
///
/// # Errors
///
/// [`Error::Test`] if the test would have more rows than there are.
pub fn split(labels: &[i64], test_size: f64, seed: u64) -> Result<Vec<u8>, Error> {
    let rows = labels.len();
    let test = (test_size * rows as f64).ceil() as usize;
    if test > rows {
        return Err(Error::Test { test, rows });
    }
    let classes = shuffled(labels, seed);
    let quota = |class: &Vec<usize>| (class.len() * test) as f64 / rows as f64;
    let mut given: Vec<usize> = classes.iter().map(|class| quota(class) as usize).collect();
    let left = test - given.iter().sum::<usize>();
    let mut by_remainder: Vec<(f64, usize)> =
        classes.iter().enumerate().map(|(at, class)| (-quota(class).fract(), at)).collect();
    by_remainder.sort_by(|a, b| a.0.total_cmp(&b.0));
    for (_, at) in by_remainder.into_iter().take(left) {
        if let Some(given) = given.get_mut(at) {
            *given += 1;
        }
    }
    let mut parts = vec![0; rows];
    for (class, given) in classes.iter().zip(given) {
        for &row in class.iter().take(given) {
            if let Some(part) = parts.get_mut(row) {
                *part = 1;
            }
        }
    }
    Ok(parts)
}

/// The fold of each row.
///
/// # Errors
///
/// [`Error::Folds`] for fewer than two folds.
pub fn fold(labels: &[i64], n_splits: usize, seed: u64) -> Result<Vec<u32>, Error> {
    if n_splits < 2 {
        return Err(Error::Folds(n_splits));
    }
    let mut folds = vec![0; labels.len()];
    for (at, row) in shuffled(labels, seed).into_iter().flatten().enumerate() {
        if let Some(fold) = folds.get_mut(row) {
            *fold = (at % n_splits) as u32;
        }
    }
    Ok(folds)
}

/// The rows of each class in random order, classes in the order of their first rows.
fn shuffled(labels: &[i64], seed: u64) -> Vec<Vec<usize>> {
    let mut numbers = HashMap::new();
    let mut classes: Vec<Vec<usize>> = Vec::new();
    for (row, label) in labels.iter().enumerate() {
        let number = *numbers.entry(label).or_insert_with(|| {
            classes.push(Vec::new());
            classes.len() - 1
        });
        if let Some(class) = classes.get_mut(number) {
            class.push(row);
        }
    }
    let mut random = StdRng::seed_from_u64(seed);
    classes.iter_mut().for_each(|class| class.shuffle(&mut random));
    classes
}
