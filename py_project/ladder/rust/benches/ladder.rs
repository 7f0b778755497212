//! Benchmarks of the loops of v2 to v5 without Python.
//!
//! `cargo bench -p poly-match-ladder --no-default-features`
//!
//! Without Python v2 and v3 are the same loop: v3 only avoids the attribute lookup. The data are
//! 1,000 polygons of the example's shape at integer places of 100 x 100, the number of points in
//! the name, and `max_dist` 10: about 31 close polygons per point. Areas are computed before the
//! clock starts. The answers of all loops are compared before any of them is timed.

#![allow(clippy::expect_used, reason = "a benchmark may panic, because it has no user data")]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ndarray::{Array1, ArrayView1};
use poly_match_ladder::{Shape, best, close};

const MAX_DIST: f64 = 10.0;

struct Workload {
    shapes: Vec<Shape>,
    areas: Vec<f64>,
    points: Vec<[f64; 2]>,
}

impl Workload {
    fn new(n_points: usize) -> Self {
        let mut random = Random(6);
        let x: Array1<f64> = (0..10).map(|i| f64::from(i) * 0.1).collect();
        let y = x.mapv(|x| (1.0 - x * x).sqrt());
        let shapes: Vec<Shape> = (0..1000)
            .map(|row| {
                // Sizes differ, so that no two areas tie.
                let size = 0.75 + 0.0005 * f64::from(row);
                let (left, bottom) = (random.below_100().floor(), random.below_100().floor());
                Shape::new(&x * size + left, &y * size + bottom).expect("ten vertices")
            })
            .collect();
        Self {
            areas: shapes.iter().map(Shape::area).collect(),
            points: (0..n_points).map(|_| [random.below_100(), random.below_100()]).collect(),
            shapes,
        }
    }

    fn allocating(&self) -> Vec<Option<usize>> {
        let answer = |point| {
            let close = close::find_allocating(&self.shapes, ArrayView1::from(point), MAX_DIST);
            best::smallest(&self.areas, close)
        };
        self.points.iter().map(answer).collect()
    }

    fn squared(&self) -> Vec<Option<usize>> {
        let answer = |point: &[f64; 2]| {
            let close = close::find_squared(&self.shapes, *point, MAX_DIST);
            best::smallest(&self.areas, close)
        };
        self.points.iter().map(answer).collect()
    }

    fn centers_once(&self) -> Vec<Option<usize>> {
        let centers: Vec<_> = self.shapes.iter().map(|shape| *shape.center()).collect();
        let answer = |point: &[f64; 2]| {
            let close = close::find_among_centers(&centers, *point, MAX_DIST);
            best::smallest(&self.areas, close)
        };
        self.points.iter().map(answer).collect()
    }
}

/// A small linear congruential generator (Knuth's MMIX), which is enough for benchmarks.
struct Random(u64);

impl Random {
    fn below_100(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        100.0 * (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }
}

fn ladder(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("ladder");
    group.sample_size(20);
    for n_points in [100, 10_000] {
        let workload = Workload::new(n_points);
        assert_eq!(workload.allocating(), workload.squared());
        assert_eq!(workload.squared(), workload.centers_once());

        group.throughput(Throughput::Elements(n_points as u64));
        let mut time = |name, answers: fn(&Workload) -> Vec<Option<usize>>| {
            let id = BenchmarkId::new(name, n_points);
            group.bench_function(id, |bencher| {
                bencher.iter(|| answers(black_box(&workload)));
            });
        };
        time("v2, v3: allocating", Workload::allocating);
        time("v4: squared", Workload::squared);
        time("v5: centers once", Workload::centers_once);
    }
    group.finish();
}

criterion_group!(benches, ladder);
criterion_main!(benches);
