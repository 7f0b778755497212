"""`dtw` and `dtw_path`: their semantics, through every door."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.exceptions import ComputeError, InvalidOperationError

import poly_match as pm

VALUE = st.one_of(st.none(), st.integers(-4, 4).map(float), st.floats(allow_nan=True, width=16))
SERIES = st.one_of(st.none(), st.lists(VALUE, max_size=12))
WINDOW = st.one_of(st.none(), st.integers(0, 9))
PATH = pl.List(pl.Struct({"i": pl.UInt32, "j": pl.UInt32}))


def sums(a: list[float], b: list[float], window: int | None) -> list[list[float]]:
    """The full matrix, by the definition."""
    n, m = len(a), len(b)
    least, most = -math.inf, math.inf
    if window is not None:
        least, most = min(0, m - n) - window, max(0, m - n) + window
    found = [[math.inf] * m for _ in a]
    for i in range(n):
        for j in range(m):
            if least <= j - i <= most:
                before = [found[p][q] for p, q in steps(i, j)] or [0.0]
                found[i][j] = abs(a[i] - b[j]) + min(before)
    return found


def steps(i: int, j: int) -> list[tuple[int, int]]:
    """Where a step to a pair comes from: in both, in the first, in the second."""
    pairs = [(i - 1, j - 1), (i - 1, j), (i, j - 1)]
    return [(i, j) for i, j in pairs if i >= 0 and j >= 0]


def by_definition(a: Any, b: Any, window: int | None) -> tuple[float, list[Any]] | None:
    """Distance and path; None where a series is nothing that can be compared."""
    for series in (a, b):
        if not series or any(v is None or not math.isfinite(v) for v in series):
            return None
    found = sums(a, b, window)
    path = [(len(a) - 1, len(b) - 1)]
    while path[-1] != (0, 0):
        path.append(min(steps(*path[-1]), key=lambda pair: found[pair[0]][pair[1]]))
    return found[-1][-1], path[::-1]


def ask(frame: pl.DataFrame, a: Any, b: Any, **options: Any) -> pl.DataFrame:
    distance, path = pm.dtw(a, b, **options), pm.dtw_path(a, b, **options)
    return frame.select(distance=distance, path=path)


def check(got: pl.DataFrame, pairs: list[tuple[Any, Any]], window: int | None) -> None:
    assert got.schema == {"distance": pl.Float64, "path": PATH}
    expected = [by_definition(a, b, window) for a, b in pairs]
    assert got["distance"].to_list() == [answer and answer[0] for answer in expected]
    paths = [
        None if answer is None else [{"i": i, "j": j} for i, j in answer[1]] for answer in expected
    ]
    assert got["path"].to_list() == paths


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(SERIES, SERIES), max_size=6), SERIES, WINDOW)
def test_the_same_as_by_the_definition(
    pairs: list[tuple[Any, Any]], one: Any, window: int | None
) -> None:
    dtype = pl.List(pl.Float64)
    frame = pl.DataFrame(pairs, schema={"a": dtype, "b": dtype}, orient="row")
    check(ask(frame, "a", "b", window=window), pairs, window)
    if one is not None:
        series = pl.Series(one, dtype=pl.Float64)
        check(ask(frame, "a", series, window=window), [(a, one) for a, _ in pairs], window)
        check(ask(frame, series, "b", window=window), [(one, b) for _, b in pairs], window)


def test_one_series_against_one() -> None:
    for a, b in (([0, 1, 2], [0, 2, 2, 2]), (np.arange(3), pl.Series([0.0, 2.0, 2.0, 2.0]))):
        got = pl.select(distance=pm.dtw(a, b), path=pm.dtw_path(a, b))
        check(got, [([0, 1, 2], [0, 2, 2, 2])], None)
    nothing = pl.select(distance=pm.dtw([], [1.0]), path=pm.dtw_path([], [1.0]))
    check(nothing, [([], [1.0])], None)


def test_dtypes() -> None:
    values = [[1, 3, 2], [4, 4, 0]]
    expected = pl.DataFrame({"a": values}).select(pm.dtw("a", [2, 3])).to_series().to_list()
    numbers = (pl.Int8, pl.UInt16, pl.Int64, pl.Float32, pl.Float64, pl.Decimal(9, 2))
    for number in numbers:
        for dtype in (pl.List(number), pl.Array(number, 3)):
            a = pl.Series("a", values).cast(pl.List(number)).cast(dtype)
            assert a.to_frame().select(pm.dtw("a", [2, 3])).to_series().to_list() == expected
            # A Series of lists is a column, and so is an array of two dimensions.
            assert pl.select(pm.dtw(a, [2, 3])).to_series().to_list() == expected
    assert pl.select(pm.dtw(np.array(values), [2, 3])).to_series().to_list() == expected
    nothing = pl.Series("a", [[], []], dtype=pl.Array(pl.Float64, 0)).to_frame()
    assert nothing.select(pm.dtw("a", [2, 3])).to_series().to_list() == [None, None]
    gaps = pl.Series("a", [None, values[0], [1, None, 2]], dtype=pl.Array(pl.Int64, 3)).to_frame()
    assert gaps[1:].select(pm.dtw("a", [2, 3])).to_series().to_list() == [expected[0], None]
    nulls = pl.DataFrame({"a": [None, None]}).select(pm.dtw("a", [2, 3])).to_series()
    assert nulls.to_list() == [None, None]
    for wrong in (pl.Series("a", [1, 2]), pl.Series("a", [["x"]]), pl.Series("a", [[[1]]])):
        plan = wrong.to_frame().lazy().select(pm.dtw("a", [2, 3]))
        with pytest.raises(InvalidOperationError, match=r"column 'a' has dtype .*expected series"):
            plan.collect()


def test_columns_of_different_lengths() -> None:
    a, b = pl.Series("a", [[1], [2], [3]]), pl.Series("b", [[1], [2]])
    with pytest.raises((ComputeError, pl.exceptions.ShapeError)):
        pl.select(pm.dtw(a, b))


def test_options_are_checked_at_once() -> None:
    for ask in (pm.dtw, pm.dtw_path):
        with pytest.raises(ValueError, match="window: expected at least 0, got -1"):
            ask("a", "b", window=-1)
        for window in (0.5, True, "3", [3]):
            says = r"^window: expected a whole number of at least 0, got "
            with pytest.raises(TypeError, match=says + re.escape(repr(window))):
                ask("a", "b", window=window)  # type: ignore[arg-type]
        for window in (2**63, 2**200):
            with pytest.raises(ValueError, match=f"^window: expected at most {2**63 - 1}, got"):
                ask("a", "b", window=window)
        for wrong in (None, 7, object(), pl.DataFrame({"a": [1]}), pl.LazyFrame({"a": [1]})):
            with pytest.raises(TypeError, match=r"^a: expected a column name, an expression, or"):
                ask(wrong, "b")
            with pytest.raises(TypeError, match=r"^b: expected a column name, an expression, or"):
                ask([1, 2], wrong)
    widest = pl.select(pm.dtw([0, 1, 2], [0, 2, 2, 2], window=2**63 - 1)).item()
    assert widest == 1.0
