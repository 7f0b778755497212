"""What the kernels of two columns share: an answer for each row from that row of both."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
from polars.plugins import register_plugin_function

from poly_match.kernel import ReadAs, read_expr

if TYPE_CHECKING:
    from collections.abc import Sequence

_PLUGIN = Path(__file__).parent


def expression(
    function: str,
    columns: Sequence[str | pl.Expr | pl.Series],
    read_as: ReadAs,
    wanted: str,
    options: dict[str, Any],
) -> pl.Expr:
    """Ask a kernel about two columns, row by row.

    Parameters
    ----------
    function
        Name of the kernel in the plugin.
    columns
        Column names, expressions or Series.
    read_as, wanted
        What the kernel reads; in words, for the error about another dtype.
    options
        Sent along as they are: plain Python values.
    """
    return register_plugin_function(
        plugin_path=_PLUGIN,
        function_name=function,
        args=[read_expr(_expr(column), read_as, wanted) for column in columns],
        kwargs=options,
        is_elementwise=True,
    )


def _expr(column: str | pl.Expr | pl.Series) -> pl.Expr:
    match column:
        case str():
            return pl.col(column)
        case pl.Series():
            return pl.lit(column)
        case _:
            return column
