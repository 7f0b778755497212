"""Check that the versions find the same crossings, before any of them is timed.

All traces have noise, so no vertex lies on another line, and all versions must find the same
crossings. The pairs of profiles must be the same, and the places must agree within 1e-9.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from ladder.finding import Finding, finding, runnable
from ladder.intersections.example import grid
from ladder.intersections.versions import table
from ladder.version import Version

TOLERANCE = 1e-9

EXAMPLES = ((2, 3), (5, 20), (10, 40))


def compare(versions: Iterable[Version]) -> list[Finding]:
    """Run every available version on every example and compare with the first version."""
    there, findings = runnable(versions)
    for example in (grid(*sizes) for sizes in EXAMPLES):
        expected = table(there[0].run(example))
        few = None if len(expected) >= len(example.first) ** 2 else f"{len(expected)} crossings"
        findings.append(finding(there[0], example.name, few))
        for version in there[1:]:
            found = problem(table(version.run(example)), expected)
            findings.append(finding(version, example.name, found))
    return findings


def problem(found: NDArray[np.float64], expected: NDArray[np.float64]) -> str | None:
    """Return how crossings differ from the expected ones, or None."""
    if len(found) != len(expected):
        return f"{len(found)} crossings, expected {len(expected)}"
    if not np.array_equal(found[:, :2], expected[:, :2]):
        return "other pairs of profiles cross"
    off = np.abs(found[:, 2:] - expected[:, 2:]).max(initial=0.0)
    return None if off <= TOLERANCE else f"a crossing is {off} off"
