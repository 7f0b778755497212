"""scikit-learn's `BallTree.query_radius`: arrays of ranks, then the lowest per point."""

from __future__ import annotations

import numpy as np
from sklearn.neighbors import BallTree

from peers.pairs import lowest_ranks
from peers.peer import Index, Peer, Points
from peers.ranked import Floats, Ranked, Rows
from peers.rule import Rule


class Engine(Peer):
    """One thread: in measurements, threads over blocks did not help."""

    threads = 1
    packages = ("scikit-learn", "numpy")

    def build(self, parsed: Ranked, rule: Rule) -> Index:
        return Index(BallTree(np.column_stack([parsed.x, parsed.y])), parsed, rule)

    def convert(self, points: Points) -> tuple[Points, Floats]:
        return points, np.column_stack([points.x, points.y])

    def ask(self, index: Index, points: tuple[Points, Floats]) -> Rows:
        def find_pairs(block: slice) -> tuple[np.ndarray, np.ndarray]:
            found = index.over.query_radius(points[1][block], index.generous)
            counts = np.fromiter(map(len, found), dtype=np.int64, count=len(found))
            return np.repeat(np.arange(len(found)), counts), np.concatenate(found)

        return lowest_ranks(index, points[0], find_pairs)
