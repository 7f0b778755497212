"""Check the splits of the versions, before any of them is timed.

The rows of the test are random, so answers are checked against the definition: the number of rows
is exact, and each class has its share by largest remainder, in any order for equal remainders.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ladder.finding import Finding, Rows, each_by_definition
from ladder.labels import Example, counts
from ladder.split.example import made
from ladder.version import Version

EXAMPLES = ((1_000, 3, 0.33), (999, 40, 0.25), (10_000, 700, 0.5))


def compare(versions: Iterable[Version]) -> list[Finding]:
    """Run every available version on every example and check the answers."""
    return each_by_definition(versions, [made(*sizes) for sizes in EXAMPLES], problem)


def problem(example: Example, parts: Rows) -> str | None:
    """Return how a split violates the definition, or None."""
    if parts.shape != example.labels.shape:
        return f"{parts.shape} rows for {len(example.labels)} labels"
    if not np.isin(parts, (0, 1)).all():
        return "a part that is neither"
    test = int(np.ceil(example.asked * len(parts)))
    if parts.sum() != test:
        return f"{parts.sum()} rows for the test, expected {test}"
    found = counts(example.labels, parts, 2)
    # Multiplied by the number of rows: integers, so that equal remainders compare equal.
    quotas = found.sum(axis=1) * test
    given = found[:, 1] * len(parts)
    if (np.abs(quotas - given) >= len(parts)).any():
        return "a class is a row or more off its share"
    up, down = given > quotas, given <= quotas
    remainders = quotas % len(parts)
    if up.any() and remainders[up].min() < remainders[down].max():
        return "a class with a smaller remainder was rounded up before one with a larger"
    if len(parts) > 100 and (np.diff(np.flatnonzero(parts)) == 1).all():
        return "the test is a stretch of rows"
    return None
