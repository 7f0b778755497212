"""Conversion of examples to the input of versions, and of answers to labels."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ladder.kmeans.example import Example
from ladder.plain import Plain


def labels(result: tuple[Any, ...]) -> NDArray[np.int64]:
    """Return the labels of a result."""
    return np.asarray(result[1], dtype=np.int64)


def _lists(example: Example) -> tuple[Any, ...]:
    return example.points.tolist(), example.start.tolist(), example.max_iter


def _matrices(example: Example) -> tuple[Any, ...]:
    return example.points, example.start, example.max_iter


def _columns(example: Example) -> tuple[Any, ...]:
    import polars as pl

    # One contiguous buffer per column, as a file reader would return.
    columns = np.ascontiguousarray(example.points.T)
    frame = pl.DataFrame({f"x{dim}": column for dim, column in enumerate(columns)})
    return frame.to_struct("point"), example.start, example.max_iter


LISTS = Plain(_lists, labels)
"""Points as lists of floats."""
MATRICES = Plain(_matrices, labels)
"""Points as a NumPy array."""
COLUMNS = Plain(_columns, labels)
"""Points as a Polars struct column."""
