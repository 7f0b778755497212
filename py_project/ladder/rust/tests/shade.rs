//! Tests of the classes of the shaded sphere.

use poly_match_ladder::shade::{Line, Sphere, Vector};

fn vector(x: f64, y: f64, z: f64) -> Vector {
    Vector { x, y, z }
}

#[test]
fn a_line_meets_the_near_side() {
    let sphere = Sphere { center: vector(4.0, 3.0, 10.0), radius: 2.0 };
    let from = |x, y| Line { start: vector(x, y, 0.0), direction: vector(0.0, 0.0, 1.0) };
    assert_eq!(sphere.hit(from(4.0, 3.0)), Some(vector(4.0, 3.0, 8.0)));
    // One line touches the sphere, the other misses it.
    assert_eq!(sphere.hit(from(6.0, 3.0)), Some(vector(6.0, 3.0, 10.0)));
    assert_eq!(sphere.hit(from(6.001, 3.0)), None);
}

#[test]
fn vectors_calculate() {
    let (a, b) = (vector(1.0, 2.0, 2.0), vector(2.0, 0.0, 0.0));
    assert_eq!((a.dot(b), a.cosine(b)), (2.0, 1.0 / 3.0));
    assert_eq!(a.plus(b).minus(a), b);
    assert_eq!(b.times(-0.5), vector(-1.0, 0.0, 0.0));
}
