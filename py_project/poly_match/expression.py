"""``poly_match`` as an expression, and as an accessor of expressions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from poly_match.options import Options
from poly_match.question import ask

if TYPE_CHECKING:
    from poly_match.options import Center, Invalid, Metric, Predicate
    from poly_match.polygons import IntoPolygons
    from poly_match.question import IntoPoints


def poly_match(
    point: IntoPoints,
    polygons: IntoPolygons,
    *,
    max_dist: float | None = None,
    k: int | None = None,
    predicate: Predicate = "center",
    center: Center = "vertex_mean",
    by: str | None = None,
    descending: bool = False,
    id: str | None = None,  # noqa: A002
    details: bool = False,
    metric: Metric = "euclidean",
    invalid: Invalid = "raise",
) -> pl.Expr:
    """For each point, the best polygon that qualifies.

    A polygon qualifies when its centre is near: closer than ``max_dist``, among the ``k`` nearest,
    or both; with ``predicate="covers"``, when it covers the point. The best one has the smallest
    area; among equal areas, the lowest row.

    Parameters
    ----------
    point
        Column name, pair of column names (x, then y), expression or Series of points: a
        ``Struct`` of two numeric fields (first x, then y), ``Array(numeric, 2)``,
        ``List(numeric)`` of length 2, or ``Binary`` WKB or EWKB.
    polygons
        ``DataFrame``, ``LazyFrame`` (collected here), Arrow table or :class:`Polygons` with the
        columns ``x`` and ``y`` as ``List(numeric)``, one ring a row, closed or not; or
        ``geometry`` as ``Binary`` WKB or EWKB of polygons and multipolygons, holes included. A
        null or empty polygon keeps its row number and never matches.
    max_dist
        Bound on the distance to the centre, in the unit of the coordinates, or in metres with
        ``metric="haversine"``: strictly less. Euclidean: ``dx * dx + dy * dy < max_dist *
        max_dist`` in 64-bit floats.
    k
        Only the ``k`` nearest centres qualify; of equally near ones the lower row is first. With
        ``max_dist``, both must hold.
    predicate
        ``"center"`` needs ``max_dist``, ``k`` or both. ``"covers"`` takes neither: the polygon
        covers the point, its boundary included, holes excluded (their edges belong to the
        polygon).
    center
        ``"vertex_mean"``: the mean of the vertices of the exterior rings, a closing vertex counted
        once. ``"centroid"``: the centroid of the area.
    by
        Rank by this numeric column of ``polygons`` instead of by area: the smallest is the best. A
        row whose value is null or NaN never matches. Integers are compared as such.
    descending
        With ``by``: the largest is the best.
    id
        Answer with the value of this column of ``polygons`` instead of the row number. Its dtype
        is kept.
    details
        Answer with a ``Struct`` of ``index`` (or ``id``), ``distance`` to the center and ``area``.
        With ``predicate="covers"`` this is what ``center`` is for.
    metric
        ``"euclidean"``, or ``"haversine"``: x is the longitude and y the latitude in degrees,
        distances are in meters and areas in square meters on a sphere of radius 6,371,008.8 m.
        A latitude outside -90 to 90 is no point then: the answer is null.
    invalid
        What becomes of a polygon that is none (fewer than 3 distinct vertices in a ring, a vertex
        that is not finite, different numbers of x and y, broken WKB, holes larger than the
        exterior; with haversine a center beyond a pole): ``"raise"`` names its row,
        ``"skip"`` lets it never match.

    Returns
    -------
    Expr
        One answer a row, in a column ``polygon``: ``UInt32``, the dtype of ``id``, or a
        ``Struct``. Null where the point is null, where a coordinate is null, NaN or infinite, and
        where no polygon qualifies.

    Raises
    ------
    ValueError
        If an option has a value that it cannot take, or would change nothing: with its name. If a
        polygon is none: with its row. If the names of a pair or of a struct have the latitude
        first, such as ``("lat", "lon")`` or ``("y", "x")``: of a struct when the query is planned.
    polars.exceptions.InvalidOperationError
        If the polygons (here) or the points (when the query is planned) have another dtype.
    polars.exceptions.ColumnNotFoundError
        If the polygons have neither ``x`` and ``y`` nor ``geometry``, or no column ``by`` or
        ``id``.
    polars.exceptions.ComputeError
        When the query runs: if a list of the points does not have 2 coordinates, or their WKB is
        broken. With the row within the piece of the column that Polars was working on.

    Notes
    -----
    The polygons are parsed, measured and ranked here, and indexed by the first query that is large
    enough. What was made is kept as long as the expression, or a query with it, is there, and for
    later expressions over equal polygons; see :func:`poly_match.cache_info`. That they are equal
    is seen after they are parsed: make :class:`Polygons` once where expressions are many. A Series
    of points is answered here.

    An expression over several columns of points, ``pl.col("home", "work").poly_match(...)``, has
    several answers, which cannot all be called ``polygon``: ``.name.keep()`` behind it calls each
    as its points are.

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
    >>> points.select(pm.poly_match("point", polygons, k=1, details=True)).unnest("polygon")
    shape: (3, 3)
    ┌───────┬──────────┬──────┐
    │ index ┆ distance ┆ area │
    │ ---   ┆ ---      ┆ ---  │
    │ u32   ┆ f64      ┆ f64  │
    ╞═══════╪══════════╪══════╡
    │ 0     ┆ 0.0      ┆ 16.0 │
    │ 0     ┆ 9.899495 ┆ 16.0 │
    │ 0     ┆ 2.828427 ┆ 16.0 │
    └───────┴──────────┴──────┘
    """
    options = Options(
        max_dist=max_dist,
        k=k,
        predicate=predicate,
        center=center,
        by=by,
        descending=descending,
        id=id,
        details=details,
        metric=metric,
        invalid=invalid,
    )
    function = "poly_match_details" if details else "poly_match"
    return ask(function, point, polygons, options.checked())


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
        k: int | None = None,
        predicate: Predicate = "center",
        center: Center = "vertex_mean",
        by: str | None = None,
        descending: bool = False,
        id: str | None = None,  # noqa: A002
        details: bool = False,
        metric: Metric = "euclidean",
        invalid: Invalid = "raise",
    ) -> pl.Expr:
        """See :func:`poly_match`."""
        return poly_match(
            self._expr,
            polygons,
            max_dist=max_dist,
            k=k,
            predicate=predicate,
            center=center,
            by=by,
            descending=descending,
            id=id,
            details=details,
            metric=metric,
            invalid=invalid,
        )
