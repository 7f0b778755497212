"""Coordinate reference systems: checked against each other, never reprojected."""

from __future__ import annotations

import warnings
from functools import partial
from operator import index
from threading import Lock
from typing import TYPE_CHECKING, Any

import polars as pl

from poly_match import _plugin

if TYPE_CHECKING:
    from poly_match.options import Options
    from poly_match.points import CheckDtype
    from poly_match.polygons import Polygons

_lock = Lock()
_warned: set[type[Warning]] = set()


class DegreesWarning(UserWarning):
    """``max_dist`` is in degrees, which are not of one length.

    Given once in a process, where points or polygons say that they are in longitude and latitude,
    and ``max_dist`` is asked for with ``metric="euclidean"``.
    """


class EdgesWarning(UserWarning):
    """The polygons have edges on the sphere, and ``covers`` takes them for straight lines.

    Given once in a process, where the metadata of polygons (GeoParquet, GEOGRAPHY of Parquet,
    GeoArrow) say that their edges are great circles or geodesics, and ``predicate="covers"`` is
    asked for.
    """


def crs_text(crs: Any, parameter: str = "crs") -> str | None:
    """Give the text of a reference system that a user names.

    Parameters
    ----------
    crs
        A text or an EPSG code, or an object with a method ``to_json``, as those of pyproj have.
    parameter
        Its name, for errors.

    Returns
    -------
    str
        ``None`` for ``None``. ``TypeError`` is raised for another object, ``ValueError`` for a text
        that names no reference system.
    """
    if crs is None:
        return None
    text: str
    if hasattr(crs, "to_json"):
        text = crs.to_json()
    elif isinstance(crs, str):
        text = crs
    else:
        try:
            text = str(index(crs))
        except TypeError:
            msg = f"{parameter}: expected a text or an EPSG code, got {type(crs).__name__}"
            raise TypeError(msg) from None
    _plugin.check_crs_text(parameter, text)
    return text


def points_check(polygons: Polygons, options: Options) -> CheckDtype:
    """Look at the CRS of the polygons, and make a function that looks at that of points.

    The function takes a dtype and can be pickled. It raises ``ValueError`` where the systems are
    known and differ.
    """
    warn_of_degrees(options, polygons.is_geographic)
    warn_of_edges(options, polygons.edges)
    return partial(_check_points, polygons.parsed.crs_text(), options)


def _check_points(polygons: str | None, options: Options, dtype: pl.DataType) -> None:
    if isinstance(dtype, pl.BaseExtension):
        geographic = _plugin.check_crs(dtype.ext_name(), dtype.ext_metadata(), polygons)
        warn_of_degrees(options, geographic)


def warn_of_degrees(options: Options, geographic: bool | None) -> None:
    """Give a :class:`DegreesWarning` if there is reason for one, and there was none before."""
    if not geographic or options.max_dist is None or options.metric != "euclidean":
        return
    msg = (
        "max_dist is in degrees, as the coordinates are: use metric='haversine' for metres, or "
        "project points and polygons first"
    )
    _warn_once(msg, DegreesWarning)


def warn_of_edges(options: Options, edges: str) -> None:
    """Give an :class:`EdgesWarning` if there is reason for one, and there was none before."""
    if edges == "planar" or options.predicate != "covers":
        return
    msg = (
        f"the metadata of the polygons say edges: {edges}, but predicate='covers' takes edges for "
        "straight lines between the coordinates: near long edges, answers differ from those on "
        "the sphere"
    )
    _warn_once(msg, EdgesWarning)


def _warn_once(msg: str, category: type[Warning]) -> None:
    with _lock:
        first = category not in _warned
        _warned.add(category)
    if first:
        warnings.warn(msg, category, stacklevel=6)
