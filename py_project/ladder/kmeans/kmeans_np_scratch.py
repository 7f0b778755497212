"""NumPy: distances of a block of points to all centroids at once.

The squared distance is |x|^2 - 2 x.c + |c|^2. |x|^2 is the same for all centroids and is omitted,
which leaves a matrix product. Points are processed in blocks, so that the matrix of points and
centroids is not read from memory repeatedly.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

BLOCK = 4096
"""Points per block."""

Matrix = NDArray[np.float64]


def nearest(points: Matrix, centroids: Matrix) -> NDArray[np.int64]:
    """Return the nearest centroid of each point."""
    labels = np.empty(len(points), dtype=np.int64)
    squares = (centroids * centroids).sum(axis=1)
    for first in range(0, len(points), BLOCK):
        block = slice(first, first + BLOCK)
        distances = points[block] @ (-2.0 * centroids.T)
        distances += squares
        distances.argmin(axis=1, out=labels[block])
    return labels


def means(points: Matrix, labels: NDArray[np.int64], centroids: Matrix) -> Matrix:
    """Return the mean of the points of each label; a label without points keeps its centroid."""
    counts = np.bincount(labels, minlength=len(centroids))
    sums = np.stack(
        [np.bincount(labels, weights=column, minlength=len(centroids)) for column in points.T],
        axis=1,
    )
    return np.where(counts[:, None] > 0, sums / np.maximum(counts, 1)[:, None], centroids)


def main(
    points: Matrix, start: Matrix, max_iter: int
) -> tuple[Matrix, NDArray[np.int64], float, int]:
    """Return centroids, labels, inertia and iterations."""
    centroids = start
    # Relative to the mean of all points, so that the squares in the formula stay small.
    origin = points.mean(axis=0)
    points, centroids = points - origin, centroids - origin
    iterations = 0
    while iterations < max_iter:
        iterations += 1
        moved = means(points, nearest(points, centroids), centroids)
        same = np.array_equal(moved, centroids)
        centroids = moved
        if same:
            break
    labels = nearest(points, centroids)
    offsets = points - centroids[labels]
    return centroids + origin, labels, float(np.einsum("ij,ij->", offsets, offsets)), iterations
