"""The crossing of two segments, in Python."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

Point: TypeAlias = "tuple[float, float]"
Lines: TypeAlias = "Sequence[Sequence[Point]]"
Crossing: TypeAlias = "tuple[int, int, float, float]"
"""Profile number in the first survey, in the second survey, x, y."""


def crossing(a: Point, b: Point, c: Point, d: Point) -> Point | None:
    """Return the crossing of the segments ab and cd, or None."""
    side_a, side_b = side(c, d, a), side(c, d, b)
    if side_a * side_b >= 0.0 or side(a, b, c) * side(a, b, d) >= 0.0:
        return None
    share = side_a / (side_a - side_b)
    return a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])


def side(a: Point, b: Point, p: Point) -> float:
    """Return the side of the line from a to b on which a point lies: positive on the left."""
    return (a[0] - p[0]) * (b[1] - p[1]) - (a[1] - p[1]) * (b[0] - p[0])
