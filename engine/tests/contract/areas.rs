//! Areas on the sphere against closed forms, and what they decide.

use std::f64::consts::PI;

use arrow_array::{BinaryArray, UInt32Array};
use poly_match_engine::measure::{area, areas_of_rule};
use poly_match_engine::{
    EARTH_RADIUS, Invalid, Keys, Matcher, Metric, Points, Polygons, Rule, reference,
};
use proptest::prelude::*;

use crate::world;

fn polygons(rings: &[Vec<[f64; 2]>]) -> Polygons {
    let [x, y] = world::xy_columns(&rings.iter().cloned().map(Some).collect::<Vec<_>>());
    Polygons::from_xy(&x, &y, Invalid::Raise).unwrap()
}

fn on_sphere(ring: &[[f64; 2]]) -> f64 {
    area(polygons(&[ring.to_vec()]).get(0).unwrap(), Metric::Haversine)
}

/// R^2 dlon (sin lat2 - sin lat1), the sines as a product.
fn of_box(west: f64, south: f64, east: f64, north: f64) -> f64 {
    let (middle, half) = (0.5 * (north + south), (0.5 * (north - south)).to_radians());
    let cosine = (90.0 - middle.abs()).to_radians().sin();
    EARTH_RADIUS * EARTH_RADIUS * (east - west).to_radians() * 2.0 * cosine * half.sin()
}

fn box_ring(west: f64, south: f64, east: f64, north: f64) -> Vec<[f64; 2]> {
    vec![[west, south], [east, south], [east, north], [west, north]]
}

fn assert_near(got: f64, expected: f64, what: &str) {
    assert!((got / expected - 1.0).abs() < 1e-13, "{what}: {got} instead of {expected}");
}

#[test]
fn boxes_between_meridians_and_parallels() {
    let whole = 4.0 * PI * EARTH_RADIUS * EARTH_RADIUS;
    assert_near(on_sphere(&box_ring(-180.0, -90.0, 180.0, 90.0)), whole, "all of it");
    assert_near(on_sphere(&box_ring(0.0, 0.0, 90.0, 90.0)), whole / 8.0, "an eighth");
    // A cap: 2 pi R^2 (1 - sin lat).
    let cap = whole / 2.0 * (1.0 - 60_f64.to_radians().sin());
    assert_near(on_sphere(&box_ring(-180.0, 60.0, 180.0, 90.0)), cap, "a cap");
    for lat in [0.0, 10.0, 45.0, -60.0, 89.0, -89.9] {
        for size in [1e-9, 1e-6, 1e-5, 1e-3, 0.05, 0.1] {
            // Numbers that subtract without rounding.
            let size = f64::powi(2.0, f64::log2(size).round() as i32);
            for lon in [0.0, 100.0, -179.0] {
                let ring = box_ring(lon, lat, lon + size, lat + size);
                let expected = of_box(lon, lat, ring[1][0], ring[2][1]);
                let what = format!("{size} at {lon}, {lat}");
                assert_near(on_sphere(&ring), expected, &what);
                let turned: Vec<_> = ring.iter().rev().copied().collect();
                assert_near(on_sphere(&turned), expected, &what);
            }
        }
    }
}

/// An edge adds (lon2 - lon1) (cos lat1 - cos lat2) / (lat2 - lat1): for a triangle with a side on a
/// meridian and one on a parallel that leaves two terms.
#[test]
fn slanting_edges_add_the_mean_sine() {
    for (lat, rise) in [(0.0, 30.0), (-50.0, 80.0), (10.0, -70.0), (45.0, 45.0)] {
        let (low, high) = (f64::to_radians(lat), f64::to_radians(lat + rise));
        let width = 20_f64.to_radians();
        let slanting = (low.cos() - high.cos()) / (high - low);
        let expected = EARTH_RADIUS * EARTH_RADIUS * width * (slanting - low.sin()).abs();
        let ring = [[5.0, lat], [25.0, lat], [25.0, lat + rise]];
        assert_near(on_sphere(&ring), expected, "a triangle");
    }
}

/// What is small enough is flat: a meter across, to nine digits.
#[test]
fn small_polygons_keep_their_digits() {
    for lat in [0.0, 45.0, 60.0, 89.0, 89.99, -89.0] {
        let (cos, sin) = (f64::to_radians(lat).cos(), f64::to_radians(lat).sin());
        let degree = EARTH_RADIUS * PI / 180.0;
        let ring: Vec<[f64; 2]> = (0..9)
            .map(|i| {
                let turn = 2.0 * PI * f64::from(i) / 9.0 + 0.1;
                [77.0 + turn.cos() / degree / cos, lat + turn.sin() / degree]
            })
            .collect();
        // The shoelace about the first vertex, widths as long as they are at that latitude, and as
        // much shorter as they are at the others.
        let at = |v: &[f64; 2]| [(v[0] - ring[0][0]) * degree, (v[1] - ring[0][1]) * degree];
        let mut expected = 0.0;
        for (a, b) in ring.iter().zip(ring.iter().cycle().skip(1)) {
            let ([ax, ay], [bx, by]) = (at(a), at(b));
            let ratio = 1.0 / EARTH_RADIUS;
            // The integral of cos(lat) - sin(lat) t - ..., t from the first latitude, over x.
            expected += (bx - ax) * 0.5 * (ay + by) * f64::to_radians(ring[0][1]).cos()
                - (bx - ax) * (ay * ay + ay * by + by * by) / 6.0 * sin * ratio;
        }
        let got = on_sphere(&ring);
        assert!((got / expected.abs() - 1.0).abs() < 1e-9, "{lat}: {got} instead of {expected}");
    }
}

proptest! {
    #![proptest_config(crate::world::cases(500))]

    /// Cut along a diagonal, a quadrangle is two triangles; moved along the parallel, the same.
    #[test]
    fn areas_add_up_and_do_not_depend_on_the_longitude(
        lats in [-90..91_i32, -90..91, -90..91, -90..91],
        lons in [-180..0_i32, 0..180],
        turns in -2..3_i32,
    ) {
        let [a, b, c, d] = lats.map(f64::from);
        let [west, east] = lons.map(f64::from);
        let low = [[west, a.min(b)], [east, c.min(d)]];
        let high = [[east, c.max(d)], [west, a.max(b)]];
        prop_assume!(a != b && c != d);
        let whole = on_sphere(&[low[0], low[1], high[0], high[1]]);
        let halves = on_sphere(&[low[0], low[1], high[0]]) + on_sphere(&[low[0], high[0], high[1]]);
        prop_assert!((whole - halves).abs() <= 1e-12 * whole, "{} {}", whole, halves);
        let moved = [low[0], low[1], high[0], high[1]].map(|[x, y]| [x + 360.0 * f64::from(turns), y]);
        prop_assert!((on_sphere(&moved) - whole).abs() <= 1e-12 * whole);
    }
}

/// Fault: 1.0 square degrees of 12,309 square kilometers won over 1.9 of 9,805.
#[test]
fn square_meters_decide() {
    let near_equator = box_ring(0.0, 5.0, 1.0, 6.0);
    let far_north = box_ring(0.0, 64.0, 1.9, 65.0);
    let (small, large) = (on_sphere(&far_north), on_sphere(&near_equator));
    assert!((small / 1e6 - 9_805.0).abs() < 500.0 && (large / 1e6 - 12_309.0).abs() < 20.0);
    let both = polygons(&[near_equator, far_north]);
    let points: Points = [Some([0.5, 30.0])].into_iter().collect();
    for (rule, best) in [
        (Rule::within(1e9).unwrap(), 0),
        (Rule::nearest(2).unwrap(), 0),
        (Rule::within(1e9).unwrap().with_metric(Metric::Haversine), 1),
        (Rule::nearest(2).unwrap().with_metric(Metric::Haversine), 1),
    ] {
        let matcher = Matcher::new(&both, rule).unwrap();
        let expected = UInt32Array::from(vec![Some(best)]);
        assert_eq!(matcher.match_points(&points), expected, "{rule:?}");
        let keys = Keys::areas(&both, &rule);
        assert_eq!(reference::match_points(&points, &both, &keys, &rule), [Some(best)]);
    }
    // Two that cover a point: by the metric of the rule.
    let wide = box_ring(0.0, 60.0, 2.0, 61.0);
    let tall = box_ring(0.0, 59.0, 1.0, 60.9);
    let both = polygons(&[wide, tall]);
    let points: Points = [Some([0.5, 60.5])].into_iter().collect();
    let keys = |rule: Rule| Keys::areas(&both, &rule).get(0) < Keys::areas(&both, &rule).get(1);
    let rule = Rule::covers();
    for rule in [rule, rule.with_metric(Metric::Haversine)] {
        let matcher = Matcher::new(&both, rule).unwrap();
        let expected = UInt32Array::from(vec![u32::from(!keys(rule))]);
        assert_eq!(matcher.match_points(&points), expected);
    }
}

/// Holes are subtracted, parts added, and what lies beyond a pole is no error of its own.
#[test]
fn holes_and_parts() {
    let parts = [
        vec![
            box_ring(0.0, 0.0, 10.0, 10.0),
            box_ring(2.0, 2.0, 4.0, 4.0),
            box_ring(5.0, 5.0, 6.0, 9.0),
        ],
        vec![box_ring(-20.0, 70.0, -10.0, 80.0)],
    ];
    let bytes = world::wkb_polygon(&parts, true);
    let polygons = world::read_geometry(&BinaryArray::from_vec(vec![&bytes])).unwrap();
    let expected =
        of_box(0.0, 0.0, 10.0, 10.0) - of_box(2.0, 2.0, 4.0, 4.0) - of_box(5.0, 5.0, 6.0, 9.0)
            + of_box(-20.0, 70.0, -10.0, 80.0);
    assert_near(area(polygons.get(0).unwrap(), Metric::Haversine), expected, "parts");
    // A hole that is smaller in degrees but larger on the ground, outside of its exterior.
    let parts = [vec![box_ring(0.0, 80.0, 10.0, 90.0), box_ring(20.0, 0.0, 28.0, 8.0)]];
    let bytes = world::wkb_polygon(&parts, true);
    let field = arrow_schema::Field::new("geometry", arrow_schema::DataType::Binary, true);
    let column = BinaryArray::from_vec(vec![&bytes]);
    let rule = Rule::covers().with_metric(Metric::Haversine);
    let raised = Polygons::from_geometry(&field, &column, Invalid::Raise).unwrap();
    assert_eq!(area(raised.get(0).unwrap(), Metric::Haversine), 0.0);
    let error = Matcher::new(&raised, rule).unwrap_err().to_string();
    let text = "column 'polygons', row 0: the holes of a part are larger than its exterior";
    assert_eq!(error, text);
    let skipped = Polygons::from_geometry(&field, &column, Invalid::Skip).unwrap();
    let points: Points = [Some([5.0, 85.0])].into_iter().collect();
    assert_eq!(
        Matcher::new(&skipped, rule).unwrap().match_points(&points),
        UInt32Array::from(vec![None])
    );
}

#[test]
fn across_the_antimeridian_the_short_way_where_centers_are() {
    let near = Rule::within(1e6).unwrap().with_metric(Metric::Haversine);
    let covers = Rule::covers().with_metric(Metric::Haversine);
    let of = |ring: &[[f64; 2]], rule: &Rule| {
        areas_of_rule(&polygons(&[ring.to_vec()]), rule)[0].unwrap()
    };
    for across in [
        box_ring(179.0, 10.0, -179.0, 12.0),
        vec![[-179.0, 10.0], [-179.0, 12.0], [179.0, 12.0], [179.0, 10.0]],
        vec![[-179.0, 12.0], [179.0, 12.0], [179.0, 10.0], [-179.0, 10.0], [-179.0, 12.0]],
    ] {
        assert_near(of(&across, &near), of_box(179.0, 10.0, 181.0, 12.0), "short way");
        // A point is covered in the plane of longitudes and latitudes: the area is that one's.
        assert!(of(&across, &covers) > 100.0 * of(&across, &near));
    }
    // Around the earth, and in wide polygons whose vertices are close to each other, as they are.
    let world = box_ring(-180.0, -90.0, 180.0, 90.0);
    let cap = vec![
        [-180.0, -90.0],
        [-180.0, -60.0],
        [-60.0, -60.0],
        [60.0, -60.0],
        [180.0, -60.0],
        [180.0, -90.0],
    ];
    let wide = vec![
        [-150.0, 0.0],
        [-50.0, 0.0],
        [50.0, 0.0],
        [150.0, 0.0],
        [150.0, 9.0],
        [50.0, 9.0],
        [-50.0, 9.0],
        [-150.0, 9.0],
    ];
    for ring in [world, cap, wide] {
        assert_near(of(&ring, &near), on_sphere(&ring), "as it is");
    }
}
