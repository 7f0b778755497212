"""Check the answers of the versions, before any of them is timed.

In the original example all areas are equal except for rounding, so correct programs may return
different polygons: there an answer is checked against the definition. If areas are distinct,
answers must be equal row by row.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from ladder.finding import Finding, difference, finding, runnable
from ladder.match import example as examples
from ladder.match.example import Example
from ladder.match.inputs import NONE
from ladder.match.v1 import shoelace
from ladder.version import Version

AREA_TOLERANCE = 1e-9
"""Relative tolerance for areas that count as equal in the original example."""

EDGE_TOLERANCE = 1e-12
"""Relative tolerance for centers that may be near or not, because of rounding."""


def compare(versions: Iterable[Version]) -> list[Finding]:
    """Run every available version on every example and compare the answers."""
    there, findings = runnable(versions)
    findings += _by_definition(there)
    findings += _row_for_row(there)
    findings += _nothing_near(there)
    findings += _by_numpy_areas(there)
    return findings


def problem(example: Example, rows: NDArray[np.int64]) -> str | None:
    """Return how an answer violates the definition, or None.

    A point is matched if it has a near polygon; the returned polygon is near; its area is the
    smallest of the near polygons, within `AREA_TOLERANCE`.
    """
    if rows.shape != (example.n_points,):
        return f"{rows.shape} rows for {example.n_points} points"
    if example.n_polygons == 0:
        return None if (rows == NONE).all() else "a pick although there is no polygon"
    centers = np.array([(x.mean(), y.mean()) for x, y in zip(example.xs, example.ys, strict=True)])
    areas = np.array([shoelace(x, y) for x, y in zip(example.xs, example.ys, strict=True)])
    for at, ((x, y), row) in enumerate(zip(example.points, rows, strict=True)):
        distances = np.hypot(centers[:, 0] - x, centers[:, 1] - y)
        surely = distances < example.max_dist * (1.0 - EDGE_TOLERANCE)
        maybe = distances < example.max_dist * (1.0 + EDGE_TOLERANCE)
        if row == NONE:
            if surely.any():
                return f"point {at}: none, but {surely.sum()} are near"
        elif not 0 <= row < example.n_polygons:
            return f"point {at}: there is no polygon {row}"
        elif not maybe[row]:
            return f"point {at}: polygon {row} is {distances[row]:.6g} away"
        elif surely.any() and areas[row] > areas[surely].min() * (1.0 + AREA_TOLERANCE):
            return f"point {at}: area {areas[row]!r}, the smallest is {areas[surely].min()!r}"
    return None


def takes_by() -> bool:
    """Return whether the installed engine can rank by a column."""
    try:
        from ladder.match.v6 import poly_match
    except ImportError:
        return False
    return "by" in inspect.signature(poly_match).parameters


def rows_by_numpy_areas(example: Example) -> NDArray[np.int64]:
    """Return the answer of v6, ranked by a column with the areas of NumPy."""
    import polars as pl

    from ladder.match import v6
    from ladder.match.inputs import Frames

    given = Frames().make(v6, example)
    areas = [shoelace(x, y) for x, y in zip(example.xs, example.ys, strict=True)]
    polygons = given.polygons.with_columns(pl.Series("numpy_area", areas, dtype=pl.Float64))
    result = v6.main_by(polygons, given.points, given.max_dist, by="numpy_area")
    return Frames().rows(given, result)


def _by_definition(versions: list[Version]) -> list[Finding]:
    example = examples.original()
    what = "original example, by definition"
    return [finding(v, what, problem(example, v.answer(example))) for v in versions]


def _row_for_row(versions: list[Version]) -> list[Finding]:
    example = examples.distinct_areas()
    what = "distinct areas, row for row"
    first, *rest = versions
    expected = first.answer(example)
    findings = [finding(first, "distinct areas, by definition", problem(example, expected))]
    return findings + [finding(v, what, difference(v.answer(example), expected)) for v in rest]


def _nothing_near(versions: list[Version]) -> list[Finding]:
    example = examples.some_far()
    what = "some points with nothing near, row for row"
    right = [version for version in versions if version.correct]
    expected = right[0].answer(example)
    findings = []
    for version in versions:
        rows = version.answer(example)
        wrong = difference(rows, expected)
        if not version.correct and wrong:
            invented = int(((rows == 0) & (expected == NONE)).sum())
            text = f"{version.name}: {what}: polygon 0 for {invented} points, as published"
            findings.append(Finding(text))
        else:
            findings.append(finding(version, what, wrong))
    return findings


def _by_numpy_areas(versions: list[Version]) -> list[Finding]:
    what = "original example with numpy's areas as by=, row for row with v1"
    names = {version.name: version for version in versions}
    if "v6-prepared" not in names or "v1" not in names:
        return []
    if not takes_by():
        return [Finding(f"v6: {what}: by= not available yet")]
    example = examples.original()
    wrong = difference(rows_by_numpy_areas(example), names["v1"].answer(example))
    return [finding(names["v6-prepared"], what, wrong)]
