//! Any bytes as WKB: an answer or an error, the same whether invalid rows are raised or skipped.
#![no_main]

use arrow_array::{Array, BinaryArray};
use arrow_schema::{DataType, Field};
use libfuzzer_sys::fuzz_target;
use poly_match_engine::{Invalid, Matcher, Metric, Points, Polygons, Rule, inside, measure};

fuzz_target!(|bytes: &[u8]| {
    let column = BinaryArray::from(vec![Some(bytes), None]);
    let _ = Points::try_new("point", &column);

    let field = Field::new("geometry", DataType::Binary, true);
    let raised = Polygons::from_geometry(&field, &column, Invalid::Raise);
    let skipped = Polygons::from_geometry(&field, &column, Invalid::Skip).unwrap();
    assert_eq!(skipped.len(), column.len());
    assert_eq!(skipped.invalid_rows().len(), usize::from(raised.is_err()));
    assert!(raised.is_ok() || skipped.get(0).is_none());

    let Some(polygon) = skipped.get(0) else { return };
    assert!(!measure::area(polygon, Metric::Euclidean).is_nan());
    assert!(measure::vertex_mean(polygon).iter().all(|c| c.is_finite()));
    assert!(measure::centroid(polygon).iter().all(|c| c.is_finite()));
    let vertices: Vec<_> =
        polygon.rings().flat_map(|ring| ring.x.iter().zip(ring.y)).map(|(&x, &y)| [x, y]).collect();
    assert!(vertices.iter().take(100).all(|&vertex| inside::covers(polygon, vertex)));
    let matcher = Matcher::new(&skipped, Rule::covers()).unwrap().with_index_bytes(1 << 16);
    matcher.build_index();
    let points: Points = vertices.into_iter().map(Some).collect();
    assert_eq!(matcher.match_points(&points).null_count(), 0);
});
