"""Dynamic time warping of two series, as a distance and as a path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import polars as pl
from polars.exceptions import ComputeError

from poly_match import _plugin
from poly_match.dtypes import SERIES_WANTED, series_as
from poly_match.kernel import count, read
from poly_match.pair import expression

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

Series: TypeAlias = "str | pl.Expr | pl.Series | NDArray[Any] | Sequence[Any]"
"""A column of series: its name, an expression, a Series or array of lists. Or one series, as a
Series, an array or a sequence of numbers: it is held against every row of the other column."""


def dtw(a: Series, b: Series, *, window: int | None = None) -> pl.Expr:
    """How far two series are apart once their time is bent to fit: dynamic time warping.

    A path pairs values of both series: it begins with the two first, ends with the two last, and
    each step goes on by one in ``a``, in ``b``, or in both. The distance is the least sum of the
    absolute differences (not their squares) along any path. Each row's answer depends on that row
    alone.

    Parameters
    ----------
    a, b
        Column name or expression of series, ``List(numeric)`` or ``Array(numeric, n)``, of any
        length each; or a Series or array of them. Or one series: a Series, array or sequence of
        numbers, which is held against every row of the other column.
    window
        How far a path may leave the diagonal (Sakoe and Chiba). With n and m values, the values i
        and j, from 0, may be paired when ``min(0, m - n) - window <= j - i <= max(0, m - n) +
        window``: for equal lengths ``abs(i - j) <= window``, else a band around the diagonals
        through both ends, so that there always is a path. ``None`` for no bound.

    Returns
    -------
    Expr
        ``Float64``, one a row, called as ``a`` is. Null where a series is null or empty, or has a
        value that is null, NaN or infinite. Infinite where the sum does not fit.

    Raises
    ------
    ValueError
        If ``window`` is negative.
    polars.exceptions.InvalidOperationError
        If a column does not hold series, when the query is planned.

    Notes
    -----
    Takes time for every pair of values within the window, and memory for three diagonals.

    Examples
    --------
    >>> import polars as pl
    >>> import poly_match as pm
    >>> frame = pl.DataFrame({"a": [[0, 1, 2], [0, 9], []], "b": [[0, 2, 2, 2], [1, 7, 9], [1]]})
    >>> frame.with_columns(distance=pm.dtw("a", "b"), to_one=pm.dtw("a", [0, 1]))
    shape: (3, 4)
    ┌───────────┬─────────────┬──────────┬────────┐
    │ a         ┆ b           ┆ distance ┆ to_one │
    │ ---       ┆ ---         ┆ ---      ┆ ---    │
    │ list[i64] ┆ list[i64]   ┆ f64      ┆ f64    │
    ╞═══════════╪═════════════╪══════════╪════════╡
    │ [0, 1, 2] ┆ [0, 2, … 2] ┆ 1.0      ┆ 1.0    │
    │ [0, 9]    ┆ [1, 7, 9]   ┆ 3.0      ┆ 8.0    │
    │ []        ┆ [1]         ┆ null     ┆ null   │
    └───────────┴─────────────┴──────────┴────────┘
    """
    return _ask("dtw", a, b, window)


def dtw_path(a: Series, b: Series, *, window: int | None = None) -> pl.Expr:
    """The path that :func:`dtw` measures: which value of ``a`` goes with which of ``b``.

    Parameters
    ----------
    a, b, window
        As for :func:`dtw`.

    Returns
    -------
    Expr
        ``List(Struct({"i": UInt32, "j": UInt32}))``, one a row, called as ``a`` is: the pairs from
        (0, 0) on, i counting in ``a`` and j in ``b``. Null as for :func:`dtw`. Of several paths of
        the least sum the one that, read from the end, goes back in both series wherever that is as
        good as the other steps, else in ``a`` alone where that is as good as in ``b`` alone.

    Raises
    ------
    ValueError
        If ``window`` is negative.
    polars.exceptions.InvalidOperationError
        If a column does not hold series, when the query is planned.
    polars.exceptions.ComputeError
        If there is no memory for two bits for every pair of values within the window.

    Examples
    --------
    >>> import polars as pl
    >>> import poly_match as pm
    >>> path = pl.select(path=pm.dtw_path([0, 1, 2], [0, 2, 2, 2])).explode("path")
    >>> path.unnest("path").rows()
    [(0, 0), (1, 1), (2, 2), (2, 3)]
    """
    return _ask("dtw_path", a, b, window)


def _ask(function: str, a: Series, b: Series, window: int | None) -> pl.Expr:
    options = {"window": None if window is None else count("window", window, 0)}
    columns = [_column("a", a), _column("b", b)]
    there = [column for column in columns if isinstance(column, pl.Series)]
    if len(there) == 2:
        # Answered here: so Ctrl-C stops it, and a child of a fork needs no query for it.
        lists = [column.implode() if _is_one(column) else column for column in there]
        first, second = (read(column, series_as, SERIES_WANTED) for column in lists)
        try:
            answers = _plugin.dtw(first, second, options["window"], function == "dtw_path")
        except ValueError as error:
            # As of a query.
            raise ComputeError(str(error)) from None
        literal = pl.lit(answers)
        return literal.first() if len(first) == len(second) == 1 else literal
    # Not a literal that is a list: Polars would copy that for every row.
    args = [pl.lit(column).implode() if _is_one(column) else column for column in columns]
    return expression(function, args, series_as, SERIES_WANTED, options)


def _is_one(column: str | pl.Expr | pl.Series) -> bool:
    """Whether it is one series, and not a column of them."""
    return isinstance(column, pl.Series) and not column.dtype.is_nested()


def _column(name: str, series: Any) -> str | pl.Expr | pl.Series:
    """A column of series, or one series as a Series of numbers."""
    if isinstance(series, (str, pl.Expr)):
        return series
    try:
        column = series if isinstance(series, pl.Series) else pl.Series("series", series)
    except (TypeError, ValueError) as error:
        msg = f"{name}: expected a column name, an expression, or a Series or array: {error}"
        raise TypeError(msg) from None
    if series is None or isinstance(series, (pl.DataFrame, pl.LazyFrame)):
        msg = (
            f"{name}: expected a column name, an expression, or a Series or array, "
            f"got {type(series).__name__}"
        )
        raise TypeError(msg)
    return column
