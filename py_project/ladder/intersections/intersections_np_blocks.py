"""NumPy: a block of segments of one survey against all segments of the other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

BLOCK = 2_000_000
"""Pairs per block: a few arrays of this length fit in memory."""

Lines = Sequence[NDArray[np.float64]]


def segments(lines: Lines) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the profile, start and end of each segment."""
    profiles = np.repeat(np.arange(len(lines)), [len(line) - 1 for line in lines])
    starts = np.concatenate([line[:-1] for line in lines])
    return profiles, starts, np.concatenate([line[1:] for line in lines])


def side(
    a: NDArray[np.float64], b: NDArray[np.float64], p: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the side of the lines from a to b on which points lie."""
    (ax, ay), (bx, by), (px, py) = (np.moveaxis(points, -1, 0) for points in (a, b, p))
    return (ax - px) * (by - py) - (ay - py) * (bx - px)


def main(first: Lines, second: Lines) -> NDArray[np.float64]:
    """Return the crossings, one per row: two profiles, x, y."""
    (i, a, b), (j, c, d) = segments(first), segments(second)
    found = []
    step = max(1, BLOCK // len(c))
    for at in range(0, len(a), step):
        one, two = a[at : at + step, None], b[at : at + step, None]
        side_a, side_b = side(c, d, one), side(c, d, two)
        apart = side_a * side_b >= 0.0
        apart |= side(one, two, c[None]) * side(one, two, d[None]) >= 0.0
        rows, columns = np.nonzero(~apart)
        share = (side_a / (side_a - side_b))[rows, columns, None]
        start = a[at + rows]
        points = start + share * (b[at + rows] - start)
        found.append(np.column_stack([i[at + rows], j[columns], points]))
    return np.concatenate(found)
