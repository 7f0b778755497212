"""Straightforward Rust: two rows of the matrix; NumPy in, NumPy out, one thread."""

from __future__ import annotations

import numpy as np
import poly_match_ladder
from numpy.typing import NDArray


def main(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the distance of each pair."""
    return poly_match_ladder.dtw_rs_scratch(a, b)
