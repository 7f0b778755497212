"""Columns of labels, the input of both stratified splits."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ladder.plain import Plain
from ladder.version import Version

SEED = 6


@dataclass(frozen=True, eq=False)
class Example:
    """Labels, and the parameter: the share of the test, or the number of folds."""

    name: str
    labels: NDArray[np.int64]
    asked: float

    @property
    def sizes(self) -> dict[str, int]:
        """The number of rows and classes."""
        return {"rows": len(self.labels), "classes": len(np.unique(self.labels))}


@lru_cache(maxsize=2)
def drawn(n_rows: int, n_classes: int, seed: int = SEED) -> NDArray[np.int64]:
    """Return random labels. Class sizes range from twice to half of the average.

    Every class has at least two rows.
    """
    random = np.random.default_rng(seed)
    sizes = np.geomspace(2.0, 0.5, n_classes)
    rows = random.choice(n_classes, n_rows - 2 * n_classes, p=sizes / sizes.sum())
    labels = np.concatenate([rows, np.repeat(np.arange(n_classes), 2)])
    return random.permutation(labels)


def families(read: Callable[[Any], NDArray[np.int64]]) -> tuple[Plain, Plain, Plain]:
    """Return the input families of labels: a list, a NumPy array, a Polars column."""

    def column(example: Example) -> tuple[Any, ...]:
        import polars as pl

        return pl.Series("label", example.labels), example.asked, SEED

    return (
        Plain(lambda example: (example.labels.tolist(), example.asked, SEED), read),
        Plain(lambda example: (example.labels, example.asked, SEED), read),
        Plain(column, read),
    )


def rungs(
    kernel: str, forms: tuple[str, ...], given: Iterable[tuple[str, str, str | None, Plain]]
) -> dict[str, Version]:
    """Return versions from name, what, needs and family; each is in the module of its name."""
    return {
        name: Version(
            name=name,
            what=what,
            module=f"ladder.{kernel}.{name}",
            needs=needs,
            family=family,
            forms=forms,
        )
        for name, what, needs, family in given
    }


def counts(labels: NDArray[np.int64], parts: NDArray[np.int64], n_parts: int) -> NDArray[np.int64]:
    """Return the number of rows of each class in each part, shape (n_classes, n_parts)."""
    _, classes = np.unique(labels, return_inverse=True)
    places = classes * n_parts + parts
    return np.bincount(places, minlength=(classes.max() + 1) * n_parts).reshape(-1, n_parts)
