"""v3: `Polygon` is a Rust class, subclassed here for the area.

The center is computed in Rust when the object is created, and is read there without an attribute
lookup. `select_best_polygon` and the loop over the points are still Python.
"""

from __future__ import annotations

from collections.abc import Sequence

import poly_match_ladder

from ladder.match.example import MAX_DIST
from ladder.match.v1 import Array, select_best_polygon, shoelace

__all__ = ["Polygon", "find_close_polygons", "main"]

find_close_polygons = poly_match_ladder.v3.find_close_polygons


class Polygon(poly_match_ladder.Polygon):
    """The Rust polygon with a cached area."""

    _area: float | None = None

    def area(self) -> float:
        """Return the area inside the ring."""
        if self._area is None:
            self._area = shoelace(self.x, self.y)
        return self._area


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
