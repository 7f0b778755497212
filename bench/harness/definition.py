"""The rules by their definition: tests every polygon, without an index or library predicates."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from peers.parts import shapes
from peers.ranked import Floats, measure
from peers.rule import COVERS, Rule

_ROUNDING = 1e-14
"""Relative rounding error of a side test: below it the sign of the difference is not reliable."""


class Polygons(NamedTuple):
    """The polygon data that the rules need: one row per polygon, and one row per edge."""

    centers: Floats
    areas: Floats
    edges: Floats
    """Shape (edges, 4): the two ends of each edge."""
    starts: NDArray[np.int64]
    """The edges of polygon ``i`` are rows ``starts[i]`` to ``starts[i + 1]``, exclusive."""

    @classmethod
    def of(cls, table: pa.Table) -> Polygons:
        """Read and measure polygons."""
        centers, areas = measure(table)
        polygons = shapes(table)
        parts, polygon = shapely.get_parts(polygons, return_index=True)
        rings, part = shapely.get_rings(parts, return_index=True)
        vertices, ring = shapely.get_coordinates(rings, return_index=True)
        # Rings are closed: an edge starts at each vertex except the last of a ring.
        first = np.flatnonzero(ring[1:] == ring[:-1])
        edges = np.hstack([vertices[first], vertices[first + 1]])
        of = polygon[part[ring[first]]]
        return cls(centers, areas, edges, np.searchsorted(of, np.arange(len(polygons) + 1)))

    def qualifying(self, rule: Rule, x: float, y: float) -> NDArray[np.int64]:
        """Return the rows that qualify for a point, ascending."""
        if rule.kind == COVERS:
            # Only edges at the height of the point matter, so only a few polygons are tested.
            low, high = (
                end(self.edges[:, 1], self.edges[:, 3]) for end in (np.minimum, np.maximum)
            )
            level = np.flatnonzero((low <= y) & (y <= high))
            polygons = np.searchsorted(self.starts, level, side="right") - 1
            rows = np.unique(polygons)
            inside = [_covers(self.edges[level[polygons == row]], x, y) for row in rows]
            return rows[np.array(inside, dtype=bool)]
        dx, dy = x - self.centers[:, 0], y - self.centers[:, 1]
        return np.flatnonzero(dx * dx + dy * dy < rule.bound * rule.bound)


def _covers(edges: Floats, x: float, y: float) -> bool:
    """Return whether a point is on an edge, or has an odd number of edges to its right."""
    inside = False
    for ax, ay, bx, by in edges.tolist():
        side = _side(ax, ay, bx, by, x, y)
        if side == 0 and min(ax, bx) <= x <= max(ax, bx) and min(ay, by) <= y <= max(ay, by):
            return True
        if (ay > y) != (by > y):
            inside ^= (side > 0) == (by > ay)
    return inside


def _side(ax: float, ay: float, bx: float, by: float, x: float, y: float) -> float | Fraction:
    """Return a number with the sign of the side of an edge; exactly 0 on the line of the edge."""
    left, right = (bx - ax) * (y - ay), (by - ay) * (x - ax)
    if abs(left - right) > _ROUNDING * (abs(left) + abs(right)):
        return left - right
    fax, fay, fbx, fby, fx, fy = map(Fraction, (ax, ay, bx, by, x, y))
    return (fbx - fax) * (fy - fay) - (fby - fay) * (fx - fax)
