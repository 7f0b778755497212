"""`match_parquet`: the answers of the expression, a whole file or none, and whatever was there."""

from __future__ import annotations

import math
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from forms import POINT_FORMS, STRUCT, WKB_POINT, PointForm, wkb_frame, xy_frame
from jobs import EXPECTED, MAX_DIST, POINTS, POLYGONS, refused, run
from polars.exceptions import InvalidOperationError
from reference import Polygon, match

import poly_match as pm

# Answers


def test_answers_and_summary(place: Path) -> None:
    """One more column at the end, and the counts."""
    summary = run()
    got = pl.read_parquet("out.parquet")
    assert got.columns == ["x", "y", "polygon"]
    assert got["polygon"].dtype == pl.UInt32
    assert got["polygon"].to_list() == EXPECTED
    assert got.drop("polygon").equals(pl.read_parquet("points.parquet"))
    matched = sum(answer is not None for answer in EXPECTED)
    assert (summary.rows, summary.matched, summary.null_points) == (len(POINTS), matched, 4)
    assert summary.polygons == len(POLYGONS)
    assert summary.point == ("x", "y")
    assert summary.seconds > 0
    assert summary.matched_share == matched / len(POINTS)
    assert summary.rows_per_second == summary.rows / summary.seconds
    assert sorted(path.name for path in place.iterdir()) == [
        "out.parquet",
        "points.parquet",
        "zones.parquet",
    ]


@pytest.mark.parametrize("form", POINT_FORMS, ids=lambda form: form.name)
@pytest.mark.usefixtures("place")
def test_every_form_of_points(form: PointForm) -> None:
    """As one column called `point`, found without being told."""
    pl.DataFrame([form.series(POINTS)]).write_parquet("points.parquet")
    run()
    got = pl.read_parquet("out.parquet")
    expression = pl.read_parquet("points.parquet").select(
        pm.poly_match("point", xy_frame(POLYGONS), max_dist=MAX_DIST)
    )
    assert got["polygon"].to_list() == expression["polygon"].to_list()
    assert got["polygon"].to_list() == match(form.carried(POINTS), POLYGONS, MAX_DIST)


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("kind", ["xy", "wkb", "wkb with x and y"])
@pytest.mark.usefixtures("place")
def test_every_form_of_polygons(kind: str, large: bool) -> None:
    """Lists or WKB, with 32-bit or 64-bit offsets, in several row groups."""
    frame = xy_frame(POLYGONS) if kind == "xy" else wkb_frame(POLYGONS)
    if kind == "wkb with x and y":
        frame = frame.with_columns(x=pl.lit(1.0), y=pl.lit("label"))
    table = frame.to_arrow()
    if not large:
        narrow = {"x": pa.list_(pa.float64()), "y": pa.list_(pa.float64()), "geometry": pa.binary()}
        for at, name in enumerate(table.column_names):
            if name in narrow and table.schema.field(name).type != pa.float64():
                if pa.types.is_large_string(table.schema.field(name).type):
                    continue
                column = pa.chunked_array([pa.array(frame[name].to_list(), narrow[name])])
                table = table.set_column(at, name, column)
    pq.write_table(table, "zones.parquet", row_group_size=2)
    run()
    assert pl.read_parquet("out.parquet")["polygon"].to_list() == EXPECTED


@pytest.mark.parametrize("rows", [0, 1, 65_535, 65_536, 65_537, 300_000])
@pytest.mark.parametrize("group", [None, 1_000])
@pytest.mark.usefixtures("place")
def test_any_number_of_rows(rows: int, group: int | None) -> None:
    """Below, at and above what is read at once; in one row group and in many."""
    times = rows // len(POINTS) + 1
    frame = pl.read_parquet("points.parquet")
    frame = pl.concat([frame] * times, rechunk=True)[:rows].with_row_index("row")
    frame.write_parquet("points.parquet", row_group_size=group)
    summary = run()
    got = pl.read_parquet("out.parquet")
    assert got.drop("polygon").equals(frame)
    assert got.schema["polygon"] == pl.UInt32
    assert got["polygon"].to_list() == (EXPECTED * times)[:rows]
    assert summary.rows == rows
    assert summary.matched == rows - got["polygon"].null_count()


@pytest.mark.usefixtures("place")
def test_no_polygons() -> None:
    """A table without rows is a table."""
    xy_frame([]).write_parquet("zones.parquet")
    assert (run().polygons, run().matched) == (0, 0)
    assert pl.read_parquet("out.parquet")["polygon"].to_list() == [None] * len(POINTS)


# Columns


@pytest.mark.usefixtures("place")
def test_a_pair_of_columns() -> None:
    """By name, in the order x, y, of any numeric dtype; x and y that are there do not matter."""
    frame = pl.read_parquet("points.parquet")
    frame = frame.select("x", "y", lat=pl.col("y").cast(pl.Float32), lon="x").with_columns(x=0.5)
    frame.write_parquet("points.parquet")
    for pair in (("lon", "lat"), ["lon", "lat"]):
        run(point=pair)
        got = pl.read_parquet("out.parquet")
        assert got["polygon"].to_list() == EXPECTED
        assert got.drop("polygon").equals(frame)


@pytest.mark.usefixtures("place")
def test_which_column_is_taken() -> None:
    """Numeric x and y, else geometry, else point; unless told."""
    xy = pl.read_parquet("points.parquet")
    away = WKB_POINT.series([(50.0, 50.0)] * len(POINTS))
    here = WKB_POINT.series(POINTS)
    nothing = [None] * len(POINTS)
    for columns, options, want in (
        ([*xy, away.alias("geometry"), away], {}, EXPECTED),
        ([*xy, away.alias("geometry"), away], {"point": "geometry"}, nothing),
        ([*xy, away.alias("geometry"), away], {"point": "point"}, nothing),
        ([xy["x"].cast(pl.String), xy["y"], here.alias("geometry"), away], {}, EXPECTED),
        ([here.alias("geometry"), away], {}, EXPECTED),
        ([xy["x"], here], {}, EXPECTED),
        ([away, here.alias("shape")], {"point": "shape"}, EXPECTED),
        ([away, *STRUCT.series(POINTS).struct.unnest()], {"point": ("lon", "lat")}, EXPECTED),
    ):
        pl.DataFrame(columns).write_parquet("points.parquet")
        run(**options)
        assert pl.read_parquet("out.parquet")["polygon"].to_list() == want


@pytest.mark.usefixtures("place")
def test_name_of_the_answer() -> None:
    """Any that is not there already."""
    run(name="zone of the city")
    assert pl.read_parquet("out.parquet").columns == ["x", "y", "zone of the city"]
    for name in ("x", "y"):
        with refused(ValueError, f"name: the points have a column '{name}' already"):
            run(name=name, output="other.parquet")


@pytest.mark.usefixtures("place")
def test_other_columns_pass_through() -> None:
    """Of every type, with the schema's and the file's metadata."""
    rows = len(POINTS)
    xy = pq.read_table("points.parquet")
    moment = datetime(2026, 11, 20, 8, 30)
    columns = {
        "text": pa.array(["ä", None, ""] * 3),
        "bytes": pa.array([b"\0", None, b""] * 3),
        "moment": pa.array([moment, None, moment] * 3, pa.timestamp("ns", "Europe/Berlin")),
        "day": pa.array([1, None, 20_000] * 3, pa.date32()),
        "price": pa.array([Decimal("1.25"), None, Decimal(3)] * 3, pa.decimal128(20, 2)),
        "kind": pa.array(["a", None, "b"] * 3).dictionary_encode(),
        "flag": pa.array([True, None, False] * 3),
        "list": pa.array([[1, None], None, []] * 3, pa.list_(pa.int16())),
        "nested": pa.array([{"a": [{"b": "c"}]}, None, {"a": None}] * 3),
        "map": pa.array([[("k", 1)], None, []] * 3, pa.map_(pa.string(), pa.int8())),
        "fixed": pa.array([b"abc", None, b"def"] * 3, pa.binary(3)),
        "small": pa.array([1, None, 255] * 3, pa.uint8()),
        "half": pa.array(np.arange(rows, dtype=np.float16)),
        "no": pa.nulls(rows),
    }
    for name, column in columns.items():
        field = pa.field(name, column.type, metadata={"unit": "ä"})
        xy = xy.append_column(field, column)
    xy = xy.replace_schema_metadata({"geo": '{"version": "1.1.0"}', "by": "hand"})
    pq.write_table(xy, "points.parquet", compression="zstd")
    # Parquet itself renames the items of lists.
    xy = pq.read_table("points.parquet")
    run()
    got = pq.read_table("out.parquet")
    assert got.column_names == [*xy.column_names, "polygon"]
    assert got["polygon"].to_pylist() == EXPECTED
    passed = got.drop_columns("polygon")
    assert passed.schema.equals(xy.schema, check_metadata=True)
    # NaN is not equal to itself.
    assert passed.drop_columns(["x", "y"]).equals(xy.drop_columns(["x", "y"]))
    group = pq.ParquetFile("out.parquet").metadata.row_group(0)
    assert {group.column(at).compression for at in range(group.num_columns)} == {"ZSTD"}


@pytest.mark.usefixtures("place")
def test_paths_of_any_kind() -> None:
    """Strings and paths; letters of any kind; another folder; a former output is replaced."""
    Path("földer").mkdir()
    Path("points.parquet").rename("földer/p 1.parquet")
    Path("out.parquet").write_text("former")
    for output in ("out.parquet", Path("földer") / "out.parquet", Path("out.parquet").absolute()):
        run(Path("földer") / "p 1.parquet", Path("zones.parquet").absolute(), output=output)
        assert pl.read_parquet(output)["polygon"].to_list() == EXPECTED
    assert len(list(Path("földer").iterdir())) == 2


@pytest.mark.usefixtures("place")
def test_points_and_polygons_from_one_file() -> None:
    """A file may be both: the corners of zones, say."""
    zones = xy_frame([p for p in POLYGONS if p]).with_columns(point=pl.Series([[0.0, 0.0]] * 3))
    zones.write_parquet("zones.parquet")
    run("zones.parquet", point="point")
    assert pl.read_parquet("out.parquet")["polygon"].to_list() == [1, 1, 1]


# What is refused


@pytest.mark.parametrize("max_dist", [math.nan, -1.0])
@pytest.mark.usefixtures("place")
def test_max_dist_is_a_distance(max_dist: float) -> None:
    """As for the expression."""
    with refused(ValueError, "max_dist: expected a distance of at least 0, got "):
        run(max_dist=max_dist)


@pytest.mark.usefixtures("place")
def test_max_dist_is_needed() -> None:
    """There is no default, and no other keyword."""
    with refused(ValueError, "max_dist: expected a distance, or k"):
        pm.match_parquet("points.parquet", "zones.parquet", "out.parquet")  # type: ignore[call-arg]
    with refused(TypeError, "radius"):
        run(radius=3.0)


@pytest.mark.parametrize("point", [(), ("x",), ("x", "y", "x"), ["x"]])
@pytest.mark.usefixtures("place")
def test_point_is_one_or_a_pair(point: Any) -> None:
    """Neither fewer nor more."""
    with refused(ValueError, "point: expected one column name or a pair of them, got "):
        run(point=point)


@pytest.mark.parametrize("output", ["points.parquet", "zones.parquet", "./zones.parquet", "link"])
@pytest.mark.usefixtures("place")
def test_output_is_no_input(output: str) -> None:
    """Under any name; the inputs stay as they were."""
    Path("link").symlink_to("points.parquet")
    before = [Path(name).read_bytes() for name in ("points.parquet", "zones.parquet")]
    with refused(ValueError, "output: ", output, "is one of the inputs"):
        run(output=output)
    assert before == [Path(name).read_bytes() for name in ("points.parquet", "zones.parquet")]


@pytest.mark.usefixtures("place")
def test_output_is_a_file_that_can_be_made() -> None:
    """Not a folder, nor in one that is not there."""
    Path("folder").mkdir()
    with refused(ValueError, "output: folder is a ", ": expected a file name"):
        run(output="folder")
    with refused(FileNotFoundError, "missing"):
        run(output="missing/out.parquet")


@pytest.mark.usefixtures("place")
def test_files_that_are_not_there() -> None:
    """Named, with what the system said."""
    with refused(FileNotFoundError, "no.parquet: "):
        run("no.parquet")
    with refused(FileNotFoundError, "no.parquet: "):
        run(polygons="no.parquet")
    Path("folder").mkdir()
    with refused(OSError, "folder: "):
        run("folder")
    with refused(OSError, "folder: "):
        run(polygons="folder")


@pytest.mark.usefixtures("place")
def test_columns_that_are_not_there() -> None:
    """With those that are."""
    there = "; the columns are: x, y"
    with refused(ValueError, "points.parquet: no column 'lon'" + there):
        run(point=("lon", "y"))
    with refused(ValueError, "points.parquet: no column 'lat'" + there):
        run(point=("x", "lat"))
    with refused(ValueError, "points.parquet: no column 'point'" + there):
        run(point="point")
    with refused(ValueError, "zones.parquet: no points found: ", "the columns are: other, x, y"):
        run("zones.parquet", "points.parquet")
    with refused(ValueError, "points.parquet: no polygons found: ", "the columns are: x, y"):
        run(polygons="points.parquet", output="other.parquet")


@pytest.mark.usefixtures("place")
def test_columns_of_another_dtype() -> None:
    """Points and polygons."""
    frame = pl.read_parquet("points.parquet").with_columns(s=pl.lit("a"), l=pl.lit([["a"]]))
    frame.write_parquet("points.parquet")
    with refused(InvalidOperationError, "points.parquet: column 's': expected ", "got "):
        run(point="s")
    with refused(InvalidOperationError, "points.parquet: column 's': expected numbers, got "):
        run(point=("x", "s"))
    with refused(InvalidOperationError, "points.parquet: column 'x': expected ", "got Float64"):
        run(point="x")
    pl.DataFrame({"geometry": ["POINT (0 0)"]}).write_parquet("zones.parquet")
    with refused(InvalidOperationError, "zones.parquet: column 'geometry': expected ", "got "):
        run()


@pytest.mark.usefixtures("place")
def test_both_kinds_of_polygons() -> None:
    """It is not guessed which is meant."""
    both = xy_frame(POLYGONS).hstack(wkb_frame(POLYGONS).select("geometry"))
    both.write_parquet("zones.parquet")
    with refused(
        ValueError, "zones.parquet: both list columns 'x' and 'y' and a column 'geometry'"
    ):
        run()


@pytest.mark.parametrize("at", [0, 65_535, 65_536, 199_999])
@pytest.mark.usefixtures("place")
def test_a_wrong_row_of_points(at: int) -> None:
    """Counted over all batches and row groups."""
    rows = np.zeros(200_000, dtype=np.uint32)
    rows[at] = 1
    column = pl.Series("point", [[1.0, 2.0], [3.0]]).gather(rows)
    column.to_frame().write_parquet("points.parquet", row_group_size=30_000)
    text = f"points.parquet: column 'point', row {at}: expected a list of 2 coordinates, got 1"
    with refused(ValueError, text):
        run()


@pytest.mark.usefixtures("place")
def test_a_wrong_row_of_polygons() -> None:
    """Counted over all row groups; a former output stays."""
    Path("out.parquet").write_text("former")
    bad: Polygon = [[[(0.0, 0.0), (1.0, 1.0), (0.0, 0.0)]]]
    frame = xy_frame([*POLYGONS, *POLYGONS, bad])
    frame.write_parquet("zones.parquet", row_group_size=3)
    text = "zones.parquet: column 'x', row 8: a ring has 2 distinct vertices: expected at least 3"
    with refused(ValueError, text):
        run()
    pl.DataFrame({"geometry": [b"", b"\1"]}).write_parquet("zones.parquet")
    with refused(ValueError, "zones.parquet: column 'geometry', row 0: broken WKB (0 bytes)"):
        run()
    assert Path("out.parquet").read_text() == "former"


@pytest.mark.parametrize("which", ["points.parquet", "zones.parquet"])
@pytest.mark.usefixtures("place")
def test_parquet_cut_off(which: str) -> None:
    """At many lengths; nothing at all, and something else, are no Parquet either."""
    whole = Path(which).read_bytes()
    lengths = {0, 1, 3, 4, 8, 11, 12, len(whole) - 1, len(whole) - 4, len(whole) - 8}
    for length in sorted(lengths | set(range(0, len(whole), len(whole) // 40))):
        Path(which).write_bytes(whole[:length])
        with refused((ValueError, OSError), f"{which}: "):  # type: ignore[arg-type]
            run()
    for other in (b"id,x,y\n1,2,3\n" * 50, bytes(1_000), whole[:-4] + b"PAR2", b"PAR1" * 9):
        Path(which).write_bytes(other)
        with refused((ValueError, OSError), f"{which}: "):  # type: ignore[arg-type]
            run()


def places_to_spoil(path: str) -> list[int]:
    """All bytes but the marks at both ends and the head of each column chunk.

    A page header that is spoiled so that it promises billions of values keeps the Parquet crate
    busy for minutes before it fails.
    """
    file = pq.ParquetFile(path)
    places = set(range(4, Path(path).stat().st_size - 8))
    for group in range(file.metadata.num_row_groups):
        for at in range(file.metadata.num_columns):
            chunk = file.metadata.row_group(group).column(at)
            for start in (chunk.dictionary_page_offset, chunk.data_page_offset):
                if start is not None:
                    places -= set(range(start, start + 64))
    return sorted(places)


@pytest.mark.parametrize("compression", ["none", "snappy", "zstd"])
@pytest.mark.parametrize("which", ["points.parquet", "zones.parquet"])
@pytest.mark.usefixtures("place")
def test_parquet_spoiled_inside(which: str, compression: Any) -> None:
    """Wrong bytes nearly anywhere: read all the same, or refused by name; no traces."""
    frame = pl.concat([pl.read_parquet(which)] * 20)
    pq.write_table(frame.to_arrow(), which, compression=compression, row_group_size=60)
    whole, places = Path(which).read_bytes(), places_to_spoil(which)
    draw = np.random.default_rng(11)
    refusals = 0
    for _ in range(200):
        spoiled = bytearray(whole)
        for place in draw.choice(places, draw.integers(1, 4)):
            spoiled[place] = draw.integers(0, 256)
        Path(which).write_bytes(spoiled)
        said = None
        try:
            run()
            Path("out.parquet").unlink()
        except (ValueError, OSError, InvalidOperationError) as error:
            said = str(error)
            refusals += 1
        assert said is None or which in said
        assert sorted(path.name for path in Path().iterdir()) == ["points.parquet", "zones.parquet"]
    assert refusals > 10
