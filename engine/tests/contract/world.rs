//! Made-up points and polygons, with the nasty cases drawn on purpose, and columns of them.

use std::sync::Arc;

use arrow_array::builder::{
    BinaryBuilder, BinaryViewBuilder, FixedSizeListBuilder, Float64Builder, LargeBinaryBuilder,
    LargeListBuilder, ListBuilder,
};
use arrow_array::{Array, ArrayRef, Float32Array, Float64Array, Int32Array, StructArray};
use arrow_buffer::NullBuffer;
use arrow_schema::{DataType, Field};
use poly_match_engine::{Error, Invalid, Polygons};
use proptest::prelude::*;

/// So many cases of a property, times `POLY_MATCH_CASES` if that is set.
///
/// # Panics
///
/// If it is set to anything but a number from 1 on.
pub fn cases(count: u32) -> ProptestConfig {
    let times = match std::env::var("POLY_MATCH_CASES") {
        Ok(times) => times.parse().unwrap_or(0),
        Err(_) => 1,
    };
    assert!(times > 0, "POLY_MATCH_CASES: expected a number from 1 on");
    ProptestConfig::with_cases(count.saturating_mul(times))
}

/// The same rings as a part that is valid: the largest first, and no more of the others than it has
/// room for.
pub fn as_part(mut rings: Vec<Vec<[f64; 2]>>) -> Vec<Vec<[f64; 2]>> {
    let area = |ring: &[[f64; 2]]| {
        let following = ring.iter().cycle().skip(1);
        ring.iter().zip(following).map(|(a, b)| a[0] * b[1] - b[0] * a[1]).sum::<f64>().abs()
    };
    rings.sort_by(|a, b| area(b).total_cmp(&area(a)));
    let mut room = rings.first().map_or(0.0, |ring| 0.9 * area(ring));
    let mut first = true;
    rings.retain(|ring| {
        let size = if std::mem::take(&mut first) { 0.0 } else { area(ring) };
        let fits = size <= room;
        room -= if fits { size } else { 0.0 };
        fits
    });
    rings
}

/// A point that may be null.
pub type Point = Option<[f64; 2]>;
/// A ring that may be null.
pub type Ring = Option<Vec<[f64; 2]>>;

/// Points, polygons and a radius.
#[derive(Debug, Clone)]
pub struct World {
    pub points: Vec<Point>,
    pub rings: Vec<Ring>,
    pub max_dist: f64,
}

/// Where centres and points lie.
fn position() -> impl Strategy<Value = BoxedStrategy<[f64; 2]>> {
    fn scaled(scale: f64) -> BoxedStrategy<[f64; 2]> {
        [-1.0..1.0, -1.0..1.0].prop_map(move |p: [f64; 2]| p.map(|c| c * scale)).boxed()
    }
    // Whole numbers: distances of exactly 5 (3-4-5 triangles), equal centres, points on borders.
    let lattice = [-6..7, -6..7].prop_map(|p| p.map(f64::from)).boxed();
    let same = Just([3.0, -4.0]).boxed();
    let outlier = prop_oneof![20 => scaled(10.0), 1 => Just([1e9, -1e12])].boxed();
    let clusters = (prop_oneof![Just(0.0), Just(100.0), Just(1e6)], scaled(0.5))
        .prop_map(|(at, p)| p.map(|c| c + at))
        .boxed();
    let line = (-50..50).prop_map(|x| [f64::from(x), 7.0]).boxed();
    prop_oneof![
        4 => Just(lattice.clone()),
        3 => Just(scaled(10.0)),
        2 => Just(clusters),
        1 => Just(same),
        1 => Just(outlier),
        1 => Just(line),
        1 => Just(scaled(1e300)),
        1 => Just(scaled(1e-300)),
        1 => Just(scaled(1e-160)),
        1 => Just(scaled(f64::MAX)),
    ]
}

fn radius() -> impl Strategy<Value = f64> {
    prop_oneof![
        6 => Just(5.0),
        3 => 0.1..20.0,
        1 => Just(0.0),
        1 => Just(1e-160),
        1 => Just(1e-300),
        1 => Just(1e300),
        1 => Just(f64::MAX),
        1 => Just(f64::INFINITY),
        1 => Just(1e9),
    ]
}

/// A square or a triangle around a centre, of one of a few sizes so that areas tie, closed or not.
fn ring(position: BoxedStrategy<[f64; 2]>) -> impl Strategy<Value = Vec<[f64; 2]>> {
    (position, 1..5_i32, any::<bool>(), any::<bool>()).prop_map(
        |([x, y], size, triangle, closed)| {
            let s = f64::from(size) * 0.25 * x.abs().max(y.abs()).clamp(1e-300, 1.0);
            let corners: &[[f64; 2]] = if triangle {
                &[[-1.0, -1.0], [1.0, -1.0], [0.0, 2.0]]
            } else {
                &[[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]]
            };
            let mut ring: Vec<_> = corners.iter().map(|c| [x + s * c[0], y + s * c[1]]).collect();
            // Where a step is lost in a large coordinate, take corners that differ for sure.
            if ring[0] == ring[1] || ring[1] == ring[2] || ring[2] == ring[0] {
                let (a, b) = (x.next_up(), y.next_up());
                ring = vec![[x, y], [a, y], [x, b]];
            }
            ring.retain(|p| p.iter().all(|c| c.is_finite()));
            if ring.len() < 3 {
                ring = vec![[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]];
            }
            if closed {
                ring.push(ring[0]);
            }
            ring
        },
    )
}

/// A world with at most so many points and polygons.
pub fn world(points: usize, polygons: usize) -> impl Strategy<Value = World> {
    (position(), position(), radius()).prop_flat_map(move |(at, elsewhere, max_dist)| {
        let odd = prop_oneof![
            Just([f64::NAN, 0.0]),
            Just([0.0, f64::INFINITY]),
            Just([f64::NEG_INFINITY, f64::NAN]),
            Just([-0.0, 0.0]),
        ];
        let point = prop_oneof![8 => at.clone(), 2 => elsewhere, 1 => odd];
        let points = prop::collection::vec(prop::option::weighted(0.9, point), 0..=points);
        let ring = prop_oneof![12 => ring(at), 1 => Just(vec![])];
        let rings = prop::collection::vec(prop::option::weighted(0.9, ring), 0..=polygons);
        (points, rings).prop_map(move |(points, rings)| World { points, rings, max_dist })
    })
}

/// Points and polygons in longitude and latitude, and a radius in metres.
#[derive(Debug, Clone)]
pub struct Earth {
    pub points: Vec<Point>,
    pub rings: Vec<Ring>,
    pub max_dist: f64,
}

/// Where centres and points lie on the sphere; the farthest points are asked from beyond 180.
fn place() -> impl Strategy<Value = BoxedStrategy<[f64; 2]>> {
    let anywhere = [-180.0..180.0, -90.0..90.0].boxed();
    // Meridians and parallels, the poles and the antimeridian among them: ties all over.
    let lattice = [-12..13, -6..7].prop_map(|p| p.map(|c| 15.0 * f64::from(c))).boxed();
    let near = |lon: f64, lat: f64, spread: f64| {
        let place =
            move |p: [f64; 2]| [lon + spread * p[0], (lat + spread * p[1]).clamp(-90.0, 90.0)];
        [-1.0..1.0, -1.0..1.0].prop_map(place).boxed()
    };
    let poles = [-180.0..180.0, 0.0..2.0_f64].prop_map(|[lon, c]| [lon, 90.0 - c]).boxed();
    let pole = (-4..5).prop_map(|lon| [45.0 * f64::from(lon), -90.0]).boxed();
    let turned = ((-3..4), [-180.0..180.0, -90.0..90.0])
        .prop_map(|(turns, [lon, lat])| [lon + 360.0 * f64::from(turns), lat])
        .boxed();
    let far = [-1e17..1e17, -90.0..90.0].boxed();
    prop_oneof![
        3 => Just(anywhere),
        4 => Just(lattice),
        3 => Just(near(180.0, 10.0, 1.0)),
        2 => Just(near(-180.0, -60.0, 1e-5)),
        1 => Just(near(7.0, 52.0, 1e-13)),
        2 => Just(poles),
        1 => Just(pole),
        1 => Just(turned),
        1 => Just(far),
        1 => Just(Just([170.0, 45.0]).boxed()),
    ]
}

fn metres() -> impl Strategy<Value = f64> {
    let half = std::f64::consts::PI * poly_match_engine::EARTH_RADIUS;
    prop_oneof![
        3 => 1.0..200_000.0,
        3 => 1e5..2e7,
        // Whole steps of the lattice: 15 degrees along a meridian.
        3 => (0..14).prop_map(move |steps| half * f64::from(steps) / 12.0),
        1 => Just(0.0),
        1 => Just(1e-9),
        1 => Just(1e-200),
        1 => Just(half),
        1 => Just(half.next_down()),
        1 => Just(half * (1.0 - 1e-9)),
        1 => Just(2.1e7),
        1 => Just(1e300),
        1 => Just(f64::INFINITY),
    ]
}

/// A polygon whose centre is, but for rounding, at a place: of one of a few sizes, within the
/// latitudes.
fn spot(place: BoxedStrategy<[f64; 2]>) -> impl Strategy<Value = Vec<[f64; 2]>> {
    (place, 0..4_i32).prop_map(|([lon, lat], size)| {
        let s = f64::from(size).exp2() * 1e-3;
        // Vertices above and below as far as there is room, else all on one parallel.
        let t = s.min(90.0 - lat.abs());
        let (mut west, mut east) = (lon - s, lon + s);
        if west == lon || east == lon {
            (west, east) = (lon.next_down(), lon.next_up());
        }
        vec![[west, lat - t], [east, lat - t], [east, lat + t], [west, lat + t], [lon, lat]]
    })
}

/// A world on the sphere with at most so many points and polygons.
pub fn earth(points: usize, polygons: usize) -> impl Strategy<Value = Earth> {
    (place(), place(), metres()).prop_flat_map(move |(at, elsewhere, max_dist)| {
        let odd = prop_oneof![
            Just([f64::NAN, 0.0]),
            Just([0.0, f64::INFINITY]),
            Just([f64::NEG_INFINITY, 90.0]),
            Just([-0.0, 0.0]),
            Just([180.0, -90.0]),
            Just([-180.0, 0.0]),
        ];
        let point = prop_oneof![8 => at.clone(), 2 => elsewhere.clone(), 1 => odd];
        let points = prop::collection::vec(prop::option::weighted(0.9, point), 0..=points);
        let ring = prop_oneof![12 => spot(at), 2 => spot(elsewhere), 1 => Just(vec![])];
        let rings = prop::collection::vec(prop::option::weighted(0.9, ring), 0..=polygons);
        (points, rings).prop_map(move |(points, rings)| Earth { points, rings, max_dist })
    })
}

/// Bytes of a WKB point: little or big endian, EWKB with an SRID, or with a Z.
pub fn wkb_point([x, y]: [f64; 2], form: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    match form % 4 {
        0 => bytes.extend([1, 1, 0, 0, 0]),
        1 => bytes.extend([0, 0, 0, 0, 1]),
        2 => bytes.extend([1, 1, 0, 0, 0x20, 0xe6, 0x10, 0, 0]),
        _ => bytes.extend([1, 0xe9, 0x03, 0, 0]),
    }
    for c in [x, y] {
        bytes.extend(if form % 4 == 1 { c.to_be_bytes() } else { c.to_le_bytes() });
    }
    if form % 4 == 3 {
        bytes.extend(7.0_f64.to_le_bytes());
    }
    bytes
}

/// Bytes of a WKB polygon or multipolygon (little endian), parts as rings, the exterior first.
pub fn wkb_polygon(parts: &[Vec<Vec<[f64; 2]>>], multi: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    if multi {
        bytes.extend([1, 6, 0, 0, 0]);
        bytes.extend((parts.len() as u32).to_le_bytes());
    }
    for rings in parts {
        bytes.extend([1, 3, 0, 0, 0]);
        bytes.extend((rings.len() as u32).to_le_bytes());
        for ring in rings {
            bytes.extend((ring.len() as u32).to_le_bytes());
            for c in ring.iter().flatten() {
                bytes.extend(c.to_le_bytes());
            }
        }
    }
    bytes
}

/// The points in every form that keeps `f64`, by name.
pub fn point_columns(points: &[Point]) -> Vec<(&'static str, ArrayRef)> {
    let field = |name| Arc::new(Field::new(name, DataType::Float64, true));
    let fields = || vec![field("x"), field("y")].into();
    let axis = |i: usize| points.iter().map(move |p| p.map_or(0.0, |p| p[i]));
    let nullable = |i: usize| points.iter().map(move |p| p.map(|p| p[i]));
    let rows = NullBuffer::from_iter(points.iter().map(|p| p.is_some()));
    let column = |values: Float64Array| Arc::new(values) as ArrayRef;

    let row_nulls = StructArray::new(
        fields(),
        vec![column(axis(0).collect()), column(axis(1).collect())],
        Some(rows),
    );
    // A point of which only one coordinate is null is as null.
    let field_nulls = StructArray::new(
        fields(),
        vec![column(nullable(0).collect()), column(axis(1).collect())],
        None,
    );
    let mut fixed = FixedSizeListBuilder::new(Float64Builder::new(), 2);
    let mut list = ListBuilder::new(Float64Builder::new());
    let mut large = LargeListBuilder::new(Float64Builder::new());
    let mut wkb = BinaryBuilder::new();
    let mut large_wkb = LargeBinaryBuilder::new();
    let mut view_wkb = BinaryViewBuilder::new();
    for (row, point) in points.iter().enumerate() {
        let [x, y] = point.unwrap_or([1.0, 2.0]);
        fixed.values().append_slice(&[x, y]);
        fixed.append(point.is_some());
        // A null row of a list may hide any number of values.
        list.values().append_slice(&[x, y][..if point.is_some() { 2 } else { row % 3 }]);
        list.append(point.is_some());
        large.values().append_slice(&[x, y]);
        large.append(point.is_some());
        let bytes = point.map(|point| wkb_point(point, row));
        wkb.append_option(bytes.as_ref());
        large_wkb.append_option(bytes.as_ref());
        view_wkb.append_option(bytes.as_ref());
    }
    vec![
        ("struct with null rows", Arc::new(row_nulls)),
        ("struct with null fields", Arc::new(field_nulls)),
        ("fixed-size list", Arc::new(fixed.finish())),
        ("list", Arc::new(list.finish())),
        ("large list", Arc::new(large.finish())),
        ("wkb", Arc::new(wkb.finish())),
        ("large wkb", Arc::new(large_wkb.finish())),
        ("wkb view", Arc::new(view_wkb.finish())),
    ]
}

/// The points with coordinates rounded to whole numbers, as `f32` and as `i32`.
pub fn rounded_columns(points: &[Point]) -> (Vec<Point>, Vec<(&'static str, ArrayRef)>) {
    let rounded: Vec<Point> = points
        .iter()
        .map(|p| p.map(|p| p.map(|c| f64::from(c.clamp(-1e6, 1e6).round() as i32))))
        .collect();
    let axis = |i: usize| rounded.iter().map(move |p| p.map(|p| p[i]));
    let pair = |dtype: DataType, columns: Vec<ArrayRef>| {
        let field = |name| Arc::new(Field::new(name, dtype.clone(), true));
        Arc::new(StructArray::new(vec![field("a"), field("b")].into(), columns, None)) as ArrayRef
    };
    let f32s = |i| Arc::new(axis(i).map(|c| c.map(|c| c as f32)).collect::<Float32Array>());
    let i32s = |i| Arc::new(axis(i).map(|c| c.map(|c| c as i32)).collect::<Int32Array>());
    let columns = vec![
        ("f32", pair(DataType::Float32, vec![f32s(0), f32s(1)])),
        ("i32", pair(DataType::Int32, vec![i32s(0), i32s(1)])),
    ];
    (rounded, columns)
}

/// The rings as two list columns.
pub fn xy_columns(rings: &[Ring]) -> [ArrayRef; 2] {
    [0, 1].map(|axis| {
        let mut lists = ListBuilder::new(Float64Builder::new());
        for (row, ring) in rings.iter().enumerate() {
            match ring {
                Some(ring) => lists.append_value(ring.iter().map(|p| Some(p[axis]))),
                None => {
                    // What a null row hides differs between x and y.
                    lists.values().append_slice(&[9.0, 9.0][..(row + axis) % 3]);
                    lists.append(false);
                }
            }
        }
        Arc::new(lists.finish()) as ArrayRef
    })
}

/// Reads a geometry column that has no extension type.
pub fn read_geometry(geometry: &dyn Array) -> Result<Polygons, Error> {
    let field = Field::new("geometry", geometry.data_type().clone(), true);
    Polygons::from_geometry(&field, geometry, Invalid::Raise)
}

/// The rings as WKB polygons and multipolygons.
pub fn wkb_column(rings: &[Ring]) -> ArrayRef {
    let mut column = BinaryBuilder::new();
    for (row, ring) in rings.iter().enumerate() {
        column.append_option(ring.as_ref().map(|ring| {
            let parts = if ring.is_empty() { vec![] } else { vec![vec![ring.clone()]] };
            wkb_polygon(&parts, row % 2 == 1 || parts.is_empty())
        }));
    }
    Arc::new(column.finish())
}

/// The same rows, but behind others that a slice leaves out.
pub fn behind_others(column: &ArrayRef) -> ArrayRef {
    let rows = column.len();
    let all = arrow_select::concat::concat(&[column, column, column]);
    all.map(|all| all.slice(rows, rows)).unwrap_or_else(|_| column.clone())
}
