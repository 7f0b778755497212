"""The points, as the expression sends them to the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from polars.exceptions import InvalidOperationError

from poly_match.dtypes import POINTS_WANTED, points_as

if TYPE_CHECKING:
    from collections.abc import Sequence


def as_points(expr: pl.Expr) -> pl.Expr:
    """Bring points into a dtype that the engine reads.

    Parameters
    ----------
    expr
        Points in any dtype that :func:`poly_match.poly_match` takes.

    Returns
    -------
    Expr
        The same points. ``InvalidOperationError`` is raised for another dtype when the query is
        planned; before Polars 2, which cannot ask a plan for a dtype, when it runs.
    """
    if hasattr(pl, "pipe_with_dtype"):
        return pl.pipe_with_dtype([expr], _planned)
    # In two steps: what is raised while Polars infers the second one's dtype loses its message.
    checked = expr.map_batches(_checked, return_dtype=pl.self_dtype(), is_elementwise=True)
    return checked.map_batches(_converted, is_elementwise=True)


def _planned(inputs: Sequence[tuple[pl.Expr, pl.DataType]]) -> pl.Expr:
    ((expr, dtype),) = inputs
    name = expr.meta.output_name(raise_if_undetermined=False) or ""
    wanted = _wanted(name, dtype)
    if isinstance(dtype, pl.BaseExtension):
        expr = expr.ext.storage()
    return expr if wanted == dtype else expr.cast(wanted)


def _checked(column: pl.Series) -> pl.Series:
    _wanted(column.name, column.dtype)
    return column


def _converted(column: pl.Series) -> pl.Series:
    wanted = points_as(_storage(column.dtype))
    if wanted is None:
        # Only Polars' inference of dtypes comes here with one that was not let through.
        return pl.Series(column.name, [None] * len(column), dtype=pl.List(pl.Float64))
    if isinstance(wanted, pl.Array):
        # Such a Polars exports slices of arrays with nulls wrongly.
        wanted = pl.List(wanted.inner)
    if isinstance(column.dtype, pl.BaseExtension):
        column = column.ext.storage()
    return column if wanted == column.dtype else column.cast(wanted)


def _wanted(name: str, dtype: pl.DataType) -> pl.DataType:
    dtype = _storage(dtype)
    wanted = points_as(dtype)
    if wanted is None:
        msg = f"point: column {name!r} has dtype {dtype}, {POINTS_WANTED}"
        raise InvalidOperationError(msg)
    return wanted


def _storage(dtype: pl.DataType) -> pl.DataType:
    """The dtype below an Arrow extension type such as GeoArrow's."""
    if not isinstance(dtype, pl.BaseExtension):
        return dtype
    storage = dtype.ext_storage()
    return storage if isinstance(storage, pl.DataType) else storage()
