"""`Matcher`: what goes in and what comes out; pickled, shared between threads."""

from __future__ import annotations

import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import shapely
from polars.exceptions import ColumnNotFoundError, InvalidOperationError

import poly_match as pm

ZONES = pl.DataFrame(
    {
        "x": [[0.0, 4.0, 4.0, 0.0], None, [1.0, 2.0, 2.0, 1.0]],
        "y": [[0.0, 0.0, 4.0, 4.0], None, [1.0, 1.0, 2.0, 2.0]],
        "zone": ["city", "none", "park"],
    }
)
XY = [(1.5, 1.5), (3.0, 3.0), (9.0, 9.0), (4.0, 0.0)]
EXPECTED = [2, 0, None, 0]
IDS = ["park", "city", None, "city"]
POINTS = pl.Series("point", [{"x": x, "y": y} for x, y in XY])
ARRAY = np.array(XY)


@pytest.fixture
def m() -> pm.Matcher:
    """Row numbers of what covers a point."""
    return pm.Matcher(ZONES, predicate="covers")


@pytest.fixture
def named() -> pm.Matcher:
    """Zones of what covers a point."""
    return pm.Matcher(ZONES, predicate="covers", id="zone", name="zone")


def values(answer: Any) -> list[Any]:
    """What an answer of any kind holds."""
    return pl.Series(answer).to_list()


# Columns in, columns out

ARROW = {
    "struct": POINTS.to_arrow(),
    "fixed-size list": pa.array(XY, pa.list_(pa.float64(), 2)),
    "list": pa.array(XY, pa.list_(pa.float32())),
    "large list": pa.array(XY, pa.large_list(pa.int16() if False else pa.float64())),
    "wkb": pa.array(shapely.to_wkb(shapely.points(ARRAY)).tolist(), pa.binary()),
    "wkb view": pa.array(shapely.to_wkb(shapely.points(ARRAY)).tolist(), pa.binary_view()),
    "polars": POINTS,
}


@pytest.mark.parametrize("form", ARROW)
def test_arrow_arrays(form: str, named: pm.Matcher) -> None:
    """An array for an array, a stream for a stream, a Series for a Series."""
    array = ARROW[form]
    answer = named.match(array)
    if form == "polars":
        assert isinstance(answer, pl.Series)
        assert answer.name == "polygon"
    else:
        assert isinstance(answer, pm.ArrowArray)
        assert len(answer) == len(XY)
        assert pa.array(answer).to_pylist() == IDS
        chunked = named.match(pa.chunked_array([array[:1], array[1:1], array[1:]]))
        assert isinstance(chunked, pm.ArrowStream)
        back = pa.chunked_array(chunked)
        assert back.to_pylist() == IDS
        assert [len(chunk) for chunk in back.chunks] == [1, 0, 3]
    assert values(answer) == IDS


@pytest.mark.parametrize(
    "points",
    [
        ARRAY,
        np.asfortranarray(ARRAY),
        np.vstack([ARRAY, ARRAY])[::2][[0, 2, 1, 3]][[0, 2, 1, 3]],
        (ARRAY[:, 0], ARRAY[:, 1]),
        (ARRAY[:, 0].tolist(), ARRAY[:, 1].astype(np.float32)),
        (pa.array(ARRAY[:, 0]), pa.chunked_array([ARRAY[:, 1]])),
        shapely.points(ARRAY),
    ],
    ids=["c", "fortran", "strided", "pair", "pair of lists", "pair of arrow", "shapely"],
)
def test_numpy_and_pairs(points: Any, m: pm.Matcher) -> None:
    """An Arrow array comes out."""
    if isinstance(points, np.ndarray) and points.dtype != object:
        points = np.where(np.isnan(points), points, points)
        wanted = [EXPECTED[[tuple(p) for p in XY].index(tuple(p))] for p in points.tolist()]
    else:
        wanted = EXPECTED
    answer = m.match(points)
    assert isinstance(answer, pm.ArrowArray)
    assert values(answer) == wanted
    assert repr(answer) == "<ArrowArray: 4 rows of UInt32>"


@pytest.mark.parametrize("dtype", [np.float32, np.int8, np.uint64, np.float16])
def test_numbers_of_numpy(dtype: Any, m: pm.Matcher) -> None:
    """Of any kind."""
    points = np.array([[1, 1], [3, 3], [9, 9]], dtype=dtype)
    assert values(m.match(points)) == [2, 0, None]


def test_a_pair_of_series(m: pm.Matcher) -> None:
    """Polars in, Polars out."""
    answer = m.match((pl.Series("lon", ARRAY[:, 0]), pl.Series("lat", ARRAY[:, 1])))
    assert isinstance(answer, pl.Series)
    assert answer.to_list() == EXPECTED


@pytest.mark.parametrize("rows", [0, 1, 3])
def test_any_number_of_rows(rows: int, named: pm.Matcher) -> None:
    """None, one, as many as there are polygons."""
    for points in (POINTS[:rows], POINTS[:rows].to_arrow(), ARRAY[:rows]):
        answer = named.match(points)
        assert values(answer) == IDS[:rows]
        assert pl.Series(answer).dtype == pl.String


def test_missing_points(m: pm.Matcher) -> None:
    """Null in, null out."""
    nan, inf = float("nan"), float("inf")
    points = [(nan, 1.0), (1.0, inf), (None, 1.0), None]
    assert values(m.match(np.array(points[:2]))) == [None, None]
    dtype = pa.list_(pa.float64(), 2)
    assert values(m.match(pa.array(points, dtype))) == [None] * 4
    assert values(m.candidates(pa.array([*points, (9.0, 9.0)], dtype))) == [None] * 4 + [[]]


def test_no_polygons() -> None:
    """They never match, whatever is answered."""
    for options in ({}, {"id": "zone"}, {"details": True}, {"id": "zone", "details": True}):
        m = pm.Matcher(ZONES.clear(), predicate="covers", **options)
        for points in (POINTS, ARRAY, POINTS.to_arrow()):
            assert pl.Series(m.match(points)).is_null().all()
            assert values(m.candidates(points)) == [[]] * 4


@pytest.mark.parametrize(
    ("points", "kind", "text"),
    [
        (5, TypeError, "points: expected a Polars Series, Arrow data, a numpy array"),
        ([(1.0, 1.0)], TypeError, "points: expected a Polars Series, Arrow data, a numpy array"),
        (ARRAY[:, 0], ValueError, r"points: expected an array of shape \(n, 2\), got \(4,\)"),
        (ARRAY.T, ValueError, r"points: expected an array of shape \(n, 2\), got \(2, 4\)"),
        ((ARRAY[:, 0],), ValueError, "points: expected a pair of arrays, got 1"),
        ((ARRAY[:, 0], ARRAY[1:, 1]), ValueError, "points: x and y have 4 and 3 rows"),
        (pl.Series(["a"]), InvalidOperationError, "point: column '' has dtype String"),
        (pa.array(["a"]), InvalidOperationError, "expected points: a struct of two numeric"),
        (pa.chunked_array([["a"]]), InvalidOperationError, "expected points: a struct of two"),
        (pa.array([[1.0]]), ValueError, "row 0: expected a list of 2 coordinates, got 1"),
    ],
    ids=str,
)
def test_what_holds_no_points(points: Any, kind: Any, text: str, m: pm.Matcher) -> None:
    """It is said what was expected."""
    for ask in (m.match, m.candidates):
        with pytest.raises(kind, match=text):
            ask(points)


def test_a_wrong_row_of_a_stream(m: pm.Matcher) -> None:
    """It is told when the stream is read, counted from the start."""
    rows = pa.chunked_array([[[1.0, 1.0]] * 3, [[1.0, 1.0], [2.0]]])
    for ask in (m.match, m.candidates):
        stream = ask(rows)
        with pytest.raises(Exception, match="row 4: expected a list of 2 coordinates, got 1"):
            pa.chunked_array(stream)


def test_a_stream_is_read_once(m: pm.Matcher) -> None:
    """And says so."""
    stream = m.match(pa.chunked_array([POINTS.to_arrow()]))
    assert repr(stream) == "<ArrowStream of UInt32>"
    assert pa.chunked_array(stream).to_pylist() == EXPECTED
    with pytest.raises(ValueError, match="the stream has been read"):
        pa.chunked_array(stream)


def test_a_requested_schema(m: pm.Matcher) -> None:
    """As the interface has it: the array is cast if that can be done."""
    assert pa.array(m.match(ARRAY), pa.int64()).to_pylist() == EXPECTED


# Tables in, tables out


def table() -> pa.Table:
    """Points with something to keep."""
    frame = pl.DataFrame({"x": ARRAY[:, 0], "note": ["a", None, "c", "d"], "y": ARRAY[:, 1]})
    kept = frame.to_arrow().replace_schema_metadata({"by": "hand"})
    return kept.set_column(
        1, pa.field("note", pa.string(), metadata={"unit": "ä"}), kept["note"].cast(pa.string())
    )


def test_tables_of_pyarrow(named: pm.Matcher) -> None:
    """What comes in comes out, with one more column."""
    points = table()
    wanted = points.append_column(
        pa.field("zone", pa.large_string()), pa.array(IDS, pa.large_string())
    )

    def same(got: Any) -> bool:
        assert got.schema.equals(wanted.schema, check_metadata=False)
        assert got.schema.metadata == points.schema.metadata
        assert got.schema.field("note").metadata == points.schema.field("note").metadata
        return bool(got.equals(wanted))

    got = named(points)
    assert isinstance(got, pa.Table)
    assert same(got)
    got = named(points.to_batches()[0])
    assert isinstance(got, pa.RecordBatch)
    assert same(pa.Table.from_batches([got]))
    got = named(points.to_reader(max_chunksize=3))
    assert isinstance(got, pa.RecordBatchReader)
    assert same(got.read_all())
    for empty in (points[:0], points.schema.empty_table()):
        assert named(empty).num_rows == 0
        assert named(empty).column_names == ["x", "note", "y", "zone"]


def test_ids_keep_the_type_of_arrow() -> None:
    """Polygons from Arrow, points from Arrow: nothing passes through other types."""
    for dtype in (pa.string(), pa.large_string(), pa.string_view()):
        zones = ZONES.to_arrow()
        zones = zones.set_column(2, "zone", zones["zone"].cast(dtype))
        m = pm.Matcher(zones, predicate="covers", id="zone", name="zone")
        assert m(table()).schema.field("zone").type == dtype
    coded = ZONES["zone"].to_arrow().cast(pa.string()).dictionary_encode()
    m = pm.Matcher(zones.set_column(2, "zone", coded), predicate="covers", id="zone")
    assert pa.array(m.match(ARRAY)).type == coded.type
    assert pa.array(m.match(ARRAY)).to_pylist() == IDS


def test_ids_of_polars_have_no_views() -> None:
    """Neither Spark nor Ray reads those, nor does pyarrow itself inside of dictionaries."""
    text = pl.Series(["city", None, "a park with a long name"])
    code = pa.dictionary(pa.uint32(), pa.large_string())
    types = {
        "text": (text, pa.large_string()),
        "bytes": (text.cast(pl.Binary), pa.large_binary()),
        "category": (text.cast(pl.Categorical), code),
        "list": (text.reshape((3, 1)).arr.to_list(), pa.large_list(pa.large_string())),
        "pair": (text.reshape((3, 1)), pa.list_(pa.large_string(), 1)),
        "nested": (text.to_frame("s").to_struct(), pa.struct([("s", pa.large_string())])),
        "number": (pl.Series([1, None, 3], dtype=pl.UInt16), pa.uint16()),
    }
    zones = ZONES.with_columns(column.alias(name) for name, (column, _) in types.items())
    chunks = pl.concat([zones[:1], zones[1:]], rechunk=False)
    for name, (column, dtype) in types.items():
        for polygons in (zones, chunks):
            m = pm.Matcher(polygons, predicate="covers", id=name)
            got = pa.array(m.match(ARRAY))
            assert got.type == dtype
            picked = [None if row is None else column.to_list()[row] for row in EXPECTED]
            assert got.to_pylist() == picked
            assert pa.array(pickle.loads(pickle.dumps(m)).match(ARRAY)).equals(got)
            details = pm.Matcher(polygons, predicate="covers", id=name, details=True)
            assert pa.array(details.match(ARRAY)).type.field("id").type == dtype


class Batches:
    """A library that knows nothing but the PyCapsule interface."""

    def __init__(self, batches: Iterator[pa.RecordBatch], schema: pa.Schema) -> None:
        self._reader = pa.RecordBatchReader.from_batches(schema, batches)

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self._reader.__arrow_c_stream__(requested_schema)


def test_readers_are_read_as_the_answer_is(m: pm.Matcher) -> None:
    """Not before, and no further."""
    read = []

    def batches() -> Iterator[pa.RecordBatch]:
        for at in range(5):
            read.append(at)
            yield table().to_batches()[0]

    reader = m(pa.RecordBatchReader.from_batches(table().schema, batches()))
    assert read == []
    for at, batch in enumerate(reader):
        assert batch["polygon"].to_pylist() == EXPECTED
        assert read == list(range(at + 1))
    assert len(read) == 5

    read.clear()
    stream = m(Batches(batches(), table().schema))
    assert isinstance(stream, pm.ArrowStream)
    assert read == []
    assert pa.table(stream)["polygon"].to_pylist() == EXPECTED * 5


def test_frames_of_polars(named: pm.Matcher) -> None:
    """Without a way through Arrow: every dtype stays."""
    frame = pl.DataFrame(table()).with_columns(
        kind=pl.Series(["a", "b", "a", "b"], dtype=pl.Enum(["a", "b"])),
        any=pl.Series([object()] * 4, dtype=pl.Object),
    )
    got = named(frame)
    assert got["zone"].to_list() == IDS
    assert got.drop("zone", "any").equals(frame.drop("any"))
    assert got["any"].to_list() == frame["any"].to_list()


def test_where_the_points_are(m: pm.Matcher) -> None:
    """In usual names, in any case of letters; or as told, when made or when called."""
    away = np.full((4, 2), 50.0)
    lists = {"here": ARRAY.tolist(), "away": away.tolist()}
    numbers = {"x": ARRAY[:, 0], "y": ARRAY[:, 1]}
    nothing = [None] * 4
    cases: list[tuple[dict[str, Any], Any, list[int | None]]] = [
        ({**numbers, "geometry": lists["away"], "point": lists["away"]}, None, EXPECTED),
        ({**numbers, "geometry": lists["away"]}, "geometry", nothing),
        ({"x": ["a"] * 4, "y": ["b"] * 4, "geometry": lists["here"]}, None, EXPECTED),
        ({"point": lists["away"], "geometry": lists["here"]}, None, EXPECTED),
        ({"point": lists["here"]}, None, EXPECTED),
        ({"lon": numbers["x"], "lat": numbers["y"]}, ("lon", "lat"), EXPECTED),
        ({"where": lists["here"]}, "where", EXPECTED),
        ({"X": numbers["x"], "Y": numbers["y"]}, None, EXPECTED),
        ({"Lat": numbers["y"], "LON": numbers["x"], "geometry": lists["away"]}, None, EXPECTED),
        ({"lng": numbers["x"], "lat": numbers["y"]}, None, EXPECTED),
        ({"longitude": numbers["x"], "latitude": numbers["y"]}, None, EXPECTED),
        ({**numbers, "lon": away[:, 0], "lat": away[:, 1]}, None, EXPECTED),
        ({"x": ["a"] * 4, "y": numbers["y"], "GEOMETRY": lists["here"]}, None, EXPECTED),
    ]
    for columns, point, wanted in cases:
        frame = pl.DataFrame(columns)
        made = pm.Matcher(ZONES, predicate="covers", point=point, name="zone")
        for got in (m(frame, point=point, name="zone"), made(frame), made(frame.to_arrow())):
            assert pl.DataFrame(got)["zone"].to_list() == wanted
    with pytest.raises(ValueError, match="point: expected one column name or a pair of them"):
        pm.Matcher(ZONES, predicate="covers", point=("x",))  # type: ignore[arg-type]


def test_tables_that_are_refused(m: pm.Matcher) -> None:
    """No points, a column that is there already, no table."""
    frame = pl.DataFrame(table())
    for points in (frame, frame.to_arrow()):
        with pytest.raises(ValueError, match="name: the table has a column 'note' already"):
            m(points, name="note")
    with pytest.raises(ColumnNotFoundError, match="no points found: neither numeric columns"):
        m(frame.drop("x"))
    with pytest.raises(ValueError, match="no points found: neither numeric columns"):
        m(frame.drop("x").to_arrow())
    with pytest.raises(ValueError, match="no column 'lon'; the columns are: x, note, y"):
        m(frame.to_arrow(), point=("lon", "lat"))
    with pytest.raises(InvalidOperationError, match="column 'note': expected numbers, got"):
        m(frame.to_arrow(), point=("x", "note"))
    with pytest.raises(TypeError, match="table: expected a table of Polars, Arrow or pandas"):
        m([1, 2])
    with pytest.raises(TypeError, match="table: expected a table of Polars, Arrow or pandas"):
        m(frame.lazy())


def test_as_a_function_of_batches(named: pm.Matcher) -> None:
    """As Ray Data's `map_batches` calls it: pickled, then called with tables and keywords."""
    sent = pickle.loads(pickle.dumps(named))
    batches = [sent(batch, name="where") for batch in (table()[:3], table()[3:])]
    assert pa.concat_tables(batches)["where"].to_pylist() == IDS


# The object itself


def many_zones(count: int = 20_000) -> pl.DataFrame:
    """Squares on a plane of 1,000 by 1,000."""
    draw = np.random.default_rng(8)
    center, half = draw.uniform(0, 1_000, (2, count, 1)), draw.uniform(1, 5, (count, 1))
    x, y = (
        axis + half * np.array(signs)
        for axis, signs in zip(center, ([-1, 1, 1, -1], [-1, -1, 1, 1]), strict=True)
    )
    dtype = pl.Array(pl.Float64, 4)
    frame = pl.DataFrame({"x": pl.Series(x, dtype=dtype), "y": pl.Series(y, dtype=dtype)})
    return frame.select(pl.all().arr.to_list()).with_columns(
        zone=pl.int_range(count).cast(pl.String),
        other=pl.lit("not needed ") + pl.int_range(count).cast(pl.String).str.pad_start(100),
    )


def test_it_is_pickled_as_its_polygons() -> None:
    """Neither the index nor columns that are not asked for; it answers as before."""
    zones = many_zones()
    draw = np.random.default_rng(9)
    points = draw.uniform(0, 1_000, (100_000, 2))
    m = pm.Matcher(zones, max_dist=6.0, id="zone", index_bytes=1 << 24, name="zone")
    m.build_index()
    assert m.index_stats is not None
    assert m.index_stats.bytes > 500_000
    sent = pickle.dumps(m)
    assert len(sent) < 1.3 * zones.select("x", "y", "zone").estimated_size()
    back = pickle.loads(sent)
    assert repr(back) == repr(m) == "<Matcher: 20,000 polygons, max_dist=6.0, id='zone'>"
    assert back.index_stats is None
    assert pa.array(back.match(points)).equals(pa.array(m.match(points)))
    # Polygons that are prepared hold all columns, the matcher over them those that it needs.
    prepared = pm.Polygons(zones)
    assert len(pickle.dumps(pm.Matcher(prepared, max_dist=6.0, id="zone"))) < 1.01 * len(sent)
    assert len(pickle.dumps(prepared)) > 2 * len(sent)


@pytest.mark.parametrize("point", [None, "point", ("x", "y")])
def test_it_is_pickled_with_the_place_of_the_points(point: Any) -> None:
    m = pickle.loads(pickle.dumps(pm.Matcher(ZONES, predicate="covers", point=point)))
    table = pl.DataFrame({"x": ARRAY[:, 0], "y": ARRAY[:, 1], "point": POINTS})
    assert m(table)["polygon"].to_list() == EXPECTED


def test_it_is_sent_to_another_process(named: pm.Matcher) -> None:
    """Where nothing was prepared."""
    code = """
import pickle, sys, polars as pl
m = pickle.load(sys.stdin.buffer)
print(m.match(pl.Series([[1.5, 1.5], [9.0, 9.0]])).to_list())
"""
    done = subprocess.run(
        [sys.executable, "-c", code], input=pickle.dumps(named), capture_output=True
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == b"['park', None]\n"


def test_threads_share_it() -> None:
    """They get what one gets, whoever builds the index."""
    zones = many_zones()
    draw = np.random.default_rng(10)
    pieces = [draw.uniform(0, 1_000, (30_000, 2)) for _ in range(16)]
    wanted = [pa.array(pm.Matcher(zones, max_dist=6.0).match(piece)) for piece in pieces[:4]]
    m = pm.Matcher(zones, max_dist=6.0)
    with ThreadPoolExecutor(8) as threads:
        answers = [pa.array(answer) for answer in threads.map(m.match, pieces)]
        lists = list(threads.map(m.candidates, [piece[:200] for piece in pieces[:4]]))
    assert answers[:4] == wanted
    for answer, candidates in zip(answers, lists, strict=False):
        firsts = [rows[0] if rows else None for rows in values(candidates)]
        assert firsts == answer[:200].to_pylist()


def test_the_interpreter_is_let_go() -> None:
    """While a thread matches, another counts."""
    m = pm.Matcher(many_zones(), k=4)
    points = np.random.default_rng(1).uniform(0, 1_000, (500_000, 2))
    array = pl.DataFrame(points, ["x", "y"]).to_struct().to_arrow()
    started, done = threading.Event(), threading.Event()

    def work() -> None:
        started.set()
        m.match(array)
        done.set()

    thread = threading.Thread(target=work)
    thread.start()
    started.wait()
    counted = 0
    # With the interpreter held there would be no more than a switch or two.
    while not done.is_set():
        counted += 1
        time.sleep(0)
    thread.join()
    assert counted > 100


def test_the_budget_of_the_index() -> None:
    """Changes its size, not the answers."""
    zones = many_zones()
    points = np.random.default_rng(2).uniform(0, 1_000, (50_000, 2))
    sizes, answers = [], []
    for budget in (0, 1 << 20, 1 << 26):
        m = pm.Matcher(zones, max_dist=6.0, index_bytes=budget)
        assert m.index_stats is None
        m.build_index()
        stats = m.index_stats
        assert stats is not None
        assert stats.cells == stats.empty + stats.settled + stats.contested + stats.split
        sizes.append(stats.bytes)
        answers.append(pa.array(m.match(points)))
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[2]
    assert answers[0] == answers[1] == answers[2]
    with pytest.raises(ValueError, match="index_bytes: expected at least 0, got -1"):
        pm.Matcher(zones, max_dist=6.0, index_bytes=-1)


def test_it_tells_what_it_is(m: pm.Matcher) -> None:
    """The options that are not the default."""
    assert repr(m) == "<Matcher: 3 polygons, predicate='covers'>"
    assert isinstance(m.polygons, pm.Polygons)
    assert len(m.polygons) == 3


# pandas


def test_frames_of_pandas(named: pm.Matcher) -> None:
    """With their index, the answers in a dtype that has nulls: as Dask hands out partitions."""
    frame = pd.DataFrame({"x": ARRAY[:, 0], "y": ARRAY[:, 1]}, index=list("dcba"))
    for options in ({}, {"point": ("x", "y")}):
        got = named(frame, **options)
        assert isinstance(got, pd.DataFrame)
        assert got.columns.tolist() == ["x", "y", "zone"]
        assert got.index.tolist() == list("dcba")
        assert [None if zone is pd.NA else zone for zone in got["zone"]] == IDS
    assert "zone" not in frame.columns
    assert named(frame[:0]).columns.tolist() == ["x", "y", "zone"]
    wkb = pd.DataFrame({"at": shapely.to_wkb(shapely.points(ARRAY))})
    assert named(wkb, point="at")["zone"].isna().tolist() == [False, False, True, False]
    with pytest.raises(ValueError, match="name: the table has a column 'x' already"):
        named(frame, name="x")
    with pytest.raises(ColumnNotFoundError, match="no points found: neither numeric columns"):
        named(frame.drop(columns="y"))
    nullable = pd.DataFrame({"x": pd.array([1, None], "Int64"), "y": pd.array([1, 1], "Float32")})
    assert named(nullable)["zone"].isna().tolist() == [False, True]
