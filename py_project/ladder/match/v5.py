"""v5: the loop over the points is in Rust too, and the centers are read once.

The list of polygons crosses the boundary once instead of once per point. Points are a matrix.
`select_best_polygon` and the areas are still Python.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import poly_match_ladder
from numpy.typing import NDArray

from ladder.match.example import MAX_DIST
from ladder.match.v1 import Array, select_best_polygon
from ladder.match.v3 import Polygon

__all__ = ["Polygon", "find_all_close_polygons", "main"]

find_all_close_polygons = poly_match_ladder.v5.find_all_close_polygons


def main(
    polygons: Sequence[Polygon], points: NDArray[np.float64], max_dist: float = MAX_DIST
) -> list[tuple[Array, Polygon]]:
    """Return each point that has a near polygon, with the smallest of them."""
    return select_best_polygon(find_all_close_polygons(polygons, points, max_dist))
