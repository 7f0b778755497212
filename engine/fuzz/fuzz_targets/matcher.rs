//! Every rule by scan, by index and by a small index, against the definition.
#![no_main]

use std::sync::Arc;

use arbitrary::Arbitrary;
use arrow_array::builder::{Float64Builder, ListBuilder};
use arrow_array::types::Float64Type;
use arrow_array::{ArrayRef, FixedSizeListArray};
use libfuzzer_sys::fuzz_target;
use poly_match_engine::{
    Candidates, Center, Invalid, Keys, Matcher, Metric, Points, Polygons, Rule, reference,
};

#[derive(Arbitrary, Debug)]
struct Input {
    rings: Vec<Vec<(i8, i8)>>,
    points: Vec<Place>,
    scale: Scale,
    rule: Which,
    centroid: bool,
    haversine: bool,
    index_bytes: u16,
}

/// Points on the lattice of the vertices, and any numbers: NaN, infinite, huge, tiny.
#[derive(Arbitrary, Debug)]
enum Place {
    Lattice(i8, i8),
    Near(i8, f64),
    Any(f64, f64),
}

#[derive(Arbitrary, Debug)]
enum Scale {
    Lattice,
    Tenths,
    Huge,
    Tiny,
}

#[derive(Arbitrary, Debug)]
enum Which {
    Within(u16),
    Nearest(u8),
    Both(u16, u8),
    Covers,
}

fuzz_target!(|input: Input| {
    let scale = match input.scale {
        Scale::Lattice => 1.0,
        Scale::Tenths => 0.1,
        Scale::Huge if !input.haversine => 1e300,
        Scale::Tiny if !input.haversine => 1e-300,
        _ => 0.5,
    };
    let place = |&(x, y): &(i8, i8)| {
        // Latitudes end at 90.
        let y = if input.haversine { y.clamp(-90, 90) } else { y };
        [x, y].map(|c| f64::from(c) * scale)
    };
    let columns = [0, 1].map(|axis| {
        let mut lists = ListBuilder::new(Float64Builder::new());
        for ring in &input.rings {
            lists.append_value(ring.iter().map(|vertex| Some(place(vertex)[axis])));
        }
        Arc::new(lists.finish()) as ArrayRef
    });
    let polygons = Polygons::from_xy(&columns[0], &columns[1], Invalid::Skip).unwrap();
    let points: Vec<[f64; 2]> = input
        .points
        .iter()
        .map(|point| match *point {
            Place::Lattice(x, y) => place(&(x, y)),
            Place::Near(x, y) => [place(&(x, 0))[0], y],
            Place::Any(x, y) => [x, y],
        })
        .collect();
    let pairs = points.iter().map(|point| Some(point.map(Some)));
    let pairs = FixedSizeListArray::from_iter_primitive::<Float64Type, _, _>(pairs, 2);
    let points: Points = points.into_iter().map(Some).collect();

    let meters = if input.haversine { 1e4 } else { 1.0 };
    let distance = |d: u16| f64::from(d) / 16.0 * scale * meters;
    let rule = match input.rule {
        Which::Within(d) => Rule::within(distance(d)),
        Which::Nearest(k) => Rule::nearest(usize::from(k) + 1),
        Which::Both(d, k) => Rule::near(Some(distance(d)), Some(usize::from(k) + 1)),
        Which::Covers => Ok(Rule::covers()),
    };
    let mut rule = rule.unwrap();
    if input.centroid {
        rule = rule.with_center(Center::Centroid);
    }
    if input.haversine {
        rule = rule.with_metric(Metric::Haversine);
    }

    let keys = Keys::areas(&polygons, &rule);
    let candidates = reference::candidates(&points, &polygons, &keys, &rule);
    let expected =
        candidates.iter().map(|rows| rows.as_ref().and_then(|rows| rows.first().copied()));
    let expected = expected.collect();
    // The centroid of a ring that crosses itself may lie anywhere, and be no latitude: skipped.
    let matcher = Matcher::new(&polygons, rule).unwrap();
    assert_eq!(matcher.match_points(&points), expected, "scan");
    matcher.build_index();
    assert_eq!(matcher.match_points(&points), expected, "index");
    let matcher = matcher.with_index_bytes(usize::from(input.index_bytes));
    matcher.build_index();
    assert_eq!(matcher.match_points(&points), expected, "small index");

    let lists = Candidates::new(&polygons, &keys, rule).unwrap();
    let lists = lists.of_chunks("point", &[Arc::new(pairs)]).unwrap();
    let lists: Vec<Option<Vec<u32>>> = lists[0]
        .iter()
        .map(|rows| {
            use arrow_array::cast::AsArray;
            use arrow_array::types::UInt32Type;
            rows.map(|rows| rows.as_primitive::<UInt32Type>().values().to_vec())
        })
        .collect();
    assert_eq!(lists, candidates);
});
