"""The versions of dynamic time warping, in order."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ladder.dtw import example
from ladder.needs import AEON, ENGINE, PORTS
from ladder.plain import Plain
from ladder.version import Version, against_all

FORMS = tuple(example.FORMS)
"""Samples of one pair; pairs and samples."""

NOTES = (
    "A form is the samples of one pair, or pairs-samples. Speed-ups are ratios of medians.",
    "All use one thread, except the engine, which distributes pairs over all threads.",
    "aeon, if it is installed, sums squares: the same work, different distances.",
)
"""Lines below the table."""


def read(result: Any) -> NDArray[np.int64]:
    """Return distances in millionths, rounded."""
    return np.rint(np.asarray(result, dtype=np.float64) * 1e6).astype(np.int64)


def _columns(given: example.Example) -> tuple[Any, ...]:
    import polars as pl

    lists = {name: pl.Series(name, getattr(given, name)).arr.to_list() for name in "ab"}
    return (pl.DataFrame(lists),)


_LISTS = Plain(lambda given: (given.a.tolist(), given.b.tolist()), read)
_ARRAYS = Plain(lambda given: (given.a, given.b), read)
_COLUMNS = Plain(_columns, read)

VERSIONS: dict[str, Version] = {
    name: Version(
        name=name,
        what=what,
        module=f"ladder.dtw.{name}",
        needs=needs,
        family=family,
        # Slow versions would take minutes for a result that is not needed.
        forms=FORMS[:most],
        correct=name != "dtw_py_aeon",
        optional=name == "dtw_py_aeon",
    )
    for name, what, needs, family, most in (
        ("dtw_py_scratch", "pure Python, two rows as lists", None, _LISTS, 1),
        ("dtw_np_scratch", "numpy, diagonal by diagonal", None, _ARRAYS, 2),
        ("dtw_nb_scratch", "numba, two rows", "pip install numba", _ARRAYS, 3),
        ("dtw_py_dtaidistance", "dtaidistance", "pip install dtaidistance", _ARRAYS, 3),
        ("dtw_py_aeon", "aeon, of squares", AEON, _ARRAYS, 3),
        ("dtw_rs_scratch", "two rows in Rust", PORTS, _ARRAYS, 3),
        ("dtw_rs_engine", "the engine, through an expression", ENGINE, _COLUMNS, 3),
    )
}

BASELINE = "dtw_nb_scratch"

COMPARISONS = against_all("dtw_rs_engine", VERSIONS)
"""Ratios that are printed below the table."""
