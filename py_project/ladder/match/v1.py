"""v1: pure Python around NumPy arrays. The baseline.

Polygons and points are Python objects that hold small arrays. For every point, each polygon is
tested for nearness, and the smallest of the near polygons is returned.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from ladder.match.example import MAX_DIST

Array: TypeAlias = NDArray[np.float64]


class HasArea(Protocol):
    """An object that has an area."""

    def area(self) -> float:
        """Return the area inside the ring."""
        ...


Shape = TypeVar("Shape", bound=HasArea)


@dataclass(eq=False)
class Polygon:
    """A ring of vertices that caches its center and area on first access."""

    x: Array
    y: Array

    @cached_property
    def center(self) -> Array:
        """The mean of the vertices, shape (2,)."""
        return np.array([self.x, self.y]).mean(axis=1)

    @cached_property
    def _area(self) -> float:
        return shoelace(self.x, self.y)

    def area(self) -> float:
        """Return the area inside the ring."""
        return self._area


def shoelace(x: Array, y: Array) -> float:
    """Return the area of a ring, with NumPy.

    All versions up to v5 use this function, so that their areas are identical in every bit.
    """
    return 0.5 * np.abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1)))


def find_close_polygons(
    polygons: Sequence[Polygon], point: Array, max_dist: float
) -> list[Polygon]:
    """Return the polygons whose center is closer to the point than ``max_dist``, in order."""
    close = []
    for polygon in polygons:
        if np.linalg.norm(polygon.center - point) < max_dist:
            close.append(polygon)
    return close


def select_best_polygon(
    polygon_sets: Sequence[tuple[Array, Sequence[Shape]]],
) -> list[tuple[Array, Shape]]:
    """Return each point with the smallest of its polygons; the first of equal ones."""
    best = []
    for point, polygons in polygon_sets:
        smallest = polygons[0]
        for polygon in polygons:
            if polygon.area() < smallest.area():
                smallest = polygon
        best.append((point, smallest))
    return best


def main(
    polygons: Sequence[Polygon], points: Sequence[Array], max_dist: float = MAX_DIST
) -> list[tuple[Array, Polygon]]:
    """Return each point that has a near polygon, with the smallest of them.

    A point without a near polygon is left out: the answer can be shorter than ``points``.
    """
    polygon_sets = []
    for point in points:
        close = find_close_polygons(polygons, point, max_dist)
        if close:
            polygon_sets.append((point, close))
    return select_best_polygon(polygon_sets)
