"""Check that the versions find the same clusters, before any of them is timed.

With the same start and the same number of iterations all versions have the same centroids, except
for rounding. So inertia must be equal within 1e-9 (relative), and labels must be equal except for
points at the same distance from two centroids.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from ladder.finding import Finding, finding, runnable
from ladder.kmeans.example import Example, blobs
from ladder.kmeans.inputs import labels
from ladder.version import Version

TOLERANCE = 1e-9
"""Relative tolerance of inertia, and of distances to two centroids that count as tied."""

LOOSE = 0.02
"""Relative tolerance of inertia for a version that moves centroids differently."""

EXAMPLES = (
    lambda: blobs(2_000, 2, 5, max_iter=1),
    lambda: blobs(2_000, 2, 5, max_iter=7),
    lambda: blobs(1_500, 8, 12, max_iter=8),
    lambda: blobs(500, 1, 4, max_iter=300),
)


def compare(versions: Iterable[Version]) -> list[Finding]:
    """Run every available version on every example and compare the answers."""
    there, findings = runnable(versions)
    for example in (make() for make in EXAMPLES):
        what = f"{example.name}, at most {example.max_iter} iterations"
        first, *rest = there
        expected = first.run(example)
        findings.append(finding(first, f"{what}, by definition", by_definition(example, expected)))
        for version in rest:
            found = version.run(example)
            if version.correct:
                findings.append(finding(version, what, problem(example, found, expected)))
            else:
                findings.append(_loose(version, what, example, found, expected))
    return findings


def by_definition(example: Example, result: tuple[Any, ...]) -> str | None:
    """Return how labels or inertia violate the definition, or None."""
    centroids, _, inertia, _ = result
    distances = _distances_2(example, centroids)
    least = distances.min(axis=1)
    own = distances[np.arange(len(distances)), labels(result)]
    if (own > least * (1.0 + TOLERANCE)).any():
        return f"{(own > least).sum()} points are not with the nearest centroid"
    if abs(inertia - own.sum()) > TOLERANCE * own.sum():
        return f"inertia {inertia!r}, the squared distances add up to {own.sum()!r}"
    return None


def problem(example: Example, result: tuple[Any, ...], expected: tuple[Any, ...]) -> str | None:
    """Return how a result differs from the expected one, or None."""
    if result[3] != expected[3]:
        return f"{result[3]} iterations, expected {expected[3]}"
    if abs(result[2] - expected[2]) > TOLERANCE * expected[2]:
        return f"inertia {result[2]!r}, expected {expected[2]!r}"
    rows, differing = np.arange(len(example.points)), labels(result) != labels(expected)
    distances = _distances_2(example, expected[0])
    mine, its = distances[rows, labels(result)], distances[rows, labels(expected)]
    untied = differing & (np.abs(mine - its) > TOLERANCE * its)
    return f"{untied.sum()} labels differ and are no ties" if untied.any() else None


def _loose(
    version: Version,
    what: str,
    example: Example,
    result: tuple[Any, ...],
    expected: tuple[Any, ...],
) -> Finding:
    """Compare only the inertia, computed from the returned labels and centroids."""
    offsets = example.points - np.asarray(result[0])[labels(result)]
    off = float((offsets * offsets).sum()) / expected[2] - 1.0
    text = f"{version.name}: {what}: inertia {off:+.2%} off, because it moves centroids differently"
    return Finding(text, good=abs(off) < LOOSE)


def _distances_2(example: Example, centroids: Any) -> np.ndarray:
    offsets = example.points[:, None] - np.asarray(centroids)[None]
    return (offsets * offsets).sum(axis=2)
