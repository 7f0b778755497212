"""The clock."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ladder.version import Input, Version


@dataclass(frozen=True)
class Budget:
    """How long to go on: ``seconds`` in all, but ``least`` iterations at least."""

    seconds: float = 3.0
    least: int = 5


@dataclass
class Timing:
    """The seconds of every iteration of one version in one form on one example."""

    version: str
    form: str
    n_points: int
    n_polygons: int
    seconds: list[float] = field(default_factory=list)

    @property
    def iterations(self) -> int:
        """How many iterations were timed."""
        return len(self.seconds)

    @property
    def mean_ms(self) -> float:
        """Milliseconds of an iteration, on average."""
        return 1000.0 * statistics.fmean(self.seconds)

    @property
    def median_ms(self) -> float:
        """Milliseconds of an iteration, the median."""
        return 1000.0 * statistics.median(self.seconds)

    @property
    def best_ms(self) -> float:
        """Milliseconds of the fastest iteration."""
        return 1000.0 * min(self.seconds)

    def speed_up_over(self, other: Timing) -> float:
        """How many times faster this is, by the medians."""
        return other.median_ms / self.median_ms

    def extend(self, other: Timing) -> None:
        """Take in the iterations of another round."""
        self.seconds += other.seconds


def measure(version: Version, example: Any, form: str, budget: Budget) -> Timing:
    """Time a version on an example.

    Parameters
    ----------
    form
        ``"cached"``: polygons know their centre and area from an earlier iteration, as in the
        figures that the exercise published. ``"fresh"``: they do not; new ones are made for every
        iteration, outside the clock.
    """
    given = version.make(example)
    timing = Timing(version.name, form, example.n_points, example.n_polygons)
    if form == "cached":
        version.warm(given)
        timing.seconds = _repeat(version.main, lambda: given, budget)
    else:
        timing.seconds = _repeat(version.main, lambda: version.renew(example, given), budget)
    return timing


def _repeat(main: Callable[..., Any], given: Callable[[], Input], budget: Budget) -> list[float]:
    """Run ``main`` until the budget is spent; return the seconds of each run.

    The budget counts what happens between the runs as well, or fresh polygons would make a fast
    version take minutes.
    """
    seconds: list[float] = []
    began = time.perf_counter()
    while len(seconds) < budget.least or time.perf_counter() - began < budget.seconds:
        taken = given()
        start = time.perf_counter()
        main(taken.polygons, taken.points, taken.max_dist)
        seconds.append(time.perf_counter() - start)
    return seconds
