"""shapely's `STRtree.query` in bulk, predicate `dwithin`: all pairs, then the lowest per point."""

from __future__ import annotations

import numpy as np
import shapely

from peers.pairs import lowest_ranks
from peers.peer import Index, Peer, Points
from peers.ranked import Floats, Ranked, Rows
from peers.rule import Rule


class Engine(Peer):
    """Blocks on two threads: the tree releases the GIL."""

    packages = ("shapely", "numpy")

    def build(self, parsed: Ranked, rule: Rule) -> Index:
        return Index(shapely.STRtree(_points(parsed.x, parsed.y)), parsed, rule)

    def convert(self, points: Points) -> tuple[Points, np.ndarray]:
        return points, _points(points.x, points.y)

    def ask(self, index: Index, points: tuple[Points, np.ndarray]) -> Rows:
        def find_pairs(block: slice) -> tuple[np.ndarray, np.ndarray]:
            found = index.over.query(points[1][block], predicate="dwithin", distance=index.generous)
            return found[0], found[1]

        return lowest_ranks(index, points[0], find_pairs, threads=self.threads)


def _points(x: Floats, y: Floats) -> np.ndarray:
    return np.asarray(shapely.points(x, y))
