"""scipy's `cKDTree.query_ball_point`: lists of ranks, then the lowest per point."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree  # pyright: ignore[reportAttributeAccessIssue]

from peers.pairs import lowest_ranks
from peers.peer import Index, Peer, Points
from peers.ranked import Floats, Ranked, Rows
from peers.rule import Rule


class Engine(Peer):
    """One block after the other, each on all threads."""

    packages = ("scipy", "numpy")

    def build(self, parsed: Ranked, rule: Rule) -> Index:
        return Index(cKDTree(np.column_stack([parsed.x, parsed.y])), parsed, rule)

    def convert(self, points: Points) -> tuple[Points, Floats]:
        return points, np.column_stack([points.x, points.y])

    def ask(self, index: Index, points: tuple[Points, Floats]) -> Rows:
        def find_pairs(block: slice) -> tuple[np.ndarray, np.ndarray]:
            lists = index.over.query_ball_point(
                points[1][block], index.generous, workers=self.threads, return_sorted=False
            )
            counts = np.fromiter(map(len, lists), dtype=np.int64, count=len(lists))
            ranks = np.concatenate(lists).astype(np.int64) if counts.any() else counts[:0]
            return np.repeat(np.arange(len(lists)), counts), ranks

        return lowest_ranks(index, points[0], find_pairs)
