"""Pure Python: a list of rows for each class, sampled; largest remainder by a sort."""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Hashable, Sequence


def main(labels: Sequence[Hashable], test_size: float, seed: int) -> list[int]:
    """Return 0 for training and 1 for the test, for each label."""
    test = math.ceil(test_size * len(labels))
    rows_of = defaultdict(list)
    for row, label in enumerate(labels):
        rows_of[label].append(row)
    classes = list(rows_of.values())
    quotas = [len(rows) * test / len(labels) for rows in classes]
    given = [int(quota) for quota in quotas]
    by_remainder = sorted(range(len(classes)), key=lambda at: given[at] - quotas[at])
    for at in by_remainder[: test - sum(given)]:
        given[at] += 1

    drawn = random.Random(seed)
    parts = [0] * len(labels)
    for rows, count in zip(classes, given, strict=True):
        for row in drawn.sample(rows, count):
            parts[row] = 1
    return parts
