"""Whether answers are right.

Answers are compared as a digest: BLAKE2b, 16 bytes, of the row numbers as little-endian `u32` with
`0xFFFFFFFF` for null. The digests in the workloads were written by `bless`, which lets two engines
that have no code in common answer in full, and the definition itself answer for a sample.
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
"""Points that the definition itself answers for."""

Rows = NDArray[np.uint32]


def read(path: Path) -> Rows:
    """Read what an engine wrote."""
    return np.fromfile(path, dtype="<u4")


def digest(answers: Rows) -> str:
    """Return the digest of answers."""
    return hashlib.blake2b(np.ascontiguousarray(answers, "<u4").data, digest_size=16).hexdigest()


def fault(workload: Workload, answers: Rows, size: int) -> str | None:
    """Return what is wrong with the answers for the first `size` points, if anything is."""
    if len(answers) != size:
        return f"{len(answers)} answers for {size} points"
    if not workload.tells_rows:
        return _fault_by_definition(workload, answers)
    if size not in workload.expected:
        return f"no digest is recorded for {size} points: run.py --bless {workload.name}"
    if digest(answers) != workload.expected[size]:
        return f"the digest of {size} answers is not the expected one"
    return None


def bless(workload: Workload, given: Sequence[Rows]) -> dict[int, str]:
    """Return the digests of answers on which everything agrees.

    Raises
    ------
    ValueError
        If the engines differ, or the definition says otherwise for a point of the sample.
    """
    first, *others = given
    for other in others:
        if not np.array_equal(first, other):
            rows = np.flatnonzero(first != other)
            msg = f"{workload.name}: {len(rows)} answers differ, first that of row {rows[0]}"
            raise ValueError(msg)
    sample = np.sort(stream(0, len(first)).integers(len(first), size=min(SAMPLE, len(first))))
    wrong = sample[_by_definition(workload, sample) != first[sample]]
    if len(wrong):
        msg = f"{workload.name}: the definition says otherwise for row {wrong[0]}"
        raise ValueError(msg)
    return {size: digest(first[:size]) for size in workload.ladder(len(first))}


def _by_definition(workload: Workload, rows: NDArray[np.int64]) -> Rows:
    """Answer for some rows by looking at every polygon."""
    polygons = Polygons.of(_polygons(workload))
    points = data.read_points(workload, int(rows[-1]) + 1)
    x, y = (points[axis].to_numpy()[rows] for axis in "xy")
    answers = np.full(len(rows), NONE, dtype=np.uint32)
    for at in range(len(rows)):
        found = polygons.qualifying(workload.rule, x[at], y[at])
        if len(found):
            # The first of those with the smallest area: of equal ones the lowest row.
            answers[at] = found[np.argmin(polygons.areas[found])]
    return answers


def _fault_by_definition(workload: Workload, answers: Rows) -> str | None:
    """Check answers where areas tie in rounding: any of the smallest is right."""
    polygons = Polygons.of(_polygons(workload))
    points = data.read_points(workload, len(answers))
    for at, (x, y) in enumerate(zip(*(points[axis].to_numpy() for axis in "xy"), strict=True)):
        found = polygons.qualifying(workload.rule, x, y)
        answer = answers[at]
        if (answer == NONE) != (len(found) == 0):
            return f"row {at} should be {'null' if len(found) == 0 else 'matched'}"
        if answer != NONE and answer not in found:
            return f"row {at} is given polygon {answer}, which does not qualify"
        if answer != NONE and polygons.areas[answer] > polygons.areas[found].min() * (1.0 + 1e-9):
            return f"row {at} is given polygon {answer}, which is not the smallest"
    return None


def _polygons(workload: Workload) -> pa.Table:
    with pa.ipc.open_file(pa.memory_map(str(data.polygons_of(workload)))) as reader:
        return reader.read_all()
