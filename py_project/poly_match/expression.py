"""``poly_match`` as an expression, and as an accessor of expressions."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
from polars.plugins import register_plugin_function

from poly_match import _plugin
from poly_match.points import as_points
from poly_match.polygons import table_of
from poly_match.rule import check_rule

if TYPE_CHECKING:
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
    point: str | pl.Expr | pl.Series,
    polygons: IntoPolygons,
    *,
    max_dist: float | None = None,
    by: str | None = None,
    descending: bool = False,
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
        ``dx * dx + dy * dy < max_dist * max_dist`` in 64-bit floats. There is no default.
    by
        Rank by this numeric column of ``polygons`` instead of by area: the smallest is the best. A
        row whose value is null or NaN never matches. Integers are compared as such.
    descending
        With ``by``: the largest is the best.

    Returns
    -------
    Expr
        ``UInt32``, one answer a row, called as the points are. Null where the point is null, where
        a coordinate is null, NaN or infinite, and where no polygon qualifies.

    Raises
    ------
    ValueError
        If ``max_dist`` is missing, negative or NaN, or ``descending`` comes without ``by``. If a
        polygon has fewer than 3 distinct vertices, a vertex that is not finite, different numbers
        of x and y, or broken WKB: with its row.
    polars.exceptions.InvalidOperationError
        If the polygons (here) or the points (when the query is planned) have another dtype.
    polars.exceptions.ColumnNotFoundError
        If the polygons have neither ``x`` and ``y`` nor ``geometry``, or no column ``by``.
    polars.exceptions.ComputeError
        When the query runs: if a list of the points does not have 2 coordinates, or their WKB is
        broken. With the row within the piece of the column that Polars was working on.

    Notes
    -----
    The polygons are parsed, measured and ranked here, and indexed by the first query that is large
    enough. What was made is kept for later expressions over equal polygons; see
    :func:`poly_match.cache_info`. A Series of points is answered here.

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
    max_dist = check_rule(max_dist, by, descending)
    table = table_of(polygons, by)
    fingerprint, matcher = _plugin.prepare(table, max_dist, descending)
    # What numpy's numbers are pickled to is not read as a number.
    options = {
        "max_dist": float(max_dist),
        "descending": bool(descending),
        "fingerprint": fingerprint,
        "matcher": matcher,
    }
    if isinstance(point, pl.Series):
        # Nothing but literals in a plan is folded in ways that tear the polygons apart.
        frame = pl.DataFrame([point])
        return pl.lit(frame.select(_expression(pl.first(), table, options)).to_series())
    expr = pl.col(point) if isinstance(point, str) else point
    return _expression(expr, table, options)


def _expression(point: pl.Expr, table: pl.Series, options: dict[str, object]) -> pl.Expr:
    args = [as_points(point)]
    if options["matcher"] is None:
        # An imploded literal stays one row in every call of every engine; a literal as it is would
        # be cut into morsels like the points.
        args.append(pl.lit(table).implode())
    return register_plugin_function(
        plugin_path=_PLUGIN,
        function_name="poly_match",
        args=args,
        kwargs=options,
        is_elementwise=True,
        **_IS_DETERMINISTIC,
    )


@pl.api.register_expr_namespace("poly_match")
class PolyMatchAccessor:
    """``pl.col("point").poly_match(polygons, ...)``: :func:`poly_match` with the points first."""

    def __init__(self, expr: pl.Expr) -> None:
        self._expr = expr

    def __call__(
        self,
        polygons: IntoPolygons,
        *,
        max_dist: float | None = None,
        by: str | None = None,
        descending: bool = False,
    ) -> pl.Expr:
        """See :func:`poly_match`."""
        return poly_match(self._expr, polygons, max_dist=max_dist, by=by, descending=descending)
