"""Check that the versions find the same distances, before any of them is timed.

All versions sum the same differences along a path, but in a different order, so distances must be
equal within 1e-9 (relative). aeon squares the differences, so it is compared with the matrix of
squares.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from ladder.dtw.example import Example, sines
from ladder.finding import Finding, finding, runnable
from ladder.version import Version

TOLERANCE = 1e-9

EXAMPLES = ((1, 1), (3, 2), (5, 60), (2, 333))


def compare(versions: Iterable[Version]) -> list[Finding]:
    """Run every available version on every example and compare the answers."""
    there, findings = runnable(versions)
    for example in (sines(*sizes) for sizes in EXAMPLES):
        for version in there:
            found = np.asarray(version.run(example), dtype=np.float64)
            expected = by_definition(example, squared=not version.correct)
            what = f"{example.name}{'' if version.correct else ', squares'}"
            findings.append(finding(version, what, problem(found, expected)))
    return findings


def by_definition(example: Example, *, squared: bool = False) -> NDArray[np.float64]:
    """Return the last cell of the full matrix of sums, for each pair."""
    distances = []
    for a, b in zip(example.a, example.b, strict=True):
        costs = np.abs(a[:, None] - b[None, :])
        costs = costs * costs if squared else costs
        sums = np.full((len(a) + 1, len(b) + 1), np.inf)
        sums[0, 0] = 0.0
        for i, row in enumerate(costs):
            for j, cost in enumerate(row):
                sums[i + 1, j + 1] = cost + min(sums[i, j], sums[i, j + 1], sums[i + 1, j])
        distances.append(sums[-1, -1])
    return np.array(distances)


def problem(found: NDArray[np.float64], expected: NDArray[np.float64]) -> str | None:
    """Return how distances differ from the expected ones, or None."""
    if found.shape != expected.shape:
        return f"{found.shape} distances, expected {expected.shape}"
    off = np.abs(found - expected)
    if (off <= TOLERANCE * expected).all():
        return None
    at = int(np.argmax(off))
    return f"distance {at} is {found[at]!r}, expected {expected[at]!r}"
