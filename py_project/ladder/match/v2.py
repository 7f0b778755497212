"""v2: `find_close_polygons` in Rust, translated line by line.

The Rust function takes the same Python objects. For every polygon it looks up the attribute
``center``, checks that it is a NumPy array, and creates the same temporary arrays as NumPy.
"""

from __future__ import annotations

from collections.abc import Sequence

import poly_match_ladder

from ladder.match.example import MAX_DIST
from ladder.match.v1 import Array, Polygon, select_best_polygon

__all__ = ["Polygon", "find_close_polygons", "main"]

find_close_polygons = poly_match_ladder.v2.find_close_polygons


def main(
    polygons: Sequence[Polygon], points: Sequence[Array], max_dist: float = MAX_DIST
) -> list[tuple[Array, Polygon]]:
    """Return each point that has a near polygon, with the smallest of them."""
    polygon_sets = []
    for point in points:
        close = find_close_polygons(polygons, point, max_dist)
        if close:
            polygon_sets.append((point, close))
    return select_best_polygon(polygon_sets)
