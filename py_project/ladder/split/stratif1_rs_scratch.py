"""The same lists of rows in Rust; NumPy in, NumPy out, one thread."""

from __future__ import annotations

import numpy as np
import poly_match_ladder
from numpy.typing import NDArray


def main(labels: NDArray[np.int64], test_size: float, seed: int) -> NDArray[np.uint8]:
    """Return 0 for training and 1 for the test, for each label."""
    return poly_match_ladder.stratif1_rs_scratch(labels, test_size, seed)
