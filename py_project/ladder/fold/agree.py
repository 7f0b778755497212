"""Check the folds of the versions, before any of them is timed.

The fold of a row is random, so answers are checked against the definition: fold sizes differ by at
most one, within a class and in total.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ladder.finding import Finding, Rows, each_by_definition
from ladder.fold.example import made
from ladder.labels import Example, counts
from ladder.version import Version

EXAMPLES = ((1_000, 3, 3), (999, 40, 7), (10_000, 100, 40))


def compare(versions: Iterable[Version]) -> list[Finding]:
    """Run every available version on every example and check the answers."""
    return each_by_definition(versions, [made(*sizes) for sizes in EXAMPLES], problem)


def problem(example: Example, folds: Rows) -> str | None:
    """Return how folds violate the definition, or None."""
    n_splits = int(example.asked)
    if folds.shape != example.labels.shape:
        return f"{folds.shape} rows for {len(example.labels)} labels"
    if folds.min() < 0 or folds.max() >= n_splits:
        return f"a fold that is not one of {n_splits}"
    found = counts(example.labels, folds, n_splits)
    if np.ptp(found, axis=1).max() > 1:
        return "within a class fold sizes differ by more than one"
    if np.ptp(found.sum(axis=0)) > 1:
        return "over all fold sizes differ by more than one"
    if len(folds) > 100 and (np.diff(folds) >= 0).all():
        return "the folds are stretches of rows"
    return None
