//! Polygons as nested lists and as WKB: the same polygons, or an error in the same row.
#![no_main]

use std::sync::Arc;

use arbitrary::Arbitrary;
use arrow_array::builder::{FixedSizeListBuilder, Float64Builder, ListBuilder};
use arrow_array::{Array, ArrayRef, BinaryArray, FixedSizeListArray, StructArray};
use arrow_schema::{DataType, Field};
use libfuzzer_sys::fuzz_target;
use poly_match_engine::{Error, Invalid, Polygons};

type Rings = Vec<Vec<(i8, i8)>>;

#[derive(Arbitrary, Debug)]
struct Input {
    rows: Vec<Option<Vec<Rings>>>,
    odd: Vec<(u8, f64)>,
    separated: bool,
    first: u8,
}

fuzz_target!(|input: Input| {
    // A few coordinates are any float at all.
    let mut count = 0;
    let mut coordinate = |c: i8| {
        count += 1;
        let odd = input.odd.iter().find(|(at, _)| usize::from(*at) == count);
        odd.map_or(f64::from(c), |(_, value)| *value)
    };
    type Row = Option<Vec<Vec<Vec<[f64; 2]>>>>;
    let rows: Vec<Row> = input
        .rows
        .iter()
        .map(|row| {
            let mut ring = |ring: &Vec<(i8, i8)>| {
                ring.iter().map(|&(x, y)| [coordinate(x), coordinate(y)]).collect::<Vec<_>>()
            };
            let mut part = |rings: &Rings| rings.iter().map(&mut ring).collect::<Vec<_>>();
            // A part without rings has no way to be said in WKB but as an empty polygon.
            row.as_ref().map(|parts| parts.iter().map(&mut part).collect())
        })
        .collect();

    let pairs = || FixedSizeListBuilder::new(Float64Builder::new(), 2);
    let mut nested = ListBuilder::new(ListBuilder::new(ListBuilder::new(pairs())));
    let mut wkb: Vec<Option<Vec<u8>>> = vec![];
    for row in &rows {
        wkb.push(row.as_ref().map(|parts| multipolygon(parts)));
        for part in row.iter().flatten() {
            for ring in part {
                for vertex in ring {
                    let vertices = nested.values().values().values();
                    vertices.values().append_slice(vertex);
                    vertices.append(true);
                }
                nested.values().values().append(true);
            }
            nested.values().append(true);
        }
        nested.append(row.is_some());
    }
    let mut nested: ArrayRef = Arc::new(nested.finish());
    if input.separated {
        nested = separated(&nested);
    }
    let first = usize::from(input.first).min(rows.len());
    let nested = nested.slice(first, rows.len() - first);
    let wkb: ArrayRef = Arc::new(BinaryArray::from_iter(wkb).slice(first, rows.len() - first));

    let parse = |array: &ArrayRef, invalid| {
        let field = Field::new("geometry", array.data_type().clone(), true);
        Polygons::from_geometry(&field, array, invalid)
    };
    let [one, other] = [&nested, &wkb].map(|array| parse(array, Invalid::Skip).unwrap());
    assert!(one.invalid_rows().eq(other.invalid_rows()));
    for row in 0..one.len() {
        let rings = |polygons: &Polygons| {
            let rings = polygons.get(row).into_iter().flat_map(|polygon| polygon.rings());
            rings.map(|ring| (ring.x.to_vec(), ring.y.to_vec())).collect::<Vec<_>>()
        };
        assert_eq!(rings(&one), rings(&other), "row {row}");
    }
    let row = |polygons: Result<Polygons, Error>| match polygons {
        Ok(_) => None,
        Err(Error::Value { row, .. }) => Some(row),
        Err(error) => panic!("{error}"),
    };
    assert_eq!(row(parse(&nested, Invalid::Raise)), row(parse(&wkb, Invalid::Raise)));
});

fn multipolygon(parts: &[Vec<Vec<[f64; 2]>>]) -> Vec<u8> {
    let head = |kind: u32, count: usize| {
        [&[1][..], &kind.to_le_bytes(), &(count as u32).to_le_bytes()].concat()
    };
    let mut bytes = head(6, parts.len());
    for rings in parts {
        bytes.extend(head(3, rings.len()));
        for ring in rings {
            bytes.extend((ring.len() as u32).to_le_bytes());
            bytes.extend(ring.iter().flatten().flat_map(|c| c.to_le_bytes()));
        }
    }
    bytes
}

/// The same nested lists with a struct of x and y in place of each pair.
fn separated(array: &ArrayRef) -> ArrayRef {
    use arrow_array::cast::AsArray;
    use arrow_array::types::Float64Type;
    if let Some(pairs) = array.as_fixed_size_list_opt() {
        let pairs: &FixedSizeListArray = pairs;
        let values = pairs.values().as_primitive::<Float64Type>();
        let axis = |at: usize| {
            let values = (0..pairs.len()).map(|row| values.value(2 * row + at));
            Arc::new(values.collect::<arrow_array::Float64Array>()) as ArrayRef
        };
        let field = |name| Arc::new(Field::new(name, DataType::Float64, true));
        let fields = vec![field("x"), field("y")].into();
        return Arc::new(StructArray::new(fields, vec![axis(0), axis(1)], None));
    }
    let lists = array.as_list::<i32>();
    let values = separated(lists.values());
    let field = Arc::new(Field::new_list_field(values.data_type().clone(), true));
    let (_, offsets, _, nulls) = lists.clone().into_parts();
    Arc::new(arrow_array::ListArray::new(field, offsets, values, nulls))
}
