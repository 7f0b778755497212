"""Straightforward Rust: the two loops; NumPy in, NumPy out, one thread."""

from __future__ import annotations

import numpy as np
import poly_match_ladder
from numpy.typing import NDArray

Matrix = NDArray[np.float64]


def main(
    points: Matrix, start: Matrix, max_iter: int
) -> tuple[Matrix, NDArray[np.uint32], float, int]:
    """Return centroids, labels, inertia and iterations."""
    return poly_match_ladder.kmeans_rs_scratch(points, start, max_iter)
