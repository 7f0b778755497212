"""What is in a file of points or polygons."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from poly_match import _plugin
from poly_match.points import point_names

if TYPE_CHECKING:
    from poly_match.points import PointColumns


@dataclass(frozen=True)
class FileInfo:
    """What is in a file of points or polygons."""

    format: str
    """``Parquet``, ``GeoParquet`` or ``GeoJSON``."""
    kind: str
    """``points`` or ``polygons``."""
    geometry: list[str]
    """The columns that hold them: one, or x and y."""
    encoding: str
    """``WKB``, a GeoArrow type, or the Arrow type of plain columns."""
    crs: str | None
    """The coordinate reference system, if it is known."""
    mixed_crs: str | None
    """Where the file and its rows name several, so that none is known: which."""
    edges: str | None
    """What the file says of the edges of polygons: ``planar``, ``spherical`` or another geodesic.
    ``None`` for points."""
    columns: list[str]
    """The other columns."""
    rows: int
    """All rows."""
    nulls: int
    """Rows that are null or empty."""
    invalid: int
    """Rows that hold no polygon or no point."""
    first_invalid: tuple[int, str] | None
    """The first of them, and what is wrong with it."""
    vertices: int
    """Vertices of all polygons; of points, those that are there."""
    bounds: tuple[float, float, float, float] | None
    """The box around all that is valid, as ``(x0, y0, x1, y1)``."""


def describe(path: str | os.PathLike[str], point: PointColumns = None) -> FileInfo:
    """Look through a file, in memory that does not grow with it.

    Parameters
    ----------
    path
        Parquet, GeoParquet, or GeoJSON by its name.
    point
        Which columns hold points, as for :func:`poly_match.match_parquet`. By default it may hold
        polygons as well.

    Returns
    -------
    FileInfo
        What is in it.

    Raises
    ------
    ValueError
        If it cannot be read, or holds neither.
    OSError
        If it cannot be opened.
    """
    told = _plugin.describe(os.fspath(path), point_names(point))
    bounds = told.pop("bounds")
    return FileInfo(**told, bounds=None if bounds is None else tuple(bounds))
