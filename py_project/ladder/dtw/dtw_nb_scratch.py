"""numba: two rows of the matrix, compiled; one thread."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit
def main(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the distance of each pair."""
    n_pairs, n = a.shape
    m = b.shape[1]
    distances = np.empty(n_pairs)
    above, row = np.empty(m + 1), np.empty(m + 1)
    for pair in range(n_pairs):
        above[:] = np.inf
        above[0] = 0.0
        for i in range(n):
            row[0] = np.inf
            for j in range(m):
                least = min(min(above[j], above[j + 1]), row[j])
                row[j + 1] = abs(a[pair, i] - b[pair, j]) + least
            above, row = row, above
        distances[pair] = above[m]
    return distances
