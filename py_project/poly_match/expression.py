"""``poly_match`` as an expression, and as an accessor of expressions."""

from __future__ import annotations

import inspect
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
from polars.exceptions import InvalidOperationError
from polars.plugins import register_plugin_function

from poly_match import _plugin
from poly_match.polygons import columns_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from poly_match.polygons import IntoPolygons

_PLUGIN = Path(__file__).parent

# A function that Polars takes for deterministic has its literals hashed when common subexpressions
# are looked for: a pass over all polygons in each query. Polars has the option since 2.0.
_IS_DETERMINISTIC: dict[str, Any] = (
    {"is_deterministic": False}
    if "is_deterministic" in inspect.signature(register_plugin_function).parameters
    else {}
)


def poly_match(
    point: str | pl.Expr | pl.Series, polygons: IntoPolygons, *, max_dist: float
) -> pl.Expr:
    """For each point, the row number of the best polygon that qualifies.

    A polygon qualifies when its centre, the mean of the vertices of its exterior, is strictly
    closer than ``max_dist``. The best one has the smallest area; among equal areas, the lowest row.

    Parameters
    ----------
    point
        Column name, expression or Series of points: a ``Struct`` of two numeric fields (first x,
        then y), ``Array(numeric, 2)``, ``List(numeric)`` of length 2, or ``Binary`` WKB or EWKB.
    polygons
        ``DataFrame``, ``LazyFrame`` (collected here) or Arrow table with the columns ``x`` and
        ``y`` as ``List(numeric)``, one ring a row, closed or not; or ``geometry`` as ``Binary`` WKB
        or EWKB of polygons and multipolygons, holes included. A null or empty polygon keeps its
        row number and never matches.
    max_dist
        Bound on the distance, in the unit of the coordinates. A polygon qualifies when
        ``dx * dx + dy * dy < max_dist * max_dist`` in 64-bit floats.

    Returns
    -------
    Expr
        ``UInt32``, one answer a row, called as the points are. Null where the point is null, where
        a coordinate is null, NaN or infinite, and where no polygon qualifies.

    Raises
    ------
    ValueError
        If ``max_dist`` is negative or NaN.
    polars.exceptions.InvalidOperationError
        If the points (when the query is planned) or the polygons (here) have another dtype.
    polars.exceptions.ColumnNotFoundError
        If the polygons have neither ``x`` and ``y`` nor ``geometry``.
    polars.exceptions.ComputeError
        When the query runs, with the row: if a polygon has fewer than 3 distinct vertices, a
        vertex that is not finite, or different numbers of x and y; if WKB is broken; if a list
        does not have 2 coordinates.

    Notes
    -----
    The polygons are parsed, measured and indexed once, by the first call that needs them, and kept
    for later queries over the same frame; see :func:`poly_match.cache_info`.

    Examples
    --------
    >>> import polars as pl
    >>> import poly_match as pm
    >>> polygons = pl.DataFrame(
    ...     {"x": [[0, 4, 4, 0], [1, 2, 2, 1]], "y": [[0, 0, 4, 4], [1, 1, 2, 2]]}
    ... )
    >>> points = pl.DataFrame({"point": [[2.0, 2.0], [9.0, 9.0], [4.0, 4.0]]})
    >>> points.with_columns(zone=pm.poly_match("point", polygons, max_dist=3.0))
    shape: (3, 2)
    ┌────────────┬──────┐
    │ point      ┆ zone │
    │ ---        ┆ ---  │
    │ list[f64]  ┆ u32  │
    ╞════════════╪══════╡
    │ [2.0, 2.0] ┆ 1    │
    │ [9.0, 9.0] ┆ null │
    │ [4.0, 4.0] ┆ 0    │
    └────────────┴──────┘
    """
    if math.isnan(max_dist) or max_dist < 0:
        msg = f"max_dist: expected a distance of at least 0, got {max_dist}"
        raise ValueError(msg)
    # An imploded literal stays one row and the same buffers in every call of every engine; a
    # literal as it is would be cut into morsels like the points.
    columns = [pl.lit(column).implode() for column in columns_of(polygons)]
    return register_plugin_function(
        plugin_path=_PLUGIN,
        function_name="poly_match",
        args=[_checked_points(point), *columns],
        kwargs={"max_dist": float(max_dist)},
        is_elementwise=True,
        **_IS_DETERMINISTIC,
    )


def _checked_points(point: str | pl.Expr | pl.Series) -> pl.Expr:
    """Give the points back as an expression that raises for a dtype that cannot be points."""
    if isinstance(point, pl.Series):
        _raise_unless_points(point.name, point.dtype)
        return pl.lit(point)
    expr = pl.col(point) if isinstance(point, str) else point
    if hasattr(pl, "pipe_with_dtype"):
        return pl.pipe_with_dtype([expr], _check_dtype)
    # Before Polars 2 a plan cannot be asked for a dtype: look at the columns as they pass.
    return expr.map_batches(_check_column, return_dtype=pl.self_dtype(), is_elementwise=True)


def _check_dtype(inputs: Sequence[tuple[pl.Expr, pl.DataType]]) -> pl.Expr:
    """Check while the query is planned."""
    ((expr, dtype),) = inputs
    _raise_unless_points(expr.meta.output_name(raise_if_undetermined=False) or "", dtype)
    return expr


def _check_column(column: pl.Series) -> pl.Series:
    """Check while the query runs."""
    _raise_unless_points(column.name, column.dtype)
    return column


def _raise_unless_points(name: str, dtype: pl.DataType) -> None:
    """Raise ``InvalidOperationError`` for a dtype that the engine cannot read as points."""
    if dtype == pl.Object or not _plugin.is_points(pl.Series(name, [], dtype=dtype)):
        msg = (
            f"point: column {name!r} has dtype {dtype}, expected a Struct of two numeric fields "
            "(first x, then y), Array(numeric, 2), List(numeric) or WKB as Binary"
        )
        raise InvalidOperationError(msg)


@pl.api.register_expr_namespace("poly_match")
class PolyMatchAccessor:
    """``pl.col("point").poly_match(polygons, ...)``: :func:`poly_match` with the points first."""

    def __init__(self, expr: pl.Expr) -> None:
        self._expr = expr

    def __call__(self, polygons: IntoPolygons, *, max_dist: float) -> pl.Expr:
        """See :func:`poly_match`."""
        return poly_match(self._expr, polygons, max_dist=max_dist)
