//! Tests of time warping in two rows.

use ndarray::{Array2, array};
use poly_match_ladder::{Error, dtw};

#[test]
fn the_least_sum_of_differences() -> Result<(), Error> {
    let a = array![[0.0, 1.0, 2.0], [1.0, 5.0, 2.0]];
    let b = array![[0.0, 2.0, 2.0, 2.0], [1.0, 1.0, 5.0, 2.0]];
    assert_eq!(dtw::distances(a.view(), b.view())?, array![1.0, 0.0]);
    assert_eq!(dtw::distances(b.view(), a.view())?, array![1.0, 0.0]);
    Ok(())
}

#[test]
fn nothing_cannot_be_compared() {
    let none = Array2::zeros((1, 0));
    let one = array![[1.0]];
    assert_eq!(dtw::distances(none.view(), one.view()), Ok(array![f64::INFINITY]));
    assert_eq!(dtw::distances(one.view(), none.view()), Ok(array![f64::INFINITY]));
    let two = array![[1.0], [2.0]];
    assert_eq!(dtw::distances(one.view(), two.view()), Err(Error::Pairs { a: 1, b: 2 }));
}
