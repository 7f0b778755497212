"""v4: v3 without an allocation in the loop, and with squared distances.

In Python only the name of the called function changes.
"""

from __future__ import annotations

from collections.abc import Sequence

import poly_match_ladder

from ladder.match.example import MAX_DIST
from ladder.match.v1 import Array, select_best_polygon
from ladder.match.v3 import Polygon

__all__ = ["Polygon", "find_close_polygons", "main"]

find_close_polygons = poly_match_ladder.v4.find_close_polygons


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
