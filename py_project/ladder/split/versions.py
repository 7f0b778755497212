"""The versions of the stratified split, in order."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ladder.labels import families, rungs
from ladder.needs import ENGINE, PORTS, SKLEARN
from ladder.split import example
from ladder.version import against_all

FORMS = tuple(example.FORMS)
"""Rows and classes."""

NOTES = (
    "A form is rows-classes; labels are 64-bit integers, a third of the rows is for the test.",
    "Speed-ups are ratios of medians. All except the engine use one thread.",
)
"""Lines below the table."""


def read(result: Any) -> NDArray[np.int64]:
    """Return parts as 0 and 1."""
    to_physical = getattr(result, "to_physical", None)
    return np.asarray(result if to_physical is None else to_physical(), dtype=np.int64)


_LISTS, _ARRAYS, _COLUMNS = families(read)

VERSIONS = rungs(
    "split",
    FORMS,
    (
        ("stratif1_py_scratch", "pure Python, a list of rows per class", None, _LISTS),
        ("stratif1_np_scratch", "numpy, rows sorted by class", None, _ARRAYS),
        ("stratif1_py_sklearn", "scikit-learn, train_test_split", SKLEARN, _ARRAYS),
        ("stratif1_rs_scratch", "a list of rows per class, in Rust", PORTS, _ARRAYS),
        ("stratif1_rs_engine", "the engine, through an expression", ENGINE, _COLUMNS),
    ),
)

BASELINE = "stratif1_py_sklearn"

COMPARISONS = against_all("stratif1_rs_engine", VERSIONS)
"""Ratios that are printed below the table."""
