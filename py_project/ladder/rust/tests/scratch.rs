//! Tests of the scratch versions of the other kernels, with their errors.

use ndarray::array;
use poly_match_ladder::{Error, kmeans, stratify};

#[test]
fn centroids_move_to_the_means_and_rest() -> Result<(), Error> {
    let points = array![[0.0, 0.0], [9.0, 9.0], [0.0, 2.0], [9.0, 7.0]];
    let start = array![[0.0, 0.0], [9.0, 9.0], [99.0, 99.0]];
    let found = kmeans::lloyd(points.view(), start.view(), 10)?;
    // The third centroid has no points and does not move.
    assert_eq!(found.centroids, array![[0.0, 1.0], [9.0, 8.0], [99.0, 99.0]]);
    assert_eq!(found.labels, array![0, 1, 0, 1]);
    assert_eq!((found.inertia, found.iterations), (4.0, 2));
    assert_eq!(kmeans::lloyd(points.view(), start.view(), 1)?.iterations, 1);
    Ok(())
}

#[test]
fn a_split_is_exact_by_largest_remainder() -> Result<(), Error> {
    // Quotas of the test: 2.5, 1.5 and 1 of 5, 3 and 2 rows.
    let labels = [1, 1, 1, 1, 1, 2, 2, 2, 3, 3];
    let parts = stratify::split(&labels, 0.5, 7)?;
    let tests = |label: i64| {
        labels.iter().zip(&parts).filter(|&(&of, &part)| of == label && part == 1).count()
    };
    assert_eq!([tests(1), tests(2), tests(3)], [3, 1, 1]);
    assert_eq!(stratify::split(&labels, 0.5, 7)?, parts);
    Ok(())
}

#[test]
fn folds_differ_by_at_most_one() -> Result<(), Error> {
    let labels: Vec<i64> = (0..101).map(|row| row * row % 7).collect();
    let folds = stratify::fold(&labels, 4, 7)?;
    let sizes = |wanted: Option<i64>| {
        let of_fold = |fold: u32| {
            let rows = labels.iter().zip(&folds);
            rows.filter(|&(&of, &at)| at == fold && wanted.is_none_or(|label| label == of)).count()
        };
        (0..4).map(of_fold).collect::<Vec<_>>()
    };
    for wanted in std::iter::once(None).chain((0..7).map(Some)) {
        let sizes = sizes(wanted);
        assert!(sizes.iter().max() <= sizes.iter().min().map(|least| least + 1).as_ref());
    }
    Ok(())
}

#[test]
fn what_cannot_be_done_is_an_error() {
    let (points, start) = (array![[0.0, 0.0]], array![[0.0]]);
    let error = Error::Centroids { points: 2, centroids: 1, dims: 1 };
    assert_eq!(kmeans::lloyd(points.view(), start.view(), 1).err(), Some(error));
    assert_eq!(stratify::split(&[1, 2], 2.0, 0).err(), Some(Error::Test { test: 4, rows: 2 }));
    assert_eq!(stratify::fold(&[1, 2], 1, 0).err(), Some(Error::Folds(1)));
}
