"""The columns of polygons, as the expression sends them to the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias, runtime_checkable

import polars as pl
from polars.exceptions import ColumnNotFoundError, InvalidOperationError

from poly_match.dtypes import key_as, rings_as, wkb_as

if TYPE_CHECKING:
    from collections.abc import Callable


@runtime_checkable
class ArrowTable(Protocol):
    """Anything that hands out a table through the Arrow PyCapsule interface."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Export the table as a stream of record batches."""
        ...


IntoPolygons: TypeAlias = "pl.DataFrame | pl.LazyFrame | ArrowTable"


def table_of(polygons: IntoPolygons, by: str | None) -> pl.Series:
    """Find the columns that hold the polygons.

    Parameters
    ----------
    polygons
        A frame with ``x`` and ``y`` as lists of numbers (one ring a row), or with ``geometry`` as
        WKB. A lazy frame is collected, of the columns that are needed.
    by
        Name of the column to rank by, if it is not the area.

    Returns
    -------
    Series
        A struct of ``geometry``, or of ``x`` and ``y``, and of ``by``.
    """
    if isinstance(polygons, pl.LazyFrame):
        needed = {"x", "y", "geometry", by}
        schema = polygons.collect_schema()
        frame = polygons.select([name for name in schema if name in needed]).collect()
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

    names = set(frame.columns)
    rings = {"x", "y"} <= names
    # Numbers called x and y beside a geometry are something else: a label's place, say.
    if "geometry" in names and rings and not all(rings_as(frame[name].dtype) for name in "xy"):
        rings = False
    if rings and "geometry" in names:
        msg = "polygons: both x and y and geometry hold polygons; keep one of them"
        raise ValueError(msg)
    if rings:
        columns = [_as(frame[name], rings_as, "rings as List(numeric)") for name in "xy"]
    elif "geometry" in names:
        columns = [_as(frame["geometry"], wkb_as, "WKB as Binary")]
    else:
        msg = (
            "polygons: expected columns x and y as List(numeric), or geometry as WKB; "
            f"the columns are {frame.columns}"
        )
        raise ColumnNotFoundError(msg)
    if by is not None:
        if by not in names:
            msg = f"by: the polygons have no column {by!r}; the columns are {frame.columns}"
            raise ColumnNotFoundError(msg)
        columns.append(_as(frame[by], key_as, "numbers to rank by").alias("by"))
    return pl.DataFrame(columns).to_struct("polygons")


def _as(
    column: pl.Series, wanted: Callable[[pl.DataType], pl.DataType | None], expected: str
) -> pl.Series:
    """The column as the engine reads it; raises ``InvalidOperationError`` where it cannot."""
    if isinstance(column.dtype, pl.BaseExtension):
        column = column.ext.storage()
    dtype = wanted(column.dtype)
    if dtype is None:
        msg = f"polygons: column {column.name!r} has dtype {column.dtype}, expected {expected}"
        raise InvalidOperationError(msg)
    return column if column.dtype == dtype else column.cast(dtype)
