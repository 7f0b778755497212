"""What is answered, in every context: ids of every dtype, details, lists of candidates."""

from __future__ import annotations

import datetime as dt
import io
import random
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import reference
from contexts import (
    MANY,
    MAX_DIST,
    NAMES,
    POLYGONS,
    Context,
    context_called,
    frame_of,
    some_points,
)
from forms import STRUCT, XY

import poly_match as pm

COUNT = len(POLYGONS)
NOT_IN_PARQUET = {"int128", "null", "extension", "duration"}
DAY = dt.date(2026, 11, 20)


def cycle(*values: Any) -> list[Any]:
    """One for each polygon."""
    return [values[row % len(values)] for row in range(COUNT)]


IDS: dict[str, pl.Series] = {
    "string": pl.Series([f"zone {row}" for row in range(COUNT)]),
    "string with nulls": pl.Series(cycle("a", None, "c")),
    "int8": pl.Series(cycle(-1, 2, None), dtype=pl.Int8),
    "uint64": pl.Series([2**63 + row for row in range(COUNT)], dtype=pl.UInt64),
    "int128": pl.Series([2**100 + row for row in range(COUNT)], dtype=pl.Int128),
    "float32": pl.Series(cycle(0.5, float("nan")), dtype=pl.Float32),
    "boolean": pl.Series(cycle(True, False, None)),
    "binary": pl.Series(cycle(b"\0", b"", None)),
    "date": pl.Series(cycle(DAY, None)),
    "datetime": pl.Series(
        cycle(dt.datetime(2026, 11, 20, 8)), dtype=pl.Datetime("ns", "Europe/Berlin")
    ),
    "duration": pl.Series(cycle(dt.timedelta(1), None), dtype=pl.Duration("ms")),
    "time": pl.Series(cycle(dt.time(8, 30))),
    "decimal": pl.Series(cycle(Decimal("1.25"), None), dtype=pl.Decimal(20, 2)),
    "categorical": pl.Series(cycle("a", "b", None), dtype=pl.Categorical),
    "enum": pl.Series(cycle("low", "high"), dtype=pl.Enum(["low", "high", "none"])),
    "list": pl.Series(cycle([1, None], [], None), dtype=pl.List(pl.Int16)),
    "array": pl.Series(cycle([1, 2], None), dtype=pl.Array(pl.Int8, 2)),
    "struct": pl.Series(cycle({"a": 1, "b": "x"}, {"a": None, "b": "y"})),
    "nested": pl.Series(
        cycle([{"k": "low"}], None), dtype=pl.List(pl.Struct({"k": pl.Enum(["low"])}))
    ),
    "null": pl.Series([None] * COUNT),
    "extension": pl.Series(cycle("a", "b")).ext.to(pl.Extension("test.zone", pl.String)),
}
in_contexts = pytest.mark.parametrize("name", NAMES)
of_every_dtype = pytest.mark.parametrize("case", IDS)


@cache
def told(rows: int) -> pl.DataFrame:
    """Points, and what the reference tells of each: the row, the details, all candidates."""
    frame = frame_of(STRUCT, rows)
    points = some_points(min(rows, 2_000))
    lists = reference.candidates(points, POLYGONS, max_dist=MAX_DIST)

    def details(point: Any, found: list[int] | None) -> dict[str, float] | None:
        if not found:
            return None
        polygon = POLYGONS[found[0]] or []
        distance = reference.distance(point, reference.vertex_mean(polygon))
        return {"index": found[0], "distance": distance, "area": reference.area(polygon)}

    detailed = [details(point, found) for point, found in zip(points, lists, strict=True)]
    fields = {"index": pl.UInt32, "distance": pl.Float64, "area": pl.Float64}
    columns = pl.DataFrame(
        [
            pl.Series("details", detailed, pl.Struct(fields)),
            pl.Series("candidates", lists, pl.List(pl.UInt32)),
        ]
    )
    if rows > columns.height:
        columns = columns[random.Random(3).choices(range(columns.height), k=rows)]
    return frame.hstack(columns)


def assert_told(context: Context, frame: pl.DataFrame, answer: pl.Expr) -> None:
    """The context answers with what the column `expected` has, in its dtype."""
    assert frame.lazy().select(answer).collect_schema().dtypes() == [frame.schema["expected"]]
    got = context.run(frame, answer).select("row", "answer")
    wanted = frame if context.rows is None else frame.filter(context.rows)
    assert got["row"].to_list() == wanted["row"].to_list()
    assert got.schema["answer"] == frame.schema["expected"]
    different = [
        pair
        for pair in zip(got["answer"].to_list(), wanted["expected"].to_list(), strict=True)
        if pair[0] != pair[1] and not (pair[0] != pair[0] and pair[1] != pair[1])
    ]
    assert not different
    assert got["answer"].is_null().to_list() == wanted["expected"].is_null().to_list()


@of_every_dtype
@in_contexts
def test_ids(name: str, case: str, tmp_path: Path) -> None:
    """The dtype is kept, and known before."""
    ids = IDS[case]
    if name == "sink_parquet" and case in NOT_IN_PARQUET:
        return
    frame = told(300)
    frame = frame.with_columns(expected=ids.gather(frame["expected"]))
    polygons = XY.table(POLYGONS).with_columns(ids.alias("zone"))
    answer = pm.poly_match("point", polygons, max_dist=MAX_DIST, id="zone")
    assert_told(context_called(name, tmp_path), frame, answer)


@in_contexts
@pytest.mark.parametrize("rows", [0, 1, COUNT, 300, MANY])
@pytest.mark.parametrize("kind", ["id", "details", "both", "candidates"])
def test_any_number_of_rows(name: str, kind: str, rows: int, tmp_path: Path) -> None:
    """None, one, as many as there are polygons, several morsels."""
    frame = told(rows)
    ids = IDS["enum"]
    polygons = XY.table(POLYGONS).with_columns(ids.alias("zone"))
    if kind == "candidates":
        expected = frame["candidates"]
        answer = pm.candidates("point", polygons, max_dist=MAX_DIST)
    else:
        details = {"details": kind != "id", "id": None if kind == "details" else "zone"}
        answer = pm.poly_match("point", polygons, max_dist=MAX_DIST, **details)
        expected = frame["details"]
        if kind != "details":
            zone = ids.gather(frame["details"].struct["index"]).alias("id")
            expected = zone
        if kind == "both":
            there = pl.when(pl.col("details").is_not_null())
            fields = pl.struct(zone, *(pl.col("details").struct[n] for n in ("distance", "area")))
            expected = frame.select(there.then(fields)).to_series()
    context = context_called(name, tmp_path)
    assert_told(context, frame.with_columns(expected=expected), answer)


@in_contexts
@pytest.mark.parametrize("count", [0, 1])
def test_few_polygons(name: str, count: int, tmp_path: Path) -> None:
    """A column of ids of one row or of none."""
    polygons = XY.table(POLYGONS)[:count].with_columns(zone=IDS["enum"][:count])
    frame = told(300)
    lists = reference.candidates(some_points(300), POLYGONS[:count], max_dist=MAX_DIST)
    rows = pl.Series(reference.first_of(lists), dtype=pl.UInt32)
    zone = pl.Series([None if row is None else "low" for row in rows], dtype=IDS["enum"].dtype)
    for expected, answer in (
        (zone, pm.poly_match("point", polygons, max_dist=MAX_DIST, id="zone")),
        (
            pl.Series(lists, dtype=pl.List(pl.UInt32)),
            pm.candidates("point", polygons, max_dist=MAX_DIST),
        ),
    ):
        frame = frame.with_columns(expected=expected)
        assert_told(context_called(name, tmp_path), frame, answer)


@pytest.mark.parametrize("engine", ["in-memory", "streaming"])
def test_ids_of_a_plan_that_was_sent(engine: Any) -> None:
    """A plan holds its ids, wherever it runs."""
    frame = told(300)
    polygons = XY.table(POLYGONS).with_columns(IDS["categorical"].alias("zone"))
    for details in (False, True):
        answer = pm.poly_match("point", polygons, max_dist=MAX_DIST, id="zone", details=details)
        plan = frame.lazy().select(answer)
        back = pl.LazyFrame.deserialize(io.BytesIO(plan.serialize()))
        pm.cache_clear()
        assert back.collect(engine=engine).equals(plan.collect(engine=engine))


def test_objects_are_ids_too() -> None:
    """What Polars can gather can be an id."""
    objects = [object() for _ in range(COUNT)]
    polygons = XY.table(POLYGONS).with_columns(zone=pl.Series(objects, dtype=pl.Object))
    frame = told(300)
    got = frame.select(pm.poly_match("point", polygons, max_dist=MAX_DIST, id="zone"))
    wanted = [None if row is None else objects[row] for row in frame["expected"]]
    assert got["polygon"].to_list() == wanted
