"""The engine: a column of points in, a fit out."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from poly_match import fit_kmeans


def main(
    points: pl.Series, start: NDArray[np.float64], max_iter: int
) -> tuple[NDArray[np.float64], pl.Series, float, int]:
    """Return centroids, labels, inertia and iterations."""
    fit = fit_kmeans(points, len(start), init=start, max_iter=max_iter, tol=0.0)
    return fit.centroids.to_numpy(), fit.labels, fit.inertia, fit.iterations
