"""numba: a grid of cells as wide as the radius, with sorted ranks per cell, on all threads."""

from __future__ import annotations

import math
from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from peers.peer import Index, Peer, Points
from peers.ranked import Floats, Ranked, Rows
from peers.rule import Rule

MOST_CELLS = 1 << 25
"""Maximum number of cells. For a tiny radius, cells are wider instead of more numerous."""


class Grid(NamedTuple):
    """Centers by cell, and by rank within a cell: those of cell ``i`` start at ``starts[i]``."""

    low_x: float
    low_y: float
    width: float
    columns: int
    lines: int
    starts: NDArray[np.int32]
    ranks: NDArray[np.int32]
    x: Floats
    y: Floats


class Engine(Peer):
    """Searches 3 x 3 cells, each only until a rank is higher than the best so far."""

    packages = ("numba", "numpy")

    def build(self, parsed: Ranked, rule: Rule) -> Index:
        return Index(_grid(parsed, rule.bound), parsed, rule)

    def ask(self, index: Index, points: Points) -> Rows:
        return _lowest(points.x, points.y, index.over, index.ranked.rows, index.max_dist)


def _grid(ranked: Ranked, max_dist: float) -> Grid:
    low_x, low_y = ranked.x.min(), ranked.y.min()
    wide, high = np.ptp(ranked.x), np.ptp(ranked.y)
    # Slightly wider than the radius, so that rounding moves no center out of the 3 x 3 cells.
    width = max(max_dist * (1 + 1e-9), math.sqrt(wide * high / MOST_CELLS))
    columns, lines = int(wide / width) + 1, int(high / width) + 1
    column = ((ranked.x - low_x) / width).astype(np.int64)
    cell = ((ranked.y - low_y) / width).astype(np.int64) * columns + column
    # A stable sort: within a cell the lower rank comes first.
    order = np.argsort(cell, kind="stable").astype(np.int32)
    starts = np.zeros(columns * lines + 1, dtype=np.int32)
    np.cumsum(np.bincount(cell, minlength=columns * lines), out=starts[1:])
    x, y = ranked.x[order], ranked.y[order]
    return Grid(low_x, low_y, width, columns, lines, starts, order, x, y)


@numba.njit(parallel=True, cache=True)
def _lowest(xs: Floats, ys: Floats, grid: Grid, rows: Rows, max_dist: float) -> Rows:
    answers = np.empty(len(xs), dtype=np.uint32)
    max_dist_2 = max_dist * max_dist
    for at in numba.prange(len(xs)):
        x, y = xs[at], ys[at]
        column = math.floor((x - grid.low_x) / grid.width)
        line = math.floor((y - grid.low_y) / grid.width)
        best = len(rows) - 1
        for nearby in range(max(line - 1, 0), min(line + 2, grid.lines)):
            for cell in range(
                nearby * grid.columns + max(column - 1, 0),
                nearby * grid.columns + min(column + 2, grid.columns),
            ):
                for entry in range(grid.starts[cell], grid.starts[cell + 1]):
                    if grid.ranks[entry] >= best:
                        break
                    dx, dy = x - grid.x[entry], y - grid.y[entry]
                    if dx * dx + dy * dy < max_dist_2:
                        best = grid.ranks[entry]
                        break
        # The last entry of `rows` is NONE.
        answers[at] = rows[best]
    return answers
