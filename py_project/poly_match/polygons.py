"""The columns of polygons, as the expression sends them to the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias, runtime_checkable

import polars as pl
from polars.exceptions import ColumnNotFoundError, InvalidOperationError

from poly_match import _plugin

if TYPE_CHECKING:
    from collections.abc import Callable


@runtime_checkable
class ArrowTable(Protocol):
    """Anything that hands out a table through the Arrow PyCapsule interface."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Export the table as a stream of record batches."""
        ...


IntoPolygons: TypeAlias = "pl.DataFrame | pl.LazyFrame | ArrowTable"


def columns_of(polygons: IntoPolygons) -> list[pl.Series]:
    """Find the columns that hold the polygons.

    Parameters
    ----------
    polygons
        A frame with ``x`` and ``y`` as lists of numbers (one ring a row), or with ``geometry`` as
        WKB. A lazy frame is collected, of the columns that are needed.

    Returns
    -------
    list of Series
        ``[geometry]`` or ``[x, y]``, one chunk each.
    """
    if isinstance(polygons, pl.LazyFrame):
        names = polygons.collect_schema().names()
        frame = polygons.select([n for n in ("x", "y", "geometry") if n in names]).collect()
    elif isinstance(polygons, pl.DataFrame):
        frame = polygons
    elif isinstance(polygons, ArrowTable):
        frame = pl.DataFrame(polygons)
    else:
        msg = (
            "polygons: expected a Polars DataFrame or LazyFrame or an Arrow table, "
            f"got {type(polygons).__name__}"
        )
        raise TypeError(msg)

    has_rings = "x" in frame.columns and "y" in frame.columns
    has_geometry = "geometry" in frame.columns
    if has_rings and has_geometry:
        # Numbers called x and y beside a geometry are something else: a label's place, say.
        has_rings = all(_plugin.is_xy_polygons(frame[name].clear()) for name in "xy")
        if has_rings:
            msg = "polygons: both x and y and geometry hold polygons; keep one of them"
            raise ValueError(msg)
    if has_geometry:
        expected = "WKB as Binary"
        columns = [_checked(frame["geometry"], _plugin.is_wkb_polygons, expected)]
    elif has_rings:
        expected = "rings as List(numeric)"
        columns = [_checked(frame[name], _plugin.is_xy_polygons, expected) for name in "xy"]
    else:
        msg = (
            "polygons: expected columns x and y as List(numeric), or geometry as WKB; "
            f"the columns are {frame.columns}"
        )
        raise ColumnNotFoundError(msg)
    return [column.rechunk() for column in columns]


def _checked(column: pl.Series, accepted: Callable[[pl.Series], bool], expected: str) -> pl.Series:
    """Give the column back if its dtype is accepted, else raise ``InvalidOperationError``."""
    if not accepted(column.clear()):
        msg = f"polygons: column {column.name!r} has dtype {column.dtype}, expected {expected}"
        raise InvalidOperationError(msg)
    return column
