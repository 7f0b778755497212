"""The same rows come out in every execution context, from every form of points and polygons.

The polygons are parsed and indexed once, and not again for the next query over equal polygons.
`pytest tests/test_contexts.py -k table -s` prints both as tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from contexts import (
    MANY,
    MAX_DIST,
    NAMES,
    POLYGONS,
    Context,
    context_called,
    contexts,
    frame_of,
    some_points,
    squares,
    streaming,
)
from forms import LIST, POINT_FORMS, POLYGON_FORMS, STRUCT, WKB_POINT, XY, PointForm, PolygonForm
from reference import match

import poly_match as pm

pytestmark = pytest.mark.usefixtures("travel")

point_forms = pytest.mark.parametrize("form", POINT_FORMS, ids=lambda form: form.name)
polygon_forms = pytest.mark.parametrize("form", POLYGON_FORMS, ids=lambda form: form.name)
in_contexts = pytest.mark.parametrize("name", NAMES)


def wrong_rows(context: Context, frame: pl.DataFrame, polygons: Any) -> pl.DataFrame:
    """The rows whose answer is not the expected one, and those that should not be there."""
    answer = pm.poly_match("point", polygons, max_dist=MAX_DIST)
    got = context.run(frame, answer).select("row", "answer")
    assert got.schema == {"row": pl.UInt32, "answer": pl.UInt32}
    want = frame if context.rows is None else frame.filter(context.rows)
    want = want.select("row", "expected")
    assert got.height == want.height
    return pl.concat([got, want.rename({"row": "want"})], how="horizontal").filter(
        (pl.col("row") != pl.col("want")) | pl.col("answer").ne_missing(pl.col("expected"))
    )


def assert_right(context: Context, frame: pl.DataFrame, polygons: Any) -> None:
    """No row is wrong."""
    wrong = wrong_rows(context, frame, polygons)
    assert wrong.is_empty(), wrong


@point_forms
@in_contexts
def test_points(name: str, form: PointForm, tmp_path: Path) -> None:
    """Every form of points in every context."""
    assert_right(context_called(name, tmp_path), frame_of(form, 500), XY.table(POLYGONS))


@polygon_forms
@in_contexts
def test_polygons(name: str, form: PolygonForm, tmp_path: Path) -> None:
    """Every form of polygons in every context."""
    assert_right(context_called(name, tmp_path), frame_of(STRUCT, 500), form.table(POLYGONS))


@pytest.mark.parametrize("rows", [0, 1, len(POLYGONS)])
@pytest.mark.parametrize("form", [STRUCT, LIST, WKB_POINT], ids=lambda form: form.name)
@in_contexts
def test_few_rows(name: str, form: PointForm, rows: int, tmp_path: Path) -> None:
    """No rows, one, and exactly as many as there are polygons."""
    assert_right(context_called(name, tmp_path), frame_of(form, rows), XY.table(POLYGONS))


@pytest.mark.parametrize("form", [STRUCT, LIST, WKB_POINT], ids=lambda form: form.name)
@in_contexts
def test_many_rows(name: str, form: PointForm, tmp_path: Path) -> None:
    """Several morsels in one context, several threads within the one call of another."""
    assert_right(context_called(name, tmp_path), frame_of(form, MANY), XY.table(POLYGONS))


@in_contexts
@pytest.mark.parametrize("count", [0, 1, 2])
def test_few_polygons(name: str, count: int, tmp_path: Path) -> None:
    """A literal of one row or of none is still one column of polygons."""
    polygons = squares(5, seed=4)[3 : 3 + count]
    points = some_points(300)
    frame = frame_of(STRUCT, 300).with_columns(
        expected=pl.Series(match(points, polygons, MAX_DIST), dtype=pl.UInt32)
    )
    assert_right(context_called(name, tmp_path), frame, XY.table(polygons))


@pytest.mark.usefixtures("fresh_cache")
def test_streaming_makes_several_calls_and_builds_once() -> None:
    """The counts that the table rests on tell calls and builds apart."""
    frame = frame_of(STRUCT, MANY)
    answer = pm.poly_match("point", XY.table(POLYGONS), max_dist=MAX_DIST)
    got = streaming(frame.lazy().select(answer=answer))
    assert got["answer"].to_list() == frame["expected"].to_list()
    info = pm.cache_info()
    # Making the expression is the miss.
    assert info.misses == 1
    assert info.hits >= 2


def builds(context: Context, frame: pl.DataFrame, polygons: Any) -> tuple[int, int]:
    """Matchers built by a query, and by the next over the same polygons."""
    pm.cache_clear()
    counts = [0]
    for _ in range(2):
        assert_right(context, frame, polygons)
        counts.append(pm.cache_info().misses)
    return counts[1], counts[2] - counts[1]


@point_forms
@in_contexts
@pytest.mark.usefixtures("fresh_cache")
def test_builds_by_point_form(name: str, form: PointForm, tmp_path: Path) -> None:
    """One build for the first query, none for the next."""
    context, polygons = context_called(name, tmp_path), XY.table(POLYGONS)
    assert builds(context, frame_of(form, 500), polygons) == (1, 0)


@polygon_forms
@in_contexts
@pytest.mark.usefixtures("fresh_cache")
def test_builds_by_polygon_form(name: str, form: PolygonForm, tmp_path: Path) -> None:
    """One build for the first query; none for the next over the same polygons.

    What is no Polars frame yet (lazy, pyarrow) is new columns each time, of the same polygons.
    """
    context, polygons = context_called(name, tmp_path), form.table(POLYGONS)
    assert builds(context, frame_of(STRUCT, 500), polygons) == (1, 0)


@polygon_forms
@pytest.mark.usefixtures("fresh_cache")
def test_an_expression_used_again_builds_once(form: PolygonForm) -> None:
    """Whatever the polygons came as, the expression holds them."""
    answer = pm.poly_match("point", form.table(POLYGONS), max_dist=MAX_DIST)
    for rows in (100, 200, 300):
        frame = frame_of(STRUCT, rows)
        assert frame.select(answer.alias("a"))["a"].to_list() == frame["expected"].to_list()
    assert pm.cache_info().misses == 1


def table(title: str, heads: Sequence[str], cells: dict[str, list[str]]) -> str:
    """A table in Markdown."""
    head = [title, *heads]
    lines = [head, ["---"] * len(head), *([name, *row] for name, row in cells.items())]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def cell(context: Context, frame: pl.DataFrame, polygons: Any) -> str:
    """Whether the answers are right, and the builds of two queries."""
    pm.cache_clear()
    counts = [0]
    equal = True
    for _ in range(2):
        equal &= wrong_rows(context, frame, polygons).is_empty()
        counts.append(pm.cache_info().misses)
    return f"{'=' if equal else 'DIFFERENT'} {counts[1]} {counts[2] - counts[1]}"


@pytest.mark.usefixtures("fresh_cache")
def test_table_of_point_forms(tmp_path: Path) -> None:
    """300,000 rows; `= 1 0`: equal to the reference, built once, not again by the next query."""
    polygons = XY.table(POLYGONS)
    cells = {
        context.name: [cell(context, frame_of(form, MANY), polygons) for form in POINT_FORMS]
        for context in contexts(tmp_path)
    }
    print("\n" + table("context / points", [form.name for form in POINT_FORMS], cells))
    assert {text for row in cells.values() for text in row} == {"= 1 0"}


@pytest.mark.usefixtures("fresh_cache")
def test_table_of_polygon_forms(tmp_path: Path) -> None:
    """As above."""
    frame = frame_of(STRUCT, MANY)
    tables = {form.name: form.table(POLYGONS) for form in POLYGON_FORMS}
    cells = {
        context.name: [cell(context, frame, polygons) for polygons in tables.values()]
        for context in contexts(tmp_path)
    }
    print("\n" + table("context / polygons", list(tables), cells))
    assert {text for row in cells.values() for text in row} == {"= 1 0"}
