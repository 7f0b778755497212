"""The answer by the contract's words alone, in exact arithmetic where words leave no rounding.

Centres and areas are computed as fractions and rounded once, so any right program agrees with
them on shapes whose centres and areas are 64-bit floats, which is what the tests draw.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import TypeAlias

import numpy as np

Vertex: TypeAlias = tuple[float, float]
Ring: TypeAlias = Sequence[Vertex]
# The exterior, then the holes.
Part: TypeAlias = Sequence[Ring]
# Null, or one part (a polygon), or several (a multipolygon), or none (empty).
Polygon: TypeAlias = Sequence[Part] | None
# Null, or two coordinates that may each be null.
Point: TypeAlias = tuple[float | None, float | None] | None


def without_closing_vertex(ring: Ring) -> Ring:
    """The ring without a last vertex that repeats the first."""
    return ring[:-1] if len(ring) > 1 and ring[0] == ring[-1] else ring


def vertex_mean(polygon: Sequence[Part]) -> Vertex:
    """The mean of the vertices of the exteriors, a closing vertex counted once."""
    vertices = [v for part in polygon for v in without_closing_vertex(part[0])]
    x, y = (sum(map(Fraction, axis)) / len(vertices) for axis in zip(*vertices, strict=True))
    return float(x), float(y)


def area(polygon: Sequence[Part]) -> float:
    """The exteriors' shoelace areas minus those of the holes; infinite where a float overflows."""
    exact = sum(
        (ring_area(part[0]) - sum(ring_area(hole) for hole in part[1:]) for part in polygon),
        Fraction(0),
    )
    try:
        return float(exact)
    except OverflowError:
        return math.inf


def ring_area(ring: Ring) -> Fraction:
    """The absolute value of the shoelace formula."""
    vertices = [(Fraction(x), Fraction(y)) for x, y in ring]
    following = vertices[1:] + vertices[:1]
    pairs = zip(vertices, following, strict=True)
    return abs(sum((x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairs), Fraction(0))) / 2


def match_arrays(
    x: np.ndarray, y: np.ndarray, polygons: Sequence[Polygon], max_dist: float
) -> np.ndarray:
    """For each point the row of the best polygon, or -1. A point that is null comes as NaN.

    Every polygon is tried on every point, the best one last: it overwrites the others.
    """
    there = [(row, polygon) for row, polygon in enumerate(polygons) if polygon]
    ranked = sorted((area(polygon), row, vertex_mean(polygon)) for row, polygon in there)
    answers = np.full(len(x), -1, dtype=np.int64)
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        for _, row, (center_x, center_y) in reversed(ranked):
            dx, dy = x - center_x, y - center_y
            answers[dx * dx + dy * dy < max_dist * max_dist] = row
    return answers


def match(
    points: Sequence[Point], polygons: Sequence[Polygon], max_dist: float
) -> list[int | None]:
    """For each point the row of the best polygon, or None."""
    pairs = [(None, None) if point is None else point for point in points]
    x, y = (np.array([pair[axis] for pair in pairs], dtype=np.float64) for axis in (0, 1))
    return answers_of(match_arrays(x, y, polygons, max_dist))


def answers_of(rows: np.ndarray) -> list[int | None]:
    """Row numbers as a column shows them: None for -1."""
    return [None if row < 0 else row for row in rows.tolist()]
