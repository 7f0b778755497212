"""Time versions."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ladder.version import Example, Version

FRESH = "fresh"
"""The form of measurement with new input in each iteration."""


@dataclass(frozen=True)
class Budget:
    """The time budget: ``seconds`` in total, but at least ``least`` iterations."""

    seconds: float = 3.0
    least: int = 5


@dataclass
class Timing:
    """The seconds of every iteration of one version in one form on one example."""

    version: str
    form: str
    sizes: Mapping[str, int]
    seconds: list[float] = field(default_factory=list)

    @property
    def iterations(self) -> int:
        """The number of timed iterations."""
        return len(self.seconds)

    @property
    def mean_ms(self) -> float:
        """Mean milliseconds per iteration."""
        return 1000.0 * statistics.fmean(self.seconds)

    @property
    def median_ms(self) -> float:
        """Median milliseconds per iteration."""
        return 1000.0 * statistics.median(self.seconds)

    @property
    def best_ms(self) -> float:
        """Milliseconds of the fastest iteration."""
        return 1000.0 * min(self.seconds)

    def speed_up_over(self, other: Timing) -> float:
        """Return how many times faster this is, by medians."""
        return other.median_ms / self.median_ms

    def extend(self, other: Timing) -> None:
        """Add the iterations of another round."""
        self.seconds += other.seconds


def measure(version: Version, example: Example, form: str, budget: Budget) -> Timing:
    """Time a version on an example.

    Parameters
    ----------
    form
        ``"fresh"``: every iteration gets new input with empty caches, created outside the timed
        section. Any other form: the caches of the input, if it has any, are filled before.
    """
    given = version.make(example)
    timing = Timing(version.name, form, example.sizes)
    if form == FRESH:
        timing.seconds = _repeat(version.main, lambda: version.renew(example, given), budget)
    else:
        version.warm(given)
        timing.seconds = _repeat(version.main, lambda: given, budget)
    return timing


def _repeat(main: Callable[..., Any], given: Callable[[], Any], budget: Budget) -> list[float]:
    """Run ``main`` until the budget is spent; return the seconds of each run.

    The budget includes the time between runs. Otherwise the creation of fresh input would make a
    fast version take minutes.
    """
    seconds: list[float] = []
    began = time.perf_counter()
    while len(seconds) < budget.least or time.perf_counter() - began < budget.seconds:
        arguments = given().arguments
        start = time.perf_counter()
        main(*arguments)
        seconds.append(time.perf_counter() - start)
    return seconds
