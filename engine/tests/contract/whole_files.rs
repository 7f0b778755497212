//! Whole files of any content, into the batch job and into `describe`: an answer or an error, never a
//! panic, and an output that is whole or not there.
//!
//! The fuzz target `files` tries any bytes, and begins with the same small files as the test here.

#![allow(dead_code)]

use std::fs;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use arrow_array::builder::{Float64Builder, ListBuilder, StringDictionaryBuilder};
use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, BinaryArray, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray,
};
use arrow_ipc::writer::FileWriter;
use parquet::arrow::ArrowWriter;
use parquet::file::properties::{WriterProperties, WriterVersion};
use poly_match_engine::file::describe;
use poly_match_engine::job::{self, MatchParquet, PointColumns, Settings};
use poly_match_engine::{Invalid, Rule};
use tempfile::TempDir;

/// What a file is: its name, whether it holds the points, what is written, and whether anew.
const KINDS: [(&str, bool, &str, bool); 10] = [
    ("a.parquet", true, "out.parquet", false),
    ("a.parquet", true, "out.parquet", true),
    ("a.parquet", true, "out.csv", false),
    ("a.parquet", true, "out.arrow", false),
    ("a.csv", true, "out.parquet", false),
    ("a.csv", true, "out.csv", false),
    ("a.arrow", true, "out.parquet", false),
    ("a.arrow", true, "out.arrow", false),
    ("a.parquet", false, "out.csv", false),
    ("a.geojson", false, "out.csv", false),
];

struct Place {
    folder: TempDir,
    points: PathBuf,
    polygons: PathBuf,
}

static PLACE: LazyLock<Place> = LazyLock::new(|| {
    let folder = TempDir::new().unwrap();
    let points = folder.path().join("points.parquet");
    let polygons = folder.path().join("polygons.parquet");
    fs::write(&points, parquet(&points_batch(), WriterProperties::builder().build())).unwrap();
    fs::write(&polygons, parquet(&polygons_batch(), WriterProperties::builder().build())).unwrap();
    fs::create_dir(folder.path().join("out")).unwrap();
    Place { folder, points, polygons }
});

/// Runs the job and `describe` on a file, whose kind is the first byte.
pub fn check(input: &[u8]) {
    let Some((kind, bytes)) = input.split_first() else { return };
    let (name, is_points, output, is_anew) = KINDS[usize::from(*kind) % KINDS.len()];
    let Place { folder, points, polygons } = &*PLACE;
    let given = folder.path().join(name);
    fs::write(&given, bytes).unwrap();
    if given.extension().is_some_and(|end| end == "parquet" || end == "geojson") {
        drop(describe(&given, &PointColumns::Auto));
    }
    let output = folder.path().join("out").join(output);
    let is_csv = name == "a.csv";
    let job = MatchParquet {
        points: if is_points { given.clone() } else { points.clone() },
        polygons: if is_points { polygons.clone() } else { given.clone() },
        output: output.clone(),
        points_crs: None,
        polygons_crs: None,
        point: PointColumns::Auto,
        name: "polygon".to_owned(),
        rule: Rule::within(1.0).unwrap(),
        by: None,
        descending: false,
        id: None,
        details: false,
        invalid: Invalid::Skip,
        settings: Settings {
            compression: is_anew.then(|| job::compression("none").unwrap()),
            infer_types: is_csv && kind % 2 == 0,
            ..Settings::default()
        },
        counts: false,
        picture: None,
        beside: vec![],
    };
    let done = job.run(&mut |_| ControlFlow::Continue(()));
    let left: Vec<_> = fs::read_dir(output.parent().unwrap()).unwrap().collect();
    assert_eq!(left.len(), usize::from(done.is_ok()), "{done:?}: {left:?}");
    if done.is_ok() {
        fs::remove_file(&output).unwrap();
    }
    fs::remove_file(&given).unwrap();
}

/// A small file of each kind and form, to begin with.
pub fn seeds() -> Vec<Vec<u8>> {
    let kinds = KINDS.iter().enumerate();
    let of_kind = |(kind, (name, is_points, ..)): (usize, &(&str, bool, _, _))| {
        let files = files(name, *is_points).into_iter();
        files.map(|bytes| [&[kind as u8], &bytes[..]].concat()).collect::<Vec<_>>()
    };
    kinds.flat_map(of_kind).collect()
}

fn files(name: &str, is_points: bool) -> Vec<Vec<u8>> {
    let batch = if is_points { points_batch() } else { polygons_batch() };
    let xy = batch.project(&[0, 1]).unwrap();
    match name {
        "a.parquet" => {
            let small = WriterProperties::builder().set_max_row_group_row_count(Some(2)).build();
            let second = WriterProperties::builder()
                .set_writer_version(WriterVersion::PARQUET_2_0)
                .set_dictionary_enabled(false);
            let old = WriterProperties::builder()
                .set_created_by("parquet-mr version 1.2.8".to_owned());
            let older = WriterProperties::builder()
                .set_created_by("parquet-cpp version 1.5.1".to_owned())
                .set_writer_version(WriterVersion::PARQUET_2_0);
            vec![
                parquet(&batch, small),
                parquet(&xy, second.build()),
                parquet(&xy, old.build()),
                parquet(&xy, older.build()),
                parquet(&xy.slice(0, 0), WriterProperties::builder().build()),
            ]
        }
        "a.csv" => [
            "x,y,name,day\n1,2,a,2026-11-29\n1.5,NaN,\"b, \"\"c\"\"\",0000-00-00\n,inf,,\n",
            "x,y\r\n1,2\r\n\r\n3,4",
            "\u{feff}geometry,x,y\n,1,2\n",
            "x,y\n",
        ]
        .map(|text| text.as_bytes().to_vec())
        .into(),
        "a.arrow" => {
            let write = |batches: &[RecordBatch]| {
                let mut writer = FileWriter::try_new(vec![], &batches[0].schema()).unwrap();
                batches.iter().for_each(|batch| writer.write(batch).unwrap());
                writer.into_inner().unwrap()
            };
            vec![write(&[batch.clone(), batch.slice(1, 2)]), write(&[xy])]
        }
        _ => [
            r#"{"type": "FeatureCollection", "features": [
                {"type": "Feature", "id": 9926595690882924545, "properties": {"a": [1, "b"], "n": 1.5},
                 "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [0, 1], [0, 0]]]}},
                {"type": "Feature", "properties": null, "geometry": null}]}"#,
            r#"{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"EPSG:31370"}},
                "features":[{"type":"Feature","properties":{"n":123456789012345678901234567890},
                "geometry":{"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[0,1]]],[]]}}]}"#,
        ]
        .map(|text| text.as_bytes().to_vec())
        .into(),
    }
}

fn parquet(batch: &RecordBatch, properties: WriterProperties) -> Vec<u8> {
    let mut writer = ArrowWriter::try_new(vec![], batch.schema(), Some(properties)).unwrap();
    writer.write(batch).unwrap();
    writer.into_inner().unwrap()
}

fn points_batch() -> RecordBatch {
    let mut kinds = StringDictionaryBuilder::<Int32Type>::new();
    ["a", "b", "a"].iter().for_each(|kind| kinds.append_value(kind));
    let mut lists = ListBuilder::new(Float64Builder::new());
    lists.append_value([Some(1.0), None]);
    lists.append_null();
    lists.append_value([]);
    let columns: [(&str, ArrayRef); 7] = [
        ("x", Arc::new(Float64Array::from(vec![Some(0.5), None, Some(f64::NAN)]))),
        ("y", Arc::new(Float64Array::from(vec![0.5, 1.0, 2.0]))),
        ("id", Arc::new(Int64Array::from(vec![1, 2, 3]))),
        ("text", Arc::new(StringArray::from(vec![Some("a"), None, Some("")]))),
        ("flag", Arc::new(BooleanArray::from(vec![true, false, true]))),
        ("kind", Arc::new(kinds.finish())),
        ("list", Arc::new(lists.finish())),
    ];
    RecordBatch::try_from_iter(columns).unwrap()
}

fn polygons_batch() -> RecordBatch {
    let axis = |ring: [f64; 3]| -> ArrayRef {
        let mut lists = ListBuilder::new(Float64Builder::new());
        lists.append_value(ring.map(Some));
        lists.append_null();
        Arc::new(lists.finish())
    };
    let columns = [
        ("x", axis([0.0, 1.0, 0.0])),
        ("y", axis([0.0, 0.0, 1.0])),
        ("bytes", Arc::new(BinaryArray::from_iter([Some(b"\x01\x03"), None])) as ArrayRef),
    ];
    RecordBatch::try_from_iter(columns).unwrap()
}

/// Cases of each seed, times the environment variable `POLY_MATCH_CASES`.
#[cfg(test)]
const CASES: u64 = 25;

#[test]
fn whole_and_spoiled_files_are_answers_or_errors() {
    let times = std::env::var("POLY_MATCH_CASES").ok().and_then(|times| times.parse().ok());
    let cases = CASES * times.unwrap_or(1_u64);
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut draw = |below: usize| {
        // xorshift64.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below.max(1) as u64) as usize
    };
    for seed in seeds() {
        check(&seed);
        for _ in 0..cases {
            let mut bytes = seed.clone();
            for _ in 0..=draw(3) {
                let at = 1 + draw(bytes.len() - 1);
                match draw(5) {
                    0 => bytes.truncate(at.max(2)),
                    1 => bytes[at] = draw(256) as u8,
                    2 => bytes[at] ^= 1 << draw(8),
                    3 => {
                        let end = (at + draw(8)).min(bytes.len());
                        bytes[at..end].fill([0, 0xff, 0x80, 0x7f][draw(4)]);
                    }
                    // Near the end are the footers.
                    _ => {
                        let at = bytes.len() - 1 - draw(bytes.len().min(400) - 1);
                        bytes[at] = draw(256) as u8;
                    }
                }
            }
            check(&bytes);
        }
    }
}
