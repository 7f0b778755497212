"""The example that all this began with: 1,000 polygons of one shape, 100 points.

Their true areas are equal, so which polygon is picked hangs on rounding, in every program
differently. What is defined is compared: who is matched, how far away, how small.
"""

from __future__ import annotations

import math
from typing import Any

import polars as pl
import pytest
from reference import Polygon, match, vertex_mean

import poly_match as pm
from poly_match.original import MAX_DIST, make_original

POINTS, POLYGON_FRAME = make_original()
POLYGONS: list[Polygon] = [
    [[list(zip(x, y, strict=True))]] for x, y in POLYGON_FRAME.select("x", "y").iter_rows()
]


def shoelace(polygon: Polygon) -> float:
    """The area in plain floats, one vertex after the other, as the first version has it."""
    assert polygon
    ring = polygon[0][0]
    following = [*ring[1:], ring[0]]
    twice = 0.0
    for (x1, y1), (x2, y2) in zip(ring, following, strict=True):
        twice += x1 * y2 - x2 * y1
    return abs(twice) / 2


@pytest.mark.parametrize("engine", ["eager", "in-memory", "streaming"])
@pytest.mark.parametrize("form", ["struct", "array", "list"])
def test_all_points_are_matched_as_defined(form: str, engine: Any) -> None:
    """100 of 100: the same points, each pick near enough, its area the smallest but for 1e-9."""
    points = {
        "struct": POINTS.select(point=pl.struct("x", "y")),
        "array": POINTS.select(point=pl.concat_arr("x", "y")),
        "list": POINTS.select(point=pl.concat_list("x", "y")),
    }[form]
    answer = pl.col("point").poly_match(POLYGON_FRAME, max_dist=10.0)  # type: ignore[attr-defined]
    got = (
        points.select(answer)
        if engine == "eager"
        else points.lazy().select(answer).collect(engine=engine)
    )
    picks = got["polygon"].to_list()
    centers = [vertex_mean(polygon) for polygon in POLYGONS if polygon]
    areas = [shoelace(polygon) for polygon in POLYGONS]
    reference = match(list(POINTS.select("x", "y").iter_rows()), POLYGONS, MAX_DIST)

    assert len(picks) == 100
    assert None not in picks
    assert None not in reference
    for (x, y), pick in zip(POINTS.select("x", "y").iter_rows(), picks, strict=True):
        near = [
            row
            for row, (center_x, center_y) in enumerate(centers)
            if (x - center_x) ** 2 + (y - center_y) ** 2 < 100.0
        ]
        assert pick in near
        assert math.isclose(areas[pick], min(areas[row] for row in near), rel_tol=1e-9)


def test_the_example_is_the_original_one() -> None:
    """Its size, and the trap: areas that are equal but for rounding."""
    assert (POINTS.height, POLYGON_FRAME.height, MAX_DIST) == (100, 1_000, 10.0)
    areas = [shoelace(polygon) for polygon in POLYGONS]
    assert len(set(areas)) > 1
    assert math.isclose(min(areas), max(areas), rel_tol=1e-9)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_distinct_areas_leave_no_choice(seed: int) -> None:
    """The same polygons scaled so that areas differ: every row is the reference's."""
    factors = [1.0 + ((row * 617 + seed * 331) % 1_000) / 1_000 for row in range(1_000)]
    polygons: list[Polygon] = []
    for polygon, factor in zip(POLYGONS, factors, strict=True):
        assert polygon
        x0, y0 = polygon[0][0][0]
        ring = [(x0 + factor * (x - x0), y0 + factor * (y - y0)) for x, y in polygon[0][0]]
        polygons.append([[ring]])
    frame = pl.DataFrame(
        {
            "x": [[x for x, _ in polygon[0][0]] for polygon in polygons if polygon],
            "y": [[y for _, y in polygon[0][0]] for polygon in polygons if polygon],
        }
    )
    got = POINTS.select(pm.poly_match(pl.struct("x", "y"), frame, max_dist=MAX_DIST))["polygon"]
    points = list(POINTS.select("x", "y").iter_rows())
    assert got.to_list() == match(points, polygons, MAX_DIST)
    assert got.n_unique() > 10
