"""Pure Python: a list of rows for each class, shuffled, dealt out one after the other."""

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
            # On from where the class before ended: fold sizes differ by one at most.
            fold = (fold + 1) % n_splits
    return folds
