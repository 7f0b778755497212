"""v1.6: all numpy. One matrix of distances, a mask, an argmin; in four forms.

- `main_published` does what the exercise's version does, the trap included: the argmin of a
  column without a near polygon is 0, so a point with nothing near is answered with polygon 0.
- `main` asks whether there was one at all.
- `main_blocks` is `main` on a block of points at a time: the matrices have n_points x n_polygons
  entries, which at 10 million points and 1,000 polygons would be 400 GB.
- `main_ranked` is the best we can do in numpy, to be fair to it: squares instead of roots, no
  third axis, and polygons sorted by area once, so that the first near one is the answer.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ladder.match.example import MAX_DIST
from ladder.match.v1 import Polygon

__all__ = ["Polygon", "main", "main_blocks", "main_published", "main_ranked"]

BLOCK = 512
"""Points a block: with 1,000 polygons the matrices of a block take about 20 MB."""

RANKED_BLOCK = 64
"""Points a block of `main_ranked`: its matrices then stay in a core's cache."""

Rows = NDArray[np.int64]
Matrix = NDArray[np.float64]


def main_published(
    polygons: Sequence[Polygon], points: Matrix, max_dist: float = MAX_DIST
) -> list[tuple[int, Polygon]]:
    """Return every point's number with a polygon: polygon 0 where none is near."""
    centers, areas = measures(polygons)
    _, best = nearby_smallest(centers, areas, points, max_dist)
    return [(number, polygons[row]) for number, row in enumerate(best)]


def main(polygons: Sequence[Polygon], points: Matrix, max_dist: float = MAX_DIST) -> Rows:
    """Return the row number of every point's polygon, -1 where none is near."""
    return matched(*measures(polygons), points, max_dist)


def main_blocks(polygons: Sequence[Polygon], points: Matrix, max_dist: float = MAX_DIST) -> Rows:
    """Return what `main` does, in memory that does not grow with the points."""
    centers, areas = measures(polygons)
    rows = np.empty(len(points), dtype=np.int64)
    for start in range(0, len(points), BLOCK):
        block = slice(start, start + BLOCK)
        rows[block] = matched(centers, areas, points[block], max_dist)
    return rows


def main_ranked(polygons: Sequence[Polygon], points: Matrix, max_dist: float = MAX_DIST) -> Rows:
    """Return what `main` does, by rank: the first near polygon in the order of areas."""
    centers, areas = measures(polygons)
    # Stable, so that of equal areas the lower row comes first.
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
    """Return the centres, shape (n_polygons, 2), and the areas, shape (n_polygons,)."""
    centers = np.array([polygon.center for polygon in polygons]).reshape(-1, 2)
    areas = np.array([polygon.area() for polygon in polygons])
    return centers, areas


def nearby_smallest(
    centers: Matrix, areas: NDArray[np.float64], points: Matrix, max_dist: float
) -> tuple[NDArray[np.bool_], Rows]:
    """Return who is near, shape (n_polygons, n_points), and the argmin of area among them.

    The argmin of a column with nobody near is 0: it means nothing there.
    """
    offsets = centers - points[:, np.newaxis]
    distances = np.linalg.norm(offsets, axis=2).T
    near = distances < max_dist
    keys = np.where(near, areas[:, np.newaxis], np.inf)
    return near, keys.argmin(axis=0)


def matched(centers: Matrix, areas: NDArray[np.float64], points: Matrix, max_dist: float) -> Rows:
    """Return the row number of every point's polygon, -1 where none is near."""
    if len(areas) == 0:
        return np.full(len(points), -1)
    near, best = nearby_smallest(centers, areas, points, max_dist)
    return np.where(near.any(axis=0), best, -1)
