//! The batch job on files that are made here.

use std::fs::File;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::world;
use arrow_array::{
    Array, ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray, UInt32Array,
};
use arrow_schema::{Field, Schema};
use bytes::Bytes;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Compression, ZstdLevel};
use parquet::bloom_filter::Sbbf;
use parquet::file::metadata::{
    ColumnChunkMetaData, KeyValue, PageIndexPolicy, ParquetMetaData, ParquetMetaDataReader,
    SortingColumn,
};
use parquet::file::page_index::offset_index::PageLocation;
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader, SerializedFileReader};
use poly_match_engine::job::{self, MatchParquet, PointColumns, Progress, Settings};
use poly_match_engine::{Answer, Details, Error, Invalid, Keys, Points, Polygons, Rule, reference};
use tempfile::TempDir;

const ROWS: usize = 150_001;
/// Metadata that name no geometry column.
const KEPT: &str = r#"{"kept": true}"#;

fn write(path: &Path, columns: Vec<(&str, ArrayRef)>) {
    let fields = columns.iter().map(|(name, c)| Field::new(*name, c.data_type().clone(), true));
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let columns = columns.into_iter().map(|(_, column)| column).collect();
    let batch = RecordBatch::try_new(schema.clone(), columns).unwrap();
    let properties = WriterProperties::builder()
        .set_compression(Compression::LZ4_RAW)
        .set_max_row_group_row_count(Some(40_000))
        .set_key_value_metadata(Some(vec![KeyValue::new("geo".to_owned(), KEPT.to_owned())]))
        .build();
    let file = File::create(path).unwrap();
    let mut writer = ArrowWriter::try_new(file, schema, Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

fn points() -> Vec<Option<[f64; 2]>> {
    let point = |i: usize| [(i * 31 % 1009) as f64 * 0.01, (i * 17 % 997) as f64 * 0.01];
    (0..ROWS).map(|i| (i % 10 != 0).then(|| point(i))).collect()
}

fn rings() -> Vec<world::Ring> {
    let ring = |i: usize| {
        let (x, y, s) = ((i % 5) as f64 * 2.0, (i / 5) as f64 * 2.0, 0.1 + (i * 3 % 7) as f64);
        vec![[x - s, y - s], [x + s, y - s], [x + s, y + s], [x - s, y + s]]
    };
    (0..25).map(|i| Some(ring(i))).collect()
}

fn expected() -> UInt32Array {
    let [x, y] = world::xy_columns(&rings());
    let points = points().into_iter().collect::<Points>();
    let rule = Rule::within(1.0).unwrap();
    let polygons = Polygons::from_xy(&x, &y, Invalid::Raise).unwrap();
    let keys = Keys::areas(&polygons, &rule);
    reference::match_points(&points, &polygons, &keys, &rule).into_iter().collect()
}

/// A folder with points and polygons, and a job over them.
fn job() -> (TempDir, MatchParquet) {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name);
    let axis = |i: usize| points().iter().map(|p| p.map(|p| p[i])).collect::<Float64Array>();
    let names = (0..ROWS).map(|i| format!("point {i}")).collect::<Vec<_>>();
    write(
        &path("points.parquet"),
        vec![
            ("name", Arc::new(StringArray::from(names))),
            ("x", Arc::new(axis(0))),
            ("y", Arc::new(axis(1))),
            ("geometry", world::point_columns(&points()).swap_remove(5).1),
        ],
    );
    let [x, y] = world::xy_columns(&rings());
    write(&path("polygons.parquet"), vec![("y", y), ("x", x)]);
    let job = MatchParquet {
        points: path("points.parquet"),
        polygons: path("polygons.parquet"),
        output: path("out.parquet"),
        point: PointColumns::Auto,
        points_crs: None,
        polygons_crs: None,
        name: "polygon".to_owned(),
        rule: Rule::within(1.0).unwrap(),
        by: None,
        descending: false,
        id: None,
        details: false,
        invalid: Invalid::Raise,
        settings: Settings { overwrite: true, ..Settings::default() },
        counts: false,
        picture: None,
        beside: vec![],
    };
    (folder, job)
}

fn read(path: &Path) -> (RecordBatch, Vec<KeyValue>, Option<Compression>) {
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
    let metadata = reader.metadata().clone();
    let schema = reader.schema().clone();
    let batches: Vec<_> = reader.build().unwrap().map(Result::unwrap).collect();
    let all = arrow_select::concat::concat_batches(&schema, &batches).unwrap();
    let pairs = metadata.file_metadata().key_value_metadata().cloned().unwrap_or_default();
    let first = metadata.row_groups().first();
    (all, pairs, first.map(|group| group.column(0).compression()))
}

fn run(job: &MatchParquet) -> Result<poly_match_engine::job::Summary, Error> {
    job.run(&mut |_| ControlFlow::Continue(()))
}

fn files(folder: &TempDir) -> Vec<PathBuf> {
    let mut files: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn appends_the_answer_and_keeps_the_rest() {
    let (_folder, mut job) = job();
    let (before, ..) = read(&job.points);
    let points = [
        PointColumns::Auto,
        PointColumns::Xy("x".into(), "y".into()),
        PointColumns::Point("geometry".into()),
    ];
    for point in points {
        job.point = point;
        let mut seen = Vec::new();
        let done = job.run(&mut |now| {
            seen.push(now);
            ControlFlow::Continue(())
        });
        let done = done.unwrap();
        let (after, pairs, compression) = read(&job.output);
        assert_eq!(after.column_by_name("polygon").unwrap().as_ref(), &expected() as &dyn Array);
        assert_eq!(after.project(&[0, 1, 2, 3]).unwrap().columns(), before.columns());
        assert!(pairs.contains(&KeyValue::new("geo".to_owned(), KEPT.to_owned())));
        assert_eq!(compression, Some(Compression::LZ4_RAW));
        let matched = ROWS - expected().null_count();
        assert_eq!((done.rows, done.matched, done.polygons), (ROWS, matched, 25));
        assert_eq!(done.null_points, ROWS.div_ceil(10));
        assert_eq!(seen.last(), Some(&Progress { rows: ROWS, total: ROWS, matched }));
        assert!(seen.is_sorted_by_key(|now| now.rows) && seen.len() > 2);
    }
}

#[test]
fn ranks_by_a_column_of_the_polygons() {
    let (_folder, mut job) = job();
    let [x, y] = world::xy_columns(&rings());
    let key: ArrayRef = Arc::new((0..25).map(|i| Some(i * 7 % 25)).collect::<Int64Array>());
    write(&job.polygons, vec![("y", y.clone()), ("key", key.clone()), ("x", x.clone())]);
    let polygons = Polygons::from_xy(&x, &y, Invalid::Raise).unwrap();
    let points = points().into_iter().collect::<Points>();
    job.by = Some("key".into());
    for descending in [false, true] {
        job.descending = descending;
        run(&job).unwrap();
        let keys = Keys::from_column("key", &key, descending).unwrap();
        let expected = reference::match_points(&points, &polygons, &keys, &job.rule);
        let expected: UInt32Array = expected.into_iter().collect();
        let (after, ..) = read(&job.output);
        assert_eq!(after.column_by_name("polygon").unwrap().as_ref(), &expected as &dyn Array);
    }
    job.by = Some("other".into());
    let error = run(&job).unwrap_err().to_string();
    assert!(error.ends_with("no column 'other'; the columns are: y, key, x"), "{error}");
}

#[test]
fn answers_with_a_column_and_details() {
    let (_folder, mut job) = job();
    let [x, y] = world::xy_columns(&rings());
    let zones = (0..25).map(|i| (i % 4 != 0).then(|| format!("zone {i}")));
    let zones: ArrayRef = Arc::new(zones.collect::<StringArray>());
    write(&job.polygons, vec![("y", y.clone()), ("zone", zones.clone()), ("x", x.clone())]);
    let rows = expected();
    let ids = arrow_select::take::take(&zones, &rows, None).unwrap();

    job.id = Some("zone".into());
    run(&job).unwrap();
    assert_eq!(read(&job.output).0.column_by_name("polygon").unwrap(), &ids);

    job.details = true;
    run(&job).unwrap();
    let after = read(&job.output).0;
    let told = after.column_by_name("polygon").unwrap();
    let polygons = Polygons::from_xy(&x, &y, Invalid::Raise).unwrap();
    let details = Arc::new(Details::new(&polygons, &job.rule));
    let answer = Answer::row_number().with_details(details);
    let zone = Arc::new(Field::new("zone", zones.data_type().clone(), true));
    let points = points().into_iter().collect::<Points>();
    assert_eq!(told, &answer.clone().with_ids(zone, zones).column(&points, rows.clone()).unwrap());

    // The column to rank by, to answer with, or both.
    (job.by, job.id) = (Some("zone".into()), None);
    let error = run(&job).unwrap_err().to_string();
    assert!(error.ends_with("column 'zone': expected numbers to rank by, got Utf8"), "{error}");
    let size: ArrayRef = Arc::new((0..25).map(Some).collect::<Int64Array>());
    write(&job.polygons, vec![("y", y), ("size", size.clone()), ("x", x)]);
    (job.by, job.id, job.details) = (Some("size".into()), Some("size".into()), false);
    run(&job).unwrap();
    let keys = Keys::from_column("size", &size, false).unwrap();
    let rows: UInt32Array =
        reference::match_points(&points, &polygons, &keys, &job.rule).into_iter().collect();
    let ids = arrow_select::take::take(&size, &rows, None).unwrap();
    assert_eq!(read(&job.output).0.column_by_name("polygon").unwrap(), &ids);
}

#[test]
fn stops_where_progress_breaks_and_leaves_nothing() {
    let (folder, job) = job();
    let before = files(&folder);
    for stop_at in [0, 1, ROWS] {
        let stopped = job.run(&mut |now| match now.rows >= stop_at {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        });
        assert!(matches!(stopped, Err(Error::Interrupted)));
        assert_eq!(files(&folder), before);
    }
}

#[test]
fn says_what_is_wrong_and_leaves_nothing() {
    let (folder, good) = job();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("text.parquet"), "no parquet at all").unwrap();
    let whole = std::fs::read(&good.points).unwrap();
    let mut broken = whole.clone();
    // In the second row group, in the pages of x: other columns are copied unread.
    let reader = SerializedFileReader::new(File::open(&good.points).unwrap()).unwrap();
    let start = reader.metadata().row_group(1).column(1).data_page_offset() as usize;
    broken[start..start + 200].fill(0xff);
    std::fs::write(path("broken.parquet"), broken).unwrap();
    let [x, y] = world::xy_columns(&[Some(vec![[0.0, 0.0], [1.0, 1.0]])]);
    write(&path("two.parquet"), vec![("x", x), ("y", y)]);
    let before = files(&folder);

    let cases: Vec<(MatchParquet, &str, &str)> = vec![
        (MatchParquet { points: path("no"), ..good.clone() }, "no", "No such file"),
        (MatchParquet { polygons: path("no"), ..good.clone() }, "no", "No such file"),
        (MatchParquet { points: path("text.parquet"), ..good.clone() }, "text.parquet", "arquet"),
        (
            MatchParquet { points: path("broken.parquet"), ..good.clone() },
            "broken.parquet: row group 1",
            "",
        ),
        (
            MatchParquet { polygons: path("two.parquet"), ..good.clone() },
            "two.parquet",
            "column 'x', row 0: a ring has 2 distinct vertices: expected at least 3",
        ),
        (
            MatchParquet { point: PointColumns::Point("lon".into()), ..good.clone() },
            "points.parquet",
            "no column 'lon'; the columns are: name, x, y, geometry",
        ),
        (
            MatchParquet { point: PointColumns::Xy("x".into(), "name".into()), ..good.clone() },
            "points.parquet",
            "column 'name': expected numbers, got Utf8",
        ),
        (
            MatchParquet { point: PointColumns::Point("name".into()), ..good.clone() },
            "points.parquet",
            "column 'name': expected points",
        ),
        (
            MatchParquet { polygons: good.points.clone(), ..good.clone() },
            "points.parquet",
            "column 'geometry', row 1: expected a WKB polygon or multipolygon, got a Point",
        ),
        (
            MatchParquet { name: "x".into(), ..good.clone() },
            "",
            "name: the points have a column 'x' already",
        ),
        (
            MatchParquet { output: good.points.clone(), ..good.clone() },
            "",
            "points.parquet is one of the inputs",
        ),
        (
            MatchParquet { output: folder.path().to_owned(), ..good.clone() },
            "",
            "is a directory: expected a file name",
        ),
        (MatchParquet { output: path("no/out.parquet"), ..good.clone() }, "/no: ", "No such file"),
        (MatchParquet { output: "/dev/null".into(), ..good.clone() }, "", "is no ordinary file"),
    ];
    for (job, file, text) in cases {
        let error = run(&job).unwrap_err().to_string();
        assert!(error.contains(file) && error.contains(text), "{error} should say {text}");
        assert!(!error.contains('\n'), "{error}");
        assert_eq!(files(&folder), before, "{error}");
    }
    assert_eq!(std::fs::read(&good.points).unwrap(), whole);
}

/// A file with all that Parquet can say of a column chunk.
fn write_with_indexes(path: &Path) {
    let rows = 0..10_000;
    let number = rows.clone().map(|i| i as f64 * 0.001).collect::<Float64Array>();
    let text: StringArray = rows.map(|i| Some(format!("name {}", i % 7))).collect();
    let lists = world::point_columns(&points()[..10_000]).swap_remove(3).1;
    let columns: [(&str, ArrayRef); 4] = [
        ("x", Arc::new(number.clone())),
        ("text", Arc::new(text)),
        ("nested", lists),
        ("y", Arc::new(number)),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let sorted = SortingColumn { column_idx: 0, descending: false, nulls_first: false };
    let properties = WriterProperties::builder()
        .set_bloom_filter_enabled(true)
        .set_data_page_row_count_limit(500)
        .set_write_batch_size(100)
        .set_max_row_group_row_count(Some(3_000))
        .set_sorting_columns(Some(vec![sorted]))
        .build();
    let file = File::create(path).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

/// The footer, and the bytes of each column chunk.
fn chunks(path: &Path) -> (ParquetMetaData, Vec<Vec<Bytes>>) {
    let file = Bytes::from(std::fs::read(path).unwrap());
    let metadata = ParquetMetaDataReader::new()
        .with_page_index_policy(PageIndexPolicy::Required)
        .parse_and_finish(&file)
        .unwrap();
    let bytes = |chunk: &ColumnChunkMetaData| {
        let (start, length) = chunk.byte_range();
        file.slice(start as usize..(start + length) as usize)
    };
    let groups = metadata.row_groups().iter();
    let bytes = groups.map(|group| group.columns().iter().map(bytes).collect()).collect();
    (metadata, bytes)
}

#[test]
fn copies_column_chunks_with_all_that_is_said_of_them() {
    let (_folder, job) = job();
    write_with_indexes(&job.points);
    run(&job).unwrap();
    let (before, chunks_before) = chunks(&job.points);
    let (after, mut chunks_after) = chunks(&job.output);
    chunks_after.iter_mut().for_each(|chunks| drop(chunks.pop().unwrap()));
    assert_eq!(chunks_after, chunks_before);
    assert_eq!(before.num_row_groups(), 4);
    let input = Bytes::from(std::fs::read(&job.points).unwrap());
    let output = Bytes::from(std::fs::read(&job.output).unwrap());
    for (group, before_group) in before.row_groups().iter().enumerate() {
        let after_group = after.row_group(group);
        assert_eq!(after_group.num_rows(), before_group.num_rows());
        assert_eq!(after_group.sorting_columns(), before_group.sorting_columns());
        assert!(after_group.sorting_columns().is_some());
        for (column, old) in before_group.columns().iter().enumerate() {
            let new = after_group.column(column);
            assert!(old.statistics().is_some());
            assert_eq!(new.statistics(), old.statistics());
            assert_eq!(new.compression(), old.compression());
            assert!(new.encodings().eq(old.encodings()));
            assert_eq!(new.page_encoding_stats(), old.page_encoding_stats());
            let pages = |m: &ParquetMetaData| m.column_index().unwrap()[group][column].clone();
            assert_eq!(pages(&after), pages(&before));
            let places = |metadata: &ParquetMetaData, chunk: &ColumnChunkMetaData| {
                let start = chunk.byte_range().0 as i64;
                let pages = &metadata.offset_index().unwrap()[group][column].page_locations;
                let place = |page: &PageLocation| (page.offset - start, page.first_row_index);
                pages.iter().map(place).collect::<Vec<_>>()
            };
            assert!(places(&before, old).len() > 1);
            assert_eq!(places(&after, new), places(&before, old));
            let filter = |chunk, file| Sbbf::read_from_column_chunk(chunk, file).unwrap().unwrap();
            let (old, new) = (filter(old, &input), filter(new, &output));
            let bits = |filter: &Sbbf| {
                let mut bits = vec![];
                filter.write(&mut bits).unwrap();
                bits
            };
            assert_eq!(bits(&new), bits(&old));
        }
    }
}

#[test]
fn writes_all_columns_anew_where_told() {
    let (_folder, mut job) = job();
    let (before, ..) = read(&job.points);
    let shape = |path: &Path| {
        let reader = SerializedFileReader::new(File::open(path).unwrap()).unwrap();
        let groups = reader.metadata().row_groups().iter();
        groups.map(|group| (group.num_rows(), group.column(0).compression())).collect::<Vec<_>>()
    };
    job.settings.compression = Some(job::compression("zstd:3").unwrap());
    run(&job).unwrap();
    let zstd = Compression::ZSTD(ZstdLevel::default());
    let rows = [40_000, 40_000, 40_000, 30_001];
    assert_eq!(shape(&job.output), rows.map(|rows| (rows, zstd)));
    job.settings.compression = None;
    job.settings.row_group_size = Some(100_000);
    run(&job).unwrap();
    assert_eq!(shape(&job.output), [100_000, 50_001].map(|rows| (rows, Compression::LZ4_RAW)));
    let (after, pairs, _) = read(&job.output);
    assert_eq!(after.project(&[0, 1, 2, 3]).unwrap().columns(), before.columns());
    assert_eq!(after.column(4).as_ref(), &expected() as &dyn Array);
    assert!(pairs.contains(&KeyValue::new("geo".to_owned(), KEPT.to_owned())));

    job.settings.row_group_size = Some(0);
    let error = run(&job).unwrap_err().to_string();
    assert_eq!(error, "row_group_size: expected at least 1, got 0");
    for name in ["lzo", "zstd:0x", "zstd:99", "snappy:1", "", "ZSTD"] {
        let error = job::compression(name).unwrap_err().to_string();
        assert!(error.starts_with("compression: expected 'none', ") && error.contains(name));
    }
}

#[test]
fn reads_sizes() {
    let sizes = [("0", 0), ("12", 12), ("12 B", 12), ("512MB", 512_000_000), ("1.5KiB", 1536)];
    for (text, bytes) in sizes {
        assert_eq!(job::bytes(text).unwrap(), bytes);
    }
    for text in ["", "MB", "1 mb", "-1", "NaN", "inf", "1e400", "1MBps", "ä"] {
        let error = job::bytes(text).unwrap_err().to_string();
        assert!(error.starts_with("memory: expected a number of bytes") && error.contains(text));
    }
}

#[test]
fn an_empty_table_stays_one() {
    let (folder, mut job) = job();
    job.points = folder.path().join("empty.parquet");
    let none: ArrayRef = Arc::new(Float64Array::from(Vec::<f64>::new()));
    write(&job.points, vec![("x", none.clone()), ("y", none)]);
    let done = run(&job).unwrap();
    assert_eq!((done.rows, done.matched), (0, 0));
    let (after, ..) = read(&job.output);
    assert_eq!((after.num_rows(), after.num_columns()), (0, 3));
}

#[cfg(unix)]
#[test]
fn writes_through_a_link() {
    let (folder, mut job) = job();
    let (target, link) = (folder.path().join("target.parquet"), folder.path().join("link"));
    std::fs::write(&target, "old").unwrap();
    std::os::unix::fs::symlink(&target, &link).unwrap();
    job.output = link.clone();
    run(&job).unwrap();
    assert!(link.is_symlink() && read(&target).0.num_rows() == ROWS);
}
