//! The three loops find the same polygons, and handle the limits of the rule correctly.

use ndarray::{Array1, Array2, ArrayView1, array};
use poly_match_ladder::{Error, Shape, best, close};

type Found = Result<Vec<usize>, Error>;

const NONE: [usize; 0] = [];

/// A triangle whose vertices have the mean `(x, y)`, exact for small integers.
fn triangle(x: f64, y: f64, size: f64) -> Result<Shape, Error> {
    Shape::new(array![x - size, x + size, x], array![y - size, y - size, y + 2.0 * size])
}

fn find(shapes: &[Shape], point: [f64; 2], max_dist: f64) -> Found {
    let allocating: Vec<_> =
        close::find_allocating(shapes, ArrayView1::from(&point), max_dist).collect();
    let squared: Vec<_> = close::find_squared(shapes, point, max_dist).collect();
    let centers: Vec<_> = shapes.iter().map(|shape| *shape.center()).collect();
    let among: Vec<_> = close::find_among_centers(&centers, point, max_dist).collect();
    assert_eq!(allocating, squared);
    assert_eq!(squared, among);
    Ok(squared)
}

#[test]
fn loops_agree_and_keep_the_order() -> Result<(), Error> {
    let shapes: Vec<_> = (0..200)
        .map(|i| triangle(f64::from(i * 7 % 50), f64::from(i * 13 % 50), 1.0))
        .collect::<Result<_, _>>()?;
    let mut hits = 0;
    for i in 0..100 {
        let point = [f64::from(i) * 0.71, f64::from(i * 31 % 100) * 0.53];
        let found = find(&shapes, point, 10.0)?;
        assert!(found.is_sorted());
        hits += found.len();
    }
    assert!(hits > 500, "{hits} hits are too few to show anything");
    Ok(())
}

#[test]
fn max_dist_is_not_close() -> Result<(), Error> {
    let shapes = [triangle(3.0, 4.0, 1.0)?];
    assert_eq!(find(&shapes, [0.0, 0.0], 5.0)?, NONE);
    assert_eq!(find(&shapes, [0.0, 0.0], 5.0_f64.next_up())?, [0]);
    assert_eq!(find(&shapes, [3.0, 4.0], 0.0)?, NONE);
    Ok(())
}

#[test]
fn nan_is_never_close() -> Result<(), Error> {
    let shapes = [triangle(0.0, 0.0, 1.0)?, triangle(f64::NAN, 0.0, 1.0)?];
    assert_eq!(find(&shapes, [0.0, 0.0], 5.0)?, [0]);
    assert_eq!(find(&shapes, [f64::NAN, 0.0], 5.0)?, NONE);
    Ok(())
}

#[test]
fn smallest_takes_the_first_of_equal_ones() {
    let areas = [3.0, 1.0, 2.0, 1.0];
    assert_eq!(best::smallest(&areas, [0, 1, 2, 3].into_iter()), Some(1));
    assert_eq!(best::smallest(&areas, [0, 2, 3].into_iter()), Some(3));
    assert_eq!(best::smallest(&areas, std::iter::empty()), None);
    assert_eq!(best::smallest(&areas, [9].into_iter()), None);
}

#[test]
fn shapes_measure_themselves() -> Result<(), Error> {
    let square = Shape::new(array![0.0, 2.0, 2.0, 0.0], array![0.0, 0.0, 2.0, 2.0])?;
    assert_eq!(square.center(), &[1.0, 1.0]);
    assert_eq!(square.area(), 4.0);
    assert_eq!(triangle(5.0, 5.0, 2.0)?.area(), 12.0);
    Ok(())
}

#[test]
fn what_is_no_shape_is_refused() {
    let empty = Array1::<f64>::zeros(0);
    assert_eq!(Shape::new(empty.clone(), empty), Err(Error::Empty));
    let unequal = Shape::new(array![0.0, 1.0], array![0.0]);
    assert_eq!(unequal, Err(Error::Lengths { x: 2, y: 1 }));
    let three = close::pair(array![0.0, 1.0, 2.0].view(), "point");
    assert_eq!(
        three.map_err(|error| error.to_string()),
        Err("point has 3 values, expected 2: x and y".to_string())
    );
    assert!(close::pairs(Array2::zeros((4, 3)).view()).is_err());
    assert_eq!(close::pairs(Array2::zeros((2, 2)).view()), Ok(vec![[0.0; 2]; 2]));
}
