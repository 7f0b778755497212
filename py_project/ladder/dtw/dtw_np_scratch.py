"""NumPy: the matrix of differences at once, the sums diagonal by diagonal."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def distance(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Return the least sum of differences along a path."""
    n, m = len(a), len(b)
    # With rows reversed, the independent cells form NumPy diagonals.
    costs = np.abs(a[::-1, None] - b[None, :])
    before, two_before = np.full(n + 1, np.inf), np.full(n + 1, np.inf)
    two_before[0] = 0.0
    for diagonal in range(n + m - 1):
        first, last = max(0, diagonal - m + 1), min(diagonal, n - 1) + 1
        now = np.full(n + 1, np.inf)
        least = np.minimum(before[first:last], before[first + 1 : last + 1])
        np.minimum(least, two_before[first:last], out=least)
        now[first + 1 : last + 1] = least + costs.diagonal(diagonal - n + 1)[::-1]
        before, two_before = now, before
    return float(before[n])


def main(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the distance of each pair."""
    return np.array([distance(*pair) for pair in zip(a, b, strict=True)])
