"""The fastest NumPy version we know: centers in order of area, first near center, small blocks."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from peers.peer import Index, Peer, Points
from peers.ranked import NONE, Ranked, Rows
from peers.rule import Rule

ENTRIES = 1 << 16
"""Entries of each matrix of a block: 512 kB."""


class Engine(Peer):
    """Uses no index, only the order of the centers."""

    packages = ("numpy",)

    def build(self, parsed: Ranked, rule: Rule) -> Index:
        return Index(None, parsed, rule)

    def ask(self, index: Index, points: Points) -> Rows:
        ranked = index.ranked
        ranks = np.empty(len(points.x), dtype=np.uint32)
        step = max(1, ENTRIES // len(ranked.x))

        def answer(at: int) -> None:
            block = slice(at, at + step)
            dx = points.x[block, None] - ranked.x
            dy = points.y[block, None] - ranked.y
            dx *= dx
            dy *= dy
            dx += dy
            near = dx < index.max_dist * index.max_dist
            first = near.argmax(axis=1)
            found = near[np.arange(len(near)), first]
            ranks[block] = np.where(found, first, NONE)

        with ThreadPoolExecutor(self.threads) as pool:
            list(pool.map(answer, range(0, len(points.x), step)))
        return ranked.rows_of(ranks)
