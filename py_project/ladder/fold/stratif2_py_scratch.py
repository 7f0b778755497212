"""Pure Python: a shuffled list of rows for each class, assigned to folds in turn."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Hashable, Sequence


def main(labels: Sequence[Hashable], n_splits: int, seed: int) -> list[int]:
    """Return the fold of each label."""
    rows_of = defaultdict(list)
    for row, label in enumerate(labels):
        rows_of[label].append(row)
    drawn = random.Random(seed)
    folds, fold = [0] * len(labels), 0
    for rows in rows_of.values():
        drawn.shuffle(rows)
        for row in rows:
            folds[row] = fold
            # Continues where the previous class ended, so fold sizes differ by at most one.
            fold = (fold + 1) % n_splits
    return folds
