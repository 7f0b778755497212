"""Reduce pairs of points and polygons to one answer per point, in bounded memory.

Libraries return all pairs within a radius, including the bound, or all pairs that intersect. The
remaining steps are the same for all: drop pairs that are not strictly closer, and keep the lowest
rank of each point.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from peers.peer import CoversIndex, Index, Points
from peers.ranked import NONE, Floats, Rows

PAIRS = 2_000_000
"""Approximate number of pairs per block: some ten megabytes per column."""

FIRST = 1_000
"""Points of the first block, which determines the size of the others."""

FindPairs = Callable[[slice], tuple[NDArray[np.integer], NDArray[np.integer]]]


def lowest_ranks(index: Index, points: Points, find_pairs: FindPairs, *, threads: int = 1) -> Rows:
    """Return the row of the best polygon for each point, from pairs within a radius.

    Parameters
    ----------
    find_pairs
        Called with a slice of the points; returns, for each pair within the radius, the number of
        the point within the slice and the rank of the center.
    threads
        The number of blocks processed in parallel, for libraries that release the GIL.
    """

    def find_strictly(block: slice) -> tuple[NDArray[np.integer], NDArray[np.integer], int]:
        point, rank = find_pairs(block)
        strictly = closer(points.x[block][point], points.y[block][point], rank, index)
        return point[strictly], rank[strictly], len(point)

    return index.ranked.rows_of(_lowest(len(points.x), find_strictly, threads))


def lowest_parts(
    index: CoversIndex, points: int, find_pairs: FindPairs, *, threads: int = 1
) -> Rows:
    """As `lowest_ranks`, from pairs of a point and the number of a part that covers it."""

    def find(block: slice) -> tuple[NDArray[np.integer], NDArray[np.integer], int]:
        point, part = find_pairs(block)
        return point, part, len(point)

    return index.parts.rows_of(_lowest(points, find, threads))


def _lowest(
    points: int,
    find: Callable[[slice], tuple[NDArray[np.integer], NDArray[np.integer], int]],
    threads: int,
) -> Rows:
    """Return the lowest number for each point; `find` also returns the number of pairs."""
    lowest = np.full(points, NONE, dtype=np.uint32)

    def answer(block: slice) -> int:
        point, number, taken = find(block)
        np.minimum.at(lowest[block], point, number.astype(np.uint32))
        return taken

    pairs = answer(slice(0, FIRST))
    step = max(FIRST, int(PAIRS / (pairs / FIRST + 1)))
    blocks = [slice(at, at + step) for at in range(FIRST, points, step)]
    if threads > 1:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(answer, blocks))
    else:
        for block in blocks:
            answer(block)
    return lowest


def closer(x: Floats, y: Floats, rank: NDArray[np.integer], index: Index) -> NDArray[np.bool_]:
    """Return which pairs are strictly closer than the bound, by the formula of the contract."""
    dx, dy = x - index.ranked.x[rank], y - index.ranked.y[rank]
    return dx * dx + dy * dy < index.max_dist * index.max_dist
