//! Coverage: the index over the edges in each cell against the definition, which has none.

use std::sync::Arc;

use arrow_array::{ArrayRef, BinaryArray};
use arrow_schema::{DataType, Field};
use poly_match_engine::inside::covers;
use poly_match_engine::{Invalid, Keys, Matcher, Points, Polygons, Rule, reference};
use proptest::prelude::*;

use crate::world::{self, wkb_polygon};

type Rings = Vec<Vec<[f64; 2]>>;

/// Polygons as parts of rings, and points on and beside everything that may go wrong.
#[derive(Debug, Clone)]
struct Map {
    polygons: Vec<Vec<Rings>>,
    points: Vec<[f64; 2]>,
}

/// Rings of any vertices of a small lattice, most of which cross themselves, and star shapes; with
/// a hole or two, in one or more parts.
fn map() -> impl Strategy<Value = Map> {
    let lattice = prop::collection::vec([-8..9, -8..9], 3..9)
        .prop_map(|ring| ring.into_iter().map(|p| p.map(f64::from)).collect::<Vec<_>>());
    let star = ([-7.0..7.0, -7.0..7.0], prop::collection::vec(0.2..4.0, 3..24), any::<bool>())
        .prop_map(|([x, y], radii, round)| {
            let turn = std::f64::consts::TAU / radii.len() as f64;
            let at = |(i, r): (usize, &f64)| {
                let (sin, cos) = (turn * i as f64).sin_cos();
                let p = [x + r * cos, y + r * sin];
                if round { p.map(f64::round) } else { p }
            };
            radii.iter().enumerate().map(at).collect::<Vec<_>>()
        });
    let square = ([-8..8, -8..8], 1..4).prop_map(|(at, s)| {
        let ([x, y], s) = (at.map(f64::from), f64::from(s));
        vec![[x, y], [x + s, y], [x + s, y + s], [x, y + s], [x, y]]
    });
    let ring = prop_oneof![2 => lattice, 3 => star, 3 => square].prop_filter("a ring", |ring| {
        let distinct: std::collections::BTreeSet<_> =
            ring.iter().map(|p| p.map(|c| (c + 0.0).to_bits())).collect();
        distinct.len() >= 3
    });
    let rings = prop::collection::vec(ring, 1..4).prop_map(world::as_part);
    let polygon = prop::collection::vec(rings, 1..3);
    let scale = prop_oneof![
        6 => Just(1.0), 1 => Just(0.1), 1 => Just(1e-3), 1 => Just(1e300), 1 => Just(1e-300)
    ];
    let shift = prop_oneof![6 => Just(0.0), 1 => Just(1e6), 1 => Just(0.3)];
    let polygons = prop::collection::vec(polygon, 0..24);
    let points = prop::collection::vec([-9.0..9.0, -9.0..9.0], 0..60);
    (polygons, points, scale, shift, any::<bool>()).prop_map(
        |(mut polygons, mut points, scale, shift, outlier)| {
            if outlier {
                polygons.push(vec![vec![vec![[1e4, 1e4], [1e4 + 2.0, 1e4], [1e4, 1e4 + 2.0]]]]);
                points.extend([[1e4, 1e4], [1e4 + 0.5, 1e4 + 0.5], [1e4 + 1.0, 1e4 + 1.0]]);
            }
            let place = |p: [f64; 2]| p.map(|c| c * scale + shift * scale);
            for ring in polygons.iter_mut().flatten().flatten() {
                ring.iter_mut().for_each(|p| *p = place(*p));
            }
            points.iter_mut().for_each(|p| *p = place(*p));
            Map { polygons, points }
        },
    )
}

impl Map {
    fn polygons(&self) -> Polygons {
        let wkb = self.polygons.iter().map(|parts| Some(wkb_polygon(parts, true)));
        let wkb: ArrayRef = Arc::new(wkb.collect::<BinaryArray>());
        let field = Field::new("geometry", DataType::Binary, true);
        Polygons::from_geometry(&field, &wkb, Invalid::Raise).unwrap()
    }

    /// The points; each vertex, the floats next to it, the middle of each edge, and the lines
    /// through vertices where rays and paths touch them.
    fn points(&self) -> Points {
        let mut points = self.points.clone();
        let vertices: Vec<_> =
            self.polygons.iter().flatten().flatten().flatten().copied().collect();
        for (at, &[x, y]) in vertices.iter().enumerate() {
            let [u, v] = vertices[(at + 1) % vertices.len()];
            points.extend([[x, y], [x.next_up(), y], [x, y.next_down()]]);
            points.extend([[x.midpoint(u), y.midpoint(v)], [x, v], [x.midpoint(u), y]]);
        }
        points.extend([[0.0, -0.0], [f64::MAX, f64::MIN], [1e-320, -1e-320]]);
        points.into_iter().map(Some).chain([None, Some([f64::NAN, 0.0])]).collect()
    }
}

proptest! {
    #![proptest_config(crate::world::cases(1000))]

    #[test]
    fn scan_and_index_cover_as_the_definition(map in map(), bytes in 0..200_000_usize) {
        let (polygons, points) = (map.polygons(), map.points());
        let expected =
            reference::match_points(&points, &polygons, &Keys::areas(&polygons, &Rule::covers()), &Rule::covers());
        let expected = expected.into_iter().collect();
        let matcher = Matcher::new(&polygons, Rule::covers()).unwrap();
        prop_assert_eq!(&matcher.match_points(&points), &expected, "scan");
        matcher.build_index();
        prop_assert_eq!(&matcher.match_points(&points), &expected, "index");
        let small = matcher.with_index_bytes(bytes);
        small.build_index();
        prop_assert_eq!(&small.match_points(&points), &expected, "{} bytes", bytes);
    }

    #[test]
    fn every_vertex_and_every_edge_is_covered(map in map()) {
        let polygons = map.polygons();
        for (row, parts) in map.polygons.iter().enumerate() {
            let polygon = polygons.get(row).unwrap();
            for ring in parts.iter().flatten() {
                for vertex in ring {
                    prop_assert!(covers(polygon, *vertex), "{:?} of row {}", vertex, row);
                }
            }
        }
    }
}

#[test]
fn a_border_belongs_to_both_neighbours_and_a_hole_to_none() {
    let square = |x: f64, y: f64, s: f64| vec![[x, y], [x + s, y], [x + s, y + s], [x, y + s]];
    // A large one with a hole, a small one beside it, and one within the hole, with a gap around.
    let polygons = Map {
        polygons: vec![
            vec![vec![square(0.0, 0.0, 10.0), square(2.0, 2.0, 6.0)]],
            vec![vec![square(10.0, 0.0, 5.0)]],
            vec![vec![square(4.0, 4.0, 2.0)]],
        ],
        points: vec![],
    }
    .polygons();
    let table = [
        ([1.0, 1.0], Some(0)),
        ([0.0, 0.0], Some(0)),
        // The border that both have: the smaller wins.
        ([10.0, 3.0], Some(1)),
        ([10.0, 5.0], Some(1)),
        ([10.0, 5.5], Some(0)),
        ([10.0, 0.0], Some(1)),
        // The hole's edge belongs to the polygon, its inside does not.
        ([2.0, 5.0], Some(0)),
        ([8.0, 8.0], Some(0)),
        ([3.0, 3.0], None),
        ([4.0, 4.0], Some(2)),
        ([5.0, 6.0], Some(2)),
        ([15.0, 5.0], Some(1)),
        ([15.1, 5.0], None),
    ];
    let points: Points = table.iter().map(|(point, _)| Some(*point)).collect();
    let expected = table.iter().map(|(_, row)| *row).collect();
    let matcher = Matcher::new(&polygons, Rule::covers()).unwrap();
    assert_eq!(matcher.match_points(&points), expected);
    matcher.build_index();
    assert_eq!(matcher.match_points(&points), expected);
}
