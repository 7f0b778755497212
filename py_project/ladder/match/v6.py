"""v6: the engine. Columns in, a column out, through a Polars expression.

Polygons are a frame with list columns ``x`` and ``y``, points a frame with a struct column
``point``. The answer is one row number per point, null if no polygon is near.
"""

from __future__ import annotations

import polars as pl

from ladder.match.example import MAX_DIST
from poly_match import cache_clear, poly_match

__all__ = ["main", "main_by", "main_oneshot", "main_prepared", "poly_match", "prepare"]


def main(polygons: pl.DataFrame, points: pl.DataFrame, max_dist: float = MAX_DIST) -> pl.Series:
    """Return the row number of every point's polygon, null if none is near.

    Polygons that were prepared in an earlier call are used again.
    """
    best = pl.col("point").poly_match(polygons, max_dist=max_dist)  # type: ignore[attr-defined]
    return points.select(best).to_series()


def prepare(polygons: pl.DataFrame, max_dist: float = MAX_DIST) -> pl.Expr:
    """Return the expression, which uses its prepared polygons again."""
    return poly_match("point", polygons, max_dist=max_dist)


def main_prepared(best: pl.Expr, points: pl.DataFrame, max_dist: float = MAX_DIST) -> pl.Series:
    """Return the result of `main`, with an expression from `prepare`."""
    del max_dist  # part of the expression
    return points.select(best).to_series()


def main_oneshot(
    polygons: pl.DataFrame, points: pl.DataFrame, max_dist: float = MAX_DIST
) -> pl.Series:
    """Return the result of `main` without cached data, starting from the columns."""
    cache_clear()
    return main(polygons, points, max_dist)


def main_by(
    polygons: pl.DataFrame, points: pl.DataFrame, max_dist: float = MAX_DIST, *, by: str
) -> pl.Series:
    """Return the result of `main`, with the smallest value of column ``by`` as the best."""
    best = poly_match("point", polygons, max_dist=max_dist, by=by)
    return points.select(best).to_series()
