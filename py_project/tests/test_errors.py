"""What is refused, with which exception and which words. Nothing panics."""

from __future__ import annotations

import math
import re
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from forms import (
    EWKB_SRID,
    ISO_Z,
    LINESTRING,
    LIST,
    POINT,
    POLYGON,
    STRUCT,
    chunked,
    wkb,
    wkb_frame,
    wkb_header,
    wkb_part,
    wkb_parts,
    wkb_point,
    xy_frame,
)
from polars.exceptions import ColumnNotFoundError, ComputeError, InvalidOperationError
from reference import Polygon

import poly_match as pm

RING = [(0.0, 0.0), (2.0, 0.0), (0.0, 2.0)]
SQUARE: Polygon = [[[(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)]]]
POLYGONS = xy_frame([SQUARE, None, SQUARE])
POINTS_REFUSED = "the plugin failed with message: "
ONE_POINT = pl.DataFrame([STRUCT.series([(0.0, 0.0)])])
POINT_FORMS_WANTED = (
    "expected a Struct of two numeric fields (first x, then y), Array(numeric, 2), "
    "List(numeric) or WKB as Binary"
)
GEOMETRIES_WANTED = "expected WKB as Binary, or GeoArrow polygons as nested lists"
WAYS: dict[str, Callable[[pl.DataFrame, pl.Expr], Any]] = {
    "eager": lambda frame, e: frame.select(e),
    "with_columns": lambda frame, e: frame.with_columns(answer=e),
    "in-memory": lambda frame, e: frame.lazy().select(e).collect(engine="in-memory"),
    "streaming": lambda frame, e: frame.lazy().select(e).collect(engine="streaming"),
}

# How an expression is made: what is wrong with polygons and parameters is said then.
DOORS: dict[str, Callable[[Any, float], pl.Expr]] = {
    "function": lambda polygons, far: pm.poly_match("point", polygons, max_dist=far),
    "accessor": lambda polygons, far: pl.col("point").poly_match(  # type: ignore[attr-defined]
        polygons, max_dist=far
    ),
    "series": lambda polygons, far: pm.poly_match(ONE_POINT["point"], polygons, max_dist=far),
    "no points": lambda polygons, far: pm.poly_match(
        ONE_POINT["point"][:0], polygons, max_dist=far
    ),
}

in_every_way = pytest.mark.parametrize("way", WAYS)
at_every_door = pytest.mark.parametrize("door", DOORS)
pytestmark = pytest.mark.usefixtures("fresh_cache")


@contextmanager
def refused(kind: type[Exception], text: str, *, exact: bool = False) -> Iterator[list[str]]:
    """The block raises exactly this kind, says the text, and has not panicked.

    What was said is appended to the list.
    """
    told: list[str] = []
    with pytest.raises(Exception) as caught:  # noqa: PT011
        yield told
    said = str(caught.value)
    told.append(said)
    assert type(caught.value) is kind, f"{type(caught.value)}: {said}"
    assert "panicked" not in said
    assert said == text if exact else text in said


@contextmanager
def rows_refused(places: set[tuple[int, int]], text: str) -> Iterator[None]:
    """A value of the column `point` is refused, at one of these rows of a piece of that length."""
    with refused(ComputeError, text) as told:
        yield
    assert told_place(told[0], text) in places, told[0]


@contextmanager
def row_refused(at: int, rows: int, text: str, way: str) -> Iterator[None]:
    """As above, of the row `at` of a column of so many rows in one chunk.

    How long a morsel of a stream is, is not known; only that it is a piece of the column.
    """
    with refused(ComputeError, text) as told:
        yield
    row, piece = told_place(told[0], text)
    if way == "streaming":
        assert 0 <= row < piece, told[0]
        assert row <= at, told[0]
        assert piece - row <= rows - at, told[0]
    else:
        assert (row, piece) == (at, rows), told[0]


def told_place(said: str, text: str) -> tuple[int, int]:
    """The row, and the length of the piece, that the first line tells before the text.

    The text is all there is, unless it ends as if more came.
    """
    place = r"column 'point', row (\d+) of a piece of (\d+): "
    more = ".+" if text.endswith(": ") else ""
    line = said.partition("\n")[0]
    found = re.fullmatch(re.escape(POINTS_REFUSED) + place + re.escape(text) + more, line)
    assert found, said
    return int(found[1]), int(found[2])


def refusal(kind: type[Exception], run: Callable[[], pl.DataFrame]) -> str | None:
    """What is said when it raises this kind; else it has given one row."""
    try:
        assert run().height == 1
    except kind as error:
        return str(error)
    return None


def ask(frame: pl.DataFrame, polygons: Any = POLYGONS, way: str = "eager") -> Any:
    """Match the column `point`."""
    return WAYS[way](frame, pm.poly_match("point", polygons, max_dist=5.0))


# Parameters


@pytest.mark.parametrize(
    ("max_dist", "shown"),
    [(math.nan, "NaN"), (-1.0, "-1"), (-5e-324, "-0." + "0" * 323 + "5"), (-1, "-1")],
    ids=["nan", "-1.0", "-5e-324", "-1"],
)
@at_every_door
def test_max_dist_is_a_distance(max_dist: float, shown: str, door: str) -> None:
    """When the expression is made, not when it runs; whatever else is wrong."""
    text = f"max_dist: expected a distance of at least 0, got {shown}"
    for polygons in (POLYGONS, xy_frame([]), xy_row([0, 1], [0, 1])):
        with refused(ValueError, text, exact=True):
            DOORS[door](polygons, max_dist)


def test_max_dist_is_a_keyword() -> None:
    """And one that does not exist is not ignored."""
    with pytest.raises(TypeError, match="positional"):
        pm.poly_match("point", POLYGONS, 5.0)  # type: ignore[misc]
    with pytest.raises(TypeError, match="radius"):
        pm.poly_match("point", POLYGONS, max_dist=5.0, radius=1.0)  # type: ignore[call-arg]


# Dtypes of points


def field(**fields: Any) -> pl.Struct:
    """A struct dtype."""
    return pl.Struct(fields)


WRONG_POINTS = [
    pl.String,
    pl.Int64,
    pl.Float64,
    pl.Boolean,
    pl.Date,
    pl.Datetime("us"),
    pl.Duration("ns"),
    pl.Time,
    pl.Categorical,
    pl.Enum(["a", "b"]),
    pl.Decimal(10, 2),
    pl.Int128,
    pl.Object,
    field(),
    field(x=pl.Float64),
    field(x=pl.Float64, y=pl.Float64, z=pl.Float64),
    field(x=pl.Float64, y=pl.String),
    field(x=pl.String, y=pl.Float64),
    field(x=pl.Boolean, y=pl.Float64),
    field(x=pl.Categorical, y=pl.Float64),
    field(x=pl.List(pl.Float64), y=pl.Float64),
    field(x=field(x=pl.Float64, y=pl.Float64), y=pl.Float64),
    pl.Array(pl.Float64, 1),
    pl.Array(pl.Float64, 3),
    pl.Array(pl.Float64, 0),
    pl.Array(pl.String, 2),
    pl.Array(pl.Float64, (2, 2)),
    pl.List(pl.String),
    pl.List(pl.Boolean),
    pl.List(pl.Date),
    pl.List(pl.Categorical),
    pl.List(pl.List(pl.Float64)),
    pl.List(pl.Array(pl.Float64, 2)),
    pl.List(pl.Binary),
    pl.List(field(x=pl.Float64, y=pl.Float64)),
]


def shown(dtype: Any) -> str:
    """A dtype as messages write it."""
    return str(pl.Series([], dtype=dtype).dtype)


@in_every_way
@pytest.mark.parametrize("dtype", WRONG_POINTS, ids=shown)
@pytest.mark.parametrize("rows", [0, 2])
def test_wrong_dtype_of_points(dtype: Any, rows: int, way: str) -> None:
    """Named with its column, whether there are rows or not."""
    points = pl.Series("point", [None] * rows, dtype=dtype)
    text = f"point: column 'point' has dtype {shown(dtype)}, {POINT_FORMS_WANTED}"
    with refused(InvalidOperationError, text):
        ask(points.to_frame(), way=way)


@pytest.mark.parametrize("dtype", WRONG_POINTS, ids=shown)
def test_wrong_dtype_of_a_series_of_points(dtype: Any) -> None:
    """At once: nothing needs to be planned for it."""
    text = f"point: column 'where' has dtype {shown(dtype)}, {POINT_FORMS_WANTED}"
    with refused(InvalidOperationError, text, exact=True):
        pm.poly_match(pl.Series("where", [], dtype=dtype), POLYGONS, max_dist=5.0)


NUMBERS = ["Int8", "Int16", "UInt8", "UInt16", "Decimal", "Int128", "UInt128", "Float16"]
NESTS: dict[str, Callable[[Any], Any]] = {
    "list": lambda d: pl.List(d),
    "array": lambda d: pl.Array(d, 2),
    "struct": lambda d: field(x=d, y=d),
    "struct, float": lambda d: field(x=d, y=pl.Float32),
    "struct, native": lambda d: field(x=pl.Int64, y=d),
}


@in_every_way
@pytest.mark.parametrize("name", [name for name in NUMBERS if hasattr(pl, name)])
@pytest.mark.parametrize("nest", NESTS)
def test_rare_numbers(name: str, nest: str, way: str) -> None:
    """Numbers of every dtype are read as such."""
    number = pl.Decimal(10, 2) if name == "Decimal" else getattr(pl, name)
    dtype = NESTS[nest](number)
    pairs: list[Any] = [[1, 1], [9, 9], None, [None, 0]]
    if isinstance(dtype, pl.Struct):
        pairs = [pair and {"x": pair[0], "y": pair[1]} for pair in pairs]
    points = pl.Series("point", pairs, dtype=dtype)
    assert ask(points.to_frame(), way=way)[
        "answer" if way == "with_columns" else "polygon"
    ].to_list() == [0, None, None, None]
    if nest == "list":
        ring = pl.Series("x", [[0, 2, 0], None, [8, 9, 8]], dtype=dtype)
        polygons = pl.DataFrame([ring, pl.Series("y", [[0, 0, 2], None, [8, 8, 9]])])
        got = ask(points.to_frame(), polygons)
        assert got.to_series().to_list() == [0, 2, None, None]
        assert ask(points.to_frame(), polygons.select(x="y", y="x")).equals(got)


NULLS: dict[str, pl.Series] = {
    "null": pl.Series([None, None]),
    "struct": pl.Series([{"x": None, "y": None}, None]),
    "struct, one": pl.Series([{"x": 0.0, "y": None}] * 2),
    "list": pl.Series([[None, None], None], dtype=pl.List(pl.Null)),
    "array": pl.Series([[None, None], None], dtype=pl.Array(pl.Null, 2)),
}


@in_every_way
@pytest.mark.parametrize("case", NULLS)
@pytest.mark.parametrize("rows", [0, 2])
def test_points_of_nulls_only(case: str, rows: int, way: str) -> None:
    """A column whose dtype is, or has, null is one of null points."""
    points = NULLS[case][:rows].alias("point").to_frame()
    answer = ask(points, way=way).to_series(-1)
    assert answer.dtype == pl.UInt32
    assert answer.to_list() == [None] * rows


@pytest.mark.parametrize(
    "polygons",
    [
        pl.DataFrame({"x": [None, None], "y": [None, None]}),
        pl.DataFrame({"x": [None, None], "y": [[0.0, 2.0, 0.0], None]}),
        pl.DataFrame({"x": [[], None], "y": [[], None]}),
        pl.DataFrame({"geometry": [None, None]}),
    ],
    ids=["x and y", "x", "lists", "geometry"],
)
def test_polygons_of_nulls_only(polygons: pl.DataFrame) -> None:
    """They never match."""
    assert ask(ONE_POINT, polygons).to_series().to_list() == [None]


STORED: dict[str, pl.Series] = {
    "struct": pl.Series([{"x": 0.0, "y": 0.0}, None]),
    "list": pl.Series([[0, 0], None], dtype=pl.List(pl.Int8)),
    "array": pl.Series([[0.0, 0.0], None], dtype=pl.Array(pl.Float64, 2)),
    "wkb": pl.Series([wkb_point(0.0, 0.0), None]),
}


@in_every_way
@pytest.mark.parametrize("case", STORED)
def test_points_of_an_extension_type(case: str, way: str) -> None:
    """As GeoArrow has them: what is stored counts."""
    stored = STORED[case].alias("point")
    points = stored.ext.to(pl.Extension("test.point", stored.dtype))
    assert isinstance(points.dtype, pl.Extension)
    assert ask(points.to_frame(), way=way).to_series(-1).to_list() == [0, None]


@in_every_way
def test_wrong_dtype_within_an_extension_type(way: str) -> None:
    """The stored dtype is told."""
    points = pl.Series("point", ["POINT (0 0)"]).ext.to(pl.Extension("test.wkt", pl.String))
    text = f"point: column 'point' has dtype String, {POINT_FORMS_WANTED}"
    with refused(InvalidOperationError, text):
        ask(points.to_frame(), way=way)


def test_polygons_of_an_extension_type() -> None:
    """As above."""
    for frame in (POLYGONS.select("x", "y"), wkb_frame([SQUARE, None, SQUARE]).select("geometry")):
        polygons = frame.select(
            column.ext.to(pl.Extension("test.polygon", column.dtype)) for column in frame
        )
        assert all(isinstance(dtype, pl.Extension) for dtype in polygons.dtypes)
        assert ask(ONE_POINT, polygons).to_series().to_list() == [0]
    wrong = pl.DataFrame({"geometry": ["POLYGON EMPTY"]})
    polygons = wrong.select(wrong["geometry"].ext.to(pl.Extension("test.wkt", pl.String)))
    text = f"polygons: column 'geometry' has dtype String, {GEOMETRIES_WANTED}"
    with refused(InvalidOperationError, text, exact=True):
        pm.poly_match("point", polygons, max_dist=5.0)


OBJECTS = {
    "list": (
        'pl.DataFrame(schema={"point": pl.List(pl.Object)})',
        'pl.col("point")',
        "List(Object)",
    ),
    "made list": ("objects", 'pl.concat_list("point")', "List(Object)"),
    "made struct": (
        "objects",
        'pl.struct("point", "y")',
        "Struct({'point': Object, 'y': Float64})",
    ),
}


# Before there was `pipe_with_dtype`, Polars panics whatever such a column is given to.
if hasattr(pl, "pipe_with_dtype"):

    @pytest.mark.parametrize("way", ["frame.select(e)", "frame.lazy().select(e).collect()"])
    @pytest.mark.parametrize("case", OBJECTS)
    def test_points_of_nested_objects(case: str, way: str) -> None:
        """A dtype that nothing outside Polars can look into."""
        frame, point, dtype = OBJECTS[case]
        # Polars itself aborts the process when such a column is handed out: it must not be tried.
        script = f"""
import polars as pl, poly_match as pm
polygons = pl.DataFrame({{"x": [[0, 1, 1]], "y": [[0, 0, 1]]}})
objects = pl.DataFrame([pl.Series("point", [object()], pl.Object), pl.Series("y", [1.0])])
frame = {frame}
e = pm.poly_match({point}, polygons, max_dist=1.0)
try:
    {way}
except pl.exceptions.InvalidOperationError as error:
    print(error)
"""
        done = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
        text = f"point: column 'point' has dtype {dtype}, {POINT_FORMS_WANTED}"
        assert done.stdout.splitlines()[0] == text


@in_every_way
def test_points_that_are_not_there(way: str) -> None:
    """Polars' own error names the column."""
    frame = pl.DataFrame({"other": [1]})
    with refused(ColumnNotFoundError, "point"):
        ask(frame, way=way)


# The table of polygons


@pytest.mark.parametrize(
    "polygons",
    [None, 5, "zones.parquet", [SQUARE], {"x": [[0, 1]], "y": [[0, 1]]}, pl.col("x")],
    ids=lambda polygons: type(polygons).__name__,
)
def test_wrong_type_of_polygons(polygons: Any) -> None:
    """Only tables are taken."""
    text = (
        "polygons: expected a Polars DataFrame or LazyFrame, an Arrow table, a GeoDataFrame or "
        f"Polygons, got {type(polygons).__name__}"
    )
    with refused(TypeError, text, exact=True):
        pm.poly_match("point", polygons, max_dist=5.0)


@pytest.mark.parametrize("made", [pl.DataFrame.lazy, pl.DataFrame.to_arrow, lambda f: f])
@pytest.mark.parametrize("names", [["x"], ["y"], ["X", "Y"], ["lon", "lat"], []])
def test_columns_that_are_not_there(names: list[str], made: Callable[[pl.DataFrame], Any]) -> None:
    """Neither x and y nor geometry."""
    frame = pl.DataFrame({name: [[0.0, 1.0, 1.0]] for name in names})
    if not names and made is pl.DataFrame.to_arrow:
        frame = pl.DataFrame({"zone": [1]})
    with refused(ColumnNotFoundError, "polygons: expected columns x and y as List(numeric), or"):
        pm.poly_match("point", made(frame), max_dist=5.0)


@pytest.mark.parametrize(
    "dtype",
    [
        pl.Float64,
        pl.String,
        pl.Binary,
        pl.Categorical,
        pl.Object,
        pl.Array(pl.Float64, 3),
        pl.List(pl.String),
        pl.List(pl.Boolean),
        pl.List(pl.Categorical),
        pl.List(pl.List(pl.Float64)),
        pl.List(pl.Array(pl.Float64, 2)),
        field(x=pl.Float64, y=pl.Float64),
    ],
    ids=shown,
)
@pytest.mark.parametrize("column", ["x", "y"])
def test_wrong_dtype_of_x_or_y(dtype: Any, column: str) -> None:
    """Named with its column."""
    frame = pl.DataFrame(
        [
            pl.Series(name, [], dtype=dtype if name == column else pl.List(pl.Float64))
            for name in "xy"
        ]
    )
    text = f"polygons: column '{column}' has dtype {shown(dtype)}, expected rings as List(numeric)"
    with refused(InvalidOperationError, text, exact=True):
        pm.poly_match("point", frame, max_dist=5.0)


@pytest.mark.parametrize(
    "dtype",
    [pl.Float64, pl.String, pl.Object, pl.Categorical, pl.List(pl.Float64), pl.List(pl.Binary)],
    ids=shown,
)
def test_wrong_dtype_of_geometry(dtype: Any) -> None:
    """Named with its column."""
    frame = pl.DataFrame([pl.Series("geometry", [], dtype=dtype)])
    text = f"polygons: column 'geometry' has dtype {shown(dtype)}, {GEOMETRIES_WANTED}"
    with refused(InvalidOperationError, text, exact=True):
        pm.poly_match("point", frame, max_dist=5.0)


def test_two_columns_of_polygons() -> None:
    """It is not guessed which is meant; numbers beside a geometry are not polygons."""
    both = xy_frame([SQUARE]).hstack(wkb_frame([SQUARE]).select("geometry"))
    with refused(ValueError, "polygons: both x and y and geometry hold polygons; keep one of them"):
        pm.poly_match("point", both, max_dist=5.0)
    labels = wkb_frame([SQUARE]).with_columns(x=pl.lit(1.0), y=pl.lit("a"))
    points = pl.DataFrame([STRUCT.series([(0.0, 0.0)])])
    assert ask(points, labels).item() == 0


# Rows of polygons


def xy_row(x: list[Any] | None, y: list[Any] | None, before: int = 2) -> pl.DataFrame:
    """Right polygons, and then this one."""
    right = [vertex[0] for vertex in RING], [vertex[1] for vertex in RING]
    lists = pl.List(pl.Float64)
    return pl.DataFrame(
        [
            pl.Series("x", [right[0]] * before + [x], lists),
            pl.Series("y", [right[1]] * before + [y], lists),
        ]
    )


NAN, INF = math.nan, math.inf
WRONG_RINGS = {
    "1 vertex": ([1], [1], "a ring has 1 distinct vertices: expected at least 3"),
    "2 vertices": ([0, 1], [0, 1], "a ring has 2 distinct vertices: expected at least 3"),
    "2 distinct": (
        [0, 1, 1, 0, 1, 0],
        [0, 1, 1, 0, 1, 0],
        "a ring has 2 distinct vertices: expected at least 3",
    ),
    "all alike": (
        [1, 1, 1, 1],
        [2, 2, 2, 2],
        "a ring has 1 distinct vertices: expected at least 3",
    ),
    "NaN": ([0, 1, NAN], [0, 0, 1], "vertex 2 is (NaN, 1): expected finite coordinates"),
    "infinite": ([0, 1, 1], [0, -INF, 1], "vertex 1 is (1, -inf): expected finite coordinates"),
    "null vertex": ([None, 1, 1], [0, 0, 1], "vertex 0 is (NaN, 0): expected finite coordinates"),
    "fewer y": ([0, 1, 1], [0, 0], "has 3 x and 2 y: expected as many of each"),
    "no y": ([0, 1, 1], [], "has 3 x and 0 y: expected as many of each"),
}
TABLES: dict[str, Callable[[pl.DataFrame], Any]] = {
    "frame": lambda frame: frame,
    "lazy": pl.DataFrame.lazy,
    "arrow": pl.DataFrame.to_arrow,
}


@at_every_door
@pytest.mark.parametrize("case", WRONG_RINGS)
@pytest.mark.parametrize("pieces", [1, 3])
@pytest.mark.parametrize("table", TABLES)
def test_a_ring_that_is_none(table: str, case: str, pieces: int, door: str) -> None:
    """Named with its row number in the frame, however it is chunked; again when asked again."""
    x, y, text = WRONG_RINGS[case]
    polygons = xy_row(x, y, before=7)
    polygons = chunked(polygons, pieces) if pieces > 1 else polygons
    assert (polygons.n_chunks() > 1) == (pieces > 1)
    for _ in range(2):
        with refused(ValueError, f"column 'x', row 7: {text}", exact=True):
            DOORS[door](TABLES[table](polygons), 5.0)
    with refused(ValueError, f"column 'x', row 2: {text}", exact=True):
        DOORS[door](TABLES[table](polygons[5:]), 5.0)


@at_every_door
def test_a_hole_that_is_none(door: str) -> None:
    """Holes are rings too."""
    polygons = wkb_frame([SQUARE, [[RING, [(0.0, 0.0), (1.0, 1.0), (0.0, 0.0)]]]])
    text = "column 'geometry', row 1: a ring has 2 distinct vertices: expected at least 3"
    with refused(ValueError, text, exact=True):
        DOORS[door](polygons, 5.0)


@pytest.mark.parametrize("at", [0, 65_536, 299_999])
@pytest.mark.parametrize("pieces", [1, 4])
def test_a_wrong_row_deep_in_the_polygons(at: int, pieces: int) -> None:
    """In several chunks too it is the row in the frame; the first wrong one is told."""
    rows = np.zeros(300_000, dtype=np.uint32)
    rows[at] = 1
    rows[at + 5_000 :: 70_000] = 1
    for polygons, text in (
        (xy_row([0, 1, NAN], [0, 0, 1], before=1), "vertex 2 is (NaN, 1): expected finite"),
        (pl.DataFrame({"geometry": [wkb(SQUARE), LINE]}), "expected a WKB polygon or multipolygon"),
    ):
        frame = polygons[rows]
        frame = chunked(frame, pieces) if pieces > 1 else frame
        assert frame.n_chunks() == pieces
        with refused(ValueError, f"column '{frame.columns[0]}', row {at}: {text}"):
            pm.poly_match("point", frame, max_dist=5.0)


# Broken and other WKB

WKB_POLYGONS = {
    "polygon": wkb_part([RING, RING]),
    "polygon big-endian": wkb_part([RING], order=">"),
    "polygon srid": wkb_part([RING], srid=2263),
    "multipolygon": wkb_parts([[RING], [RING]]),
    "multipolygon big-endian": wkb_parts([[RING, RING]], order=">"),
    "multipolygon srid": wkb_parts([[RING]], srid=2263),
}
WKB_POINTS = {
    "point": wkb_point(1.0, 2.0),
    "point big-endian": wkb_point(1.0, 2.0, order=">"),
    "point srid": wkb_point(1.0, 2.0, srid=4326),
    "point z": wkb_point(1.0, 2.0, 3.0, kind=POINT + ISO_Z),
}
LINE = wkb_header(LINESTRING) + struct.pack("<I4d", 2, 0, 0, 1, 1)


@pytest.mark.parametrize("case", WKB_POLYGONS)
def test_wkb_polygon_cut_off(case: str) -> None:
    """At every byte."""
    whole = WKB_POLYGONS[case]
    assert ask(ONE_POINT, pl.DataFrame({"geometry": [whole]})).height == 1
    for length in range(len(whole)):
        polygons = pl.DataFrame({"geometry": [WKB_POLYGONS["polygon"], whole[:length]]})
        text = f"column 'geometry', row 1: broken WKB ({length} bytes): "
        with refused(ValueError, text) as told:
            pm.poly_match("point", polygons, max_dist=5.0)
        assert told[0].startswith(text)


@pytest.mark.parametrize("case", WKB_POINTS)
def test_wkb_point_cut_off(case: str) -> None:
    """At every byte."""
    whole = WKB_POINTS[case]
    assert ask(pl.DataFrame({"point": [whole]})).height == 1
    for length in range(len(whole)):
        points = pl.DataFrame({"point": [None, whole, whole[:length]]})
        with row_refused(2, 3, f"broken WKB ({length} bytes): ", "eager"):
            ask(points)


@at_every_door
def test_wkb_polygons_of_another_type(door: str) -> None:
    """Named with its row and with what it is."""
    for other, name in ((WKB_POINTS["point"], "Point"), (LINE, "LineString")):
        polygons = pl.DataFrame({"geometry": [None, wkb(SQUARE), other]})
        text = "column 'geometry', row 2: expected a WKB polygon or multipolygon, got a " + name
        with refused(ValueError, text, exact=True):
            DOORS[door](polygons, 5.0)


@in_every_way
def test_wkb_points_of_another_type(way: str) -> None:
    """As above."""
    for other, name in ((WKB_POLYGONS["polygon"], "Polygon"), (LINE, "LineString")):
        points = pl.DataFrame({"point": [None, WKB_POINTS["point"], other]})
        with row_refused(2, 3, f"expected a WKB point, got a {name}", way):
            ask(points, way=way)


@pytest.mark.parametrize("count", [1, 2, 1_000, 2**31, 2**32 - 1])
def test_wkb_that_promises_more_than_it_has(count: int) -> None:
    """Counts are not believed: nothing is reserved for them."""
    rings = wkb_header(POLYGON) + struct.pack("<I", count)
    vertices = wkb_header(POLYGON) + struct.pack("<II", 1, count)
    parts = wkb_parts([])[:-4] + struct.pack("<I", count)
    nested = parts + rings
    for promise in (rings, vertices, parts, nested):
        text = f"column 'geometry', row 0: broken WKB ({len(promise)} bytes): "
        with refused(ValueError, text) as told:
            pm.poly_match("point", pl.DataFrame({"geometry": [promise]}), max_dist=5.0)
        assert told[0].startswith(text)


def test_wkb_of_random_bytes() -> None:
    """Read or refused, as anything may be in a file."""
    draw = np.random.default_rng(7)
    whole = [*WKB_POLYGONS.values(), *WKB_POINTS.values(), LINE]
    start = POINTS_REFUSED + "column 'point', row 0 of a piece of 1: "
    refusals = 0
    for at in range(1_500):
        spoiled = bytearray(whole[at % len(whole)])
        for place in draw.integers(0, min(len(spoiled), 24), 2):
            spoiled[place] = draw.integers(0, 256)
        row = bytes(spoiled)
        said = refusal(
            ValueError, lambda row=row: ask(ONE_POINT, pl.DataFrame({"geometry": [row]}))
        )
        if said is not None:
            assert said.startswith("column 'geometry', row 0: ")
            refusals += 1
        said = refusal(ComputeError, lambda row=row: ask(pl.DataFrame({"point": [row]})))
        if said is not None:
            assert said.startswith(start)
            refusals += 1
    assert 1_000 < refusals < 3_000


@pytest.mark.parametrize(
    "kind", [0, 9, 11, 14, 17, 18, 99, 1_011, 4_003, EWKB_SRID | 77, 0x10000003, 0xFFFFFFFF]
)
def test_wkb_of_a_type_that_is_not_known(kind: int) -> None:
    """Curves, surfaces, triangles, and numbers that stand for nothing."""
    row = struct.pack("<BI", 1, kind) + bytes(40)
    text = f"cannot read WKB of geometry type {kind}"
    with refused(ValueError, f"column 'geometry', row 0: {text}", exact=True):
        pm.poly_match("point", pl.DataFrame({"geometry": [row]}), max_dist=5.0)
    with row_refused(0, 1, text, "eager"):
        ask(pl.DataFrame({"point": [row]}))
    big = struct.pack(">BI", 0, kind) + bytes(40)
    with refused(ValueError, f"column 'geometry', row 0: {text}", exact=True):
        pm.poly_match("point", pl.DataFrame({"geometry": [big]}), max_dist=5.0)


# Rows of points


@in_every_way
@pytest.mark.parametrize("row", [[], [1.0], [1.0, 2.0, 3.0]])
def test_a_list_of_another_length(row: list[float], way: str) -> None:
    """Named with its row."""
    points = pl.DataFrame({"point": [[1.0, 2.0], None, row, [1.0]]})
    with row_refused(2, 4, f"expected a list of 2 coordinates, got {len(row)}", way):
        ask(points, way=way)


@pytest.mark.parametrize("pieces", [1, 4])
@pytest.mark.parametrize("at", [0, 65_535, 65_536, 131_072, 211_111, 299_999])
@pytest.mark.parametrize("kind", ["list", "wkb"])
def test_a_wrong_row_deep_in_a_column(kind: str, at: int, pieces: int) -> None:
    """Looked for by several threads: the first wrong row is told.

    Polars hands over chunk by chunk; which one fails first is nobody's choice.
    """
    right, wrong = ([1.0, 2.0], [3.0]) if kind == "list" else (wkb_point(1.0, 2.0), LINE)
    text = "expected a list of 2 coordinates, got 1"
    text = text if kind == "list" else "expected a WKB point, got a LineString"
    dtype = pl.List(pl.Float64) if kind == "list" else pl.Binary
    one, other = pl.Series([right], dtype=dtype), pl.Series([wrong], dtype=dtype)
    rows = np.zeros(300_000, dtype=np.uint32)
    for alone in (True, False):
        rows[at] = 1
        if not alone:
            rows[at + 5_000 :: 70_000] = 1
        column = pl.concat([one, other]).gather(rows).alias("point")
        frame = chunked(column.to_frame(), pieces) if pieces > 1 else column.to_frame()
        assert frame.n_chunks() == pieces
        lengths = frame["point"].chunk_lengths()
        chunks = np.split(rows, np.cumsum(lengths)[:-1])
        places = {(int(chunk.argmax()), len(chunk)) for chunk in chunks if chunk.any()}
        assert places == {(at, 300_000)} if pieces == 1 else len(places) == 1 or not alone
        with rows_refused(places, text):
            ask(frame)


@pytest.mark.parametrize("pieces", [1, 4])
@pytest.mark.parametrize("at", [0, 150_000, 299_999])
def test_a_wrong_row_in_a_stream(at: int, pieces: int) -> None:
    """A query in morsels says which row of a morsel it is."""
    rows = np.zeros(300_000, dtype=np.uint32)
    rows[at] = 1
    column = pl.Series("point", [[1.0, 2.0], [3.0]]).gather(rows)
    frame = chunked(column.to_frame(), pieces) if pieces > 1 else column.to_frame()
    assert frame.n_chunks() == pieces
    text = "expected a list of 2 coordinates, got 1"
    with row_refused(at, 300_000, text, "streaming"):
        ask(frame, way="streaming")


@pytest.mark.parametrize("pieces", [1, 3])
def test_a_wrong_row_of_a_series(pieces: int) -> None:
    """When the expression is made: nothing needs to be planned for it."""
    frame = pl.DataFrame({"point": [[1.0, 2.0], [1.0, 2.0], None, [1.0, 2.0], [3.0]]})
    points = chunked(frame, pieces)["point"] if pieces > 1 else frame["point"]
    assert (points.n_chunks() > 1) == (pieces > 1)
    last = points.chunk_lengths()[-1]
    with rows_refused({(last - 1, last)}, "expected a list of 2 coordinates, got 1"):
        pm.poly_match(points, POLYGONS, max_dist=5.0)


def test_names_with_anything_in_them() -> None:
    """Quotes, braces, a line's end, nothing."""
    for name in ("it's", '"', "{x}", "ä\n", ""):
        frame = pl.DataFrame({name: [[1.0]]})
        text = f"column '{name}', row 0 of a piece of 1: expected a list of 2 coordinates, got 1"
        with refused(ComputeError, POINTS_REFUSED + text) as told:
            frame.select(pm.poly_match(pl.col(name), POLYGONS, max_dist=1.0))
        assert f"{told[0]}\n".startswith(POINTS_REFUSED + text + "\n")
        right = pl.DataFrame({name: [[1.0, 1.0]]})
        got = right.select(pm.poly_match(pl.col(name), POLYGONS, max_dist=2.0))
        assert got.to_dict(as_series=False) == {"polygon": [0]}


def test_arrow_tables_are_checked_too() -> None:
    """What pyarrow says `x` is."""
    table = pa.table({"x": pa.array([["a"]]), "y": pa.array([[1.0]])})
    with refused(InvalidOperationError, "polygons: column 'x' has dtype List(String)"):
        pm.poly_match("point", table, max_dist=1.0)


def test_geometries_as_python_objects() -> None:
    """What a column of shapely polygons becomes is no WKB."""
    frame = pl.DataFrame({"geometry": [object(), object()]}, schema={"geometry": pl.Object})
    with refused(InvalidOperationError, "polygons: column 'geometry' has dtype Object"):
        pm.poly_match("point", frame, max_dist=1.0)


def test_an_error_does_not_stay() -> None:
    """After a failure the right polygons answer."""
    points = pl.DataFrame([LIST.series([(0.0, 0.0)])])
    text = "column 'x', row 2: a ring has 2 distinct vertices: expected at least 3"
    with refused(ValueError, text, exact=True):
        ask(points, xy_row([0, 1], [0, 1]))
    assert pm.cache_info()[1:] == (0, 8, 0)
    wrong = pl.DataFrame({"point": [[1.0]]})
    with row_refused(0, 1, "expected a list of 2 coordinates, got 1", "eager"):
        ask(wrong)
    assert ask(points).item() == 0
