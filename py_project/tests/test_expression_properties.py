"""The expression against the reference, on cases drawn to be nasty."""

from __future__ import annotations

import math
import random
from typing import Any

import numpy as np
import polars as pl
import pytest
from forms import (
    POINT_FORMS,
    POLYGON_FORMS,
    STRUCT,
    WKB,
    XY,
    PointForm,
    PolygonForm,
    wkb,
    wkb_part,
    wkb_parts,
)
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from reference import Polygon, match, match_arrays
from shapes import UNITS, Case, cases

import poly_match as pm

ENGINES = ["eager", "in-memory", "streaming"]
nested = cases(nested=True)
flat = cases(nested=False)


def answers(points: pl.Series, polygons: Any, max_dist: float, engine: str = "eager") -> list[Any]:
    """What the expression says."""
    expr = pm.poly_match("point", polygons, max_dist=max_dist)
    frame = points.alias("point").to_frame()
    got = (
        frame.select(expr)
        if engine == "eager"
        else frame.lazy().select(expr).collect(engine=engine)  # type: ignore[arg-type]
    )
    assert got.schema == {"polygon": pl.UInt32}
    return got["polygon"].to_list()


def squares(*sides: float, at: tuple[float, float] = (0.0, 0.0)) -> list[Polygon]:
    """Squares around one centre."""
    x, y = at
    corners = [(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)]
    return [[[[(x + side * u, y + side * v) for u, v in corners]]] for side in sides]


@given(nested, st.sampled_from(ENGINES))
@example(Case([], [], 1.0), "streaming")
@example(Case([(0.0, 0.0)], [], 1.0), "streaming")
@example(Case([], squares(1), 1.0), "streaming")
@example(Case([(3.0, 4.0)], squares(1), 5.0), "eager")
@example(Case([(0.0, 0.0)], squares(1), math.inf), "eager")
@settings(max_examples=300)
def test_any_polygons(case: Case, engine: str) -> None:
    """Holes and several parts, in every engine."""
    want = match(case.points, case.polygons, case.max_dist)
    polygons = WKB.table(case.polygons)
    assert answers(STRUCT.series(case.points), polygons, case.max_dist, engine) == want


@pytest.mark.parametrize("form", POINT_FORMS, ids=lambda form: form.name)
@given(case=flat)
@settings(max_examples=40)
def test_every_form_of_points(form: PointForm, case: Case) -> None:
    """What a form cannot carry is rounded, or null: in the reference too."""
    want = match(form.carried(case.points), case.polygons, case.max_dist)
    assert answers(form.series(case.points), XY.table(case.polygons), case.max_dist) == want


@pytest.mark.parametrize("form", POLYGON_FORMS, ids=lambda form: form.name)
@given(data=st.data())
@settings(max_examples=40)
def test_every_form_of_polygons(form: PolygonForm, data: st.DataObject) -> None:
    """The same rings, parts and holes in each form that has a place for them."""
    case = data.draw(nested if form.nested else flat)
    assume(form.carries(case.polygons))
    want = match(case.points, case.polygons, case.max_dist)
    assert answers(STRUCT.series(case.points), form.table(case.polygons), case.max_dist) == want


@given(case=flat, rows=st.integers(1, 3))
@settings(max_examples=40)
def test_every_piece_of_a_column(case: Case, rows: int) -> None:
    """A row's answer does not depend on the rows around it."""
    polygons = XY.table(case.polygons)
    points = STRUCT.series(case.points)
    pieces = [points[start : start + rows] for start in range(0, len(points), rows)]
    apart = [answer for piece in pieces for answer in answers(piece, polygons, case.max_dist)]
    assert apart == answers(points, polygons, case.max_dist)


@given(case=flat)
@settings(max_examples=30)
def test_the_index(case: Case) -> None:
    """So many points that an index is built, and asked on several threads."""
    assume(any(case.polygons) and case.points)
    once = match(case.points, case.polygons, case.max_dist)
    times = 5_000_000 // (len(case.points) * sum(map(bool, case.polygons))) + 1
    times = max(times, 200_000 // len(case.points) + 1)
    points = STRUCT.series(case.points)
    many = points.gather(np.tile(np.arange(len(points), dtype=np.uint32), times))
    got = pl.DataFrame({"point": many}).select(
        pm.poly_match("point", XY.table(case.polygons), max_dist=case.max_dist)
    )["polygon"]
    want = pl.Series("polygon", once, pl.UInt32).gather(
        np.tile(np.arange(len(points), dtype=np.uint32), times)
    )
    assert got.equals(want)


# Layouts of many polygons: centres and half sides, whole numbers.

LAYOUTS = {
    "even": lambda draw: (draw.randint(0, 400), draw.randint(0, 400), draw.randint(1, 9)),
    "a line": lambda draw: (draw.randint(0, 4000), 7, draw.randint(1, 9)),
    "one centre": lambda draw: (200, 200, draw.randint(1, 9)),
    "clusters": lambda draw: (
        draw.choice([0, 390, 100_000]) + draw.randint(0, 9),
        draw.choice([0, 390]) + draw.randint(0, 9),
        draw.randint(1, 9),
    ),
    "one far outlier": lambda draw: (
        (2**25, -(2**26), 1)
        if draw.random() < 0.01
        else (draw.randint(0, 400), draw.randint(0, 400), draw.randint(1, 9))
    ),
}


@pytest.mark.parametrize("radius", [5.0, 65.0, 1e4, math.inf])
@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_many_polygons(layout: str, unit: float, radius: float) -> None:
    """Hundreds of squares, and points beside their centres: an index in each layout."""
    draw = random.Random(f"{layout} {unit} {radius}")
    places = [LAYOUTS[layout](draw) for _ in range(400)]
    corners = ((-1, -1), (1, -1), (1, 1), (-1, 1))
    polygons: list[Polygon] = [
        [[[((x + half * u) * unit, (y + half * v) * unit) for u, v in corners]]]
        for x, y, half in places
    ]
    reach = int(min(radius, 100))
    steps = [(0, 0), (3, 4), (-4, 3), (5, 0), (0, -5), (0.5, -0.5), (16, 63), (-56, 33), (-65, 0)]
    points = []
    for _ in range(12_000):
        x, y, _ = draw.choice(places)
        dx, dy = draw.choice([*steps, (draw.randint(-reach, reach), draw.randint(-reach, reach))])
        points.append(((x + dx) * unit, (y + dy) * unit))
    xs, ys = np.array(points).T
    max_dist = radius * unit
    want = match_arrays(xs, ys, polygons, max_dist)
    got = pl.DataFrame({"x": xs, "y": ys}).select(
        pm.poly_match(pl.struct("x", "y"), XY.table(polygons), max_dist=max_dist).fill_null(-1)
    )
    assert got.to_series().cast(pl.Int64).to_list() == want.tolist()


# What the words of the contract say, one by one.


def test_the_bound_is_strict() -> None:
    """At the distance is not within it; one unit in the last place less is."""
    points = STRUCT.series([(3.0, 4.0), (3.0, math.nextafter(4.0, 0.0)), (5.0, 0.0), (0.0, -5.0)])
    assert answers(points, XY.table(squares(1)), 5.0) == [None, 0, None, None]


def test_a_bound_of_zero_lets_nothing_qualify() -> None:
    """Not even a centre itself."""
    assert answers(STRUCT.series([(0.0, 0.0)]), XY.table(squares(1)), 0.0) == [None]


def test_an_infinite_bound_lets_everything_qualify() -> None:
    """Except what is not at a finite distance."""
    points = STRUCT.series([(0.0, 0.0), (1e150, -1e150), (1e300, 0.0), (math.inf, 0.0)])
    assert answers(points, XY.table(squares(2, 1)), math.inf) == [1, 1, None, None]


def test_equal_areas_give_the_lower_row() -> None:
    """Also of different shapes, with null and empty rows before them."""
    wide: Polygon = [[[(-2.0, -0.5), (2.0, -0.5), (2.0, 0.5), (-2.0, 0.5)]]]
    polygons = [None, [], *squares(3), wide, *squares(2, 2)]
    assert answers(STRUCT.series([(0.0, 0.0)]), XY.table(polygons), 1.0) == [3]


def test_the_area_is_without_holes() -> None:
    """A large square with a large hole is smaller than a small one."""
    outer, hole, small = squares(10, 9, 5)
    assert outer
    assert hole
    polygons = [small, [[outer[0][0], hole[0][0]]]]
    assert answers(STRUCT.series([(0.0, 0.0)]), WKB.table(polygons), 1.0) == [1]


def test_the_parts_of_a_multipolygon_add_up() -> None:
    """Two squares of area 4 are more than one of area 7, and their centre is between them."""
    left, right = squares(2, at=(-3.0, 0.0)), squares(2, at=(3.0, 0.0))
    (lone,) = squares(math.sqrt(7.0))
    assert left[0]
    assert right[0]
    polygons: list[Polygon] = [[left[0][0], right[0][0]], lone]
    assert answers(STRUCT.series([(0.0, 0.0)]), WKB.table(polygons), 1.0) == [1]
    assert answers(STRUCT.series([(0.0, 0.0)]), WKB.table(polygons[:1]), 1.0) == [0]


def test_the_closing_vertex_counts_once() -> None:
    """The centre of a closed ring is that of the open one, in both columns and WKB."""
    ring = [(0.0, 0.0), (6.0, 0.0), (0.0, 6.0)]
    for polygon in ([[ring]], [[[*ring, ring[0]]]]):
        for form in (XY, WKB):
            points = STRUCT.series([(2.0, 2.0), (1.5, 1.5)])
            assert answers(points, form.table([polygon]), 0.25) == [0, None]


def test_null_rows_of_x_alone_or_y_alone() -> None:
    """Values behind a null do not matter, however many."""
    ring = [0.0, 1.0, 1.0, 0.0]
    frame = pl.DataFrame(
        {
            "x": [None, ring, None, ring, [], ring],
            "y": [[0.0, 1.0], None, None, [0.0, 0.0, 1.0, 1.0], [], [0.0, 0.0, 1.0, 1.0]],
        }
    )
    assert answers(STRUCT.series([(0.5, 0.5)]), frame, 1.0) == [3]
    assert answers(STRUCT.series([(0.5, 0.5)]), frame[4:], 1.0) == [1]


def test_empty_geometries() -> None:
    """Empty polygons, multipolygons and parts never match; an empty point is no point."""
    (square,) = squares(1)
    assert square
    rows = [wkb_part([]), wkb_parts([]), wkb_parts([[], square[0]]), wkb_part([[]]), wkb(square)]
    frame = pl.DataFrame({"geometry": rows})
    assert answers(STRUCT.series([(0.0, 0.0)]), frame, 1.0) == [2]
    empty_point = b"\x01\x01\x00\x00\x00" + np.array([math.nan] * 2).tobytes()
    points = pl.Series([empty_point, None], dtype=pl.Binary)
    assert answers(points, frame, 1.0) == [None, None]


def test_zero_has_no_sign() -> None:
    """Centres at 0 and at -0 are one place."""
    above: Polygon = [[[(-1.0, -0.0), (1.0, -0.0), (0.0, -0.0), (0.0, 0.0), (0.0, 1.0)]]]
    polygons = [above, *squares(1)]
    points = [(0.0, 0.0), (-0.0, -0.0)]
    want = match(points, polygons, 0.5)
    assert answers(STRUCT.series(points), XY.table(polygons), 0.5) == want


def test_whole_numbers_past_two_to_the_53rd() -> None:
    """They are the nearest float, as an Int64 cast says."""
    big = 2**60 + 1
    frame = pl.DataFrame({"x": [[big, big + 2048, big]], "y": [[0, 0, 2048]]})
    as_floats = frame.cast(pl.List(pl.Float64))
    points = pl.DataFrame({"x": [2**60 + 683, None], "y": [683, 0]}).to_struct()
    got = answers(points, frame, 400.0)
    assert got == answers(points, as_floats, 400.0)
    assert got == [0, None]
