"""Two surveys whose profiles cross each other."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

LINES = 50
"""Number of profiles of a survey."""

FORMS = {"1k": 10, "10k": 100, "100k": 1_000, "1m": 10_000}
"""Segments per profile by form of measurement; a form is named by the total of segments."""

Line = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Example:
    """The profiles of two surveys, each an array of shape (n_traces, 2)."""

    name: str
    first: tuple[Line, ...]
    second: tuple[Line, ...]

    @property
    def sizes(self) -> dict[str, int]:
        """The number of segments and profiles."""
        lines = self.first + self.second
        return {"segments": sum(len(line) - 1 for line in lines), "profiles": len(lines)}


def grid(n_lines: int, n_segments: int, *, seed: int = 6) -> Example:
    """Return two surveys of `n_lines` profiles with `n_segments` segments: along x, and along y.

    Profiles are one unit apart. The noise of a trace is a third of the distance to the next trace.
    """
    random = np.random.default_rng(seed)
    along = np.linspace(0.0, n_lines + 1.0, n_segments + 1)
    noise = (n_lines + 1.0) / n_segments / 3.0

    def line(at: int, axis: int) -> Line:
        traces = np.empty((n_segments + 1, 2))
        traces[:, axis], traces[:, 1 - axis] = along, at + 1.0
        return traces + random.normal(0.0, noise, traces.shape)

    surveys = [tuple(line(at, axis) for at in range(n_lines)) for axis in range(2)]
    return Example(f"{n_lines} x {n_lines} profiles of {n_segments}", *surveys)


@lru_cache(maxsize=1)
def of_form(form: str, *, quick: bool = False) -> Example:
    """Return the example of a form; with `quick`, 1% of it."""
    return grid(LINES // 10, FORMS[form] // 10) if quick else grid(LINES, FORMS[form])
