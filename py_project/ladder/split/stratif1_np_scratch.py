"""NumPy: rows sorted by class, in random order within it; the first rows are the test."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def main(labels: NDArray[np.int64], test_size: float, seed: int) -> NDArray[np.int8]:
    """Return 0 for training and 1 for the test, for each label."""
    test = int(np.ceil(test_size * len(labels)))
    _, classes, counts = np.unique(labels, return_inverse=True, return_counts=True)
    quotas = counts * test / len(labels)
    given = quotas.astype(np.int64)
    given[np.argsort(given - quotas, kind="stable")[: test - given.sum()]] += 1

    # Random order first, then a stable sort by class: random order within each class.
    shuffled = np.random.default_rng(seed).permutation(len(labels))
    by_class = shuffled[np.argsort(classes[shuffled], kind="stable")]
    place_in_class = np.arange(len(labels)) - np.repeat(counts.cumsum() - counts, counts)
    parts = np.empty(len(labels), dtype=np.int8)
    parts[by_class] = place_in_class < np.repeat(given, counts)
    return parts
