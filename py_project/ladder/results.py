"""The results of one run of the measurement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType

from ladder.timing import Timing
from ladder.version import Version


@dataclass(frozen=True)
class Point:
    """One point of the scaling chart: the time of a version at a size, or why it did not run.

    Attributes
    ----------
    milliseconds
        Median of the iterations, None if it did not run.
    iterations
        The number of iterations.
    reason
        Why it did not run, or "".
    """

    version: str
    n_points: int
    milliseconds: float | None = None
    iterations: int = 0
    reason: str = ""


@dataclass
class Results:
    """One run: the machine, the compared answers, the timings."""

    kernel: str
    versions: Mapping[str, Version]
    forms: Sequence[str]
    notes: Sequence[str]
    baseline: str
    published_baseline_ms: float | None
    comparisons: Sequence[tuple[str, str, str, str]]
    scale_comparisons: Sequence[tuple[str, str]]
    machine: Mapping[str, str]
    answers: list[str] = field(default_factory=list)
    missing: dict[str, str] = field(default_factory=dict)
    timings: dict[tuple[str, str], Timing] = field(default_factory=dict)
    scale: list[Point] = field(default_factory=list)

    @classmethod
    def of(cls, kernel: str, registry: ModuleType, machine: Mapping[str, str]) -> Results:
        """Return empty results for the versions of a kernel's registry."""
        return cls(
            kernel,
            registry.VERSIONS,
            registry.FORMS,
            registry.NOTES,
            registry.BASELINE,
            getattr(registry, "PUBLISHED_BASELINE_MS", None),
            registry.COMPARISONS,
            getattr(registry, "SCALE_COMPARISONS", ()),
            machine,
        )

    def speed_up(self, version: str, form: str, over: str, over_form: str) -> float | None:
        """Return how many times faster one timing is than another, None if one is missing."""
        timing = self.timings.get((version, form))
        other = self.timings.get((over, over_form))
        return timing.speed_up_over(other) if timing and other else None

    def published_ms(self, version: Version) -> float | None:
        """Return the time of the version on the machine of the exercise."""
        if version.published is None or self.published_baseline_ms is None:
            return None
        return self.published_baseline_ms / version.published
