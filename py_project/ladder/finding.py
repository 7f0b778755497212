"""The findings of the comparison of answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ladder.version import Version

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Finding:
    """One line of the comparison."""

    text: str
    good: bool = True


def runnable(versions: Iterable[Version]) -> tuple[list[Version], list[Finding]]:
    """Return the versions that can run here, and the reasons why the others cannot."""
    there, findings = [], []
    for version in versions:
        reason = version.missing()
        if reason is None:
            there.append(version)
        else:
            findings.append(Finding(reason))
    return there, findings


def finding(version: Version, what: str, wrong: str | None) -> Finding:
    """Return the finding for a version: the error, or "ok"."""
    return Finding(f"{version.name}: {what}: {wrong or 'ok'}", good=wrong is None)


def difference(rows: Rows, expected: Rows) -> str | None:
    """Return how two answers differ, or None if they are equal."""
    if rows.shape != expected.shape:
        return f"{rows.shape} rows, expected {expected.shape}"
    differing = np.flatnonzero(rows != expected)
    if len(differing) == 0:
        return None
    at = differing[0]
    return (
        f"{len(differing)} of {len(rows)} rows differ, "
        f"the first at point {at}: {rows[at]}, expected {expected[at]}"
    )


def each_by_definition(
    versions: Iterable[Version],
    examples: Iterable[Any],
    problem: Callable[[Any, Rows], str | None],
) -> list[Finding]:
    """Check versions with random answers: by definition, and for the same answer from a seed."""
    there, findings = runnable(versions)
    for example in examples:
        for version in there:
            rows = version.answer(example)
            findings.append(finding(version, example.name, problem(example, rows)))
            again = np.array_equal(rows, version.answer(example))
            changed = None if again else "another answer from the same seed"
            findings.append(finding(version, f"{example.name}, again", changed))
    return findings
