"""Coordinate reference systems: checked against each other, never reprojected."""

from __future__ import annotations

import warnings
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING

import polars as pl

from poly_match import _plugin

if TYPE_CHECKING:
    from poly_match.options import Options
    from poly_match.points import CheckDtype
    from poly_match.polygons import Polygons

_lock = Lock()
_warned = False


class DegreesWarning(UserWarning):
    """``max_dist`` is in degrees, which are not of one length.

    Given once in a process, where points or polygons say that they are in longitude and latitude,
    and ``max_dist`` is asked for with ``metric="euclidean"``.
    """


def points_check(polygons: Polygons, options: Options) -> CheckDtype:
    """Look at the CRS of the polygons, and make a function that looks at that of points.

    The function takes a dtype and can be pickled. It raises ``ValueError`` where the systems are
    known and differ.
    """
    warn_of_degrees(options, polygons.is_geographic)
    return partial(_check_points, polygons.parsed.crs_text(), options)


def _check_points(polygons: str | None, options: Options, dtype: pl.DataType) -> None:
    if isinstance(dtype, pl.BaseExtension):
        geographic = _plugin.check_crs(dtype.ext_name(), dtype.ext_metadata(), polygons)
        warn_of_degrees(options, geographic)


def warn_of_degrees(options: Options, geographic: bool | None) -> None:
    """Give a :class:`DegreesWarning` if there is reason for one, and there was none before."""
    global _warned
    if not geographic or options.max_dist is None or options.metric != "euclidean":
        return
    with _lock:
        first, _warned = not _warned, True
    if first:
        msg = (
            "max_dist is in degrees, as the coordinates are: use metric='haversine' for metres, or "
            "project points and polygons first"
        )
        warnings.warn(msg, DegreesWarning, stacklevel=5)
