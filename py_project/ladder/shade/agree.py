"""Check that all pixels of the pictures are equal, before any version is timed.

All versions compute with 64-bit floats in the same order, so no pixel may differ by even one level.
"""

from __future__ import annotations

from collections.abc import Iterable

from ladder.finding import Finding, difference, finding, runnable
from ladder.shade.example import Example
from ladder.version import Version

EXAMPLES = (Example(8, 6), Example(33, 17), Example(160, 120))


def compare(versions: Iterable[Version]) -> list[Finding]:
    """Run every available version on every example and compare with the first version."""
    there, findings = runnable(versions)
    for example in EXAMPLES:
        expected = there[0].answer(example)
        wrong = (
            None if {30, 100} < set(expected.tolist()) else "shade, light or background is missing"
        )
        findings.append(finding(there[0], example.name, wrong))
        for version in there[1:]:
            found = difference(version.answer(example), expected)
            findings.append(finding(version, example.name, found))
    return findings
