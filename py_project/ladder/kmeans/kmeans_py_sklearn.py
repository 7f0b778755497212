"""scikit-learn's KMeans, Lloyd's algorithm, with its default number of threads."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans

Matrix = NDArray[np.float64]


def main(
    points: Matrix, start: Matrix, max_iter: int
) -> tuple[Matrix, NDArray[np.int32], float, int]:
    """Return centroids, labels, inertia and iterations."""
    fit = KMeans(
        len(start), init=start, n_init=1, max_iter=max_iter, tol=0.0, algorithm="lloyd"
    ).fit(points)
    return fit.cluster_centers_, fit.labels_, fit.inertia_, fit.n_iter_
