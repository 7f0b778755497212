//! Properties and ids of GeoJSON as columns: no number is rounded.

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type, UInt64Type};
use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;
use poly_match_engine::Invalid;
use poly_match_engine::file::PolygonTable;
use tempfile::TempDir;

/// The column `id` of features, of which each has these members.
fn column(features: &[&str]) -> ArrayRef {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.geojson");
    let features: Vec<_> = features
        .iter()
        .map(|members| format!(r#"{{"type": "Feature", "geometry": null, {members}}}"#))
        .collect();
    let features = features.join(",\n");
    let text = format!(r#"{{"type": "FeatureCollection", "features": [{features}]}}"#);
    std::fs::write(&path, text).unwrap();
    PolygonTable::read(&path, Invalid::Raise).unwrap().column("id").unwrap().1
}

/// The column of a property with these values.
fn property(values: &[&str]) -> ArrayRef {
    let features = values.iter().map(|value| format!(r#""properties": {{"id": {value}}}"#));
    let features: Vec<_> = features.collect();
    column(&features.iter().map(String::as_str).collect::<Vec<_>>())
}

/// The column of ids, and of a property, that are these numbers.
fn columns(numbers: &[&str]) -> Vec<ArrayRef> {
    let of = |form: fn(&str) -> String| {
        let features: Vec<_> = numbers.iter().map(|number| form(number)).collect();
        column(&features.iter().map(String::as_str).collect::<Vec<_>>())
    };
    vec![
        of(|number| format!(r#""id": {number}, "properties": {{"a": 1}}"#)),
        property(numbers),
        // That of the feature counts only where there is no other.
        of(|number| format!(r#""id": 1e300, "properties": {{"id":  {number} }}"#)),
    ]
}

fn texts(column: &ArrayRef) -> Vec<Option<&str>> {
    column.as_string::<i64>().iter().collect()
}

#[test]
fn whole_numbers_keep_their_value() {
    for column in columns(&["9223372036854775807", "-9223372036854775808", "0"]) {
        let expected = [i64::MAX, i64::MIN, 0];
        assert_eq!(column.as_primitive::<Int64Type>().values()[..], expected);
    }
    for column in columns(&["9926595690882924545", "18446744073709551615", "7"]) {
        let expected = [9_926_595_690_882_924_545, u64::MAX, 7];
        assert_eq!(column.as_primitive::<UInt64Type>().values()[..], expected);
    }
    // No type of 64 bits holds all of these.
    for numbers in [
        ["-1", "18446744073709551615"],
        ["1", "18446744073709551616"],
        ["-9223372036854775809", "2"],
        ["123456789012345678901234567890", "0"],
        ["9007199254740993", "0.5"],
        ["9926595690882924545", "1.5"],
    ] {
        for column in columns(&numbers) {
            assert_eq!(texts(&column), numbers.map(Some), "{numbers:?}");
        }
    }
}

#[test]
fn floats_stay_floats() {
    // Whole numbers that are floats, or what JavaScript writes for one: its shortest digits, zeros.
    let numbers = ["1.5", "9007199254740992", "12345678901234567000", "1e30", "-3", "1e21"];
    let floats = [1.5, 9_007_199_254_740_992.0, 12_345_678_901_234_567_000.0, 1e30, -3.0, 1e21];
    for column in columns(&numbers) {
        assert_eq!(column.as_primitive::<Float64Type>().values()[..], floats);
    }
    for column in columns(&["1000000000000000000000", "0.5"]) {
        assert_eq!(column.as_primitive::<Float64Type>().values()[..], [1e21, 0.5]);
    }
    for column in columns(&["1000000000000000000000", "1000000000000000000001"]) {
        let expected = [Some("1000000000000000000000"), Some("1000000000000000000001")];
        assert_eq!(texts(&column), expected);
    }
}

#[test]
fn numbers_in_lists_and_among_text_keep_their_digits() {
    let wide = "[1, 123456789012345678901234567890]";
    let numbers = [wide, r#"{"a": 1.50}"#, "18446744073709551616", r#""x""#, "null"];
    let expected =
        [Some(wide), Some(r#"{"a":1.5}"#), Some("18446744073709551616"), Some("x"), None];
    assert_eq!(texts(&property(&numbers)), expected);
    assert_eq!(property(&["null", "null"]).data_type(), &DataType::Null);
    let missing = column(&[r#""id": 18446744073709551615"#, r#""properties": null"#]);
    assert!(missing.is_null(1) && *missing.data_type() == DataType::UInt64);
}
