"""Pairs of noisy sines."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

FORMS = {"1k": (1, 1_000), "5k": (1, 5_000), "100k-128": (100_000, 128)}
"""Numbers of pairs and samples of each form of measurement."""


@dataclass(frozen=True, eq=False)
class Example:
    """Two arrays of shape (n_pairs, n_samples): each row is a pair of series."""

    name: str
    a: NDArray[np.float64]
    b: NDArray[np.float64]

    @property
    def sizes(self) -> dict[str, int]:
        """The number of pairs and samples."""
        return {"pairs": len(self.a), "samples": self.a.shape[1]}


def sines(n_pairs: int, n_samples: int, *, seed: int = 6) -> Example:
    """Return noisy sines of three periods; the second has a varying phase shift."""
    random = np.random.default_rng(seed)
    time = np.linspace(0.0, 6.0 * np.pi, n_samples)
    phase = random.uniform(0.2, 1.0, (n_pairs, 1))
    a = np.sin(time) + random.normal(0.0, 0.1, (n_pairs, n_samples))
    b = np.sin(time + phase * np.sin(time / 3.0)) + random.normal(0.0, 0.1, (n_pairs, n_samples))
    return Example(f"{n_pairs} pairs of {n_samples}", a, b)


@lru_cache(maxsize=1)
def of_form(form: str, *, quick: bool = False) -> Example:
    """Return the example of a form; with `quick`, a part of it."""
    n_pairs, n_samples = FORMS[form]
    return sines(-(-n_pairs // 1_000), n_samples // 10) if quick else sines(n_pairs, n_samples)
