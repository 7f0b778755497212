//! Centre and area against values worked out by hand.

use crate::world;
use arrow_array::BinaryArray;
use poly_match_engine::measure::{area, vertex_mean};
use poly_match_engine::{Metric, Polygons};

const EUCLIDEAN: Metric = Metric::Euclidean;

fn polygon(parts: &[Vec<Vec<[f64; 2]>>]) -> Polygons {
    world::read_geometry(&BinaryArray::from_vec(vec![&world::wkb_polygon(parts, true)])).unwrap()
}

fn square(x: f64, y: f64, side: f64) -> Vec<[f64; 2]> {
    vec![[x, y], [x + side, y], [x + side, y + side], [x, y + side]]
}

#[test]
fn holes_take_area_and_leave_the_centre() {
    let polygons = polygon(&[vec![square(0.0, 0.0, 4.0), square(0.5, 0.5, 1.0)]]);
    let polygon = polygons.get(0).unwrap();
    assert_eq!((area(polygon, EUCLIDEAN), vertex_mean(polygon)), (15.0, [2.0, 2.0]));
}

#[test]
fn parts_add_up_and_share_the_mean() {
    let triangle = vec![[10.0, 0.0], [12.0, 0.0], [11.0, 3.0]];
    let polygons = polygon(&[vec![square(0.0, 0.0, 2.0)], vec![triangle]]);
    let polygon = polygons.get(0).unwrap();
    assert_eq!(area(polygon, EUCLIDEAN), 4.0 + 3.0);
    assert_eq!(vertex_mean(polygon), [(4.0 + 33.0) / 7.0, (4.0 + 3.0) / 7.0]);
}

#[test]
fn a_closing_vertex_counts_once_and_a_repeated_one_twice() {
    let open = vec![[0.0, 0.0], [3.0, 0.0], [0.0, 3.0]];
    let closed = [open.clone(), vec![[0.0, 0.0]]].concat();
    let repeated = [vec![[0.0, 0.0]], open.clone()].concat();
    let reversed = open.iter().rev().copied().collect::<Vec<_>>();
    for (ring, center) in
        [(open, [1.0, 1.0]), (closed, [1.0, 1.0]), (repeated, [0.75, 0.75]), (reversed, [1.0, 1.0])]
    {
        let polygons = polygon(&[vec![ring]]);
        let polygon = polygons.get(0).unwrap();
        assert_eq!((area(polygon, EUCLIDEAN), vertex_mean(polygon)), (4.5, center));
    }
}

#[test]
fn far_from_the_origin_and_at_the_end_of_f64() {
    let polygons = polygon(&[vec![square(1e9, -1e9, 0.125)]]);
    assert_eq!(area(polygons.get(0).unwrap(), EUCLIDEAN), 0.015625);
    let polygons = polygon(&[vec![square(1e300, 1e300, 1e300)]]);
    let polygon = polygons.get(0).unwrap();
    assert_eq!(
        (area(polygon, EUCLIDEAN), vertex_mean(polygon)),
        (f64::INFINITY, [1.5e300, 1.5e300])
    );
    let max = f64::MAX;
    let polygons = self::polygon(&[vec![vec![[max, 0.0], [max, max], [max, -max]]]]);
    let [x, y] = vertex_mean(polygons.get(0).unwrap());
    assert!(((x - max) / max).abs() < 1e-15 && y == 0.0, "{x} {y}");
}

#[test]
fn the_bound_is_strict() {
    let within = |a, max_dist| Metric::Euclidean.is_within(a, [0.0, 0.0], max_dist);
    assert!(!within([3.0, 4.0], 5.0));
    assert!(within([3.0, 4.0_f64.next_down()], 5.0));
    assert!(!within([0.0, 0.0], 0.0));
    assert!(within([0.0, 1e150], f64::INFINITY));
}
