"""Hypothesis strategies: polygons and points that a wrong program would get wrong.

Coordinates are small whole numbers times a power of two, so centres and areas are exact: what is
equal by definition is equal in every program, and distances of 3-4-5 triangles are exact.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from hypothesis import strategies as st
from reference import Part, Point, Polygon, Ring

# About 1e-301, 1e-6, 1, 1e6 and 1e300: at the ends areas and squared distances under- or overflow.
UNITS = [2.0**-1000, 2.0**-20, 1.0, 2.0**20, 2.0**996]

# As many corners as divide a sum without a rest, or with one that is rounded only once.
OUTLINES: list[Ring] = [
    [(-1, -1), (1, -1), (1, 1), (-1, 1)],
    [(-1, 1), (1, 1), (1, -1), (-1, -1)],
    [(0, 0), (3, 0), (0, 3)],
    [(-2, 0), (0, -1), (2, 0), (0, 1)],
    # The vertex mean lies outside.
    [(0, 0), (8, 0), (8, 1), (1, 1), (1, 8), (0, 8)],
    # Repeated vertices count.
    [(-2, -2), (2, -2), (2, -2), (2, 2), (2, 2), (2, 2), (-2, 2)],
]


@dataclass(frozen=True)
class Case:
    """Polygons, points and a bound."""

    points: list[Point]
    polygons: list[Polygon]
    max_dist: float


def ring(outline: Ring, size: int, at: tuple[int, int], unit: float, close: bool) -> Ring:
    """An outline scaled, moved, and closed or not."""
    scaled = [((at[0] + size * x) * unit, (at[1] + size * y) * unit) for x, y in outline]
    return [*scaled, scaled[0]] if close else scaled


@st.composite
def rings(draw: st.DrawFn, unit: float, at: tuple[int, int]) -> Ring:
    """One of the outlines around a place, started anywhere."""
    outline = draw(st.sampled_from(OUTLINES))
    start = draw(st.integers(0, len(outline) - 1))
    outline = [*outline[start:], *outline[:start]]
    return ring(outline, draw(st.integers(1, 3)), at, unit, draw(st.booleans()))


@st.composite
def parts(draw: st.DrawFn, unit: float, at: tuple[int, int]) -> Part:
    """A square with a square hole, or with two."""
    square = OUTLINES[0]
    holes = [
        ring(square, 1, (at[0] + shift, at[1]), unit, draw(st.booleans()))
        for shift in draw(st.sampled_from([[0], [-2, 2]]))
    ]
    return [ring(square, draw(st.integers(4, 6)), at, unit, draw(st.booleans())), *holes]


def places() -> st.SearchStrategy[tuple[int, int]]:
    """Where a polygon may be: few places, so that several are at one."""
    return st.tuples(st.integers(-12, 12), st.integers(-12, 12)) | st.sampled_from(
        [(0, 0), (3, 4), (-4, 3)]
    )


@st.composite
def polygons_in(draw: st.DrawFn, unit: float, *, nested: bool) -> Polygon:
    """Mostly a polygon; now and then null or empty; with `nested` with holes and several parts."""
    if not draw(st.integers(0, 7)):
        return draw(st.sampled_from([None, []]))
    at = draw(places())
    if nested and draw(st.booleans()):
        count = draw(st.integers(1, 3))
        return [draw(parts(unit, (at[0] + 20 * i, at[1]))) for i in range(count)]
    return [[draw(rings(unit, at))]]


@st.composite
def many_polygons(draw: st.DrawFn, unit: float, *, nested: bool) -> list[Polygon]:
    """None, one or several; or all around one centre; or all alike; one may be very far off."""
    one = polygons_in(unit, nested=nested)
    kind = draw(st.sampled_from(["any", "one centre", "all alike", "one alone"]))
    if kind == "one alone":
        polygons = [draw(one)]
    elif kind == "all alike":
        polygons = [draw(one)] * draw(st.integers(2, 6))
    elif kind == "one centre":
        sizes = draw(st.lists(st.integers(1, 4), min_size=2, max_size=6))
        at = draw(places())
        polygons = [[[ring(OUTLINES[0], size, at, unit, close=False)]] for size in sizes]
    else:
        polygons = draw(st.lists(one, max_size=8))
    if polygons and not draw(st.integers(0, 3)):
        far = draw(st.sampled_from([1e300, -(2.0**60), 1e18]))
        outlier: Polygon = [[[(far, far), (0.0, far), (far, 0.0)]]]
        polygons = [*polygons, outlier]
    return polygons


@st.composite
def cases(draw: st.DrawFn, *, nested: bool) -> Case:
    """Points that are drawn towards the edges of what qualifies."""
    unit = draw(st.sampled_from(UNITS))
    radius = draw(st.integers(1, 3))
    max_dist = draw(
        st.just(5 * radius * unit)
        | st.integers(0, 60).map(lambda length: length * unit / 2)
        | st.sampled_from([0.0, -0.0, math.inf, 1e-300, 5e-324, 1e-160, 1e154, 1e300])
    )
    whole = st.integers(-30, 30).map(lambda value: value * unit)
    strange = st.sampled_from([math.nan, math.inf, -math.inf, 1e300, -1e300, 1e-300, -0.0, None])
    # At a distance of exactly 5 units times `radius` from a place.
    steps = [(3, 4), (-4, 3), (5, 0), (0, -5), (-3, -4)]

    def beside(place: tuple[int, int], step: tuple[int, int]) -> Point:
        return (place[0] + radius * step[0]) * unit, (place[1] + radius * step[1]) * unit

    point: st.SearchStrategy[Point] = (
        st.builds(beside, places(), st.sampled_from(steps))
        | st.tuples(whole, whole)
        | st.tuples(whole | strange, whole | strange)
        | st.none()
    )
    points = draw(st.lists(point, max_size=24))
    return Case(points, draw(many_polygons(unit, nested=nested)), max_dist)
