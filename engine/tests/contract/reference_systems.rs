//! Reference systems and edges where columns and files state them: SRIDs of EWKB, the types GEOMETRY
//! and GEOGRAPHY of Parquet, the member `crs` of GeoJSON; and what points and polygons say together.

use std::collections::HashMap;
use std::fs::File;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{ArrayRef, BinaryArray, BinaryViewArray, Int64Array, RecordBatch, UInt32Array};
use arrow_ipc::reader::FileReader;
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::arrow::{ArrowSchemaConverter, ArrowWriter};
use parquet::basic::{Compression, EdgeInterpolationAlgorithm, LogicalType, Repetition, Type};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::schema::types::{SchemaDescriptor, Type as ParquetType};
use poly_match_engine::file::{FileInfo, Format, Kind, PointColumns, PolygonTable, describe};
use poly_match_engine::job::{MatchParquet, OnError, Settings, Summary};
use poly_match_engine::{
    Answer, Candidates, ColumnState, Crs, Edges, Error, Invalid, Keys, Matcher, Points, Polygons,
    Rule,
};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::world;

/// A point with an SRID in EWKB, of either byte order; without one for `None`.
fn ewkb_point([x, y]: [f64; 2], srid: Option<u32>, little: bool) -> Vec<u8> {
    ewkb(1, srid, little, |number| {
        [x, y]
            .into_iter()
            .flat_map(|c| if little { c.to_le_bytes() } else { c.to_be_bytes() })
            .for_each(number)
    })
}

/// A square from 0 to 4.
fn ewkb_square(srid: Option<u32>) -> Vec<u8> {
    ewkb(3, srid, true, |number| {
        let ring = [[0.0_f64, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 4.0], [0.0, 0.0]];
        let sizes = [1_u32, 5].into_iter().flat_map(u32::to_le_bytes);
        sizes.chain(ring.into_iter().flatten().flat_map(f64::to_le_bytes)).for_each(number);
    })
}

fn ewkb(
    kind: u32,
    srid: Option<u32>,
    little: bool,
    body: impl FnOnce(&mut dyn FnMut(u8)),
) -> Vec<u8> {
    let u32 = |number: u32| if little { number.to_le_bytes() } else { number.to_be_bytes() };
    let mut bytes = vec![u8::from(little)];
    bytes.extend(u32(kind | if srid.is_some() { 0x2000_0000 } else { 0 }));
    bytes.extend(srid.into_iter().flat_map(u32));
    body(&mut |byte| bytes.push(byte));
    bytes
}

/// Points at (1, 1) with these SRIDs.
fn points(srids: &[Option<u32>]) -> ArrayRef {
    let rows =
        srids.iter().enumerate().map(|(row, srid)| ewkb_point([1.0, 1.0], *srid, row % 2 == 0));
    Arc::new(BinaryArray::from_iter_values(rows))
}

fn polygons(srids: &[Option<u32>]) -> ArrayRef {
    Arc::new(BinaryArray::from_iter_values(srids.iter().map(|srid| ewkb_square(*srid))))
}

fn read(column: &ArrayRef) -> Result<Polygons, Error> {
    world::read_geometry(column)
}

fn name(crs: Option<&Crs>) -> Option<String> {
    crs.map(ToString::to_string)
}

fn field(metadata: &str) -> Field {
    let pairs = [("ARROW:extension:name", "geoarrow.wkb"), ("ARROW:extension:metadata", metadata)];
    let pairs: HashMap<_, _> = pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
    Field::new("g", DataType::Binary, true).with_metadata(pairs)
}

#[test]
fn every_row_of_ewkb_is_looked_at() {
    let (wgs, web, other) = (Some(4326), Some(3857), Some(31370));
    // 0 and -1 name no system; 4979 is 4326 in three dimensions, 900913 is the older 3857.
    for (srids, crs) in [
        (&[None, None][..], None),
        (&[Some(0), Some(u32::MAX)], None),
        (&[Some(0), None, web, Some(0)], Some("EPSG:3857")),
        (&[wgs, Some(4979), wgs], Some("EPSG:4326")),
        (&[Some(900_913), web, Some(102_100)], Some("EPSG:900913")),
        // Of no authority: equal to itself, and not known.
        (&[Some(999_999), Some(999_999)], None),
    ] {
        assert_eq!(name(read(&polygons(srids)).unwrap().crs()).as_deref(), crs, "{srids:?}");
        Points::try_new("p", &points(srids)).unwrap();
    }
    for (srids, rows) in [
        (&[wgs, web][..], "row 0 has SRID 4326, row 1 has SRID 3857"),
        (&[None, Some(0), web, web, None, other, wgs], "row 2 has SRID 3857, row 5 has SRID 31370"),
        (&[Some(999_999), Some(999_998)], "row 0 has SRID 999999, row 1 has SRID 999998"),
    ] {
        let error = |column| {
            format!("column '{column}': {rows}: expected one reference system in a column")
        };
        assert_eq!(read(&polygons(srids)).unwrap_err().to_string(), error("geometry"));
        assert_eq!(Points::try_new("p", &points(srids)).unwrap_err().to_string(), error("p"));
        // One that is named takes the place of all.
        let crs = Crs::from_text("EPSG:2263").unwrap();
        let field = Field::new("g", DataType::Binary, true);
        let column = polygons(srids);
        let given = Polygons::from_geometry_in(&field, &column, Invalid::Raise, crs.clone());
        assert_eq!(given.unwrap().crs(), Some(&crs));
    }
    // A row that holds no polygon names nothing.
    let rows = [ewkb_square(wgs), ewkb_point([1.0, 1.0], web, true)];
    let column = BinaryArray::from_iter_values(rows);
    let field = Field::new("g", DataType::Binary, true);
    let skipped = Polygons::from_geometry(&field, &column, Invalid::Skip).unwrap();
    assert_eq!(name(skipped.crs()).as_deref(), Some("EPSG:4326"));
}

#[test]
fn rows_and_metadata_of_a_column_agree() {
    for (metadata, srid, crs) in [
        (r#"{"crs": "EPSG:4326"}"#, Some(4326), Some("EPSG:4326")),
        (r#"{"crs": "OGC:CRS84"}"#, Some(4326), Some("OGC:CRS84")),
        (r#"{"crs": "EPSG:4326"}"#, None, Some("EPSG:4326")),
        ("{}", Some(4326), Some("EPSG:4326")),
        ("", Some(4326), Some("EPSG:4326")),
    ] {
        let polygons =
            Polygons::from_geometry(&field(metadata), &polygons(&[srid]), Invalid::Raise).unwrap();
        assert_eq!(name(polygons.crs()).as_deref(), crs);
        Points::from_field(&field(metadata), &points(&[srid])).unwrap();
    }
    let field = field(r#"{"crs": "EPSG:4326"}"#);
    let error = "column 'g': its metadata name EPSG:4326, row 1 has SRID 3857: expected one \
                 reference system in a column";
    let srids = [None, Some(3857)];
    let raised = Polygons::from_geometry(&field, &polygons(&srids), Invalid::Raise);
    assert_eq!(raised.unwrap_err().to_string(), error);
    assert_eq!(Points::from_field(&field, &points(&srids)).unwrap_err().to_string(), error);
    let matcher = Matcher::new(&read(&polygons(&[None])).unwrap(), Rule::within(9.0).unwrap());
    let raised = matcher.unwrap().match_field(&field, &[points(&srids)]);
    assert_eq!(raised.unwrap_err().to_string(), error);
}

/// What a matcher and the candidates answer for chunks of points.
fn ask(
    polygons: &Polygons,
    field: &Field,
    chunks: &[ArrayRef],
) -> Result<Vec<UInt32Array>, String> {
    let rule = Rule::within(9.0).unwrap();
    let matcher = Matcher::new(polygons, rule).unwrap();
    let best = matcher.match_field(field, chunks).map_err(|error| error.to_string());
    let answers = Answer::row_number().of_chunks(&matcher, field, chunks);
    assert_eq!(answers.map(|_| ()).map_err(|e| e.to_string()), best.clone().map(|_| ()));
    let covers = Matcher::new(polygons, Rule::covers()).unwrap().match_field(field, chunks);
    assert_eq!(covers.map_err(|error| error.to_string()), best);
    let candidates = Candidates::new(polygons, &Keys::areas(polygons, &rule), rule).unwrap();
    let all = candidates.of_field(field, chunks);
    assert_eq!(all.map(|_| ()).map_err(|e| e.to_string()), best.clone().map(|_| ()));
    best
}

#[test]
fn srids_of_points_are_compared_with_the_polygons() {
    let plain = Field::new("p", DataType::Binary, true);
    let differ = |points, polygons| {
        format!("the points are in {points}, the polygons in {polygons}: reproject one of them")
    };
    for polygons_srid in [None, Some(0), Some(4326), Some(3857)] {
        let of_rows = read(&polygons(&[polygons_srid])).unwrap();
        for points_srid in [None, Some(0), Some(4326), Some(3857), Some(4979)] {
            let answer = ask(&of_rows, &plain, &[points(&[points_srid; 3])]);
            let known = |srid: Option<u32>| match srid {
                Some(0) | None => None,
                Some(4979) => Some(4326),
                srid => srid,
            };
            match (known(points_srid), known(polygons_srid)) {
                (Some(a), Some(b)) if a != b => {
                    let (a, b) = (points_srid.unwrap(), polygons_srid.unwrap());
                    let error = differ(format!("EPSG:{a}"), format!("EPSG:{b}"));
                    assert_eq!(answer, Err(error));
                }
                _ => assert_eq!(answer, Ok(vec![UInt32Array::from(vec![0; 3])])),
            }
        }
    }
    // A matcher that comes without polygons is given their system.
    let of_rows = read(&polygons(&[Some(3857)])).unwrap();
    let rule = Rule::within(9.0).unwrap();
    let bytes = Matcher::new(&of_rows, rule).unwrap().to_bytes().unwrap();
    let matcher = Matcher::from_bytes(&bytes, rule).unwrap();
    assert_eq!(matcher.crs(), None);
    let matcher = matcher.with_crs(of_rows.crs().cloned());
    let error = matcher.match_column("p", &points(&[Some(4326)])).unwrap_err().to_string();
    assert_eq!(error, differ("EPSG:4326".to_owned(), "EPSG:3857".to_owned()));
}

#[test]
fn srids_are_compared_over_chunks_and_threads() {
    let unknown = read(&polygons(&[None])).unwrap();
    let field = Field::new("p", DataType::Binary, true);
    let mixed = "column 'p': row 2 has SRID 4326, row 4 has SRID 3857: expected one reference \
                 system in a column";
    let (first, second) = (points(&[None, None, Some(4326)]), points(&[Some(0), Some(3857)]));
    assert_eq!(ask(&unknown, &field, &[first.clone(), second.clone()]), Err(mixed.to_owned()));
    // The chunks one after the other, as a stream has them.
    let matcher = Matcher::new(&unknown, Rule::within(9.0).unwrap()).unwrap();
    let mut state = ColumnState::default();
    matcher.match_next(&field, &[first], &mut state).unwrap();
    let error = matcher.match_next(&field, &[second], &mut state).unwrap_err().to_string();
    assert_eq!(error, mixed);
    // Rows of an error count from the first chunk.
    let broken: ArrayRef = Arc::new(BinaryArray::from_vec(vec![&b"\x01"[..]]));
    let mut state = ColumnState::default();
    matcher.match_next(&field, &[points(&[None; 3])], &mut state).unwrap();
    let error = matcher.match_next(&field, &[broken], &mut state).unwrap_err().to_string();
    assert!(error.starts_with("column 'p', row 3: broken WKB"), "{error}");
    // So many that they are read in pieces and on all threads.
    let mut srids = vec![Some(4326); 300_000];
    (srids[0], srids[70_001], srids[299_999]) = (None, Some(3857), Some(31370));
    let rows = srids.iter().map(|srid| Some(ewkb_point([1.0, 1.0], *srid, true)));
    let many: ArrayRef = Arc::new(BinaryViewArray::from_iter(rows));
    let error = matcher.match_field(&field, &[many]).unwrap_err().to_string();
    assert!(error.contains("row 1 has SRID 4326, row 70001 has SRID 3857"), "{error}");
}

#[test]
fn geojson_of_all_ages() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("zones.geojson");
    let square = json!([[[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]]]);
    let geometry = json!({"type": "Polygon", "coordinates": square});
    let feature = json!({"type": "Feature", "properties": {}, "geometry": geometry});
    let named = |name: &str| json!({"type": "name", "properties": {"name": name}});
    let mut collection = json!({"type": "FeatureCollection", "features": [feature]});
    let lambert = [
        json!({"type": "EPSG", "properties": {"code": 31370}}),
        json!({"type": "epsg", "properties": {"code": "31370"}}),
        json!({"type": "EPSG", "properties": {"code": "EPSG:31370"}}),
        json!({"type": "OGC", "properties": {"urn": "urn:ogc:def:crs:EPSG::31370"}}),
        named("EPSG:31370"),
        named("epsg:31370"),
        named("urn:ogc:def:crs:EPSG::31370"),
        named("urn:ogc:def:crs:EPSG:6.18.3:31370"),
        named("urn:ogc:def:crs:EPSG:31370"),
        named("urn:x-ogc:def:crs:EPSG:31370"),
        named("urn:x-ogc:def:crs:EPSG:6.9:31370"),
        named("http://www.opengis.net/def/crs/EPSG/0/31370"),
        named("https://www.opengis.net/def/crs/EPSG/0/31370/"),
        named("http://www.opengis.net/gml/srs/epsg.xml#31370"),
        named("https://spatialreference.org/ref/epsg/31370/"),
        named("https://epsg.io/31370"),
        named("[EPSG:31370]"),
    ];
    let wgs = [
        named("urn:ogc:def:crs:OGC:1.3:CRS84"),
        named("urn:ogc:def:crs:OGC::CRS84"),
        named("urn:ogc:def:crs:OGC:2:84"),
        named("http://www.opengis.net/def/crs/OGC/1.3/CRS84"),
        named("CRS84"),
        named("CRS:84"),
        named("EPSG:4326"),
    ];
    let unknown = [
        json!(null),
        json!({"type": "link", "properties": {"href": "http://example.com/crs/42", "type": "proj4"}}),
        json!({"type": "name", "properties": {"name": ""}}),
        json!({"type": "name"}),
        json!({}),
        json!(7),
    ];
    let mut read = |crs: &Value| {
        collection["crs"] = crs.clone();
        std::fs::write(&path, collection.to_string()).unwrap();
        let polygons = PolygonTable::read(&path, Invalid::Raise).unwrap().polygons;
        let info = describe(&path, &PointColumns::Auto).unwrap();
        assert_eq!(info.crs.as_ref(), polygons.crs(), "{crs}");
        polygons.crs().cloned()
    };
    for crs in lambert {
        assert_eq!(read(&crs), Crs::from_text("EPSG:31370"), "{crs}");
    }
    for crs in wgs {
        assert_eq!(read(&crs), Some(Crs::crs84()), "{crs}");
    }
    for crs in unknown {
        assert_eq!(read(&crs), None, "{crs}");
    }
}

#[test]
fn metadata_of_arrow_that_are_not_known_are_no_reason_to_refuse() {
    let crs = |metadata: &str| name(Crs::of_field(&field(metadata)).unwrap().as_ref());
    for unknown in [
        r#"{"crs": "GEOGCRS[\"WGS 84\"]", "crs_type": "wkt2"}"#,
        r#"{"crs": "EPSG:4326", "crs_type": "later"}"#,
        r#"{"crs": true}"#,
        r#"{"crs": "77", "crs_type": "srid"}"#,
        "",
        " ",
    ] {
        assert_eq!(crs(unknown), None, "{unknown}");
    }
    assert_eq!(crs(r#"{"crs": "EPSG:4326", "crs_type": null}"#).as_deref(), Some("EPSG:4326"));
    assert_eq!(crs(r#"{"crs": 31370, "crs_type": "srid"}"#).as_deref(), Some("EPSG:31370"));
    let edges = |metadata: &str| Edges::of_field(&field(metadata)).unwrap();
    assert_eq!(edges("{}"), Edges::Planar);
    for (text, expected) in [
        ("spherical", Edges::Spherical),
        ("vincenty", Edges::Vincenty),
        ("thomas", Edges::Thomas),
        ("andoyer", Edges::Andoyer),
        ("karney", Edges::Karney),
        ("loxodrome", Edges::Other),
    ] {
        let metadata = format!(r#"{{"edges": "{text}"}}"#);
        assert_eq!(edges(&metadata), expected);
        let polygons =
            Polygons::from_geometry(&field(&metadata), &polygons(&[None]), Invalid::Raise).unwrap();
        assert_eq!(polygons.edges(), expected);
        // They pass through a column of GeoArrow, as the reference system does.
        let polygons = polygons.with_crs(Some(Crs::crs84()));
        let (again, array) = polygons.to_geoarrow("g");
        let again = Polygons::from_geometry(&again, &array, Invalid::Raise).unwrap();
        assert_eq!((again.edges(), again.crs()), (expected, Some(&Crs::crs84())));
    }
}

#[test]
fn what_a_user_names_is_a_reference_system() {
    for text in [
        "EPSG:4326",
        "epsg:31370",
        "4326",
        " OGC:CRS84 ",
        "ESRI:102003",
        "IAU_2015:30100",
        "urn:ogc:def:crs:EPSG::31370",
        "+proj=laea +lat_0=52 +lon_0=10",
        r#"PROJCS["Custom",GEOGCS["GCS_WGS_1984"],PROJECTION["Albers"]]"#,
        r#"{"type": "ProjectedCRS", "name": "Mine"}"#,
    ] {
        let crs = Crs::from_user("points_crs", text).unwrap();
        assert_eq!(Some(crs), Crs::from_text(text));
    }
    for text in [
        "",
        " ",
        "nonsense",
        "EPSG",
        "EPSG:",
        "EPSG:abc",
        "EPSG:0",
        "0",
        "-1",
        "99999999999",
        "foo:bar",
        "{}",
        r#"{"type": "Feature"}"#,
        "GEOGCS[",
        "PROJ[]",
        "WGS 84",
    ] {
        let error = Crs::from_user("points_crs", text).unwrap_err().to_string();
        let expected = format!(
            "points_crs: expected a coordinate reference system, such as 'EPSG:4326', WKT or \
             PROJJSON, got '{text}'"
        );
        assert_eq!(error, expected);
    }
}

/// Writes WKB as a column of this type of Parquet, called `geom`, beside a column `key`.
fn write(path: &Path, rows: &ArrayRef, logical: &LogicalType, pairs: &[(&str, &str)]) {
    let key: ArrayRef = Arc::new((0..rows.len() as i64).collect::<Int64Array>());
    let schema = Arc::new(Schema::new(vec![
        Field::new("key", DataType::Int64, false),
        Field::new("geom", rows.data_type().clone(), true),
    ]));
    let plain = ArrowSchemaConverter::new().convert(&schema).unwrap();
    let geom = ParquetType::primitive_type_builder("geom", Type::BYTE_ARRAY)
        .with_repetition(Repetition::OPTIONAL)
        .with_logical_type(Some(logical.clone()))
        .build()
        .unwrap();
    let fields = vec![plain.root_schema().get_fields()[0].clone(), Arc::new(geom)];
    let root = ParquetType::group_type_builder("schema").with_fields(fields).build().unwrap();
    // Several row groups, which the job reads side by side.
    let groups = WriterProperties::builder().set_max_row_group_row_count(Some(1)).build();
    let options = ArrowWriterOptions::new()
        .with_properties(groups)
        .with_skip_arrow_metadata(true)
        .with_parquet_schema(SchemaDescriptor::new(Arc::new(root)));
    let file = File::create(path).unwrap();
    let mut writer = ArrowWriter::try_new_with_options(file, schema.clone(), options).unwrap();
    writer.write(&RecordBatch::try_new(schema, vec![key, rows.clone()]).unwrap()).unwrap();
    for (key, value) in pairs {
        writer.append_key_value_metadata(KeyValue::new((*key).to_owned(), (*value).to_owned()));
    }
    writer.close().unwrap();
}

fn logical_type(path: &Path) -> Option<LogicalType> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
    let fields = reader.parquet_schema().root_schema().get_fields().to_vec();
    let geom = fields.iter().find(|field| field.name() == "geom").unwrap();
    geom.get_basic_info().logical_type_ref().cloned()
}

fn geometry(crs: Option<&str>) -> LogicalType {
    LogicalType::geometry(crs.map(str::to_owned))
}

fn info(path: &Path) -> FileInfo {
    describe(path, &PointColumns::Auto).unwrap()
}

const ALBERS: &str = r#"{"type": "ProjectedCRS", "name": "NAD83 / Conus Albers",
    "id": {"authority": "EPSG", "code": 5070}}"#;

/// The forms are those of `crs-srid.parquet`, `crs-projjson.parquet`, `crs-arbitrary-value.parquet`
/// and `crs-default.parquet` of Apache's parquet-testing, data/geospatial.
#[test]
fn geometry_columns_of_parquet() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("geom.parquet");
    let odd = r#"{"type": "EngineeringCRS", "name": "Site"}"#;
    for (crs, expected) in [
        (None, Some("OGC:CRS84")),
        (Some("srid:5070"), Some("EPSG:5070")),
        (Some("srid:0"), None),
        (Some("srid:none"), None),
        (Some("projjson:albers"), Some("EPSG:5070")),
        (Some("projjson:missing"), None),
        (Some(ALBERS), Some("EPSG:5070")),
        (Some("EPSG:5070"), Some("EPSG:5070")),
        (Some("OGC:CRS84"), Some("OGC:CRS84")),
        (Some(odd), Some("Site")),
        (Some(""), None),
    ] {
        for (logical, edges) in [
            (geometry(crs), Edges::Planar),
            (LogicalType::geography(crs.map(str::to_owned), None), Edges::Spherical),
            (
                LogicalType::geography(
                    crs.map(str::to_owned),
                    Some(EdgeInterpolationAlgorithm::KARNEY),
                ),
                Edges::Karney,
            ),
        ] {
            let pairs = [("other", "{}"), ("albers", ALBERS)];
            write(&path, &polygons(&[None, None]), &logical, &pairs);
            let table = PolygonTable::read(&path, Invalid::Raise).unwrap();
            assert_eq!(name(table.polygons.crs()).as_deref(), expected, "{logical:?}");
            assert_eq!((table.polygons.edges(), table.polygons.len()), (edges, 2));
            assert_eq!(table.columns.schema_ref().fields().len(), 1);
            let of_polygons = info(&path);
            assert_eq!((of_polygons.format, of_polygons.kind), (Format::Parquet, Kind::Polygons));
            assert_eq!(name(of_polygons.crs.as_ref()).as_deref(), expected);
            assert_eq!((of_polygons.edges, of_polygons.rows), (edges, 2));
            assert_eq!(
                (of_polygons.geometry, of_polygons.encoding),
                (vec!["geom".to_owned()], "WKB".to_owned())
            );
            write(&path, &points(&[None; 3]), &logical, &pairs);
            let of_points = info(&path);
            assert_eq!((of_points.kind, of_points.rows, of_points.invalid), (Kind::Points, 3, 0));
            assert_eq!(name(of_points.crs.as_ref()).as_deref(), expected);
        }
    }
    // The rows are looked at too.
    write(&path, &polygons(&[None, Some(4326)]), &geometry(None), &[]);
    let polygons_in = |path: &Path| PolygonTable::read(path, Invalid::Raise);
    assert_eq!(name(polygons_in(&path).unwrap().polygons.crs()).as_deref(), Some("OGC:CRS84"));
    write(&path, &polygons(&[None, Some(5070)]), &geometry(None), &[]);
    let error = polygons_in(&path).unwrap_err().to_string();
    let mixed = "column 'geom': its metadata name OGC:CRS84, row 1 has SRID 5070: expected one \
                 reference system in a column";
    assert_eq!(error, format!("{}: {mixed}", path.display()));
    assert_eq!(info(&path).mixed_crs.as_deref(), Some(mixed));
    assert_eq!(info(&path).crs, None);
    let crs = Crs::from_text("EPSG:5070").unwrap();
    let given = PolygonTable::read_parquet_in(&path, Invalid::Raise, crs.clone()).unwrap();
    assert_eq!(given.polygons.crs(), Some(&crs));
    write(&path, &points(&[Some(3857), None, Some(5070)]), &geometry(Some("srid:0")), &[]);
    let of_points = info(&path);
    assert_eq!((of_points.kind, of_points.rows, of_points.crs), (Kind::Points, 3, None));
    let mixed = "row 0 has SRID 3857, row 2 has SRID 5070";
    assert!(of_points.mixed_crs.unwrap().contains(mixed));
}

fn job(folder: &TempDir) -> MatchParquet {
    let path = |name: &str| folder.path().join(name);
    MatchParquet {
        points: path("points.parquet"),
        polygons: path("zones.parquet"),
        output: path("out.parquet"),
        point: PointColumns::Auto,
        points_crs: None,
        polygons_crs: None,
        name: "zone".to_owned(),
        rule: Rule::covers(),
        by: None,
        descending: false,
        id: None,
        details: false,
        invalid: Invalid::Raise,
        settings: Settings { overwrite: true, ..Settings::default() },
        counts: false,
        beside: vec![],
        picture: None,
    }
}

fn run(job: &MatchParquet) -> Result<Summary, String> {
    job.run(&mut |_| ControlFlow::Continue(())).map_err(|error| error.to_string())
}

#[test]
fn the_job_compares_what_types_and_rows_name() {
    let folder = TempDir::new().unwrap();
    let mut job = job(&folder);
    // By their type and their SRIDs; the name of the system, or none.
    let forms = [
        (geometry(None), None, Some("OGC:CRS84")),
        (geometry(Some("srid:5070")), None, Some("EPSG:5070")),
        (geometry(Some("projjson:albers")), Some(5070), Some("EPSG:5070")),
        (LogicalType::geography(None, None), None, Some("OGC:CRS84")),
        (geometry(Some("srid:0")), None, None),
        (geometry(Some("srid:0")), Some(4326), Some("EPSG:4326")),
        (geometry(Some("srid:0")), Some(5070), Some("EPSG:5070")),
        (geometry(Some("srid:0")), Some(0), None),
    ];
    let pairs = [("albers", ALBERS)];
    for (of_points, points_srid, points_crs) in &forms {
        for (of_polygons, polygons_srid, polygons_crs) in &forms {
            write(&job.points, &points(&[*points_srid; 2]), of_points, &pairs);
            write(&job.polygons, &polygons(&[*polygons_srid]), of_polygons, &pairs);
            let done = run(&job);
            let crs = |name: Option<&str>| name.and_then(Crs::from_text);
            match (points_crs, polygons_crs) {
                (Some(a), Some(b)) if crs(Some(a)) != crs(Some(b)) => {
                    let error = format!(
                        "the points are in {a}, the polygons in {b}: reproject one of them"
                    );
                    assert_eq!(done, Err(error));
                    assert!(!job.output.exists());
                    for (points_crs, polygons_crs) in [(Some(*b), None), (None, Some(*a))] {
                        let given = MatchParquet {
                            points_crs: crs(points_crs),
                            polygons_crs: crs(polygons_crs),
                            ..job.clone()
                        };
                        assert_eq!(run(&given).unwrap().matched, 2);
                        std::fs::remove_file(&job.output).unwrap();
                    }
                }
                _ => {
                    let done = done.unwrap();
                    assert_eq!((done.rows, done.matched), (2, 2));
                    let spherical = matches!(of_polygons, LogicalType::Geography(_));
                    assert_eq!(done.edges == Edges::Spherical, spherical);
                    std::fs::remove_file(&job.output).unwrap();
                }
            }
        }
    }
    // One that is given is compared as well.
    write(&job.points, &points(&[None]), &geometry(Some("srid:0")), &[]);
    write(&job.polygons, &polygons(&[None]), &geometry(None), &[]);
    job.points_crs = Crs::from_text("EPSG:31370");
    let error = "the points are in EPSG:31370, the polygons in OGC:CRS84: reproject one of them";
    assert_eq!(run(&job).unwrap_err(), error);
}

#[test]
fn the_job_finds_mixed_srids() {
    let folder = TempDir::new().unwrap();
    let mut job = job(&folder);
    write(&job.polygons, &polygons(&[None]), &geometry(Some("srid:0")), &[]);
    write(
        &job.points,
        &points(&[None, Some(4326), Some(5070), Some(3857), Some(31370)]),
        &geometry(Some("srid:0")),
        &[],
    );
    let mixed = format!(
        "{}: column 'geom': row 1 has SRID 4326, row 2 has SRID 5070: expected one reference \
         system in a column",
        job.points.display()
    );
    assert_eq!(run(&job).unwrap_err(), mixed);
    job.settings.row_group_size = Some(1);
    assert_eq!(run(&job).unwrap_err(), mixed);
    job.settings.row_group_size = None;
    job.points_crs = Some(Crs::crs84());
    assert_eq!(run(&job).unwrap().matched, 5);
    job.points_crs = None;

    write(&job.polygons, &polygons(&[Some(4326), Some(5070)]), &geometry(Some("srid:0")), &[]);
    let error = run(&job).unwrap_err();
    assert!(
        error.contains("zones.parquet: column 'geom': row 0 has SRID 4326, row 1 has SRID 5070")
    );
    job.polygons_crs = Some(Crs::crs84());
    job.points_crs = Some(Crs::crs84());
    assert_eq!(run(&job).unwrap().matched, 5);

    // Of several files the one that differs is named, and may be left out.
    let (points_folder, output) = (folder.path().join("points"), folder.path().join("out"));
    std::fs::create_dir(&points_folder).unwrap();
    for (file, srid) in [("a.parquet", 4326), ("b.parquet", 5070)] {
        let rows = points(&[Some(srid)]);
        write(&points_folder.join(file), &rows, &geometry(Some("srid:0")), &[]);
    }
    let mut several =
        MatchParquet { points: points_folder.clone(), output, points_crs: None, ..job };
    let error = format!(
        "{}: the points are in EPSG:5070, the polygons in OGC:CRS84: reproject one of them",
        points_folder.join("b.parquet").display()
    );
    assert_eq!(run(&several).unwrap_err(), error);
    several.settings.on_error = OnError::SkipFile;
    let done = run(&several).unwrap();
    assert_eq!((done.files, done.matched, done.skipped.len()), (1, 1, 1));
    assert_eq!(done.skipped[0].error, error);
}

#[test]
fn columns_that_are_written_again_keep_their_type() {
    let folder = TempDir::new().unwrap();
    let mut job = job(&folder);
    write(&job.polygons, &polygons(&[None]), &geometry(Some("srid:0")), &[]);
    let key = [("albers", ALBERS)];
    for logical in [
        geometry(None),
        geometry(Some("srid:5070")),
        geometry(Some("projjson:albers")),
        geometry(Some(ALBERS)),
        geometry(Some("srid:0")),
        LogicalType::geography(None, None),
        LogicalType::geography(
            Some("EPSG:4326".to_owned()),
            Some(EdgeInterpolationAlgorithm::ANDOYER),
        ),
    ] {
        write(&job.points, &points(&[None; 4]), &logical, &key);
        let before = info(&job.points);
        let plain = Settings { overwrite: true, ..Settings::default() };
        for settings in [
            plain.clone(),
            Settings { compression: Some(Compression::SNAPPY), ..plain.clone() },
            Settings { row_group_size: Some(3), ..plain.clone() },
        ] {
            job.settings = settings;
            job.output = folder.path().join("out.parquet");
            assert_eq!(run(&job).unwrap().matched, 4);
            assert_eq!(logical_type(&job.output), Some(logical.clone()));
            let after = info(&job.output);
            assert_eq!((after.kind, after.rows, &after.crs), (Kind::Points, 4, &before.crs));
        }
        // Arrow has an extension type for it.
        job.settings = plain;
        job.output = folder.path().join("out.arrow");
        assert_eq!(run(&job).unwrap().matched, 4);
        let reader = FileReader::try_new(File::open(&job.output).unwrap(), None).unwrap();
        let schema = reader.schema();
        let geom = schema.field_with_name("geom").unwrap();
        assert_eq!(Crs::of_field(geom).unwrap(), before.crs);
        assert_eq!(Edges::of_field(geom).unwrap(), before.edges);
        assert_eq!(geom.extension_type_name(), Some("geoarrow.wkb"));
    }
}

/// What GeoParquet says goes before what the type says.
#[test]
fn geoparquet_goes_before_the_type() {
    let folder = TempDir::new().unwrap();
    let path: PathBuf = folder.path().join("both.parquet");
    let geo = |column: &str| {
        format!(
            r#"{{"primary_column": "geom", "columns": {{"geom": {{"encoding": "WKB"{column}}}}}}}"#
        )
    };
    for (column, crs, edges) in [
        ("", Some("OGC:CRS84"), Edges::Planar),
        (r#", "crs": null, "edges": "spherical""#, None, Edges::Spherical),
        (r#", "crs": "EPSG:2263", "edges": "planar""#, Some("EPSG:2263"), Edges::Planar),
    ] {
        let logical = LogicalType::geography(Some("srid:5070".to_owned()), None);
        write(&path, &polygons(&[None]), &logical, &[("geo", &geo(column))]);
        let polygons = PolygonTable::read(&path, Invalid::Raise).unwrap().polygons;
        assert_eq!((name(polygons.crs()).as_deref(), polygons.edges()), (crs, edges));
        let info = info(&path);
        assert_eq!((info.format, name(info.crs.as_ref()).as_deref()), (Format::GeoParquet, crs));
        assert_eq!(info.edges, edges);
    }
}
