"""The versions of the shaded sphere, in order."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ladder.needs import ENGINE, PORTS
from ladder.plain import Plain
from ladder.shade import example
from ladder.version import Version, against_all

FORMS = tuple(example.FORMS)
"""Width and height."""

NOTES = (
    "A form is the picture's width and height. Speed-ups are ratios of medians.",
    "numba and, for the larger picture, the engine use all threads, the others use one. The engine",
    "gets the pixels as columns of 32-bit integers; the others create them.",
)
"""Lines below the table."""


def read(result: Any) -> NDArray[np.int64]:
    """Return the levels."""
    return np.asarray(result, dtype=np.int64)


def _columns(given: example.Example) -> tuple[Any, ...]:
    import polars as pl

    pixels = np.arange(given.width * given.height, dtype=np.int32)
    rows, columns = np.divmod(pixels, np.int32(given.width))
    return pl.DataFrame({"x": columns, "y": rows}), (given.width, given.height)


_SIZE = Plain(lambda given: (given.width, given.height), read)
_COLUMNS = Plain(_columns, read)

VERSIONS: dict[str, Version] = {
    name: Version(
        name=name,
        what=what,
        module=f"ladder.shade.{name}",
        needs=needs,
        family=family,
        forms=FORMS,
    )
    for name, what, needs, family in (
        ("shade_py_classes", "three classes in Python", None, _SIZE),
        ("shade_rs_classes", "the same classes in Rust", PORTS, _SIZE),
        ("shade_np_scratch", "numpy, all pixels at once", None, _SIZE),
        ("shade_nb_scratch", "numba, all threads", "pip install numba", _SIZE),
        ("shade_rs_engine", "the engine, through an expression", ENGINE, _COLUMNS),
    )
}

BASELINE = "shade_py_classes"

COMPARISONS = against_all("shade_rs_engine", VERSIONS)
"""Ratios that are printed below the table."""
