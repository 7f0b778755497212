//! Coordinate reference systems: what they are called, and which are the same.

use std::collections::HashMap;

use arrow_schema::{DataType, Field};
use poly_match_engine::{Crs, Polygons};

const NAD83: &str = r#"{"type": "GeographicCRS", "name": "NAD83", "datum": {"name": "North American Datum 1983"},
    "scope": "Geodesy.", "id": {"authority": "EPSG", "code": 4269}}"#;
const LAMBERT: &str = r#"PROJCRS["NAD83 / New York Long Island (ftUS)", BASEGEOGCRS["NAD83", DATUM["North American Datum 1983"], ID["EPSG",4269]],
    CONVERSION["SPCS83",METHOD["Lambert Conic Conformal (2SP)",ID["EPSG",9802]]],CS[Cartesian,2],ID["EPSG",2263]]"#;
const WKT1: &str = r#"GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],AUTHORITY["EPSG","4326"]]"#;
const ESRI: &str = r#"PROJCS["Custom, [odd] name",GEOGCS["GCS_WGS_1984"],PROJECTION["Albers"]]"#;

fn crs(text: &str) -> Crs {
    Crs::from_text(text).unwrap()
}

#[test]
fn names_and_kinds() {
    for (text, name, geographic) in [
        ("EPSG:4326", "EPSG:4326", Some(true)),
        ("epsg:2263", "EPSG:2263", None),
        (" OGC:CRS84 ", "OGC:CRS84", Some(true)),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", "OGC:CRS84", Some(true)),
        ("urn:ogc:def:crs:EPSG::3857", "EPSG:3857", Some(false)),
        ("http://www.opengis.net/def/crs/EPSG/0/32618", "EPSG:32618", Some(false)),
        (NAD83, "EPSG:4269", Some(true)),
        (LAMBERT, "EPSG:2263", Some(false)),
        (WKT1, "EPSG:4326", Some(true)),
        (ESRI, "Custom, [odd] name", Some(false)),
        (r#"{"type": "ProjectedCRS", "name": "Mine"}"#, "Mine", Some(false)),
        (
            r#"{"type": "GeodeticCRS", "coordinate_system": {"subtype": "Cartesian"}, "name": "G"}"#,
            "G",
            Some(false),
        ),
        (
            r#"{"type": "BoundCRS", "name": "B", "source_crs": {"type": "CompoundCRS", "components": [{"type": "GeographicCRS"}]}}"#,
            "B",
            Some(true),
        ),
        ("+proj=longlat +datum=WGS84", "+proj=longlat +datum=WGS84", Some(true)),
        ("somewhere", "somewhere", None),
    ] {
        assert_eq!((crs(text).to_string().as_str(), crs(text).is_geographic()), (name, geographic));
    }
    assert!(Crs::from_text("  ").is_none());
    assert_eq!(crs(&"x".repeat(500)).to_string().len(), 80);
    // What ends anywhere is no code, and no reason to fail.
    for end in 0..LAMBERT.len() {
        Crs::from_text(&LAMBERT[..end]);
    }
}

#[test]
fn codes_decide_and_else_definitions() {
    for (a, b) in [
        ("EPSG:4326", "OGC:CRS84"),
        ("EPSG:4326", WKT1),
        ("EPSG:2263", LAMBERT),
        (NAD83, "OGC:CRS83"),
        ("EPSG:3857", "EPSG:900913"),
        (ESRI, &ESRI.replace(",GEOGCS", ", \n GEOGCS")),
        (
            r#"{"name": "Mine", "type": "ProjectedCRS", "bbox": {"x": 1}, "base_crs": {"id": 1}}"#,
            r#"{"type": "ProjectedCRS", "base_crs": {}, "name": "Mine", "scope": "none"}"#,
        ),
        ("+proj=laea  +lat_0=1", "+proj=laea +lat_0=1"),
    ] {
        assert_eq!(crs(a), crs(b));
    }
    for (a, b) in [
        ("EPSG:4326", "EPSG:4269"),
        ("EPSG:4326", "EPSG:2263"),
        ("EPSG:4326", ESRI),
        (ESRI, &ESRI.replace("Albers", "Lambert")),
        (
            r#"{"name": "unknown", "type": "ProjectedCRS"}"#,
            r#"{"name": "unknown", "type": "GeographicCRS"}"#,
        ),
    ] {
        assert_ne!(crs(a), crs(b));
    }
}

#[test]
fn a_text_makes_an_equal_one() {
    for text in
        ["EPSG:2263", NAD83, LAMBERT, WKT1, ESRI, r#"{"type": "ProjectedCRS", "name": "Mine"}"#]
    {
        let there = crs(text);
        assert_eq!(crs(&there.to_text()), there, "{text}");
        let polygons = Polygons::default().with_crs(Some(there.clone()));
        let (field, _) = polygons.to_geoarrow("geometry");
        assert_eq!(Crs::of_field(&field).unwrap(), Some(there), "{text}");
    }
}

#[test]
fn only_two_that_are_known_can_differ() {
    let (wgs, york) = (crs("EPSG:4326"), crs(LAMBERT));
    for (points, polygons) in
        [(None, None), (Some(&wgs), None), (None, Some(&york)), (Some(&wgs), Some(&Crs::crs84()))]
    {
        Crs::agree(points, polygons).unwrap();
    }
    let error = Crs::agree(Some(&wgs), Some(&york)).unwrap_err().to_string();
    assert_eq!(
        error,
        "the points are in EPSG:4326, the polygons in EPSG:2263: reproject one of them"
    );
}

#[test]
fn from_the_metadata_of_a_column() {
    let field = |extension: &str, metadata: &str| {
        let pairs = [("ARROW:extension:name", extension), ("ARROW:extension:metadata", metadata)];
        let pairs: HashMap<_, _> = pairs.map(|(k, v)| (k.to_owned(), v.to_owned())).into();
        Field::new("g", DataType::Binary, true).with_metadata(pairs)
    };
    let read = |extension, metadata: &str| Crs::of_field(&field(extension, metadata));
    let code = r#"{"crs": "EPSG:2263", "crs_type": "authority_code", "edges": "spherical"}"#;
    let wkt = format!(r#"{{"crs": {LAMBERT:?}}}"#).replace("\\'", "'").replace("\\n", " ");
    for extension in ["geoarrow.wkb", "geoarrow.polygon", "ogc.wkb"] {
        assert_eq!(read(extension, code).unwrap(), Some(crs("EPSG:2263")));
        assert_eq!(read(extension, &wkt).unwrap(), Some(crs("EPSG:2263")));
        assert_eq!(read(extension, &format!(r#"{{"crs": {NAD83}}}"#)).unwrap(), Some(crs(NAD83)));
        assert_eq!(
            read(extension, r#"{"crs": "4326", "crs_type": "srid"}"#).unwrap(),
            Some(crs("EPSG:4326"))
        );
        for unknown in ["{}", r#"{"crs": null}"#, r#"{"crs": ""}"#, r#"{"crs": "0"}"#] {
            assert_eq!(read(extension, unknown).unwrap(), None);
        }
    }
    assert_eq!(read("acme.wkb", code).unwrap(), None);
    assert_eq!(Crs::of_field(&Field::new("g", DataType::Binary, true)).unwrap(), None);
    let error = read("geoarrow.wkb", "{").unwrap_err().to_string();
    assert!(error.starts_with("column 'g': broken GeoArrow metadata: "), "{error}");
}
