"""scipy's `cKDTree.sparse_distance_matrix`: all pairs as one array, from a tree of the points."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree  # pyright: ignore[reportAttributeAccessIssue]

from peers.pairs import lowest_ranks
from peers.peer import Index, Peer, Points
from peers.ranked import Floats, Ranked, Rows
from peers.rule import Rule


class Engine(Peer):
    """A tree of each block of points against the tree of the centers."""

    packages = ("scipy", "numpy")

    def build(self, parsed: Ranked, rule: Rule) -> Index:
        return Index(cKDTree(np.column_stack([parsed.x, parsed.y])), parsed, rule)

    def convert(self, points: Points) -> tuple[Points, Floats]:
        return points, np.column_stack([points.x, points.y])

    def ask(self, index: Index, points: tuple[Points, Floats]) -> Rows:
        def find_pairs(block: slice) -> tuple[np.ndarray, np.ndarray]:
            tree = cKDTree(points[1][block], balanced_tree=False, compact_nodes=False)
            pairs = tree.sparse_distance_matrix(index.over, index.generous, output_type="ndarray")
            return pairs["i"], pairs["j"]

        return lowest_ranks(index, points[0], find_pairs, threads=self.threads)
