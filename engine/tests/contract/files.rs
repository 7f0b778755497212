//! Points and polygons in Parquet, GeoParquet and GeoJSON.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::forms::{self, Row};
use crate::world;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_array::{
    Array, ArrayRef, BinaryArray, Float64Array, Int64Array, RecordBatch, StringArray,
};
use arrow_schema::{DataType, Field, Schema};
use geo_types::Point;
use geoarrow_array::GeoArrowArray;
use geoarrow_array::builder::PointBuilder;
use geoarrow_schema::{Crs as GeoArrowCrs, Dimension, Metadata, PointType};
use geoparquet::writer::{
    GeoParquetRecordBatchEncoder, GeoParquetWriterEncoding, GeoParquetWriterOptionsBuilder,
};
use parquet::arrow::ArrowWriter;
use parquet::file::metadata::KeyValue;
use poly_match_engine::file::{FileInfo, Format, Kind, PointColumns, PolygonTable, describe};
use poly_match_engine::job::{MatchParquet, Settings, Summary};
use poly_match_engine::{Crs, Error, Invalid, Polygons, Rule};
use proptest::prelude::*;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Metadata with PROJJSON, the only form that GeoParquet has.
fn projjson(code: u32) -> Arc<Metadata> {
    let id = json!({"authority": "EPSG", "code": code});
    let crs = json!({"type": "ProjectedCRS", "name": "New York", "id": id});
    Arc::new(Metadata::new(GeoArrowCrs::from_projjson(crs), None))
}

fn write(path: &Path, batch: &RecordBatch, metadata: Option<KeyValue>) {
    let file = std::fs::File::create(path).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), None).unwrap();
    writer.write(batch).unwrap();
    metadata.into_iter().for_each(|pair| writer.append_key_value_metadata(pair));
    writer.close().unwrap();
}

fn batch(columns: Vec<(Field, ArrayRef)>) -> RecordBatch {
    let (fields, columns): (Vec<_>, Vec<_>) = columns.into_iter().unzip();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap()
}

/// Writes a geometry column between two others.
fn write_geoparquet(path: &Path, geometry: (Field, ArrayRef), encoding: GeoParquetWriterEncoding) {
    let rows = geometry.1.len();
    let key: ArrayRef = Arc::new((0..rows as i64).rev().collect::<Int64Array>());
    let name: ArrayRef =
        Arc::new(StringArray::from_iter_values((0..rows).map(|i| format!("n{i}"))));
    let field = |name: &str, array: &ArrayRef| Field::new(name, array.data_type().clone(), true);
    let batch = batch(vec![
        (field("key", &key), key.clone()),
        geometry,
        (field("name", &name), name.clone()),
    ]);
    let options = GeoParquetWriterOptionsBuilder::default().set_encoding(encoding).build();
    let mut encoder = GeoParquetRecordBatchEncoder::try_new(batch.schema_ref(), &options).unwrap();
    let encoded = encoder.encode_record_batch(&batch).unwrap();
    write(path, &encoded, Some(encoder.into_keyvalue().unwrap()));
}

/// Writes a plain column with this text as GeoParquet metadata.
fn write_with_geo(path: &Path, name: &str, column: ArrayRef, geo: &str) {
    let field = Field::new(name, column.data_type().clone(), true);
    let pair = KeyValue::new("geo".to_owned(), geo.to_owned());
    write(path, &batch(vec![(field, column)]), Some(pair));
}

fn folder() -> (TempDir, impl Fn(&str) -> PathBuf) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().to_owned();
    (folder, move |name: &str| path.join(name))
}

fn info(path: &Path) -> FileInfo {
    describe(path, &PointColumns::Auto).unwrap()
}

/// Triangle, square with a hole, two parts, null.
fn rows() -> Vec<Row> {
    let square = |x: f64, s: f64| vec![[x, 0.0], [x + s, 0.0], [x + s, s], [x, s], [x, 0.0]];
    vec![
        Some(vec![vec![vec![[0.0, 0.0], [3.0, 0.0], [0.0, 3.0], [0.0, 0.0]]]]),
        Some(vec![vec![square(10.0, 8.0), square(12.0, 2.0)]]),
        Some(vec![vec![square(30.0, 2.0)], vec![square(40.0, 2.0)]]),
        None,
    ]
}

fn feature_collection(rows: &[Row]) -> Value {
    let feature = |row: &Row| {
        // An empty part before others is more than the parser takes.
        let parts = row.as_ref().map(|row| row.iter().filter(|part| !part.is_empty()));
        let geometry = parts.map(|parts| match &parts.collect::<Vec<_>>()[..] {
            [part] => json!({"type": "Polygon", "coordinates": part}),
            parts => json!({"type": "MultiPolygon", "coordinates": parts}),
        });
        json!({"type": "Feature", "properties": null, "geometry": geometry})
    };
    json!({"type": "FeatureCollection", "features": rows.iter().map(feature).collect::<Vec<_>>()})
}

fn geojson(path: &Path, text: &str) -> Result<PolygonTable, Error> {
    std::fs::write(path, text).unwrap();
    PolygonTable::read(path, Invalid::Raise)
}

#[test]
fn geoparquet_in_every_encoding() {
    let (_folder, path) = folder();
    let single: Vec<_> = rows().into_iter().map(|row| row.map(|row| row[..1].to_vec())).collect();
    for rows in [rows(), single] {
        for (field, array) in forms::geoarrow(&rows, &projjson(2263)) {
            let is_wkb = array.as_list_opt::<i32>().is_none();
            for encoding in [GeoParquetWriterEncoding::WKB, GeoParquetWriterEncoding::GeoArrow] {
                if is_wkb && matches!(encoding, GeoParquetWriterEncoding::GeoArrow) {
                    continue;
                }
                let path = path("zones.parquet");
                write_geoparquet(&path, (field.clone(), array.clone()), encoding);
                let table = PolygonTable::read(&path, Invalid::Raise).unwrap();
                assert_eq!(forms::read_back(&table.polygons), forms::expected(&rows), "{field:?}");
                assert_eq!(table.polygons.crs(), Crs::from_text("EPSG:2263").as_ref());
                let names: Vec<_> =
                    table.columns.schema_ref().fields().iter().map(|f| f.name().clone()).collect();
                assert_eq!(names, ["key", "name"]);
                assert_eq!(
                    table.columns.column(0).as_primitive::<Int64Type>().values()[..],
                    [3, 2, 1, 0]
                );

                let info = info(&path);
                assert_eq!((info.format, info.kind), (Format::GeoParquet, Kind::Polygons));
                assert_eq!((info.geometry, info.columns), (vec!["shape".to_owned()], names));
                assert_eq!((info.rows, info.nulls, info.invalid), (4, 1, 0));
                assert_eq!(info.vertices, table.polygons.vertices());
                assert_eq!(info.bounds, table.polygons.bounds());
                assert_eq!(info.crs.unwrap().to_string(), "EPSG:2263");
                let native = ["polygon", "multipolygon"].contains(&info.encoding.as_str());
                assert_eq!(native, matches!(encoding, GeoParquetWriterEncoding::GeoArrow));
            }
        }
    }
}

#[test]
fn crs_of_geoparquet() {
    let (_folder, path) = folder();
    let path = path("zones.parquet");
    let bytes = world::wkb_polygon(&rows()[0].clone().unwrap(), false);
    let crs = |member: &str| {
        let column: ArrayRef = Arc::new(BinaryArray::from_vec(vec![&bytes]));
        let geo = format!(
            r#"{{"primary_column": "g", "columns": {{"g": {{"encoding": "WKB"{member}}}}}}}"#
        );
        write_with_geo(&path, "g", column, &geo);
        let polygons = PolygonTable::read(&path, Invalid::Raise).unwrap().polygons;
        assert_eq!(polygons.crs(), info(&path).crs.as_ref());
        polygons.crs().map(ToString::to_string)
    };
    assert_eq!(crs("").as_deref(), Some("OGC:CRS84"));
    assert_eq!(crs(r#", "crs": null"#), None);
    assert_eq!(crs(r#", "crs": "EPSG:3857""#).as_deref(), Some("EPSG:3857"));
    let custom = r#", "crs": {"type": "EngineeringCRS", "name": "Site"}"#;
    assert_eq!(crs(custom).as_deref(), Some("Site"));
}

#[test]
fn parquet_without_what_it_should_have() {
    let (_folder, path) = folder();
    let path = path("zones.parquet");
    let wkb: ArrayRef = Arc::new(BinaryArray::from_vec(vec![b"\x01"]));
    let text: ArrayRef = Arc::new(StringArray::from(vec!["POINT EMPTY"]));
    let polygons = "expected polygons: WKB binary, GeoArrow polygons or multipolygons, or nested \
                    lists of rings of vertices";
    for (name, column, geo, error) in [
        (
            "name",
            &text,
            "{}",
            "no polygons found: neither list columns 'x' and 'y' nor a column \
          'geometry'; the columns are: name"
                .to_owned(),
        ),
        (
            "name",
            &text,
            r#"{"primary_column": "shape"}"#,
            "no column 'shape', the geometry column \
          by the GeoParquet metadata; the columns are: name"
                .to_owned(),
        ),
        (
            "g",
            &wkb,
            "{",
            "broken GeoParquet metadata: EOF while parsing an object at line 1 column \
          1"
            .to_owned(),
        ),
        (
            "g",
            &wkb,
            r#"{"primary_column": "g", "columns": {"g": {"encoding": "linestring"}}}"#,
            format!("column 'g': {polygons}, got geoarrow.linestring"),
        ),
        (
            "g",
            &text,
            r#"{"primary_column": "g", "columns": {"g": {"encoding": "WKB"}}}"#,
            format!("column 'g': {polygons}, got Utf8"),
        ),
        (
            "g",
            &wkb,
            r#"{"primary_column": "g", "columns": {"g": {"encoding": "WKB"}}}"#,
            "column 'g', row 0: broken WKB (1 bytes): failed to fill whole buffer".to_owned(),
        ),
    ] {
        write_with_geo(&path, name, column.clone(), geo);
        let raised = PolygonTable::read(&path, Invalid::Raise).unwrap_err();
        assert_eq!(raised.to_string(), format!("{}: {error}", path.display()));
        let described = describe(&path, &PointColumns::Auto);
        assert_eq!(described.is_ok(), error.contains("broken WKB"), "{described:?}");
    }
    let described = info(&path);
    let why = "broken WKB (1 bytes): failed to fill whole buffer".to_owned();
    assert_eq!((described.invalid, described.first_invalid), (1, Some((0, why))));
}

fn points() -> Vec<Option<Point>> {
    let at = [[0.5, 0.5], [13.0, 1.0], [31.0, 1.0], [500.0, 0.0]];
    at.map(|[x, y]| Some(Point::new(x, y))).into_iter().chain([None]).collect()
}

fn point_column(metadata: Arc<Metadata>) -> (Field, ArrayRef) {
    let typ = PointType::new(Dimension::XY, metadata);
    let array =
        PointBuilder::from_nullable_points(points().iter().map(Option::as_ref), typ).finish();
    (array.data_type().to_field("where", true), array.to_array_ref())
}

fn run(job: &MatchParquet) -> Result<Summary, Error> {
    job.run(&mut |_| ControlFlow::Continue(()))
}

#[test]
fn the_job_reads_geoparquet_and_geojson() {
    let (_folder, path) = folder();
    let mut job = MatchParquet {
        points: path("points.parquet"),
        polygons: path("zones.parquet"),
        output: path("out.parquet"),
        point: PointColumns::Auto,
        points_crs: None,
        polygons_crs: None,
        name: "zone".to_owned(),
        rule: Rule::within(20.0).unwrap(),
        by: Some("key".to_owned()),
        descending: false,
        id: None,
        details: false,
        invalid: Invalid::Raise,
        settings: Settings { overwrite: true, ..Settings::default() },
        counts: false,
        picture: None,
        beside: vec![],
    };
    let zones = |code| forms::geoarrow(&rows(), &projjson(code)).swap_remove(0);
    for encoding in [GeoParquetWriterEncoding::WKB, GeoParquetWriterEncoding::GeoArrow] {
        write_geoparquet(&job.points, point_column(projjson(2263)), encoding);
        write_geoparquet(&job.polygons, zones(2263), encoding);
        let done = run(&job).unwrap();
        assert_eq!((done.rows, done.matched, done.null_points, done.polygons), (5, 3, 1, 4));
        let info = info(&job.points);
        assert_eq!((info.kind, info.rows, info.nulls, info.vertices), (Kind::Points, 5, 1, 4));
        assert_eq!(info.bounds, Some([0.5, 0.0, 500.0, 1.0]));
        assert_eq!(info.geometry, ["where"]);
    }
    write_geoparquet(&job.polygons, zones(3857), GeoParquetWriterEncoding::WKB);
    assert_eq!(
        run(&job).unwrap_err().to_string(),
        "the points are in EPSG:2263, the polygons in EPSG:3857: reproject one of them"
    );

    let mut collection = feature_collection(&rows());
    for (at, feature) in collection["features"].as_array_mut().unwrap().iter_mut().enumerate() {
        feature["properties"] = json!({"key": at});
    }
    job.polygons = path("zones.geojson");
    std::fs::write(&job.polygons, collection.to_string()).unwrap();
    let error = run(&job).unwrap_err().to_string();
    assert!(error.starts_with("the points are in EPSG:2263, the polygons in OGC:CRS84"), "{error}");
    write_geoparquet(&job.points, point_column(Arc::default()), GeoParquetWriterEncoding::WKB);
    assert_eq!(run(&job).unwrap().matched, 3);
    collection["features"][1]["geometry"]["coordinates"][0] = json!([[10, 0], [18, 0]]);
    std::fs::write(&job.polygons, collection.to_string()).unwrap();
    let error = run(&job).unwrap_err().to_string();
    assert!(
        error.ends_with("feature 1: a ring has 2 distinct vertices: expected at least 3"),
        "{error}"
    );
    job.invalid = Invalid::Skip;
    assert_eq!(run(&job).unwrap().polygons, 4);
    job.by = Some("other".to_owned());
    let error = run(&job).unwrap_err().to_string();
    assert!(error.ends_with("zones.geojson: no column 'other'; the columns are: key"), "{error}");

    // Zones as points.
    job.by = None;
    job.points = path("zones.parquet");
    let zones = forms::geoarrow(&rows(), &Arc::default()).swap_remove(0);
    write_geoparquet(&job.points, zones, GeoParquetWriterEncoding::WKB);
    let error = run(&job).unwrap_err().to_string();
    assert!(error.contains("expected a WKB point, got a MultiPolygon"), "{error}");
}

#[test]
fn plain_parquet_is_described_too() {
    let (_folder, path) = folder();
    let rings =
        rows().into_iter().map(|row| row.map(|parts| parts[0][0].clone())).collect::<Vec<_>>();
    let [x, y] = world::xy_columns(&rings);
    let field = |name: &str, array: &ArrayRef| Field::new(name, array.data_type().clone(), true);
    write(
        &path("xy.parquet"),
        &batch(vec![(field("x", &x), x.clone()), (field("y", &y), y.clone())]),
        None,
    );
    let polygons = info(&path("xy.parquet"));
    assert_eq!((polygons.format, polygons.kind), (Format::Parquet, Kind::Polygons));
    assert_eq!((polygons.geometry, polygons.nulls), (vec!["x".to_owned(), "y".to_owned()], 1));

    let odd = [Some(1.0), Some(f64::INFINITY), None, Some(f64::NAN)];
    let x: ArrayRef = Arc::new(Float64Array::from(odd.to_vec()));
    let columns = || vec![(field("east", &x), x.clone()), (field("north", &x), x.clone())];
    write(&path("points.parquet"), &batch(columns()), None);
    let error = describe(&path("points.parquet"), &PointColumns::Auto).unwrap_err().to_string();
    assert!(error.contains("no points found: "), "{error}");
    let pair = PointColumns::Xy("east".to_owned(), "north".to_owned());
    let points = describe(&path("points.parquet"), &pair).unwrap();
    assert_eq!((points.kind, points.rows, points.nulls, points.invalid), (Kind::Points, 4, 2, 1));
    let why = "(inf, inf): expected finite coordinates".to_owned();
    assert_eq!((points.first_invalid, points.bounds), (Some((1, why)), Some([1.0; 4])));

    // One row that is none does not hide the others.
    let rows = [world::wkb_point([1.0, 2.0], 0), vec![1], world::wkb_point([3.0, 4.0], 1)];
    let wkb: ArrayRef = Arc::new(BinaryArray::from_iter_values(&rows));
    write(&path("wkb.parquet"), &batch(vec![(field("geometry", &wkb), wkb.clone())]), None);
    let wkb = info(&path("wkb.parquet"));
    assert_eq!((wkb.kind, wkb.encoding.as_str()), (Kind::Points, "WKB"));
    assert_eq!((wkb.rows, wkb.invalid, wkb.vertices), (3, 1, 2));
    assert_eq!(wkb.bounds, Some([1.0, 2.0, 3.0, 4.0]));
}

proptest! {
    #![proptest_config(crate::world::cases(100))]

    #[test]
    fn geojson_is_the_same_as_wkb(rows in forms::rows(3)) {
        let (_folder, path) = folder();
        let text = feature_collection(&rows).to_string();
        let table = geojson(&path("zones.json"), &text).unwrap();
        let expected = forms::expected(&rows);
        prop_assert_eq!(forms::read_back(&table.polygons), expected);
        prop_assert_eq!(table.columns.num_rows(), rows.len());
        prop_assert_eq!(table.polygons.crs(), Some(&Crs::crs84()));
        let info = info(&path("zones.json"));
        prop_assert_eq!((info.format, info.rows), (Format::GeoJson, rows.len()));
        prop_assert_eq!(info.bounds, table.polygons.bounds());
        prop_assert_eq!(info.invalid, 0);
    }
}

#[test]
fn properties_become_columns() {
    let (_folder, path) = folder();
    let mut collection = feature_collection(&rows());
    let properties = [
        json!({"name": "a", "n": 1, "share": 1, "flag": true, "odd": 1, "none": null, "list": [1, "a"]}),
        json!({"name": null, "n": -2, "share": 0.5, "flag": false, "odd": "two", "id": "mine"}),
        json!({"name": "c", "n": 3, "share": null, "odd": {"three": 3}}),
        Value::Null,
    ];
    for (feature, properties) in
        collection["features"].as_array_mut().unwrap().iter_mut().zip(properties)
    {
        feature["properties"] = properties;
        feature["id"] = json!(7);
    }
    let columns = geojson(&path("zones.geojson"), &collection.to_string()).unwrap().columns;
    let column = |name: &str| columns.column_by_name(name).unwrap();
    let text = |name: &str| {
        column(name).as_string::<i64>().iter().map(|t| t.map(str::to_owned)).collect::<Vec<_>>()
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(text("name"), [some("a"), None, some("c"), None]);
    assert_eq!(text("odd"), [some("1"), some("two"), some(r#"{"three":3}"#), None]);
    assert_eq!(text("list"), [some(r#"[1,"a"]"#), None, None, None]);
    assert_eq!(text("id"), [some("7"), some("mine"), some("7"), some("7")]);
    let n: Vec<_> = column("n").as_primitive::<Int64Type>().iter().collect();
    assert_eq!(n, [Some(1), Some(-2), Some(3), None]);
    let share: Vec<_> = column("share").as_primitive::<Float64Type>().iter().collect();
    assert_eq!(share, [Some(1.0), Some(0.5), None, None]);
    assert_eq!(
        column("flag").as_boolean().iter().collect::<Vec<_>>(),
        [Some(true), Some(false), None, None]
    );
    assert_eq!(column("none").data_type(), &DataType::Null);
    let mut described = info(&path("zones.geojson")).columns;
    described.sort();
    assert_eq!(described, ["flag", "id", "list", "n", "name", "none", "odd", "share"]);
}

#[test]
fn geojson_that_is_wrong() {
    let (_folder, path) = folder();
    let path = path("zones.geojson");
    let good = json!({"type": "Feature", "properties": {}, "geometry":
        {"type": "Polygon", "coordinates": [[[0, 0, 9], [1, 0, 9], [0, 1, 9]]]}});
    let with =
        |geometry: Value| json!({"type": "Feature", "properties": {"a": 1}, "geometry": geometry});
    let ring = |ring: Value| with(json!({"type": "Polygon", "coordinates": [ring]}));
    let features = [
        (
            with(json!({"type": "Point", "coordinates": [1, 2]})),
            "expected a Polygon or MultiPolygon, got a Point",
        ),
        (
            with(json!({"type": "GeometryCollection", "geometries": []})),
            "expected a Polygon or MultiPolygon, got a GeometryCollection",
        ),
        (ring(json!([[0, 0], [1, 1]])), "a ring has 2 distinct vertices: expected at least 3"),
        (ring(json!([[0, 0], [1], [1, 1]])), "a position of 1 numbers: expected x and y"),
        (ring(json!([[0, 0], ["1", 0], [1, 1]])), "invalid type: string \"1\", expected f64"),
        (json!({"type": "Feture"}), "unknown variant `Feture`, expected `Feature`"),
        (json!(7), "invalid type: integer `7`"),
        (
            with(json!({"type": "Polygon"})),
            "Encountered geometry type: `Polygon` with no `coordinates` key",
        ),
    ];
    for (bad, text) in &features {
        let collection = json!({"type": "FeatureCollection", "features": [good, bad, bad]});
        let error = geojson(&path, &collection.to_string()).unwrap_err().to_string();
        assert!(error.starts_with(&format!("{}: feature 1: {text}", path.display())), "{error}");
        let skipped = PolygonTable::read(&path, Invalid::Skip).unwrap();
        assert_eq!(skipped.polygons.invalid_rows().collect::<Vec<_>>(), [1, 2]);
        assert_eq!(skipped.columns.num_rows(), 3);
        let info = info(&path);
        assert_eq!((info.rows, info.invalid, info.nulls), (3, 2, 0));
        assert_eq!(info.first_invalid.unwrap().0, 1);
    }
    let many: serde_json::Map<_, _> = (0..5000).map(|i| (i.to_string(), json!(i))).collect();
    let mut wide = good.clone();
    wide["properties"] = many.into();
    let wide = json!({"type": "FeatureCollection", "features": [wide]}).to_string();
    for (text, error) in [
        ("", "EOF while parsing a value at line 1 column 0"),
        ("[]", "invalid type: sequence, expected a FeatureCollection at line 1 column 1"),
        (
            r#"{"type": "Topology"}"#,
            "expected a FeatureCollection, got a Topology at line 1 column 20",
        ),
        (r#"{"features": []}"#, "missing field `type` at line 1 column 16"),
        (r#"{"type": "FeatureCollection"}"#, "missing field `features` at line 1 column 29"),
        (
            r#"{"type": "FeatureCollection", "features": 1}"#,
            "invalid type: integer `1`, expected a list of features at line 1 column 44",
        ),
        (
            r#"{"type": "FeatureCollection", "features": []} {"#,
            "trailing characters at line 1 column 47",
        ),
        (
            r#"{"type": "FeatureCollection", "features": [{]}"#,
            "key must be a string at line 1 column 45",
        ),
        (&wide, "more than 4096 different properties"),
    ] {
        let raised = geojson(&path, text).unwrap_err().to_string();
        assert_eq!(raised, format!("{}: broken GeoJSON: {error}", path.display()));
        assert_eq!(PolygonTable::read(&path, Invalid::Skip).unwrap_err().to_string(), raised);
    }
    let whole = json!({"type": "FeatureCollection", "features": [good, good]}).to_string();
    for end in 0..whole.len() {
        let error = geojson(&path, &whole[..end]).unwrap_err().to_string();
        assert!(error.contains("broken GeoJSON: EOF while parsing"), "{error}");
        describe(&path, &PointColumns::Auto).unwrap_err();
    }
    geojson(&path, &whole).unwrap();
    let error = PolygonTable::read(&path.with_file_name("no.json"), Invalid::Raise).unwrap_err();
    assert!(matches!(error, Error::Io { .. }));
}

#[test]
fn older_and_odd_geojson() {
    let (_folder, path) = folder();
    let path = path("zones.GeoJSON");
    let mut collection = feature_collection(&rows());
    collection["crs"] =
        json!({"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::2263"}});
    collection["bbox"] = json!([0, 0, 1, 1]);
    let text = format!("\u{feff}{collection:#}");
    let table = geojson(&path, &text).unwrap();
    assert_eq!(forms::read_back(&table.polygons), forms::expected(&rows()));
    assert_eq!(table.polygons.crs().unwrap().to_string(), "EPSG:2263");

    let points = json!({"features": [
        {"type": "Feature", "geometry": null, "properties": null},
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": [1, 2]}, "properties": null},
        {"type": "Feature", "geometry": {"type": "LineString", "coordinates": []}, "properties": null},
    ], "type": "FeatureCollection"});
    std::fs::write(&path, points.to_string()).unwrap();
    let info = info(&path);
    assert_eq!((info.kind, info.rows, info.nulls, info.invalid), (Kind::Points, 3, 1, 1));
    assert_eq!(info.first_invalid, Some((2, "expected a Point, got a LineString".to_owned())));
}

/// The figures are those of the files' origin. That of the countries names no CRS.
#[test]
fn real_files() {
    let Some(data) = std::env::var_os("POLY_MATCH_DATA").map(PathBuf::from) else {
        eprintln!("skipped: POLY_MATCH_DATA names no directory with real data");
        return;
    };
    for (name, rows, vertices, parts, crs) in [
        ("countries.parquet", 177, 10_643, 177..999, None),
        ("nyc_zones.parquet", 268, 174_255, 268..9999, Some("EPSG:2263")),
        ("zcta.parquet", 822, 594_027, 930..9999, Some("EPSG:4269")),
    ] {
        let path = data.join(name);
        let start = std::time::Instant::now();
        let table = PolygonTable::read(&path, Invalid::Raise).unwrap();
        println!("{name}: read in {:?}", start.elapsed());
        let polygons: &Polygons = &table.polygons;
        assert_eq!((polygons.len(), table.columns.num_rows()), (rows, rows));
        assert_eq!(polygons.vertices(), vertices);
        let found: usize = (0..rows).map(|row| polygons.get(row).unwrap().parts().count()).sum();
        assert!(parts.contains(&found), "{name}: {found} parts");
        assert_eq!(polygons.crs().map(ToString::to_string).as_deref(), crs);
        let info = info(&path);
        assert_eq!((info.kind, info.rows, info.invalid), (Kind::Polygons, rows, 0));
        assert_eq!(info.bounds, polygons.bounds());
    }
    let pair = PointColumns::Xy("lon".to_owned(), "lat".to_owned());
    let cities = describe(&data.join("cities.parquet"), &pair).unwrap();
    assert_eq!((cities.kind, cities.rows, cities.nulls), (Kind::Points, 144_563, 0));
}
