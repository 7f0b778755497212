"""Columns of points as a matcher takes them: Polars, numpy, shapely, pairs of numbers."""

from __future__ import annotations

from typing import Any

import polars as pl

from poly_match import _plugin
from poly_match.geometries import is_geopandas, is_shapely, wkb_of


def speaks_arrow(values: object) -> bool:
    """Whether this hands out Arrow data through the PyCapsule interface, and is none of ours."""
    if isinstance(values, pl.Series | tuple) or is_geopandas(values):
        return False
    return hasattr(values, "__arrow_c_array__") or hasattr(values, "__arrow_c_stream__")


def points_series(points: Any) -> pl.Series:
    """Points as a column of Polars.

    Parameters
    ----------
    points
        A Series, a numpy array of shape ``(n, 2)`` or of shapely points, a ``GeoSeries``, or a
        tuple of the x and the y.

    Returns
    -------
    Series
        ``TypeError`` is raised for anything else, ``ValueError`` for an array of another shape.
    """
    if isinstance(points, pl.Series):
        return points
    if isinstance(points, tuple):
        return _pair(points)
    if is_geopandas(points) or is_shapely(points):
        return wkb_of(points).alias("point")
    if hasattr(points, "__array__"):
        shape = points.shape
        if len(shape) != 2 or shape[1] != 2:
            msg = f"points: expected an array of shape (n, 2), got {shape}"
            raise ValueError(msg)
        return pl.DataFrame([pl.Series("x", points[:, 0]), pl.Series("y", points[:, 1])]).to_struct(
            "point"
        )
    msg = (
        "points: expected a Polars Series, Arrow data, a numpy array of shape (n, 2) or a pair of "
        f"arrays, got {type(points).__name__}"
    )
    raise TypeError(msg)


def _pair(pair: tuple[Any, ...]) -> pl.Series:
    """The x and the y, each an array of numbers of any kind."""
    if len(pair) != 2:
        msg = f"points: expected a pair of arrays, got {len(pair)}"
        raise ValueError(msg)
    first, second = (getattr(axis, "name", None) for axis in pair)
    if isinstance(first, str) and isinstance(second, str):
        _plugin.check_order(first, second)
    x, y = (pl.Series(name, axis) for name, axis in zip("xy", pair, strict=True))
    if len(x) != len(y):
        msg = f"points: x and y have {len(x)} and {len(y)} rows: not the same"
        raise ValueError(msg)
    return pl.DataFrame([x, y]).to_struct("point")
