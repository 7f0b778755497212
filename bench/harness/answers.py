"""Check whether answers are correct.

Answers are compared as a digest: BLAKE2b, 16 bytes, of the row numbers as little-endian `u32` with
`0xFFFFFFFF` for null. `bless` writes the digests of the workloads. It compares the full answers of
two engines that share no code, and checks a sample against the definition itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.ipc
from numpy.typing import NDArray

from harness import data
from harness.definition import Polygons
from harness.shapes import stream
from harness.workload import Workload

NONE = 0xFFFF_FFFF

SAMPLE = 1_000
"""Number of points that are checked against the definition."""

Rows = NDArray[np.uint32]


def read(path: Path) -> Rows:
    """Read the answers that an engine wrote."""
    return np.fromfile(path, dtype="<u4")


def digest(answers: Rows) -> str:
    """Return the digest of answers."""
    return hashlib.blake2b(np.ascontiguousarray(answers, "<u4").data, digest_size=16).hexdigest()


def fault(workload: Workload, answers: Rows, size: int) -> str | None:
    """Return the error in the answers for the first `size` points, or None."""
    if len(answers) != size:
        return f"{len(answers)} answers for {size} points"
    if not workload.tells_rows:
        return _fault_by_definition(workload, answers)
    if size not in workload.expected:
        return f"no digest is recorded for {size} points: run.py --bless {workload.name}"
    if digest(answers) != workload.expected[size]:
        return f"the digest of {size} answers differs from the expected one"
    return None


def bless(workload: Workload, given: Sequence[Rows]) -> dict[int, str]:
    """Return the digests of the answers, if all engines and the definition agree.

    Raises
    ------
    ValueError
        If the engines differ, or the definition differs for a point of the sample.
    """
    first, *others = given
    for other in others:
        if not np.array_equal(first, other):
            rows = np.flatnonzero(first != other)
            msg = f"{workload.name}: {len(rows)} answers differ, first at row {rows[0]}"
            raise ValueError(msg)
    sample = np.sort(stream(0, len(first)).integers(len(first), size=min(SAMPLE, len(first))))
    wrong = sample[_by_definition(workload, sample) != first[sample]]
    if len(wrong):
        msg = f"{workload.name}: the definition gives another answer for row {wrong[0]}"
        raise ValueError(msg)
    return {size: digest(first[:size]) for size in workload.ladder(len(first))}


def _by_definition(workload: Workload, rows: NDArray[np.int64]) -> Rows:
    """Answer for some rows by testing every polygon."""
    polygons = Polygons.of(_polygons(workload))
    points = data.read_points(workload, int(rows[-1]) + 1)
    x, y = (points[axis].to_numpy()[rows] for axis in "xy")
    answers = np.full(len(rows), NONE, dtype=np.uint32)
    for at in range(len(rows)):
        found = polygons.qualifying(workload.rule, x[at], y[at])
        if len(found):
            # argmin returns the first of equal areas: the lowest row.
            answers[at] = found[np.argmin(polygons.areas[found])]
    return answers


def _fault_by_definition(workload: Workload, answers: Rows) -> str | None:
    """Check answers where areas differ only by rounding: any of the smallest is correct."""
    polygons = Polygons.of(_polygons(workload))
    points = data.read_points(workload, len(answers))
    for at, (x, y) in enumerate(zip(*(points[axis].to_numpy() for axis in "xy"), strict=True)):
        found = polygons.qualifying(workload.rule, x, y)
        answer = answers[at]
        if (answer == NONE) != (len(found) == 0):
            return f"row {at} should be {'null' if len(found) == 0 else 'matched'}"
        if answer != NONE and answer not in found:
            return f"row {at} has polygon {answer}, which does not qualify"
        if answer != NONE and polygons.areas[answer] > polygons.areas[found].min() * (1.0 + 1e-9):
            return f"row {at} has polygon {answer}, which is not the smallest"
    return None


def _polygons(workload: Workload) -> pa.Table:
    with pa.ipc.open_file(pa.memory_map(str(data.polygons_of(workload)))) as reader:
        return reader.read_all()
