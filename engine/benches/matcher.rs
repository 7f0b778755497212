//! The engine without Python in the way: everything from columns, building, asking.
//!
//! `cargo bench --package poly-match-engine`. Answers are checked before anything is timed.

#![allow(clippy::unwrap_used, missing_docs)]

use std::hint::black_box;

use arrow_array::ListArray;
use arrow_array::types::Float64Type;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use poly_match_engine::{Invalid, Keys, Matcher, Metric, Points, Polygons, Rule, reference};

/// A sequence of numbers from 0 up to 1 that looks random and is the same everywhere.
fn numbers() -> impl FnMut() -> f64 {
    let mut state = 7_u64;
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// A thousand shapes of ten vertices over 100 x 100, all areas different.
fn columns() -> (ListArray, ListArray) {
    let mut next = numbers();
    let places: Vec<_> = (0..1000).map(|_| (next() * 99.0, next() * 99.0, 0.5 + next())).collect();
    let column = |vertex: fn(f64) -> f64, place: fn(&(f64, f64, f64)) -> f64| {
        ListArray::from_iter_primitive::<Float64Type, _, _>(places.iter().map(|polygon| {
            let at = move |k: i32| Some(place(polygon) + polygon.2 * vertex(f64::from(k) / 10.0));
            Some((0..10).map(at).collect::<Vec<_>>())
        }))
    };
    (column(|t| t, |p| p.0), column(|t| (1.0 - t * t).sqrt(), |p| p.1))
}

fn points(count: usize) -> Points {
    let mut next = numbers();
    (0..count).map(|_| Some([next() * 100.0, next() * 100.0])).collect()
}

fn bench(criterion: &mut Criterion) {
    let (x, y) = columns();
    let rule = Rule::within(10.0).unwrap();
    let polygons = Polygons::from_xy(&x, &y, Invalid::Raise).unwrap();
    let (few, many) = (points(100), points(1_000_000));

    let prepared = Matcher::new(&polygons, rule).unwrap();
    prepared.build_index();
    let expected = reference::match_points(&few, &polygons, &Keys::areas(&polygons, &rule), &rule);
    assert!(prepared.match_points(&few).iter().eq(expected));

    let mut group = criterion.benchmark_group("100 points, 1,000 polygons");
    group.bench_function("parse", |b| {
        b.iter(|| Polygons::from_xy(black_box(&x), &y, Invalid::Raise))
    });
    group.bench_function("measure and rank", |b| b.iter(|| Matcher::new(&polygons, rule)));
    group.bench_function("oneshot", |b| {
        b.iter(|| {
            let polygons = Polygons::from_xy(black_box(&x), &y, Invalid::Raise).unwrap();
            Matcher::new(&polygons, rule).unwrap().match_points(&few)
        });
    });
    group.bench_function("prepared", |b| b.iter(|| prepared.match_points(black_box(&few))));
    group.finish();

    let mut group = criterion.benchmark_group("1,000,000 points, 1,000 polygons");
    group.throughput(Throughput::Elements(1_000_000));
    group.bench_function("build the index", |b| {
        b.iter(|| Matcher::new(&polygons, rule).unwrap().build_index());
    });
    group.bench_function("prepared", |b| b.iter(|| prepared.match_points(black_box(&many))));
    group.finish();
}

/// A hundred thousand small triangles all over the globe, all areas different, and points there.
fn globe() -> (Polygons, Points) {
    let mut next = numbers();
    let mut place = move || [next() * 360.0 - 180.0, (next() * 2.0 - 1.0).asin().to_degrees()];
    let places: Vec<_> = (0..100_000).map(|row| (place(), 1e-3 + 1e-8 * f64::from(row))).collect();
    let column = |vertex: fn(&([f64; 2], f64)) -> [f64; 3]| {
        let rows = places.iter().map(|place| Some(vertex(place).map(Some)));
        ListArray::from_iter_primitive::<Float64Type, _, _>(rows)
    };
    let x = column(|([lon, _], size)| [lon - size, lon + size, *lon]);
    let y = column(|([_, lat], size)| [*lat, *lat, lat - size.copysign(*lat)]);
    let polygons = Polygons::from_xy(&x, &y, Invalid::Raise).unwrap();
    (polygons, (0..1_000_000).map(|_| Some(place())).collect())
}

fn bench_rule(criterion: &mut Criterion, name: &str, world: &(Polygons, Points), rule: Rule) {
    let (polygons, points) = world;
    let matcher = Matcher::new(polygons, rule).unwrap();
    matcher.build_index();
    let some: Points = (0..20).map(|row| points.get(row * 999)).collect();
    let expected = reference::match_points(&some, polygons, &Keys::areas(polygons, &rule), &rule);
    assert!(matcher.match_points(&some).iter().eq(expected));

    let mut group =
        criterion.benchmark_group(format!("1,000,000 points, 100,000 polygons, {name}"));
    group.throughput(Throughput::Elements(1_000_000));
    group.sample_size(10);
    group.bench_function("build the index", |b| {
        b.iter(|| Matcher::new(polygons, rule).unwrap().build_index());
    });
    group.bench_function("prepared", |b| b.iter(|| matcher.match_points(black_box(points))));
    group.finish();
}

fn bench_rules(criterion: &mut Criterion) {
    let world = globe();
    for k in [1, 5, 50] {
        let rule = Rule::nearest(k).unwrap();
        bench_rule(criterion, &format!("nearest {k}"), &world, rule);
        let rule = rule.with_metric(Metric::Haversine);
        bench_rule(criterion, &format!("nearest {k} on the sphere"), &world, rule);
    }
    for km in [50.0, 300.0] {
        let rule = Rule::within(1000.0 * km).unwrap().with_metric(Metric::Haversine);
        bench_rule(criterion, &format!("within {km} km"), &world, rule);
    }
}

criterion_group!(benches, bench, bench_rules);
criterion_main!(benches);
