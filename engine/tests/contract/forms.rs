//! The same polygons in every form of column that can hold them.

use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, FixedSizeListArray, Float64Array, GenericListArray, OffsetSizeTrait,
    StructArray,
};
use arrow_buffer::{NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow_cast::cast;
use arrow_schema::{DataType, Field};
use geo_types::{Coord, LineString, MultiPolygon};
use geoarrow_array::GeoArrowArray;
use geoarrow_array::builder::{MultiPolygonBuilder, PolygonBuilder};
use geoarrow_array::cast::{to_wkb, to_wkb_view};
use geoarrow_schema::{CoordType, Crs, Dimension, Metadata, MultiPolygonType, PolygonType};
use poly_match_engine::Polygons;
use proptest::prelude::*;

/// Vertices, closed or not.
pub type Ring = Vec<[f64; 2]>;
/// An exterior and its holes.
pub type Part = Vec<Ring>;
/// A multipolygon that may be null.
pub type Row = Option<Vec<Part>>;

/// What was read, each ring without its closing vertex, without empty parts; empty rows as
/// null ones.
pub fn read_back(polygons: &Polygons) -> Vec<Row> {
    let ring = |ring: poly_match_engine::Ring<'_>| {
        let open = ring.open();
        open.x.iter().zip(open.y).map(|(&x, &y)| [x, y]).collect::<Ring>()
    };
    let part = |part: poly_match_engine::Part<'_>| {
        let part: Part = std::iter::once(part.exterior()).chain(part.holes()).map(ring).collect();
        part.iter().any(|ring| !ring.is_empty()).then_some(part)
    };
    let row = |row| Some(polygons.get(row)?.parts().filter_map(part).collect());
    (0..polygons.len()).map(row).collect()
}

/// What is to be read.
pub fn expected(rows: &[Row]) -> Vec<Row> {
    let open = |ring: &Ring| {
        let mut ring = ring.clone();
        if ring.len() > 1 && ring.first() == ring.last() {
            ring.pop();
        }
        ring
    };
    let part = |part: &Part| part.iter().map(open).collect::<Part>();
    let row = |row: &Row| {
        let parts = row.as_ref()?.iter().filter(|part| part.iter().any(|ring| !ring.is_empty()));
        let parts: Vec<_> = parts.map(part).collect();
        (!parts.is_empty()).then_some(parts)
    };
    rows.iter().map(row).collect()
}

/// A ring of whole numbers, so that `f32` and `i32` hold it: 3 distinct vertices or more, repeated
/// ones, closed or not, of either winding.
fn ring() -> impl Strategy<Value = Ring> {
    let vertex = [-9..9_i32, -9..9_i32].prop_map(|v| v.map(f64::from));
    (prop::collection::vec(vertex, 0..4), any::<[bool; 3]>(), -9..9_i32).prop_map(
        |(more, [closed, repeated, turned], at)| {
            let at = f64::from(at);
            let mut ring = vec![[at, 0.0], [at + 5.0, 1.0], [at, 7.0]];
            ring.extend(more);
            if repeated {
                ring.push([at, 7.0]);
            }
            if turned {
                ring.reverse();
            }
            if closed || ring.first() == ring.last() {
                ring.push(ring[0]);
            }
            ring
        },
    )
}

/// Rows with at most so many parts, among them null and empty ones.
pub fn rows(parts: usize) -> impl Strategy<Value = Vec<Row>> {
    let part = prop_oneof![
        9 => prop::collection::vec(ring(), 1..4).prop_map(crate::world::as_part),
        1 => Just(vec![]),
        1 => Just(vec![vec![]]),
    ];
    let row = prop::collection::vec(part, usize::from(parts == 1)..=parts);
    prop::collection::vec(prop::option::weighted(0.9, row), 0..12)
}

/// How vertices are laid out.
#[derive(Debug, Clone)]
pub struct Vertex {
    /// One letter a dimension.
    pub dimensions: &'static str,
    pub separated: bool,
    pub dtype: DataType,
}

/// All layouts, `f64` first.
pub fn vertices() -> Vec<Vertex> {
    let all = ["xy", "xyz", "xym", "xyzm"].map(|dimensions| {
        [true, false].map(|separated| Vertex { dimensions, separated, dtype: DataType::Float64 })
    });
    let mut all = all.as_flattened().to_vec();
    for dtype in [DataType::Float32, DataType::Int32] {
        all.push(Vertex { dimensions: "xy", separated: true, dtype: dtype.clone() });
        all.push(Vertex { dimensions: "xy", separated: false, dtype });
    }
    all
}

/// A column of these vertices, and of NaN for Z and M.
fn vertex_column(vertices: &[[f64; 2]], form: &Vertex) -> ArrayRef {
    let letters = form.dimensions.len();
    let value = |at: usize, letter: usize| vertices[at].get(letter).copied().unwrap_or(f64::NAN);
    let column = |values: Vec<f64>| cast(&Float64Array::from(values), &form.dtype).unwrap();
    let item = |name: &str| Field::new(name, form.dtype.clone(), true);
    if form.separated {
        let axis = |letter| column((0..vertices.len()).map(|at| value(at, letter)).collect());
        let fields: Vec<_> = form.dimensions.chars().map(|name| item(&name.to_string())).collect();
        return Arc::new(StructArray::new(fields.into(), (0..letters).map(axis).collect(), None));
    }
    let all = (0..vertices.len() * letters).map(|i| value(i / letters, i % letters)).collect();
    let item = Arc::new(item(form.dimensions));
    Arc::new(FixedSizeListArray::new(item, letters as i32, column(all), None))
}

fn list(offsets: Vec<usize>, values: ArrayRef, nulls: Option<NullBuffer>, large: bool) -> ArrayRef {
    fn of<O: OffsetSizeTrait>(
        offsets: Vec<usize>,
        values: ArrayRef,
        nulls: Option<NullBuffer>,
    ) -> ArrayRef {
        let offsets: ScalarBuffer<O> = offsets.into_iter().map(O::usize_as).collect();
        let item = Arc::new(Field::new("item", values.data_type().clone(), true));
        Arc::new(GenericListArray::new(item, OffsetBuffer::new(offsets), values, nulls))
    }
    if large { of::<i64>(offsets, values, nulls) } else { of::<i32>(offsets, values, nulls) }
}

/// The rows as nested lists; `multi` with a level for parts, else each row has at most one. Null
/// rows hide a ring, and the lists of each level are large or not.
pub fn nested(rows: &[Row], multi: bool, form: &Vertex, large: [bool; 3]) -> ArrayRef {
    let hidden = vec![vec![vec![[1.0, 2.0], [3.0, 4.0]]]];
    let (mut vertices, mut rings, mut parts, mut ends) = (vec![], vec![0], vec![0], vec![0]);
    for row in rows {
        for part in row.as_ref().unwrap_or(&hidden) {
            for ring in part {
                vertices.extend(ring);
                rings.push(vertices.len());
            }
            parts.push(rings.len() - 1);
        }
        ends.push(parts.len() - 1);
    }
    let nulls = Some(NullBuffer::from_iter(rows.iter().map(Option::is_some)));
    let rings = list(rings, vertex_column(&vertices, form), None, large[0]);
    if multi {
        return list(ends, list(parts, rings, None, large[1]), nulls, large[2]);
    }
    list(parts, rings, nulls, large[1])
}

/// The metadata of columns in EPSG:2263.
pub fn metadata() -> Arc<Metadata> {
    Arc::new(Metadata::new(Crs::from_authority_code("EPSG:2263".to_owned()), None))
}

fn geo_polygon(part: &Part) -> geo_types::Polygon {
    let ring = |ring: &Ring| ring.iter().map(|&[x, y]| Coord { x, y }).collect::<LineString>();
    let mut rings = part.iter().map(ring);
    geo_types::Polygon::new(rings.next().unwrap_or(LineString::new(vec![])), rings.collect())
}

/// The rows in the columns that the geoarrow crate makes, called `shape`, with its fields.
pub fn geoarrow(rows: &[Row], metadata: &Arc<Metadata>) -> Vec<(Field, ArrayRef)> {
    // Its builders panic on a polygon without an exterior.
    let full = |part: &&Part| part.first().is_some_and(|exterior| !exterior.is_empty());
    let multi = |parts: &Vec<Part>| parts.iter().filter(full).map(geo_polygon).collect();
    let multi: Vec<Option<MultiPolygon>> = rows.iter().map(|row| row.as_ref().map(multi)).collect();
    let typ = MultiPolygonType::new(Dimension::XY, metadata.clone());
    let array = MultiPolygonBuilder::from_nullable_multi_polygons(&multi, typ).finish();
    let mut columns: Vec<Arc<dyn GeoArrowArray>> = vec![
        Arc::new(array.clone().into_coord_type(CoordType::Interleaved)),
        Arc::new(to_wkb::<i32>(&array).unwrap()),
        Arc::new(to_wkb::<i64>(&array).unwrap()),
        Arc::new(to_wkb_view(&array).unwrap()),
        Arc::new(array.into_coord_type(CoordType::Separated)),
    ];
    if rows.iter().flatten().all(|parts| parts.len() == 1 && parts.iter().all(|p| full(&p))) {
        let single: Vec<_> =
            rows.iter().map(|row| Some(geo_polygon(row.as_ref()?.first()?))).collect();
        let typ = PolygonType::new(Dimension::XY, metadata.clone());
        let array = PolygonBuilder::from_nullable_polygons(&single, typ).finish();
        columns.push(Arc::new(array.clone().into_coord_type(CoordType::Interleaved)));
        columns.push(Arc::new(to_wkb::<i32>(&array).unwrap()));
        columns.push(Arc::new(array.into_coord_type(CoordType::Separated)));
    }
    let field = |array: &Arc<dyn GeoArrowArray>| array.data_type().to_field("shape", true);
    columns.iter().map(|array| (field(array), array.to_array_ref())).collect()
}
