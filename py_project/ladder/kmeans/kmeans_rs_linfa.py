"""linfa-clustering, all threads; numpy in, numpy out.

It counts each centroid as one more point of its cluster when it moves it, so its centroids are not
those of Lloyd's algorithm: with many points nearly, with few not. It tells no inertia of its labels
and no iterations.
"""

from __future__ import annotations

import numpy as np
import poly_match_ladder
from numpy.typing import NDArray

Matrix = NDArray[np.float64]


def main(points: Matrix, start: Matrix, max_iter: int) -> tuple[Matrix, NDArray[np.uint32]]:
    """Return centroids and labels."""
    return poly_match_ladder.kmeans_rs_linfa(points, start, max_iter)
