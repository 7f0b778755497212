"""shapely's `STRtree.query` in bulk, `intersects_xy` on prepared polygons, the lowest per point."""

from __future__ import annotations

import numpy as np
import shapely

from peers.pairs import lowest_parts
from peers.parts import Parts, Shapes
from peers.peer import CoversIndex, CoversPeer, Points
from peers.ranked import Rows
from peers.rule import Rule


class Engine(CoversPeer):
    """Blocks on two threads: tree and test release the GIL.

    The tree's own `predicate` is several times slower. It prepares the points, each of which is
    tested only a few times, instead of the polygons.
    """

    packages = ("shapely", "numpy")

    def build(self, parsed: Parts, rule: Rule) -> CoversIndex:
        del rule
        shapely.prepare(parsed.polygons)
        return CoversIndex(shapely.STRtree(parsed.polygons), parsed)

    def convert(self, points: Points) -> tuple[Points, Shapes]:
        return points, np.asarray(shapely.points(points.x, points.y))

    def ask(self, index: CoversIndex, points: tuple[Points, Shapes]) -> Rows:
        def find_pairs(block: slice) -> tuple[np.ndarray, np.ndarray]:
            point, part = index.over.query(points[1][block])
            x, y = points[0].x[block][point], points[0].y[block][point]
            covers = shapely.intersects_xy(index.parts.polygons[part], x, y)
            return point[covers], part[covers]

        return lowest_parts(index, len(points[1]), find_pairs, threads=self.threads)
