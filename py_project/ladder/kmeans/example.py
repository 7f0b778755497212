"""Points in blobs, and some of them as the start."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

MAX_ITER = 20
"""Iterations of every version: the blobs overlap, so that none converges earlier."""

FORMS = {
    "10k-2-5": (10_000, 2, 5),
    "1m-2-5": (1_000_000, 2, 5),
    "1m-2-50": (1_000_000, 2, 50),
    "1m-8-5": (1_000_000, 8, 5),
    "1m-8-50": (1_000_000, 8, 50),
}
"""Numbers of points, dimensions and clusters of each form of measurement."""


@dataclass(frozen=True, eq=False)
class Example:
    """Points, shape (n, d), and the initial centroids, shape (k, d)."""

    name: str
    points: NDArray[np.float64]
    start: NDArray[np.float64]
    max_iter: int = MAX_ITER

    @property
    def sizes(self) -> dict[str, int]:
        """The number of points, dimensions and clusters."""
        (points, dimensions), clusters = self.points.shape, len(self.start)
        return {"points": points, "dimensions": dimensions, "clusters": clusters}


def blobs(n_points: int, dims: int, k: int, *, seed: int = 6, max_iter: int = MAX_ITER) -> Example:
    """Return points around k places in a square (cube ...) of side 100, and k of them as start.

    The standard deviation of a blob is a tenth of the side for 5 blobs and 3.2% for 50 in two
    dimensions, so that neighboring blobs overlap and no version converges early.
    """
    random = np.random.default_rng(seed)
    places = random.uniform(0.0, 100.0, (k, dims))
    spread = 100.0 / (2.0 * k**0.7)
    blob = random.integers(0, k, n_points)
    points = places[blob] + random.normal(0.0, spread, (n_points, dims))
    start = points[random.choice(n_points, k, replace=False)]
    return Example(f"blobs {n_points}-{dims}-{k}", points, start, max_iter)


@lru_cache(maxsize=1)
def of_form(form: str, *, quick: bool = False) -> Example:
    """Return the example of a form; with `quick`, 1% of it."""
    n_points, dims, k = FORMS[form]
    return blobs(n_points // 100 if quick else n_points, dims, k)


EXAMPLES = {"tiny": lambda: blobs(500, 2, 3)}
"""Examples by their name on the command line."""
