"""Time the versions on growing numbers of points, each up to its limits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ladder.machine import physical_memory
from ladder.results import Point
from ladder.timing import Budget, measure
from ladder.version import Example, Version

SIZES = (1_000, 100_000, 10_000_000)


@dataclass(frozen=True)
class Limits:
    """Limits of one iteration. A version whose estimate is larger is reported and not run."""

    seconds: float = 120.0
    memory: float = 0.5 * physical_memory()


def climb(
    versions: Mapping[str, Version],
    workload: Callable[[int], Example],
    sizes: Sequence[int],
    limits: Limits,
    budget: Budget,
) -> Iterator[Point]:
    """Yield a point per size and version that can run here, ordered by size.

    At every size the answers of the versions that ran are compared row by row, because all areas of
    the workload are distinct.

    Raises
    ------
    ValueError
        If two correct versions differ.
    """
    runnable = {name: v for name, v in versions.items() if v.missing() is None}
    reached: dict[str, Point] = {}
    for size in sizes:
        example = workload(size)
        expected: tuple[str, NDArray[np.int64]] | None = None
        for name, version in runnable.items():
            reason = refusal(version, example, reached.get(name), limits)
            if reason:
                yield Point(name, size, reason=reason)
                continue
            # This run also does the first access to its memory, which should not be timed.
            rows = version.answer(example)
            if version.correct:
                expected = expected or (name, rows)
                if not np.array_equal(rows, expected[1]):
                    raise ValueError(f"{name} and {expected[0]} differ on {size:,} points")
            timing = measure(version, example, version.forms[0], budget)
            reached[name] = Point(name, size, timing.median_ms, timing.iterations)
            yield reached[name]


def refusal(version: Version, example: Example, before: Point | None, limits: Limits) -> str:
    """Return why a version should not run on an example, or "".

    Its time is assumed to grow linearly with the points from the last measurement.
    """
    memory = version.memory(*example.sizes.values())
    if memory > limits.memory:
        return f"needs about {memory / 1e9:,.0f} GB of memory"
    if before and before.milliseconds is not None:
        n_points = next(iter(example.sizes.values()))
        seconds = before.milliseconds / 1000.0 * n_points / before.n_points
        if seconds > limits.seconds:
            return f"would take about {_duration(seconds)}"
    return ""


def _duration(seconds: float) -> str:
    if seconds < 120.0:
        return f"{seconds:.0f} seconds"
    return f"{seconds / 60.0:.0f} minutes" if seconds < 7200.0 else f"{seconds / 3600.0:.0f} hours"
