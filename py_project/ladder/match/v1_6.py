"""v1.6: all NumPy. One matrix of distances, a mask, an argmin; in four variants.

- `main_published` does the same as the exercise's version, including its error: the argmin of a
  column without a near polygon is 0, so a point without a near polygon gets polygon 0.
- `main` checks whether there is a near polygon.
- `main_blocks` is `main` on a block of points at a time. The matrices have n_points x n_polygons
  entries, which for 10 million points and 1,000 polygons would take 400 GB.
- `main_ranked` is the fastest NumPy version we know, for a fair comparison: squared distances, no
  third axis, and polygons sorted by area once, so that the first near polygon is the answer.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ladder.match.example import MAX_DIST
from ladder.match.v1 import Polygon

__all__ = ["Polygon", "main", "main_blocks", "main_published", "main_ranked"]

BLOCK = 512
"""Points per block: with 1,000 polygons the matrices of a block take about 20 MB."""

RANKED_BLOCK = 64
"""Points per block of `main_ranked`, so that its matrices stay in the cache of a core."""

Rows = NDArray[np.int64]
Matrix = NDArray[np.float64]


def main_published(
    polygons: Sequence[Polygon], points: Matrix, max_dist: float = MAX_DIST
) -> list[tuple[int, Polygon]]:
    """Return every point's number with a polygon: polygon 0 if none is near."""
    centers, areas = measures(polygons)
    _, best = nearby_smallest(centers, areas, points, max_dist)
    return [(number, polygons[row]) for number, row in enumerate(best)]


def main(polygons: Sequence[Polygon], points: Matrix, max_dist: float = MAX_DIST) -> Rows:
    """Return the row number of every point's polygon, -1 if none is near."""
    return matched(*measures(polygons), points, max_dist)


def main_blocks(polygons: Sequence[Polygon], points: Matrix, max_dist: float = MAX_DIST) -> Rows:
    """Return the result of `main`, in memory that does not grow with the points."""
    centers, areas = measures(polygons)
    rows = np.empty(len(points), dtype=np.int64)
    for start in range(0, len(points), BLOCK):
        block = slice(start, start + BLOCK)
        rows[block] = matched(centers, areas, points[block], max_dist)
    return rows


def main_ranked(polygons: Sequence[Polygon], points: Matrix, max_dist: float = MAX_DIST) -> Rows:
    """Return the result of `main`, by rank: the first near polygon in order of area."""
    centers, areas = measures(polygons)
    # Stable, so that for equal areas the lower row comes first.
    by_area = np.argsort(areas, kind="stable")
    center_x, center_y = np.ascontiguousarray(centers[by_area].T)
    rows = np.full(len(points), -1)
    for start in range(0, len(points) if len(areas) else 0, RANKED_BLOCK):
        block = slice(start, start + RANKED_BLOCK)
        dx = points[block, :1] - center_x
        dy = points[block, 1:] - center_y
        dx *= dx
        dy *= dy
        dx += dy
        near = dx < max_dist * max_dist
        first = near.argmax(axis=1)
        found = near[np.arange(len(near)), first]
        rows[block] = np.where(found, by_area[first], -1)
    return rows


def measures(polygons: Sequence[Polygon]) -> tuple[Matrix, NDArray[np.float64]]:
    """Return the centers, shape (n_polygons, 2), and the areas, shape (n_polygons,)."""
    centers = np.array([polygon.center for polygon in polygons]).reshape(-1, 2)
    areas = np.array([polygon.area() for polygon in polygons])
    return centers, areas


def nearby_smallest(
    centers: Matrix, areas: NDArray[np.float64], points: Matrix, max_dist: float
) -> tuple[NDArray[np.bool_], Rows]:
    """Return which polygons are near, shape (n_polygons, n_points), and the argmin of their areas.

    The argmin of a column without a near polygon is 0, which has no meaning.
    """
    offsets = centers - points[:, np.newaxis]
    distances = np.linalg.norm(offsets, axis=2).T
    near = distances < max_dist
    keys = np.where(near, areas[:, np.newaxis], np.inf)
    return near, keys.argmin(axis=0)


def matched(centers: Matrix, areas: NDArray[np.float64], points: Matrix, max_dist: float) -> Rows:
    """Return the row number of every point's polygon, -1 if none is near."""
    if len(areas) == 0:
        return np.full(len(points), -1)
    near, best = nearby_smallest(centers, areas, points, max_dist)
    return np.where(near.any(axis=0), best, -1)
