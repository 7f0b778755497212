"""numba: no index; scans the centers in order of area until one is near, on all threads."""

from __future__ import annotations

import numba
import numpy as np

from peers.peer import Index, Peer, Points
from peers.ranked import NONE, Floats, Ranked, Rows
from peers.rule import Rule


class Engine(Peer):
    """Finds ranks, then returns rows."""

    packages = ("numba", "numpy")

    def build(self, parsed: Ranked, rule: Rule) -> Index:
        return Index(None, parsed, rule)

    def ask(self, index: Index, points: Points) -> Rows:
        ranked = index.ranked
        return _first_near(points.x, points.y, ranked.x, ranked.y, ranked.rows, index.max_dist)


@numba.njit(parallel=True, cache=True)
def _first_near(
    xs: Floats, ys: Floats, center_x: Floats, center_y: Floats, rows: Rows, max_dist: float
) -> Rows:
    answers = np.empty(len(xs), dtype=np.uint32)
    max_dist_2 = max_dist * max_dist
    for at in numba.prange(len(xs)):
        answer = NONE
        for rank in range(len(center_x)):
            dx, dy = xs[at] - center_x[rank], ys[at] - center_y[rank]
            if dx * dx + dy * dy < max_dist_2:
                answer = rows[rank]
                break
        answers[at] = answer
    return answers
