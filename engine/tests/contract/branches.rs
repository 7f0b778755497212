//! Every way through the index, on worlds that are large, uneven and far from the origin: the
//! answers are those of the definition, and each way was taken.

use std::cell::RefCell;

use arrow_array::UInt32Array;
use poly_match_engine::{
    CellsReached, Invalid, Keys, Matcher, Metric, Points, Polygons, Rule, reference,
};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use crate::world::{self, Point, Ring};

/// How parts lie to each other.
#[derive(Debug, Clone, Copy)]
enum Layout {
    /// About as many everywhere, of about one size.
    Even,
    /// In a few places.
    Clusters,
    /// Rooms in buildings in a city.
    TwoScales,
    /// Even, but for one in fifty that is far out or large, or both.
    Outliers,
    /// On a small lattice, on top of each other.
    Lattice,
}

/// Numbers from 0 to 1 that look random.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> f64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// From -1 to 1.
    fn around(&mut self) -> f64 {
        2.0 * self.next() - 1.0
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() * n as f64) as usize % n
    }
}

/// Centers and sizes of parts in a square from -500 to 500.
fn places(layout: Layout, count: usize, numbers: &mut Numbers) -> Vec<([f64; 2], f64)> {
    let size = 500.0 / (count as f64).sqrt();
    (0..count)
        .map(|at| {
            let mut anywhere = |spread: f64| [spread * numbers.around(), spread * numbers.around()];
            match layout {
                Layout::Even => (anywhere(500.0), size),
                Layout::Clusters => {
                    let center = [[400.0, 400.0], [-300.0, 17.0], [0.0, -499.0]][at % 3];
                    let [x, y] = anywhere(0.5);
                    ([center[0] + x, center[1] + y], 1e-3 * size)
                }
                Layout::TwoScales if at % 2 == 0 => (anywhere(500.0), 4.0 * size),
                Layout::TwoScales => {
                    let center = [[100.0, 100.0], [-250.0, 333.0]][at % 4 / 2];
                    let [x, y] = anywhere(1e-3);
                    ([center[0] + x, center[1] + y], 2e-6 * size)
                }
                Layout::Outliers if at % 50 == 7 => (anywhere(1e6), 1e5),
                Layout::Outliers if at % 50 == 9 => (anywhere(500.0), 1e6),
                Layout::Outliers => (anywhere(500.0), size),
                Layout::Lattice => (anywhere(8.0).map(|c| 60.0 * c.round()), 60.0),
            }
        })
        .collect()
}

/// A ring around a center: a triangle, a square or a star that is no farther out than the size.
fn ring([x, y]: [f64; 2], size: f64, numbers: &mut Numbers) -> Vec<[f64; 2]> {
    let corners = [3, 4, 4, 4, 9][numbers.below(5)];
    (0..corners)
        .map(|corner| {
            let turn = std::f64::consts::TAU * (f64::from(corner) + 0.5) / f64::from(corners);
            let radius = if corners == 9 { size * (0.3 + 0.7 * numbers.next()) } else { size };
            [x + radius * turn.cos(), y + radius * turn.sin()]
        })
        .collect()
}

#[derive(Debug, Clone)]
struct World {
    points: Vec<Point>,
    rings: Vec<Ring>,
    /// A distance for which some centers are near.
    near: f64,
}

/// The world of a kind, each coordinate where `place` puts it.
fn world(
    (layout, count, seed): (Layout, usize, u64),
    place: impl Fn([f64; 2]) -> [f64; 2],
) -> World {
    let mut numbers = Numbers(seed);
    let parts = places(layout, count, &mut numbers);
    let rings: Vec<Vec<[f64; 2]>> = parts
        .iter()
        .map(|&(center, size)| {
            let ring = ring(center, size, &mut numbers);
            ring.into_iter().map(&place).collect::<Vec<_>>()
        })
        .collect();
    let (nan, inf) = (f64::NAN, f64::INFINITY);
    let odd = [
        [nan, 3.0],
        [3.0, nan],
        [inf, 0.0],
        [0.0, -inf],
        [180.0, 90.0],
        [-180.0, -90.0],
        [180.0, 0.0],
        [-180.0, 0.0],
        [0.0, 91.0],
        [f64::MAX, f64::MIN],
    ];
    let points = (0..300)
        .map(|at| {
            let (center, size) = parts[numbers.below(count)];
            let ring = &rings[numbers.below(count)];
            let near = |numbers: &mut Numbers, by: f64| {
                place(center.map(|c| c + by * size * numbers.around()))
            };
            // A grid over the square has its cells' corners there, where nothing lies outside.
            let corner = |n: usize| -500.0 + 1000.0 * n as f64 / 512.0;
            Some(match at % 10 {
                0 if at % 20 == 0 => odd[at / 20 % odd.len()],
                0 => ring[0],
                1 => ring[numbers.below(ring.len())],
                2 => [0, 1].map(|axis| ring[0][axis].midpoint(ring[1][axis])),
                3 => place([corner(numbers.below(513)), corner(numbers.below(513))]),
                4 => [ring[0][0], ring[1][1].next_up()],
                5 => place([2e3 * numbers.around(), 2e3 * numbers.around()]),
                6 => near(&mut numbers, 5.0),
                _ => near(&mut numbers, 1.0),
            })
        })
        .collect();
    let size = parts[0].1.max(parts[1].1);
    let [a, b] = [place([0.0, 0.0]), place([1.5 * size, 0.0])];
    World { points, rings: rings.into_iter().map(Some).collect(), near: (b[0] - a[0]).abs() }
}

fn kinds() -> impl Strategy<Value = (Layout, usize, u64)> {
    let layout = prop_oneof![
        Just(Layout::Even),
        Just(Layout::Clusters),
        Just(Layout::TwoScales),
        Just(Layout::Outliers),
        Just(Layout::Lattice),
    ];
    let count = prop_oneof![4 => 64..600_usize, 1 => 600..5_000_usize];
    (layout, count, any::<u64>())
}

#[derive(Debug, Default)]
struct Taken {
    scanned: usize,
    cells: CellsReached,
}

fn check(
    world: &World,
    rule: Rule,
    bytes: usize,
    taken: &RefCell<Taken>,
) -> Result<(), TestCaseError> {
    let points: Points = world.points.iter().copied().collect();
    let [x, y] = world::xy_columns(&world.rings);
    let polygons = Polygons::from_xy(&x, &y, Invalid::Skip).unwrap();
    let keys = Keys::areas(&polygons, &rule);
    let expected = reference::match_points(&points, &polygons, &keys, &rule);
    let expected: UInt32Array = expected.into_iter().collect();
    let mut matcher = Matcher::new(&polygons, rule).unwrap();
    let mut taken = taken.borrow_mut();
    for index in ["scan", "index", "small index"] {
        match index {
            "index" => matcher.build_index(),
            "small index" => {
                matcher = matcher.with_index_bytes(bytes);
                matcher.build_index();
            }
            _ => {}
        }
        match matcher.cells_reached(&points) {
            Some(cells) => {
                taken.cells.empty += cells.empty;
                taken.cells.settled += cells.settled;
                taken.cells.contested += cells.contested;
                taken.cells.split += cells.split;
                taken.cells.outer += cells.outer;
            }
            None => taken.scanned += points.len(),
        }
        prop_assert_eq!(&matcher.match_points(&points), &expected, "{:?}, {}", rule, index);
    }
    Ok(())
}

/// Runs so many cases, and looks that each way was taken.
fn run<S: Strategy>(
    cases: u32,
    strategy: &S,
    case: impl Fn(S::Value, &RefCell<Taken>) -> Result<(), TestCaseError>,
) {
    let taken = RefCell::new(Taken::default());
    let mut runner = TestRunner::new(world::cases(cases));
    runner.run(strategy, |value| case(value, &taken)).unwrap();
    let Taken { scanned, cells } = taken.into_inner();
    println!("{scanned} points scanned, {cells:?}");
    let ways = [scanned, cells.empty, cells.settled, cells.contested, cells.split, cells.outer];
    assert!(ways.iter().all(|count| *count > 0), "{scanned} scanned, {cells:?}");
}

/// Far from the origin and of every magnitude.
fn frames() -> impl Strategy<Value = (f64, [f64; 2])> {
    prop_oneof![
        4 => Just((1.0, [0.0, 0.0])),
        2 => Just((1.0, [1e9, -1e9])),
        1 => Just((1e-300, [0.0, 0.0])),
        1 => Just((1e-160, [0.0, 0.0])),
        1 => Just((1e290, [0.0, 0.0])),
        1 => Just((1e-4, [179.0, 10.0])),
    ]
}

#[test]
fn discs() {
    run(40, &(kinds(), frames(), 0..200_000_usize), |(kind, (scale, far), bytes), taken| {
        let world = world(kind, |[x, y]| [far[0] + scale * x, far[1] + scale * y]);
        check(&world, Rule::within(world.near).unwrap(), bytes, taken)
    });
}

#[test]
fn interiors() {
    run(40, &(kinds(), frames(), 0..200_000_usize), |(kind, (scale, far), bytes), taken| {
        let world = world(kind, |[x, y]| [far[0] + scale * x, far[1] + scale * y]);
        check(&world, Rule::covers(), bytes, taken)
    });
}

#[test]
fn caps() {
    // Over the globe, around the antimeridian, around a pole, and in a town.
    let frames = prop_oneof![
        Just((0.35, [0.0, 0.0])),
        Just((0.02, [180.0, 0.0])),
        Just((0.02, [-10.0, 85.0])),
        Just((1e-4, [7.0, -52.0])),
    ];
    run(40, &(kinds(), frames, 0..200_000_usize), |(kind, (scale, far), bytes), taken| {
        let world = world(kind, |[x, y]| {
            [far[0] + scale * x.clamp(-510.0, 510.0), (far[1] + 0.5 * scale * y).clamp(-90.0, 90.0)]
        });
        let rule = Rule::within(111_000.0 * world.near).unwrap().with_metric(Metric::Haversine);
        check(&world, rule, bytes, taken)
    });
}
