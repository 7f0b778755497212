"""Whether the versions draw the same picture, pixel for pixel, asked before any of them is timed.

All calculate in 64-bit floats and in the same order, so no pixel may differ, not by a level.
"""

from __future__ import annotations

from collections.abc import Iterable

from ladder.finding import Finding, difference, finding, runnable
from ladder.shade.example import Example
from ladder.version import Version

EXAMPLES = (Example(8, 6), Example(33, 17), Example(160, 120))


def compare(versions: Iterable[Version]) -> list[Finding]:
    """Run every version that can run on every example and compare the pictures with the first's."""
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
