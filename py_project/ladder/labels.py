"""Columns of labels, which the ladders of both stratified splits are run on."""

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
    """Labels, and what is asked for: the share of the test, or the number of folds."""

    name: str
    labels: NDArray[np.int64]
    asked: float

    @property
    def sizes(self) -> dict[str, int]:
        """How many rows and classes there are."""
        return {"rows": len(self.labels), "classes": len(np.unique(self.labels))}


@lru_cache(maxsize=2)
def drawn(n_rows: int, n_classes: int, seed: int = SEED) -> NDArray[np.int64]:
    """Return labels of classes from twice to half as large as they are on average.

    Every class has two rows at least.
    """
    random = np.random.default_rng(seed)
    sizes = np.geomspace(2.0, 0.5, n_classes)
    rows = random.choice(n_classes, n_rows - 2 * n_classes, p=sizes / sizes.sum())
    labels = np.concatenate([rows, np.repeat(np.arange(n_classes), 2)])
    return random.permutation(labels)


def families(read: Callable[[Any], NDArray[np.int64]]) -> tuple[Plain, Plain, Plain]:
    """Return how versions take labels: as a list, as a numpy array, as a column of Polars."""

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
    """Return versions, each in the module of its name, from their name, what, needs and family."""
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
    """Return how many rows each class has in each part, shape (n_classes, n_parts)."""
    _, classes = np.unique(labels, return_inverse=True)
    places = classes * n_parts + parts
    return np.bincount(places, minlength=(classes.max() + 1) * n_parts).reshape(-1, n_parts)
