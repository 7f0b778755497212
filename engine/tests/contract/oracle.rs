//! Every fast path against the naive reference, through every form of column.

use std::sync::Arc;

use crate::world::{self, World};
use arrow_array::builder::ListBuilder;
use arrow_array::{
    Array, ArrayRef, Float64Array, Int64Array, StringArray, UInt32Array, UInt64Array,
    new_null_array,
};
use arrow_schema::DataType;
use poly_match_engine::{Invalid, Keys, Matcher, PARALLEL_ROWS, Points, Polygons, Rule, reference};
use proptest::prelude::*;

fn expected(world: &World) -> UInt32Array {
    let points = world.points.iter().copied().collect::<Points>();
    let [x, y] = world::xy_columns(&world.rings);
    let polygons = Polygons::from_xy(&x, &y, Invalid::Raise).unwrap();
    let rule = Rule::within(world.max_dist).unwrap();
    let areas = Keys::areas(&polygons, &rule);
    reference::match_points(&points, &polygons, &areas, &rule).into_iter().collect()
}

fn matcher(world: &World) -> Matcher {
    let [x, y] = world::xy_columns(&world.rings);
    let polygons = Polygons::from_xy(&x, &y, Invalid::Raise).unwrap();
    Matcher::new(&polygons, Rule::within(world.max_dist).unwrap()).unwrap()
}

proptest! {
    #![proptest_config(crate::world::cases(1500))]

    #[test]
    fn scan_and_index_answer_as_the_reference(world in world::world(200, 60)) {
        let expected = expected(&world);
        let points = world.points.iter().copied().collect::<Points>();
        let matcher = matcher(&world);
        prop_assert_eq!(&matcher.match_points(&points), &expected, "scan");
        matcher.build_index();
        prop_assert_eq!(&matcher.match_points(&points), &expected, "index");
    }

    #[test]
    fn a_matcher_from_bytes_answers_as_it_did(world in world::world(100, 60)) {
        let bytes = matcher(&world).to_bytes().unwrap();
        prop_assert_eq!(bytes.len() % 20, 0);
        let rule = Rule::within(world.max_dist).unwrap();
        let matcher = Matcher::from_bytes(&bytes, rule).unwrap();
        let points = world.points.iter().copied().collect::<Points>();
        prop_assert_eq!(matcher.match_points(&points), expected(&world));
        prop_assert!(Matcher::from_bytes(&[&bytes[..], &[7]].concat(), rule).is_err());
        prop_assert!(Matcher::from_bytes(&[0xff; 20], rule).is_err());
    }

    #[test]
    fn a_small_index_answers_as_a_large_one(world in world::world(100, 60), bytes in 0..5000_usize) {
        let matcher = matcher(&world).with_index_bytes(bytes);
        matcher.build_index();
        let points = world.points.iter().copied().collect::<Points>();
        prop_assert_eq!(matcher.match_points(&points), expected(&world));
    }

    #[test]
    fn points_near_every_bound_answer_as_the_reference(
        mut world in world::world(0, 12),
        turns in prop::collection::vec(0.0..std::f64::consts::TAU, 4),
    ) {
        // Points on each circle, and the floats next to them on every side.
        let r = world.max_dist.min(1e150);
        for ring in world.rings.iter().flatten().filter(|ring| !ring.is_empty()) {
            for turn in &turns {
                let on = [ring[0][0] + r * turn.cos(), ring[0][1] + r * turn.sin()];
                let near = |c: f64| [c.next_down(), c, c.next_up()];
                for x in near(on[0]) {
                    world.points.extend(near(on[1]).map(|y| Some([x, y])));
                }
            }
        }
        let matcher = matcher(&world);
        matcher.build_index();
        let points = world.points.iter().copied().collect::<Points>();
        prop_assert_eq!(matcher.match_points(&points), expected(&world));
    }
}

proptest! {
    #![proptest_config(crate::world::cases(300))]

    #[test]
    fn other_keys_answer_as_the_reference(
        world in world::world(100, 40),
        keys in prop::collection::vec(prop::option::weighted(0.9, -3..4_i64), 40),
        descending: bool,
    ) {
        let keys = &keys[..world.rings.len()];
        let [x, y] = world::xy_columns(&world.rings);
        let polygons = Polygons::from_xy(&x, &y, Invalid::Raise).unwrap();
        let rule = Rule::within(world.max_dist).unwrap();
        let points = world.points.iter().copied().collect::<Points>();
        let floats = keys.iter().map(|key| key.map(|key| key as f64 / 2.0));
        let columns: [ArrayRef; 2] = [
            Arc::new(keys.iter().copied().collect::<Int64Array>()),
            Arc::new(floats.collect::<Float64Array>()),
        ];
        for column in columns {
            let keys = Keys::from_column("by", &column, descending).unwrap();
            let expected = reference::match_points(&points, &polygons, &keys, &rule);
            let matcher = Matcher::with_keys(&polygons, &keys, rule).unwrap();
            prop_assert_eq!(&matcher.match_points(&points), &expected.iter().copied().collect());
            matcher.build_index();
            prop_assert_eq!(&matcher.match_points(&points), &expected.into_iter().collect());
        }
    }

    #[test]
    fn permuted_polygons_answer_the_same_up_to_ties(
        world in world::world(100, 40),
        seed in prop::collection::vec(any::<u32>(), 40),
    ) {
        let mut order: Vec<usize> = (0..world.rings.len()).collect();
        order.sort_by_key(|&row| seed[row]);
        let rings = order.iter().map(|&row| world.rings[row].clone()).collect();
        let permuted = World { rings, ..world.clone() };
        let points = world.points.iter().copied().collect::<Points>();
        let [answers, others] = [&world, &permuted].map(|world| {
            let matcher = matcher(world);
            matcher.build_index();
            matcher.match_points(&points)
        });
        let [x, y] = world::xy_columns(&world.rings);
        let areas = Keys::areas(&Polygons::from_xy(&x, &y, Invalid::Raise).unwrap(), &Rule::covers());
        let area = |row: u32| areas.get(row as usize);
        for (answer, other) in answers.iter().zip(&others) {
            let other = other.map(|row| order[row as usize] as u32);
            prop_assert_eq!(answer.map(area), other.map(area));
            prop_assert!(answer <= other, "the lowest of equal rows");
        }
    }

    #[test]
    fn every_point_form_answers_as_the_reference(world in world::world(70, 20)) {
        let expected = expected(&world);
        let matcher = matcher(&world);
        for (form, column) in world::point_columns(&world.points) {
            prop_assert_eq!(&matcher.match_column("point", &column).unwrap(), &expected, "{}", form);
            let sliced = world::behind_others(&column);
            prop_assert_eq!(&matcher.match_column("point", &sliced).unwrap(), &expected, "{}", form);
            let (head, tail) = (column.len() / 3, column.len() - column.len() / 3);
            let chunks = [column.slice(0, head), column.slice(head, tail)];
            let answers = matcher.match_chunks("point", &chunks).unwrap();
            prop_assert_eq!(&answers[0], &expected.slice(0, head), "{} in chunks", form);
            prop_assert_eq!(&answers[1], &expected.slice(head, tail), "{} in chunks", form);
        }
        let (points, columns) = world::rounded_columns(&world.points);
        let rounded = self::expected(&World { points, ..world });
        for (form, column) in columns {
            prop_assert_eq!(&matcher.match_column("point", &column).unwrap(), &rounded, "{}", form);
        }
    }

    #[test]
    fn every_polygon_form_answers_as_the_reference(world in world::world(70, 20)) {
        let expected = expected(&world);
        let points = world.points.iter().copied().collect::<Points>();
        let rule = Rule::within(world.max_dist).unwrap();
        let [x, y] = world::xy_columns(&world.rings);
        let wkb = world::wkb_column(&world.rings);
        let forms = [
            Polygons::from_xy(&world::behind_others(&x), &world::behind_others(&y), Invalid::Raise),
            world::read_geometry(&wkb),
            world::read_geometry(&world::behind_others(&wkb)),
        ];
        for polygons in forms {
            let matcher = Matcher::new(&polygons.unwrap(), rule).unwrap();
            prop_assert_eq!(&matcher.match_points(&points), &expected);
        }
    }
}

/// Points by the million take all threads; the answers are those of one.
#[test]
fn many_points_answer_as_few() {
    let centers = (0..900).map(|i| [f64::from(i % 30) * 3.3, f64::from(i / 30) * 3.3]);
    let ring = |(i, [x, y]): (usize, [f64; 2])| {
        let s = 0.1 + (i * 7 % 13) as f64;
        Some(vec![[x - s, y - s], [x + s, y - s], [x + s, y + s], [x - s, y + s]])
    };
    let rings = centers.enumerate().map(ring).collect();
    let point =
        |i: usize| [(i * 31 % 1009) as f64 * 0.11 - 5.0, (i * 17 % 997) as f64 * 0.11 - 5.0];
    let points: Vec<_> =
        (0..PARALLEL_ROWS + 77).map(|i| (i % 101 != 0).then(|| point(i))).collect();
    let world = World { points, rings, max_dist: 4.0 };
    let expected = expected(&world);
    assert!(expected.null_count() > world.points.len() / 101);
    for (form, column) in world::point_columns(&world.points) {
        let matcher = matcher(&world);
        assert_eq!(matcher.match_column("point", &column).unwrap(), expected, "{form}");
        // Asked from several threads at once while the index is not there yet.
        let matcher = self::matcher(&world);
        std::thread::scope(|scope| {
            for at in 0..4 {
                let (matcher, column, expected) = (&matcher, &column, &expected);
                scope.spawn(move || {
                    let (first, rows) = (at * 50_000, 50_000);
                    let answer = matcher.match_column("point", &column.slice(first, rows));
                    assert_eq!(answer.unwrap(), expected.slice(first, rows), "{form}");
                });
            }
        });
    }
}

#[test]
fn columns_of_type_null_are_nulls() {
    let world = World { points: vec![Some([0.0, 0.0]); 3], rings: vec![None; 2], max_dist: 1.0 };
    let matcher = matcher(&world);
    let none = new_null_array(&DataType::Null, 3);
    assert_eq!(matcher.match_column("point", &none).unwrap().null_count(), 3);
    let polygons = Polygons::from_xy(&none, &none, Invalid::Raise).unwrap();
    assert_eq!((polygons.len(), polygons.get(0).is_none()), (3, true));
    assert_eq!(world::read_geometry(&none).unwrap().len(), 3);
    let mut empty_lists = ListBuilder::new(arrow_array::builder::NullBuilder::new());
    empty_lists.append(true);
    let empty: ArrayRef = Arc::new(empty_lists.finish());
    assert!(Polygons::from_xy(&empty, &empty, Invalid::Raise).unwrap().get(0).is_none());
}

#[test]
fn keys_order_as_their_values_do() {
    let key = |column: &dyn Array, row: usize, descending: bool| {
        Keys::from_column("by", column, descending).unwrap().get(row)
    };
    let big = i64::MAX;
    let ints = Int64Array::from(vec![Some(i64::MIN), Some(-1), Some(0), Some(big - 1), Some(big)]);
    let unsigned = UInt64Array::from(vec![0, 1, 1 << 62, u64::MAX - 1, u64::MAX]);
    let floats = Float64Array::from(vec![f64::NEG_INFINITY, -1.5, 0.0, 1e-300, f64::INFINITY]);
    for column in [&ints as &dyn Array, &unsigned, &floats] {
        for row in 1..5 {
            assert!(key(column, row - 1, false) < key(column, row, false));
            assert!(key(column, row - 1, true) > key(column, row, true));
        }
    }
    let odd = Float64Array::from(vec![Some(-0.0), Some(0.0), Some(f64::NAN), None]);
    assert_eq!(key(&odd, 0, false), key(&odd, 1, false));
    assert_eq!((key(&odd, 2, false), key(&odd, 3, true)), (None, None));
    let error = Keys::from_column("by", &StringArray::from(vec!["a"]), false).unwrap_err();
    assert_eq!(error.to_string(), "column 'by': expected numbers to rank by, got Utf8");
}
