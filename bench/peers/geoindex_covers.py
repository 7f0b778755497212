"""geoindex-rs: a join of two packed R-trees, then shapely's `intersects_xy`, the lowest rank."""

from __future__ import annotations

import numpy as np
import shapely
from geoindex_rs import rtree

from peers.pairs import lowest_parts
from peers.parts import Parts
from peers.peer import CoversIndex, CoversPeer, Points
from peers.ranked import Floats, Rows
from peers.rule import Rule


class Engine(CoversPeer):
    """A tree of each block of points against the tree of the polygons' boxes."""

    packages = ("geoindex-rs", "shapely")

    def build(self, parsed: Parts, rule: Rule) -> CoversIndex:
        del rule
        shapely.prepare(parsed.polygons)
        boxes = shapely.bounds(parsed.polygons)
        return CoversIndex(_tree(*np.ascontiguousarray(boxes.T)), parsed)

    def ask(self, index: CoversIndex, points: Points) -> Rows:
        def find_pairs(block: slice) -> tuple[np.ndarray, np.ndarray]:
            x, y = points.x[block], points.y[block]
            pairs = rtree.tree_join(_tree(x, y, x, y), index.over)
            point, part = (pairs[side].to_numpy() for side in ("left", "right"))
            covers = shapely.intersects_xy(index.parts.polygons[part], x[point], y[point])
            return point[covers], part[covers]

        return lowest_parts(index, len(points.x), find_pairs, threads=self.threads)


def _tree(low_x: Floats, low_y: Floats, high_x: Floats, high_y: Floats) -> rtree.RTree:
    builder = rtree.RTreeBuilder(len(low_x))
    builder.add(low_x, low_y, high_x, high_y)
    return builder.finish()
