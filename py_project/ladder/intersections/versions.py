"""The versions of the intersections, in order."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ladder.intersections import example
from ladder.intersections.intersections_np_blocks import segments
from ladder.needs import ENGINE
from ladder.plain import Plain
from ladder.version import Version, against_all

FORMS = tuple(example.FORMS)
"""Total number of segments."""

NOTES = (
    "A form is the total of segments of 50 profiles that cross 50. Speed-ups are median ratios.",
    "All except the engine use one thread. shapely gets segments as geometries created before.",
)
"""Lines below the table."""


def table(result: Any) -> NDArray[np.float64]:
    """Return crossings, one per row, sorted: first profile, second profile, x, y."""
    if hasattr(result, "to_numpy"):
        result = result.select("profile1", "profile2", "x", "y").to_numpy()
    rows = np.asarray(result, dtype=np.float64).reshape(-1, 4)
    return rows[np.lexsort(np.round(rows.T, 9)[::-1])]


def read(result: Any) -> NDArray[np.int64]:
    """Return the pair of profiles of each crossing as one number."""
    rows = table(result).astype(np.int64)
    return rows[:, 0] * 1_000 + rows[:, 1]


def _lists(given: example.Example) -> tuple[Any, ...]:
    surveys = given.first, given.second
    return tuple([list(map(tuple, line.tolist())) for line in survey] for survey in surveys)


def _geometries(given: example.Example) -> tuple[Any, ...]:
    import shapely

    (i, a, b), (j, c, d) = segments(given.first), segments(given.second)
    first, second = (shapely.linestrings(np.stack(ends, axis=1)) for ends in ((a, b), (c, d)))
    return first, second, i, j


def _columns(given: example.Example) -> tuple[Any, ...]:
    import polars as pl

    frames = []
    for survey, lines in enumerate((given.first, given.second)):
        lengths = [len(line) for line in lines]
        columns = {
            "survey": np.full(sum(lengths), survey),
            "profile": np.repeat(np.arange(len(lines)), lengths),
            "trace": np.concatenate([np.arange(length) for length in lengths]),
            "x": np.concatenate([line[:, 0] for line in lines]),
            "y": np.concatenate([line[:, 1] for line in lines]),
        }
        frames.append(pl.DataFrame(columns))
    return (pl.concat(frames, rechunk=True),)


_LISTS = Plain(_lists, read)
_ARRAYS = Plain(lambda given: (given.first, given.second), read)
_GEOMETRIES = Plain(_geometries, read)
_COLUMNS = Plain(_columns, read)

VERSIONS: dict[str, Version] = {
    name: Version(
        name=name,
        what=what,
        module=f"ladder.intersections.{name}",
        needs=needs,
        family=family,
        # Slow versions would take minutes for a result that is not needed.
        forms=FORMS[:most],
    )
    for name, what, needs, family, most in (
        ("intersections_py_scratch", "pure Python, all pairs", None, _LISTS, 1),
        ("intersections_py_bisect", "pure Python, boxes of half profiles", None, _LISTS, 3),
        ("intersections_py_sweep", "pure Python, a sweep", None, _LISTS, 3),
        ("intersections_np_blocks", "numpy, all pairs in blocks", None, _ARRAYS, 2),
        ("intersections_py_shapely", "shapely's STRtree", "pip install shapely", _GEOMETRIES, 4),
        ("intersections_rs_engine", "the engine, from the frame", ENGINE, _COLUMNS, 4),
    )
}

BASELINE = "intersections_py_shapely"

COMPARISONS = against_all("intersections_rs_engine", VERSIONS)
"""Ratios that are printed below the table."""
