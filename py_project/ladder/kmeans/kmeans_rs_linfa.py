"""linfa-clustering, all threads; NumPy in, NumPy out.

When it moves a centroid, it counts the centroid as one more point of its cluster. So its centroids
differ from those of Lloyd's algorithm: little with many points, more with few. It does not report
the inertia of its labels or the number of iterations.
"""

from __future__ import annotations

import numpy as np
import poly_match_ladder
from numpy.typing import NDArray

Matrix = NDArray[np.float64]


def main(points: Matrix, start: Matrix, max_iter: int) -> tuple[Matrix, NDArray[np.uint32]]:
    """Return centroids and labels."""
    return poly_match_ladder.kmeans_rs_linfa(points, start, max_iter)
