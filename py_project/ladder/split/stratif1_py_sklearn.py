"""scikit-learn's train_test_split on the row numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import train_test_split


def main(labels: NDArray[np.int64], test_size: float, seed: int) -> NDArray[np.int8]:
    """Return 0 for training and 1 for the test, for each label."""
    rows = np.arange(len(labels))
    _, test = train_test_split(rows, test_size=test_size, stratify=labels, random_state=seed)
    parts = np.zeros(len(labels), dtype=np.int8)
    parts[test] = 1
    return parts
