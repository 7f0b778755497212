"""The points: which columns hold them, and as what they are sent to the engine."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeAlias

import polars as pl
from polars.exceptions import ColumnNotFoundError, InvalidOperationError

from poly_match import _plugin
from poly_match.dtypes import POINTS_WANTED, points_as

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    CheckDtype: TypeAlias = Callable[[pl.DataType], None]

# Two numeric columns, x first; one column; or what is there of those below.
PointColumns: TypeAlias = "str | tuple[str, str] | None"

# As the engine has them: names that stand for x and y, then for a column of points.
_PAIRS = (("x", "y"), ("lon", "lat"), ("lng", "lat"), ("longitude", "latitude"))
_WHOLE = ("geometry", "point")


def point_names(point: PointColumns) -> list[str]:
    """No, one or two names; raises ``ValueError`` for anything else, and for latitude first."""
    if point is None:
        return []
    if isinstance(point, str):
        return [point]
    names = list(point)
    if len(names) != 2 or not all(isinstance(name, str) for name in names):
        msg = f"point: expected one column name or a pair of them, got {point!r}"
        raise ValueError(msg)
    _plugin.check_order(*names)
    return names


def names_in(
    columns: Sequence[str], is_number: Callable[[str], bool], names: list[str]
) -> list[str]:
    """The columns that hold points, as the batch job finds them: these, or those that are there."""
    if names:
        return names

    def found(name: str, is_wanted: Callable[[str], bool]) -> str | None:
        """Give the column of this name; else the first that has it in other letters."""
        same = [other for other in columns if other.lower() == name and is_wanted(other)]
        return name if name in same else next(iter(same), None)

    for pair in _PAIRS:
        x, y = (found(name, is_number) for name in pair)
        if x is not None and y is not None:
            return [x, y]
    for name in _WHOLE:
        whole = found(name, lambda _: True)
        if whole is not None:
            return [whole]
    msg = (
        "no points found: neither numeric columns 'x' and 'y', 'lon' and 'lat', 'lng' and 'lat' or "
        "'longitude' and 'latitude', nor a column 'geometry' or 'point'; the columns are "
        f"{list(columns)}"
    )
    raise ColumnNotFoundError(msg)


def points_in(frame: pl.DataFrame, names: list[str]) -> pl.Series:
    """The points of a frame."""
    names = names_in(frame.columns, lambda name: frame[name].dtype.is_numeric(), names)
    if len(names) == 1:
        return frame[names[0]]
    # Without a query: that would need Polars' threads, which the child of a fork does not have.
    return pl.DataFrame([frame[name] for name in names]).to_struct(names[0])


def as_points(expr: pl.Expr, check: CheckDtype) -> pl.Expr:
    """Bring points into a dtype that the engine reads.

    Parameters
    ----------
    expr
        Points in any dtype that :func:`poly_match.poly_match` takes.
    check
        Called with that dtype if it is an extension type; it raises what is wrong with it besides.

    Returns
    -------
    Expr
        The same points. ``InvalidOperationError`` is raised for another dtype, ``ValueError`` for
        fields whose names have the latitude first, when the query is planned; before Polars 2,
        which cannot ask a plan for a dtype, when it runs.
    """
    if hasattr(pl, "pipe_with_dtype"):
        return pl.pipe_with_dtype([expr], partial(_planned, check))
    # In two steps: what is raised while Polars infers the second one's dtype loses its message.
    checked = expr.map_batches(
        partial(_checked, check), return_dtype=pl.self_dtype(), is_elementwise=True
    )
    return checked.map_batches(_converted, is_elementwise=True)


def series_as_points(column: pl.Series, check: CheckDtype) -> pl.Series:
    """As :func:`as_points`, of a column that is there."""
    _wanted(column.name, column.dtype)
    check(column.dtype)
    return _converted(column)


def _planned(check: CheckDtype, inputs: Sequence[tuple[pl.Expr, pl.DataType]]) -> pl.Expr:
    ((expr, dtype),) = inputs
    _check_order(dtype)
    if _read_as(dtype) == dtype:
        return expr
    name = expr.meta.output_name(raise_if_undetermined=False) or ""
    wanted = _wanted(name, dtype)
    if isinstance(dtype, pl.BaseExtension):
        check(dtype)
        expr, dtype = expr.ext.storage(), storage_of(dtype)
    axes = _axes(expr, dtype)
    return (expr if axes is None else pl.struct(axes).alias(name)).cast(wanted)


def _checked(check: CheckDtype, column: pl.Series) -> pl.Series:
    _wanted(column.name, column.dtype)
    check(column.dtype)
    return column


def _converted(column: pl.Series) -> pl.Series:
    dtype = storage_of(column.dtype)
    wanted = _read_as(column.dtype)
    if wanted is None:
        # Only Polars' inference of dtypes comes here with one that was not let through.
        return pl.Series(column.name, [None] * len(column), dtype=pl.List(pl.Float64))
    exported = wanted
    if isinstance(wanted, pl.Array) and not hasattr(pl, "pipe_with_dtype"):
        # Such a Polars exports slices of arrays with nulls wrongly.
        exported = pl.List(wanted.inner)
    if isinstance(column.dtype, pl.BaseExtension):
        column = column.ext.storage()
    if dtype == exported:
        return column
    axes = _axes(pl.first(), dtype)
    if axes is not None:
        column = column.to_frame().select(pl.struct(axes).alias(column.name)).to_series()
    # Numbers first: at once, such a Polars would take the scale off decimals in arrays.
    return column.cast(wanted).cast(exported)


def _check_order(dtype: pl.DataType) -> None:
    """Raise ``ValueError`` for fields whose names have the latitude first."""
    if isinstance(dtype, pl.Struct) and len(dtype.fields) == 2:
        _plugin.check_order(*(field.name for field in dtype.fields))


def _wanted(name: str, dtype: pl.DataType) -> pl.DataType:
    _check_order(dtype)
    wanted = _read_as(dtype)
    if wanted is None:
        msg = f"point: column {name!r} has dtype {storage_of(dtype)}, {POINTS_WANTED}"
        raise InvalidOperationError(msg)
    return wanted


def _read_as(dtype: pl.DataType) -> pl.DataType | None:
    """The dtype in which the engine reads points of this one."""
    storage = storage_of(dtype)
    # GeoArrow says what is Z and M.
    if isinstance(dtype, pl.BaseExtension) and dtype.ext_name() == "geoarrow.point":
        match storage:
            case pl.Struct(fields=[x, y, _, *_]):
                storage = pl.Struct([x, y])
            case pl.Array(shape=(3 | 4,)):
                storage = pl.Struct({"x": storage.inner, "y": storage.inner})
            case _:
                pass
    return points_as(storage)


def _axes(expr: pl.Expr, dtype: pl.DataType) -> list[pl.Expr] | None:
    """The x and the y of points that have a Z too; ``None`` for all others."""
    match dtype:
        case pl.Struct(fields=[x, y, _, *_]):
            return [expr.struct.field(x.name), expr.struct.field(y.name)]
        case pl.Array(shape=(3 | 4,)):
            return [expr.arr.get(0).alias("x"), expr.arr.get(1).alias("y")]
        case _:
            return None


def storage_of(dtype: pl.DataType) -> pl.DataType:
    """The dtype below an Arrow extension type such as GeoArrow's."""
    if not isinstance(dtype, pl.BaseExtension):
        return dtype
    storage = dtype.ext_storage()
    return storage if isinstance(storage, pl.DataType) else storage()
