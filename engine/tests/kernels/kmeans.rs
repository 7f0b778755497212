use std::sync::Arc;

use arrow_array::builder::{FixedSizeListBuilder, Float64Builder, ListBuilder};
use arrow_array::{
    Array, ArrayRef, Float32Array, Float64Array, Int64Array, StructArray, UInt32Array,
};
use arrow_schema::{DataType, Field};
use poly_match_engine::kernels::kmeans::{Centroids, Init, KMeans, KMeansFit, reference};
use poly_match_engine::{Error, Stop};
use proptest::prelude::*;

/// A struct of as many columns as the points have dimensions.
fn column(points: &[Vec<f64>]) -> ArrayRef {
    let dims = points[0].len();
    let fields = (0..dims).map(|dim| {
        let values: Float64Array = points.iter().map(|point| Some(point[dim])).collect();
        let field = Field::new(format!("x{dim}"), DataType::Float64, true);
        (Arc::new(field), Arc::new(values) as ArrayRef)
    });
    Arc::new(StructArray::from(fields.collect::<Vec<_>>()))
}

fn from(start: &[Vec<f64>]) -> KMeans {
    let centroids = Centroids::new(start.concat(), start[0].len()).expect("centroids");
    KMeans { init: Init::Centroids(centroids), ..KMeans::new(start.len()) }
}

/// Some points of some dimensions, and how many of them to start from.
fn points(
    coordinate: impl Strategy<Value = f64> + Clone,
    most: usize,
) -> impl Strategy<Value = (Vec<Vec<f64>>, usize)> {
    (1_usize..6, 1..most).prop_flat_map(move |(dims, len)| {
        let point = prop::collection::vec(coordinate.clone(), dims);
        (prop::collection::vec(point, len), 1..=len.min(12))
    })
}

/// Coordinates among which ties are common and sums exact.
fn whole() -> impl Strategy<Value = f64> + Clone {
    (-8_i32..9).prop_map(f64::from)
}

/// More points than a leaf has, with `whole` coordinates.
fn blobs(len: usize, dims: usize, seed: u64) -> Vec<Vec<f64>> {
    let mut state = seed;
    let mut below = |bound: u64| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) % bound
    };
    (0..len)
        .map(|_| {
            let blob = below(7) * 40;
            (0..dims).map(|dim| ((blob * (dim as u64 + 3)) % 130 + below(12)) as f64).collect()
        })
        .collect()
}

fn assert_same(fit: &KMeansFit, found: &reference::Found) {
    assert_eq!(fit.labels.values(), &found.labels[..]);
    assert_eq!(fit.centroids.values(), found.centroids.concat());
    assert_eq!(fit.iterations, found.iterations);
    assert!((fit.inertia - found.inertia).abs() <= 1e-9 * found.inertia, "{fit:?} {found:?}");
}

proptest! {
    #[test]
    fn whole_numbers_give_the_very_same_fit((points, k) in points(whole(), 400), max_iter in 1_usize..30) {
        let start = &points[..k];
        let fit = KMeans { max_iter, tol: 0.0, ..from(start) }.fit("point", &column(&points)).expect("a fit");
        assert_same(&fit, &reference::lloyd(&points, start, max_iter, 0.0));
    }

    #[test]
    fn any_numbers_give_the_same_inertia((points, k) in points(-1e3..1e3, 300)) {
        let start = &points[..k];
        let fit = KMeans { max_iter: 4, ..from(start) }.fit("point", &column(&points)).expect("a fit");
        let found = reference::lloyd(&points, start, 4, 1e-6);
        prop_assert!((fit.inertia - found.inertia).abs() <= 1e-9 * found.inertia + 1e-18);
        // Each label is the nearest of the centroids that came out, by the definition.
        let centroids: Vec<Vec<f64>> = fit.centroids.values().chunks(points[0].len()).map(<[f64]>::to_vec).collect();
        for (point, &label) in points.iter().zip(fit.labels.values()) {
            prop_assert_eq!(reference::nearest(point, &centroids).0, label as usize);
        }
    }

    #[test]
    fn extreme_coordinates_do_not_panic((points, k) in points(
        prop::sample::select(vec![0.0, -0.0, 1e-300, 5e-324, 1.0, 1.0 + f64::EPSILON, 1e150, -1e150, 1e300, f64::MAX]), 120)) {
        match from(&points[..k]).fit("point", &column(&points)) {
            Ok(fit) => prop_assert!(fit.inertia.is_finite()),
            Err(error) => prop_assert!(error.to_string().starts_with("points: squared distances")),
        }
    }

    #[test]
    fn any_start_is_k_points((points, k) in points(whole(), 300), seed in any::<u64>(), random in any::<bool>()) {
        let init = if random { Init::Random } else { Init::PlusPlus };
        let options = KMeans { init, seed, n_init: 2, ..KMeans::new(k) };
        let fit = options.fit("point", &column(&points)).expect("a fit");
        prop_assert_eq!(&fit, &options.fit("point", &column(&points)).expect("a fit"));
        prop_assert!(fit.labels.values().iter().all(|&label| (label as usize) < k));
        prop_assert_eq!(fit.labels, fit.centroids.predict("point", &column(&points)).expect("labels"));
    }
}

#[test]
fn many_points_in_many_leaves() {
    for (len, dims, k) in [(20_000, 2, 30), (5_000, 8, 12), (3_000, 1, 40), (2_000, 64, 5)] {
        let points = blobs(len, dims, len as u64);
        let start = &points[..k];
        let fit =
            KMeans { max_iter: 12, ..from(start) }.fit("point", &column(&points)).expect("a fit");
        assert_same(&fit, &reference::lloyd(&points, start, 12, 1e-6));
    }
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let points = blobs(50_000, 3, 9)
        .into_iter()
        .map(|point| point.iter().map(|at| at * 0.1).collect())
        .collect::<Vec<_>>();
    let column = column(&points);
    let fit = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        pool.install(|| {
            KMeans { seed: 5, n_init: 2, ..KMeans::new(20) }.fit("point", &column).expect("a fit")
        })
    };
    let one = fit(1);
    for threads in [2, 5] {
        assert_eq!(fit(threads), one);
    }
}

#[test]
fn an_empty_cluster_gets_the_farthest_point() {
    let points = [vec![0.0], vec![1.0], vec![10.0], vec![-10.0]];
    let start = [vec![0.5], vec![1000.0], vec![2000.0]];
    let fit = KMeans { max_iter: 1, ..from(&start) }.fit("point", &column(&points)).expect("a fit");
    // -10 is 10.5 away, 10 is 9.5 away.
    assert_eq!(fit.centroids.values(), [0.5, -10.0, 10.0]);
    assert_eq!(fit.labels.values(), &[0, 0, 2, 1]);
    // Where all points lie on their centroids there is none to be taken.
    let equal = vec![vec![4.0]; 3];
    let fit = from(&[vec![4.0], vec![7.0]]).fit("point", &column(&equal)).expect("a fit");
    assert_eq!((fit.centroids.values(), fit.inertia), (&[4.0, 7.0][..], 0.0));
}

#[test]
fn a_far_point_leaves_its_cluster_as_if_it_had_not_been_there() {
    // In the sum of all the others are rounded off.
    let points = [vec![1.0], vec![1.0], vec![1e17]];
    let start = [vec![0.0], vec![-1e18]];
    let fit = KMeans { max_iter: 1, ..from(&start) }.fit("point", &column(&points)).expect("a fit");
    assert_eq!(fit.centroids.values(), [1.0, 1e17]);
    // The same of many points in many leaves, of which several go.
    let mut points = blobs(3_000, 2, 3);
    for (row, far) in [(5, 1e17), (1_700, -4e18), (2_999, 1e30)] {
        points[row] = vec![far, -far];
    }
    let start = [vec![50.0; 2], vec![3e40; 2], vec![4e40; 2], vec![5e40; 2]];
    let fit = KMeans { max_iter: 1, ..from(&start) }.fit("point", &column(&points)).expect("a fit");
    let found = reference::lloyd(&points, &start, 1, 1e-6);
    assert_eq!(fit.centroids.values(), found.centroids.concat());
    assert_eq!(fit.centroids.values()[2..], [1e30, -1e30, -4e18, 4e18, 1e17, -1e17]);
}

#[test]
fn a_fit_can_be_stopped() {
    let column = column(&blobs(5_000, 2, 1));
    let stop = Stop::default();
    stop.stop();
    for init in [Init::PlusPlus, Init::Random] {
        let options = KMeans { init, ..KMeans::new(9) };
        let fit = stop.during(|| options.fit("point", &column));
        assert!(matches!(fit, Err(Error::Interrupted)));
        assert!(options.fit("point", &column).is_ok());
    }
    let start = Centroids::new(vec![0.0, 0.0], 2).expect("centroids");
    let labels = stop.during(|| start.predict("point", &column));
    assert!(matches!(labels, Err(Error::Interrupted)));
}

#[test]
fn rows_that_are_no_points_get_no_label() {
    let points: [Vec<f64>; 6] = [
        vec![0.0, 0.0],
        vec![f64::NAN, 0.0],
        vec![9.0, 9.0],
        vec![0.0, f64::INFINITY],
        vec![0.0, 1.0],
        vec![9.0, 8.0],
    ];
    let start = [vec![0.0, 0.0], vec![9.0, 9.0]];
    let fit = from(&start).fit("point", &column(&points)).expect("a fit");
    let expected = UInt32Array::from(vec![Some(0), None, Some(1), None, Some(0), Some(1)]);
    assert_eq!(fit.labels, expected);
    assert_eq!(fit.centroids.values(), [0.0, 0.5, 9.0, 8.5]);
    assert_eq!(fit.centroids.predict("point", &column(&points)).expect("labels"), expected);
}

#[test]
fn clusters_are_numbered_by_appearance_if_asked() {
    let points = [vec![9.0], vec![0.0], vec![5.0], vec![9.0]];
    let start = [vec![0.0], vec![5.0], vec![9.0]];
    let by_appearance = KMeans { by_appearance: true, ..from(&start) };
    let fit = by_appearance.fit("point", &column(&points)).expect("a fit");
    assert_eq!(fit.labels.values(), &[0, 1, 2, 0]);
    assert_eq!(fit.centroids.values(), [9.0, 0.0, 5.0]);
    assert_eq!(
        from(&start).fit("point", &column(&points)).expect("a fit").labels.values(),
        &[2, 0, 1, 2]
    );
}

#[test]
fn forms_of_points() {
    let points = [vec![0.0, 1.0], vec![5.0, 6.0], vec![1.0, 1.0]];
    let expected = from(&points[..2]).fit("point", &column(&points)).expect("a fit");
    let mut array = FixedSizeListBuilder::new(Float64Builder::new(), 2);
    let mut list = ListBuilder::new(Float64Builder::new());
    array.values().append_slice(&[7.0, 7.0]);
    array.append(true);
    list.append(false);
    for point in &points {
        array.values().append_slice(point);
        array.append(true);
        list.values().append_slice(point);
        list.append(true);
    }
    let (array, list) = (array.finish().slice(1, 3), list.finish().slice(1, 3));
    for form in [&array as &dyn Array, &list] {
        assert_eq!(from(&points[..2]).fit("point", form).expect("a fit"), expected);
    }
    let ones = [vec![0.0], vec![5.0], vec![1.0]];
    let expected = from(&ones[..2]).fit("x", &column(&ones)).expect("a fit");
    let floats: ArrayRef = Arc::new(Float32Array::from(vec![0.0, 5.0, 1.0]));
    let integers: ArrayRef = Arc::new(Int64Array::from(vec![0, 5, 1]));
    for form in [floats, integers] {
        assert_eq!(from(&ones[..2]).fit("x", &form).expect("a fit"), expected);
    }
}

#[test]
fn errors_name_the_parameter() {
    let points = [vec![0.0, 1.0], vec![5.0, 6.0]];
    let start = Centroids::new(vec![1.0, 2.0], 1).expect("centroids");
    let two = KMeans::new(2);
    for (options, says) in [
        (KMeans::new(0), "k: expected at least 1 cluster, got 0"),
        (KMeans::new(3), "k: expected at most 2, the number of points, got 3"),
        (KMeans { max_iter: 0, ..two.clone() }, "max_iter: expected at least 1 iteration, got 0"),
        (KMeans { tol: -1.0, ..two.clone() }, "tol: expected a distance, got -1"),
        (KMeans { tol: f64::NAN, ..two.clone() }, "tol: expected a distance, got NaN"),
        (KMeans { n_init: 0, ..two.clone() }, "n_init: expected at least 1 start, got 0"),
        (
            KMeans { init: Init::Centroids(start.clone()), ..KMeans::new(1) },
            "init: expected 1 centroids, got 2",
        ),
        (
            KMeans { init: Init::Centroids(start.clone()), n_init: 2, ..two.clone() },
            "n_init: 2 starts from the same centroids are one",
        ),
        (
            KMeans { init: Init::Centroids(start), ..two.clone() },
            "points: points of 2 dimensions, centroids of 1",
        ),
    ] {
        let error = options.fit("point", &column(&points)).expect_err(says);
        assert_eq!(error.to_string(), says);
    }
    for (values, dims, says) in [
        (vec![], 2, "init: expected rows of 2 values, got 0 values"),
        (vec![1.0; 3], 2, "init: expected rows of 2 values, got 3 values"),
        (vec![1.0], 0, "init: expected centroids of 1 to 64 dimensions, got 0"),
        (vec![1.0; 65], 65, "init: expected centroids of 1 to 64 dimensions, got 65"),
        (vec![1.0, f64::NAN], 1, "init: centroid 1 has the coordinate NaN"),
    ] {
        assert_eq!(Centroids::new(values, dims).expect_err(says).to_string(), says);
    }
    let text = arrow_array::StringArray::from(vec!["a", "b"]);
    assert!(matches!(two.fit("name", &text), Err(Error::Dtype { column, .. }) if column == "name"));
    let mut list = ListBuilder::new(Float64Builder::new());
    list.append_value([Some(1.0), Some(2.0)]);
    list.append_value([Some(1.0)]);
    let says = "column 'p', row 1: expected a list of 2 coordinates, got 1";
    assert_eq!(two.fit("p", &list.finish()).expect_err(says).to_string(), says);
}

#[test]
fn no_points_have_no_labels() {
    let empty = Float64Array::from(Vec::<f64>::new());
    assert_eq!(KMeans::new(3).labels("x", &empty).expect("labels").len(), 0);
    assert!(KMeans::new(3).fit("x", &empty).is_err());
    let nulls = Float64Array::new_null(4);
    assert_eq!(KMeans::new(3).labels("x", &nulls).expect("labels").null_count(), 4);
    let few = Float64Array::from(vec![Some(1.0), None, None, None]);
    assert!(KMeans::new(3).labels("x", &few).is_err());
}
