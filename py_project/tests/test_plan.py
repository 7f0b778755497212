"""The expression as a part of a plan: sent elsewhere, run from several threads, kept in a cache."""

from __future__ import annotations

import gc
import inspect
import math
import pickle
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from forms import (
    LIST,
    POLYGON_FORMS,
    STRUCT,
    WKB,
    WKB_POINT,
    XY,
    PointForm,
    PolygonForm,
    wkb_part,
)
from reference import Polygon, match

import poly_match as pm

MAX_DIST = 5.0
POINTS = [(0.0, 0.0), (3.0, 4.0), (2.0, 0.0), None, (50.0, 0.0), (9.0, 9.0)]
POLYGONS: list[Polygon] = [
    [[[(-2.0, -2.0), (2.0, -2.0), (2.0, 2.0), (-2.0, 2.0)]]],
    None,
    [[[(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)]]],
    [[[(8.0, 8.0), (10.0, 8.0), (10.0, 10.0), (8.0, 10.0)]]],
]
EXPECTED = [2, None, 2, None, None, 3]
# The same answers, and none of the expressions that this file makes when it is read.
APART = [*POLYGONS, None]

pytestmark = pytest.mark.usefixtures("fresh_cache", "travel")
point_forms = pytest.mark.parametrize("form", [STRUCT, LIST, WKB_POINT], ids=lambda form: form.name)
polygon_forms = pytest.mark.parametrize("form", POLYGON_FORMS, ids=lambda form: form.name)


def query(form: PointForm = STRUCT, polygons: Any = None) -> pl.LazyFrame:
    """A plan with one answer column, `zone`."""
    polygons = XY.table(POLYGONS) if polygons is None else polygons
    frame = pl.DataFrame([form.series(POINTS)]).lazy()
    return frame.select(zone=pm.poly_match("point", polygons, max_dist=MAX_DIST))


def elsewhere(code: str, plan: bytes, folder: Path) -> list[int | None]:
    """The answers that another process, with nothing imported, gets out of a plan."""
    (folder / "plan").write_bytes(plan)
    script = (
        f"import polars as pl\nfrom pathlib import Path\n{code}\nplan.collect().write_json('out')"
    )
    run = [sys.executable, "-c", script]
    done = subprocess.run(run, cwd=folder, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    return pl.read_json(folder / "out")["zone"].to_list()


def squares(count: int, seed: int = 0) -> pl.DataFrame:
    """So many polygons that building takes a while."""
    draw = np.random.default_rng(seed)
    centers = draw.uniform(0, 100, (2, count, 1))
    half = draw.uniform(0.1, 1.0, (count, 1))
    x, y = centers[0] + half * [-1, 1, 1, -1], centers[1] + half * [-1, -1, 1, 1]
    return pl.DataFrame({"x": x, "y": y}).select(pl.all().arr.to_list())


def test_the_expected_answers_are_those_of_the_reference() -> None:
    """What the other tests here compare with."""
    assert match(POINTS, POLYGONS, MAX_DIST) == EXPECTED


@point_forms
def test_a_serialised_plan_works_in_another_process(form: PointForm, tmp_path: Path) -> None:
    """All that the plan needs is in it."""
    code = "plan = pl.LazyFrame.deserialize(Path('plan').open('rb'))"
    assert elsewhere(code, query(form).serialize(), tmp_path) == EXPECTED


@pytest.mark.parametrize("name", ["xy", "wkb", "xy slice", "wkb pyarrow"])
def test_a_pickled_plan_works_in_another_process(name: str, tmp_path: Path) -> None:
    """As tools that send work to processes do it."""
    code = "import pickle\nplan = pickle.loads(Path('plan').read_bytes())"
    form = next(form for form in POLYGON_FORMS if form.name == name)
    plan = pickle.dumps(query(polygons=form.table(POLYGONS)))
    assert elsewhere(code, plan, tmp_path) == EXPECTED


@polygon_forms
def test_a_plan_survives_serialisation(form: PolygonForm) -> None:
    """In this process too, and it leaves the plan as it was."""
    plan = query(polygons=form.table(POLYGONS))
    for again in (
        pl.LazyFrame.deserialize(BytesIO(plan.serialize())),
        pickle.loads(pickle.dumps(plan)),
        plan,
    ):
        assert again.collect()["zone"].to_list() == EXPECTED


def test_a_serialised_expression_works() -> None:
    """An expression alone, without its frame."""
    expr = pm.poly_match("point", XY.table(POLYGONS), max_dist=MAX_DIST)
    again = pl.Expr.deserialize(BytesIO(expr.meta.serialize()))
    frame = pl.DataFrame([STRUCT.series(POINTS)])
    assert frame.select(again).to_series().to_list() == EXPECTED


def all_at_once(run: Callable[[], Any]) -> list[Any]:
    """What four threads get that start together."""
    start = threading.Barrier(4)
    results: list[Any] = []

    def wait_and_run() -> None:
        start.wait()
        results.append(run())

    threads = [threading.Thread(target=wait_and_run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(results) == 4
    return results


@pytest.mark.parametrize("cleared", [False, True])
@pytest.mark.parametrize("engine", ["in-memory", "streaming"])
def test_threads_that_run_one_query_build_once(engine: Any, cleared: bool) -> None:
    """Those that come while it is built wait for it, and all get the same answers."""
    plan = squares(1_000).lazy().select(x=pl.col("x").list.first(), y=pl.col("y").list.first())
    plan = plan.select(zone=pm.poly_match(pl.struct("x", "y"), squares(200_000), max_dist=1.0))
    assert pm.cache_info()[:2] == (0, 1)
    if cleared:
        # What was built for the expression is gone: the query builds it.
        pm.cache_clear()
    results = all_at_once(lambda: plan.collect(engine=engine))
    assert all(result.equals(results[0]) for result in results)
    assert results[0]["zone"].null_count() < 1_000
    assert pm.cache_info().misses == 1
    assert pm.cache_info().hits >= (3 if cleared else 4)


def test_threads_that_make_one_expression_build_once() -> None:
    """As above, before there is a query."""
    polygons = squares(200_000)
    all_at_once(lambda: pm.poly_match("point", polygons, max_dist=1.0))
    assert pm.cache_info()[:2] == (3, 1)


def test_the_cache_counts_and_is_bounded() -> None:
    """Of the matchers that no expression needs, the one that was not used for the longest goes.

    Making an expression is a miss where the matcher is built; each call of a query is a hit.
    """
    frame = pl.DataFrame([STRUCT.series(POINTS)])
    polygons = XY.table(APART)
    maxsize = pm.cache_info().maxsize
    assert maxsize >= 3
    assert pm.cache_info() == pm.CacheInfo(hits=0, misses=0, maxsize=maxsize, currsize=0)

    def make(at: int) -> pl.Expr:
        return pm.poly_match("point", polygons, max_dist=5.0 + at)

    for at in range(maxsize):
        make(at)
    assert pm.cache_info() == pm.CacheInfo(0, maxsize, maxsize, maxsize)
    frame.select(make(0))
    assert pm.cache_info() == pm.CacheInfo(2, maxsize, maxsize, maxsize)
    # 1 is the one that goes.
    make(maxsize)
    gc.collect()
    assert pm.cache_info() == pm.CacheInfo(2, maxsize + 1, maxsize, maxsize)
    make(0)
    assert pm.cache_info() == pm.CacheInfo(3, maxsize + 1, maxsize, maxsize)
    make(1)
    gc.collect()
    assert pm.cache_info() == pm.CacheInfo(3, maxsize + 2, maxsize, maxsize)
    kept = make(1)
    pm.cache_clear()
    assert pm.cache_info() == pm.CacheInfo(0, 0, maxsize, 0)
    frame.select(kept)
    assert pm.cache_info() == pm.CacheInfo(0, 1, maxsize, 1)


def rules(count: int) -> list[pl.Expr]:
    """Expressions over the same polygons that need a matcher each."""
    polygons = XY.table(APART)
    return [
        pm.poly_match("point", polygons, max_dist=MAX_DIST + at).alias(f"{at}")
        for at in range(count)
    ]


# Older versions of Polars read the functions of a plan that was sent again for each use of them.
SENT = [False, True] if hasattr(pl, "pipe_with_dtype") else [False]


@pytest.mark.parametrize("cleared", [False, True])
@pytest.mark.parametrize("sent", SENT)
def test_a_query_builds_each_of_its_matchers_once(sent: bool, cleared: bool) -> None:
    """However many they are, in as many morsels as there are: more than stay without a need."""
    count = 3 * pm.cache_info().maxsize + 1
    points = STRUCT.series(POINTS)
    frame = pl.DataFrame([points.gather(np.arange(400_000, dtype=np.uint32) % len(points))])
    plan = frame.lazy().select(rules(count))
    if sent:
        # What travels keeps the matchers where it arrives.
        plan = pickle.loads(pickle.dumps(plan))
        gc.collect()
        pm.cache_clear()
    if cleared:
        pm.cache_clear()
    for _ in range(2):
        got = plan.collect(engine="streaming").head(len(points))
        assert got["0"].to_list() == EXPECTED
    assert pm.cache_info().misses == count
    assert pm.cache_info().hits > count
    del plan
    gc.collect()
    assert pm.cache_info().currsize == pm.cache_info().maxsize


def test_matchers_stay_with_their_expressions() -> None:
    """As long as one of them is there, and no longer."""
    maxsize = pm.cache_info().maxsize
    count = 2 * maxsize
    exprs = rules(count)
    assert pm.cache_info().currsize == count
    assert pm.cache_info().misses == count
    again = rules(count)
    assert pm.cache_info() == pm.CacheInfo(count, count, maxsize, count)
    del exprs
    gc.collect()
    assert pm.cache_info().currsize == count
    # A query has what it needs of them.
    plan = pl.DataFrame([STRUCT.series(POINTS)]).lazy().select(again)
    del again
    gc.collect()
    assert pm.cache_info().currsize == count
    del plan
    gc.collect()
    assert pm.cache_info().currsize == maxsize


@pytest.mark.parametrize("kind", ["xy", "wkb"])
def test_equal_polygons_are_one_matcher(kind: str) -> None:
    """Whatever holds them: copies, chunks, views, other dtypes, other bytes of the same WKB."""
    frame = pl.DataFrame([STRUCT.series(POINTS)])
    forms = [form for form in POLYGON_FORMS if form.nested == (kind == "wkb")]
    assert len(forms) >= 7
    for at, form in enumerate([*forms, *forms]):
        expr = pm.poly_match("point", form.table(POLYGONS), max_dist=MAX_DIST)
        assert frame.select(expr).to_series().to_list() == EXPECTED
        assert pm.cache_info()[:2] == (2 * at + 1, 1), form.name


RING = [(0.0, 0.0), (2.0, 0.0), (0.0, 2.0)]
OTHERS: dict[str, list[Polygon]] = {
    "none": [],
    "null": [None],
    "two nulls": [None, None],
    "empty": [[]],
    "one": [[[RING]]],
    "two": [[[RING]], [[RING]]],
    "null after": [[[RING]], None],
    "null before": [None, [[RING]]],
    "empty after": [[[RING]], []],
    "swapped": [[[[(y, x) for x, y in RING]]]],
    "moved by one bit": [[[[(math.nextafter(0.0, 1.0), 0.0), *RING[1:]]]]],
    "hole": [[[RING, RING]]],
    "parts": [[[RING], [RING]]],
    "3 and 4": [[[RING]], [[[RING[0], *RING]]]],
    "4 and 3": [[[[*RING, RING[0]]]], [[RING]]],
}


@pytest.mark.parametrize("form", [XY, WKB], ids=lambda form: form.name)
def test_other_polygons_are_another_matcher(form: PolygonForm) -> None:
    """Though the same coordinates may be in the same order."""
    frame = pl.DataFrame([LIST.series([(2 / 3, 2 / 3)])])
    tables = {name: p for name, p in OTHERS.items() if form.carries(p)}
    for polygons in tables.values():
        pm.cache_clear()
        for name, before in tables.items():
            if before is not polygons:
                pm.poly_match("point", form.table(before), max_dist=MAX_DIST)
                expr = pm.poly_match("point", form.table(polygons), max_dist=MAX_DIST)
                want = match([(2 / 3, 2 / 3)], polygons, MAX_DIST)
                assert frame.select(expr).to_series().to_list() == want, name
    pm.cache_clear()
    for at, polygons in enumerate(tables.values()):
        pm.poly_match("point", form.table(polygons), max_dist=MAX_DIST)
        assert pm.cache_info()[:2] == (0, at + 1)


def test_another_bound_is_another_matcher() -> None:
    """Over the same frame."""
    frame, polygons = pl.DataFrame([STRUCT.series(POINTS)]), XY.table(POLYGONS)
    for max_dist in (5.0, 6.0, 5.0):
        got = frame.select(pm.poly_match("point", polygons, max_dist=max_dist)).to_series()
        assert got.to_list() == match(POINTS, POLYGONS, max_dist)
    assert pm.cache_info().misses == 2


def test_the_same_bytes_as_another_dtype_are_another_matcher() -> None:
    """Columns may share their buffers and mean different numbers."""
    signed = pl.DataFrame({"x": [[-2, 2, 2, -2]], "y": [[-2, -2, 2, 2]]})
    unsigned = signed.select(pl.all().list.eval(pl.element().reinterpret(signed=False)))
    assert unsigned["x"].to_list() == [[2**64 - 2, 2, 2, 2**64 - 2]]
    frame = pl.DataFrame({"point": [[0.0, 0.0], [2.0**63, 2.0**63]]})
    answers = [
        frame.select(pm.poly_match("point", polygons, max_dist=1.0)).to_series().to_list()
        for polygons in (signed, unsigned, signed)
    ]
    assert answers == [[0, None], [None, 0], [0, None]]


@pytest.mark.parametrize("kind", ["xy", "wkb"])
def test_polygons_are_kept_no_longer_than_their_expression(kind: str, travel: str) -> None:
    """What the cache keeps is the matcher, not the frame."""
    if kind == "xy":
        values, offsets = np.array([0.0, 1.0, 1.0, 0.0, 0.0, 1.0]), np.array([0, 3, 6])
        x = pa.LargeListArray.from_arrays(offsets, pa.array(values))
        y = pa.LargeListArray.from_arrays(offsets, [0.0, 0.0, 1.0, 0.0, 1.0, 1.0])
        table = pa.table({"x": x, "y": y})
        del x, y
    else:
        values = np.frombuffer(bytearray(wkb_part([RING])), np.uint8)
        offsets = np.array([0, len(values)])
        buffers = [None, pa.py_buffer(offsets), pa.py_buffer(values)]
        table = pa.table({"geometry": pa.Array.from_buffers(pa.large_binary(), 1, buffers)})
        del buffers
    alive = weakref.ref(values)
    points = pl.DataFrame({"point": [[0.5, 0.5]]})
    # The dtypes that the engine reads as they are: there is no copy yet.
    expr = pm.poly_match("point", pl.DataFrame(table), max_dist=2.0)
    del values, table
    assert points.select(expr).item() == 0
    gc.collect()
    # Where they are few the expression has what was made of them, not the polygons.
    assert (alive() is None) == (travel == "in the options")
    del expr
    gc.collect()
    assert alive() is None
    assert pm.cache_info()[1:] == (1, pm.cache_info().maxsize, 1)


def test_changing_a_frame_does_not_change_what_was_asked() -> None:
    """The expression holds the columns as they were."""
    polygons = XY.table(POLYGONS)
    plan = query(polygons=polygons)
    polygons.drop_in_place("x")
    polygons.insert_column(0, pl.Series("x", [[0.0, 1.0, 2.0]] * 4))
    assert plan.collect()["zone"].to_list() == EXPECTED


@pytest.mark.parametrize(
    ("expr", "name"),
    [
        (pm.poly_match("point", XY.table(POLYGONS), max_dist=5.0), "polygon"),
        (pm.poly_match(("lon", "lat"), XY.table(POLYGONS), max_dist=5.0), "polygon"),
        (pm.poly_match(pl.col("point"), XY.table(POLYGONS), max_dist=5.0), "polygon"),
        (pm.poly_match(pl.col("point").alias("p"), XY.table(POLYGONS), max_dist=5.0), "polygon"),
        (pm.poly_match(STRUCT.series(POINTS), XY.table(POLYGONS), max_dist=5.0), "polygon"),
        (pm.poly_match(pl.struct("lon", "lat"), XY.table(POLYGONS), max_dist=5.0), "polygon"),
        (pl.col("point").poly_match(XY.table(POLYGONS), max_dist=5.0), "polygon"),
        (pl.col("point").poly_match(XY.table(POLYGONS), max_dist=5.0).alias("a"), "a"),
        (pl.struct("lon", "lat").poly_match(XY.table(POLYGONS), max_dist=5.0), "polygon"),
    ],
    ids=[
        "name",
        "pair",
        "expr",
        "alias",
        "series",
        "struct",
        "accessor",
        "accessor alias",
        "accessor struct",
    ],
)
def test_name_and_dtype(expr: pl.Expr, name: str) -> None:
    """Known before the query runs, and kept by it."""
    frame = pl.DataFrame([STRUCT.series(POINTS)])
    frame = frame.hstack(frame["point"].struct.unnest())
    plan = frame.lazy().select(expr)
    assert plan.collect_schema() == {name: pl.UInt32}
    for got in (plan.collect(), frame.select(expr)):
        assert got.schema == {name: pl.UInt32}
        assert got.to_series().to_list() == EXPECTED
    # Nothing that was there is replaced.
    for got in (frame.lazy().with_columns(expr).collect(), frame.with_columns(expr)):
        assert got.drop(name).equals(frame)


@pytest.mark.parametrize("engine", ["eager", "in-memory", "streaming"])
def test_a_series_of_points(engine: Any) -> None:
    """Beside the columns of a frame, with another length than the polygons and with the same."""
    for count in (len(POINTS), len(POLYGONS), 1, 0):
        series = STRUCT.series(POINTS)[:count]
        frame = pl.DataFrame({"row": range(count)}, schema={"row": pl.Int64})
        answer = pm.poly_match(series, XY.table(POLYGONS), max_dist=MAX_DIST)
        made = pm.cache_info()
        got = (
            frame.with_columns(answer)
            if engine == "eager"
            else frame.lazy().with_columns(answer).collect(engine=engine)
        )
        assert got["polygon"].to_list() == EXPECTED[:count]
        # It is answered already: a query asks no more.
        assert pm.cache_info() == made


def test_accessor_and_function_have_one_signature() -> None:
    """The same options, defaults and annotations; the points come first in one of them."""
    function = inspect.signature(pm.poly_match).parameters
    accessor = inspect.signature(type(pl.col("point").poly_match).__call__).parameters
    assert next(iter(function)) == "point"
    assert next(iter(accessor)) == "self"
    assert list(function.values())[1:] == list(accessor.values())[1:]


@point_forms
def test_accessor_and_function_answer_the_same(form: PointForm) -> None:
    """They are one thing."""
    polygons = XY.table(POLYGONS)
    got = pl.DataFrame([form.series(POINTS)]).select(
        function=pm.poly_match("point", polygons, max_dist=MAX_DIST),
        accessor=pl.col("point").poly_match(polygons, max_dist=MAX_DIST),
    )
    assert got["function"].to_list() == got["accessor"].to_list() == EXPECTED


@pytest.mark.parametrize("engine", ["in-memory", "streaming"])
def test_the_same_expression_twice(engine: Any) -> None:
    """Whether it is computed once or twice is Polars' business; it is built once."""
    answer = pm.poly_match("point", XY.table(POLYGONS), max_dist=MAX_DIST)
    plan = pl.DataFrame([STRUCT.series(POINTS)]).lazy()
    got = plan.select(a=answer, b=answer, plus=answer + 1, known=answer.is_not_null())
    frame = got.collect(engine=engine)
    assert frame["a"].to_list() == frame["b"].to_list() == EXPECTED
    assert frame["plus"].to_list() == [None if row is None else row + 1 for row in EXPECTED]
    assert frame["known"].to_list() == [row is not None for row in EXPECTED]
    assert pm.cache_info().misses == 1


def test_several_columns_of_points() -> None:
    """An expression of several columns has an answer for each, called as its points are."""
    a, b = STRUCT.series(POINTS), LIST.series(POINTS[::-1])
    frame = pl.DataFrame([a.alias("a"), b.alias("b")])
    answers = pl.col("a", "b").poly_match(XY.table(POLYGONS), max_dist=MAX_DIST)  # type: ignore[attr-defined]
    want = {"a": EXPECTED, "b": EXPECTED[::-1]}
    assert frame.select(answers.name.keep()).to_dict(as_series=False) == want
    with pytest.raises(pl.exceptions.DuplicateError):
        frame.select(answers)


def test_the_plan_is_optimised_through() -> None:
    """A filter is pushed below the expression; a column not asked for is not made."""
    frame = pl.DataFrame([STRUCT.series(POINTS)]).with_row_index("row")
    answer = pm.poly_match("point", XY.table(POLYGONS), max_dist=MAX_DIST)
    plan = frame.lazy().with_columns(zone=answer).filter(pl.col("row") < 2)
    assert plan.collect()["zone"].to_list() == EXPECTED[:2]
    pm.cache_clear()
    assert frame.lazy().with_columns(zone=answer).select("row").collect().width == 1
    assert pm.cache_info()[:2] == (0, 0)
