"""The distance of aeon, pair by pair. It sums squares."""

from __future__ import annotations

import numpy as np
from aeon.distances import dtw_distance
from numpy.typing import NDArray


def main(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the distance of each pair, of squared differences."""
    return np.array([dtw_distance(*pair) for pair in zip(a, b, strict=True)])
