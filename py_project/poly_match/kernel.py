"""What the further kernels share: a column in, whole, and an answer for each of its rows."""

from __future__ import annotations

import operator
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import polars as pl
from polars.exceptions import InvalidOperationError
from polars.plugins import register_plugin_function

from poly_match.points import storage_of

_PLUGIN = Path(__file__).parent

ReadAs: TypeAlias = Callable[[pl.DataType], "pl.DataType | None"]
"""The dtype in which the engine reads a column of a dtype; ``None`` where it does not."""


def expression(
    function: str,
    column: str | pl.Expr | pl.Series,
    read_as: ReadAs,
    wanted: str,
    options: dict[str, Any],
    *,
    is_elementwise: bool = False,
) -> pl.Expr:
    """Ask a kernel about a column.

    Parameters
    ----------
    function
        Name of the kernel in the plugin.
    column
        Column name, expression or Series. A Series is answered here.
    read_as, wanted
        What the kernel reads; in words, for the error about another dtype.
    options
        Sent along as they are: plain Python values.
    is_elementwise
        Whether a row's answer depends on that row alone. Otherwise Polars hands over the whole
        column, or the whole group where there are groups.
    """
    if isinstance(column, pl.Series):
        expr = expression(
            function, pl.first(), read_as, wanted, options, is_elementwise=is_elementwise
        )
        return pl.lit(pl.DataFrame([column]).select(expr).to_series())
    expr = pl.col(column) if isinstance(column, str) else column
    return register_plugin_function(
        plugin_path=_PLUGIN,
        function_name=function,
        args=[read_expr(expr, read_as, wanted)],
        kwargs=options,
        is_elementwise=is_elementwise,
    )


def read(column: pl.Series, read_as: ReadAs, wanted: str) -> pl.Series:
    """Bring a Series into a dtype that the engine reads, or raise ``InvalidOperationError``."""
    return _converted(column, _checked(column.name, column.dtype, read_as, wanted))


def read_expr(expr: pl.Expr, read_as: ReadAs, wanted: str) -> pl.Expr:
    """As :func:`read` for an expression: raised when the query is planned."""
    if hasattr(pl, "pipe_with_dtype"):

        def planned(inputs: Sequence[tuple[pl.Expr, pl.DataType]]) -> pl.Expr:
            ((expr, dtype),) = inputs
            name = expr.meta.output_name(raise_if_undetermined=False) or ""
            into = _checked(name, dtype, read_as, wanted)
            if isinstance(dtype, pl.BaseExtension):
                expr = expr.ext.storage()
            return expr if into == dtype else expr.cast(into)

        return pl.pipe_with_dtype([expr], planned)

    def checked(column: pl.Series) -> pl.Series:
        _checked(column.name, column.dtype, read_as, wanted)
        return column

    def converted(column: pl.Series) -> pl.Series:
        into = read_as(storage_of(column.dtype))
        if into is None:
            # Only Polars' inference of dtypes comes here with one that was not let through.
            return pl.Series(column.name, [None] * len(column), dtype=pl.Float64)
        # Numbers first: at once, decimals in arrays would lose their scale there.
        return _converted(_converted(column, into), _without_arrays(into))

    # In two steps: what is raised while Polars infers the second one's dtype loses its message.
    expr = expr.map_batches(checked, return_dtype=pl.self_dtype(), is_elementwise=True)
    return expr.map_batches(converted, is_elementwise=True)


def count(name: str, value: object, least: int) -> int:
    """Return a whole number of at least ``least``.

    Raises
    ------
    TypeError
        If it is not a whole number.
    ValueError
        If it is less; with the parameter's name.
    """
    try:
        number = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        msg = f"{name}: expected a whole number, got {value!r}"
        raise TypeError(msg) from None
    if not least <= number < 2**63:
        msg = f"{name}: expected at least {least}, got {number}"
        raise ValueError(msg)
    return number


def signed_seed(seed: int | None) -> int:
    """Return a seed as the plugin takes it; a new one for ``None``.

    Raises
    ------
    ValueError
        If it is negative or has more than 64 bits.
    """
    number = secrets.randbits(64) if seed is None else operator.index(seed)
    if not 0 <= number < 2**64:
        msg = f"seed: expected a number from 0 to 2**64 - 1, got {number}"
        raise ValueError(msg)
    return number - 2**64 if number >= 2**63 else number


def _checked(name: str, dtype: pl.DataType, read_as: ReadAs, wanted: str) -> pl.DataType:
    into = read_as(storage_of(dtype))
    if into is None:
        msg = f"column {name!r} has dtype {dtype}, {wanted}"
        raise InvalidOperationError(msg)
    return into


def _converted(column: pl.Series, into: pl.DataType) -> pl.Series:
    if isinstance(column.dtype, pl.BaseExtension):
        column = column.ext.storage()
    return column if into == column.dtype else column.cast(into)


def _without_arrays(dtype: pl.DataType) -> pl.DataType:
    """Lists for arrays: of these, Polars before version 2 exports slices with nulls wrongly."""
    return pl.List(dtype.inner) if isinstance(dtype, pl.Array) else dtype
