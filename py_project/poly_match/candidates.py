"""``candidates``: all polygons that qualify for a point."""

from __future__ import annotations

from typing import TYPE_CHECKING

from poly_match.options import Options
from poly_match.question import ask

if TYPE_CHECKING:
    import polars as pl

    from poly_match.options import Center, Invalid, Metric, Predicate
    from poly_match.polygons import IntoPolygons
    from poly_match.question import IntoPoints


def candidates(
    point: IntoPoints,
    polygons: IntoPolygons,
    *,
    max_dist: float | None = None,
    k: int | None = None,
    predicate: Predicate = "center",
    center: Center = "vertex_mean",
    by: str | None = None,
    descending: bool = False,
    metric: Metric = "euclidean",
    invalid: Invalid = "raise",
) -> pl.Expr:
    """For each point, the row numbers of all polygons that qualify, the best first.

    The first half of :func:`poly_match.poly_match`, which answers with the first of them. Memory
    grows with the answers, and with nothing else.

    Parameters
    ----------
    point, polygons, max_dist, k, predicate, center, by, descending, metric, invalid
        As in :func:`poly_match.poly_match`.

    Returns
    -------
    Expr
        ``List(UInt32)``, one list a row, in a column ``candidates``. Empty where no polygon
        qualifies; null where the point is null, NaN or infinite.

    Raises
    ------
    ValueError, InvalidOperationError, ColumnNotFoundError, ComputeError
        As :func:`poly_match.poly_match`.

    Examples
    --------
    >>> import polars as pl
    >>> import poly_match as pm
    >>> polygons = pl.DataFrame(
    ...     {"x": [[0, 4, 4, 0], [1, 2, 2, 1]], "y": [[0, 0, 4, 4], [1, 1, 2, 2]]}
    ... )
    >>> points = pl.DataFrame({"point": [[2.0, 2.0], [9.0, 9.0], None]})
    >>> points.with_columns(zones=pm.candidates("point", polygons, predicate="covers"))
    shape: (3, 2)
    ┌────────────┬───────────┐
    │ point      ┆ zones     │
    │ ---        ┆ ---       │
    │ list[f64]  ┆ list[u32] │
    ╞════════════╪═══════════╡
    │ [2.0, 2.0] ┆ [1, 0]    │
    │ [9.0, 9.0] ┆ []        │
    │ null       ┆ null      │
    └────────────┴───────────┘
    """
    options = Options(
        max_dist=max_dist,
        k=k,
        predicate=predicate,
        center=center,
        by=by,
        descending=descending,
        metric=metric,
        invalid=invalid,
    )
    return ask("candidates", point, polygons, options.checked())
