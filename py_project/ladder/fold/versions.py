"""The versions of the stratified folds, in order."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ladder.fold import example
from ladder.labels import families, rungs
from ladder.needs import ENGINE, PORTS, SKLEARN
from ladder.version import against_all

FORMS = tuple(example.FORMS)
"""Rows, classes and folds."""

NOTES = (
    "A form is rows-classes-folds; the labels are 64-bit integers.",
    "Speed-ups are ratios of medians. All except the engine use one thread.",
)
"""Lines below the table."""


def read(result: Any) -> NDArray[np.int64]:
    """Return folds as numbers."""
    return np.asarray(result, dtype=np.int64)


_LISTS, _ARRAYS, _COLUMNS = families(read)

VERSIONS = rungs(
    "fold",
    FORMS,
    (
        ("stratif2_py_scratch", "pure Python, a list of rows per class", None, _LISTS),
        ("stratif2_py_sklearn", "scikit-learn, StratifiedKFold", SKLEARN, _ARRAYS),
        ("stratif2_rs_scratch", "a list of rows per class, in Rust", PORTS, _ARRAYS),
        ("stratif2_rs_engine", "the engine, through an expression", ENGINE, _COLUMNS),
    ),
)

BASELINE = "stratif2_py_sklearn"

COMPARISONS = against_all("stratif2_rs_engine", VERSIONS)
"""Ratios that are printed below the table."""
