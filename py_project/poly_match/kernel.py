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

from poly_match.dtypes import calendar
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
    into = _checked(column.name, column.dtype, read_as, wanted)
    column = _converted(column, into)
    return column if hasattr(pl, "pipe_with_dtype") else _converted(column, _without_arrays(into))


def read_expr(expr: pl.Expr, read_as: ReadAs, wanted: str) -> pl.Expr:
    """As :func:`read` for an expression: raised when the query is planned."""
    if hasattr(pl, "pipe_with_dtype"):

        def planned(inputs: Sequence[tuple[pl.Expr, pl.DataType]]) -> pl.Expr:
            ((expr, dtype),) = inputs
            name = expr.meta.output_name(raise_if_undetermined=False) or ""
            into = _checked(name, dtype, read_as, wanted)
            if isinstance(dtype, pl.BaseExtension):
                expr, dtype = expr.ext.storage(), storage_of(dtype)
            return expr if into == dtype else _cast(expr, dtype, into)

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


def count(name: str, value: object, least: int, most: int = 2**63 - 1) -> int:
    """Return a whole number from ``least`` to ``most``.

    Raises
    ------
    TypeError
        If it is not a whole number; with the parameter's name.
    ValueError
        If it is less or more; with the parameter's name.
    """
    number = _whole(name, value, f"a whole number of at least {least}")
    if number < least:
        msg = f"{name}: expected at least {least}, got {number}"
        raise ValueError(msg)
    if number > most:
        msg = f"{name}: expected at most {most}, got {number}"
        raise ValueError(msg)
    return number


def number(name: str, value: object, wanted: str) -> float:
    """Return a number as a float; ``wanted`` is what the parameter takes.

    Raises
    ------
    TypeError
        If it is not one number; with the parameter's name. Text and truth values are no numbers.
    ValueError
        If it is larger than a 64-bit float; with the parameter's name.
    """
    is_number = hasattr(type(value), "__float__") or hasattr(type(value), "__index__")
    if not is_number or _is_flag(value) or getattr(value, "ndim", 0) != 0:
        raise _wrong(name, value, wanted)
    try:
        return float(value)  # type: ignore[arg-type]
    except OverflowError:
        msg = f"{name}: expected {wanted}, got a number larger than a 64-bit float"
        raise ValueError(msg) from None
    except (TypeError, ValueError):
        raise _wrong(name, value, wanted) from None


def flag(name: str, value: object) -> bool:
    """Return a truth value.

    Raises
    ------
    TypeError
        If it is anything but ``True`` or ``False``, of Python or numpy; with the parameter's name.
    """
    if not _is_flag(value):
        raise _wrong(name, value, "True or False")
    return bool(value)


def word(name: str, value: object, choices: Sequence[str]) -> str:
    """Return one of some words.

    Raises
    ------
    TypeError
        If it is not text; with the parameter's name. Other words are the plugin's to refuse.
    """
    if not isinstance(value, str):
        raise _wrong(name, value, " or ".join(map(repr, choices)))
    return value


def signed_seed(seed: object) -> int:
    """Return a seed as the plugin takes it; a new one for ``None``.

    Raises
    ------
    TypeError
        If it is not a whole number.
    ValueError
        If it is negative or has more than 64 bits.
    """
    wanted = "a number from 0 to 2**64 - 1"
    number = secrets.randbits(64) if seed is None else _whole("seed", seed, f"{wanted}, or None")
    if not 0 <= number < 2**64:
        msg = f"seed: expected {wanted}, got {number}"
        raise ValueError(msg)
    return number - 2**64 if number >= 2**63 else number


def column(name: str, value: object) -> str | pl.Expr | pl.Series:
    """Return what names or holds a column.

    Raises
    ------
    TypeError
        If it is no name, expression or Series; with the parameter's name.
    """
    if not isinstance(value, (str, pl.Expr, pl.Series)):
        raise _wrong(name, value, "a column name, an expression or a Series")
    return value


def _whole(name: str, value: object, wanted: str) -> int:
    try:
        if _is_flag(value):
            raise TypeError
        return operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        raise _wrong(name, value, wanted) from None


def _is_flag(value: object) -> bool:
    # The second is numpy's, which need not be installed.
    return isinstance(value, bool) or type(value).__name__ in ("bool_", "bool")


def _wrong(name: str, value: object, wanted: str) -> TypeError:
    shown = repr(value)
    # Tables and arrays are too long to show.
    shown = shown if len(shown) <= 60 and "\n" not in shown else f"a {type(value).__name__}"
    return TypeError(f"{name}: expected {wanted}, got {shown}")


def _checked(name: str, dtype: pl.DataType, read_as: ReadAs, wanted: str) -> pl.DataType:
    into = read_as(storage_of(dtype))
    if into is None:
        msg = f"column {name!r} has dtype {dtype}, {wanted}"
        raise InvalidOperationError(msg)
    return into


def _converted(column: pl.Series, into: pl.DataType) -> pl.Series:
    if isinstance(column.dtype, pl.BaseExtension):
        column = column.ext.storage()
    if into == column.dtype:
        return column
    if calendar(column.dtype) is None:
        return column.cast(into)
    return column.to_frame().select(_cast(pl.first(), column.dtype, into)).to_series()


def _cast(expr: pl.Expr, dtype: pl.DataType, into: pl.DataType) -> pl.Expr:
    """Times as text, those past all calendars as their numbers; anything else as Polars does."""
    bounds = calendar(dtype)
    if bounds is None or into != pl.String:
        return expr.cast(into)
    number = expr.to_physical()
    known = number.is_between(*bounds)
    text = pl.when(known).then(number).otherwise(0).cast(dtype).cast(pl.String)
    return pl.when(known).then(text).otherwise(number.cast(pl.String))


def _without_arrays(dtype: pl.DataType) -> pl.DataType:
    """Lists for arrays: of these, Polars before version 2 exports slices with nulls wrongly."""
    return pl.List(dtype.inner) if isinstance(dtype, pl.Array) else dtype
