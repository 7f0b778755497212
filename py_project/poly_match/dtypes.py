"""What the engine reads, in terms of Polars' dtypes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from polars.datatypes import DataTypeClass

# Those that the engine gets as they are; other numbers are converted by Polars on the way.
_NATIVE = (pl.Float64, pl.Float32, pl.Int64, pl.Int32, pl.UInt64, pl.UInt32)
WIDE_INTEGERS = (pl.Int128, getattr(pl, "UInt128", pl.Int128))
"""Those that Arrow does not have."""

_PAIR = pl.Struct({"x": pl.Float64, "y": pl.Float64})

POINTS_WANTED = (
    "expected a Struct of two numeric fields (first x, then y), Array(numeric, 2), "
    "List(numeric) or WKB as Binary"
)

# Those of k-means: as `poly_match_engine::kernels::kmeans::MAX_DIMS`.
_MAX_DIMS = 64

VECTORS_WANTED = (
    f"expected points: a Struct of 1 to {_MAX_DIMS} numeric fields, Array(numeric, d), "
    "List(numeric) of one length, or numbers alone"
)

LABELS_WANTED = "expected labels that can be equal"


def points_as(dtype: pl.DataType) -> pl.DataType | None:
    """The dtype in which the engine reads points of this dtype.

    Parameters
    ----------
    dtype
        The dtype of a column of points.

    Returns
    -------
    DataType or None
        The same where the engine reads it as it is; one to cast to; ``None`` where it cannot hold
        points.
    """
    match dtype:
        case pl.Null():
            return _PAIR
        case pl.Binary():
            return dtype
        case pl.Struct(fields=[x, y]) if _is_number(x.dtype) and _is_number(y.dtype):
            native = isinstance(x.dtype, _NATIVE) and isinstance(y.dtype, _NATIVE)
            return dtype if native else pl.Struct({x.name: pl.Float64, y.name: pl.Float64})
        case pl.Array(shape=(2,)) if _is_number(dtype.inner):
            return dtype if isinstance(dtype.inner, _NATIVE) else pl.Array(pl.Float64, 2)
        case pl.List() if _is_number(dtype.inner):
            return dtype if isinstance(dtype.inner, _NATIVE) else pl.List(pl.Float64)
        case _:
            return None


def rings_as(dtype: pl.DataType) -> pl.DataType | None:
    """As :func:`points_as` for the x or the y of polygons."""
    if dtype == pl.Null:
        return pl.List(pl.Float64)
    if isinstance(dtype, pl.List) and _is_number(dtype.inner):
        return dtype if isinstance(dtype.inner, _NATIVE) else pl.List(pl.Float64)
    return None


def geometry_as(dtype: pl.DataType) -> pl.DataType | None:
    """As :func:`points_as` for polygons as WKB, or as GeoArrow lays them out.

    That is lists of rings, or of parts of rings, of vertices, each a struct or an array of numbers.
    """
    if dtype in (pl.Binary, pl.Null):
        return pl.Binary()
    vertex, levels = dtype, 0
    while isinstance(vertex, pl.List):
        vertex, levels = _instance(vertex.inner), levels + 1
    wanted = _vertex_as(vertex) if levels in (2, 3) else None
    if wanted is None or wanted == vertex:
        return None if wanted is None else dtype
    for _ in range(levels):
        wanted = pl.List(wanted)
    return wanted


def _vertex_as(dtype: pl.DataType) -> pl.DataType | None:
    match dtype:
        case pl.Struct(fields=[_, _, *_] as fields) if all(_is_number(f.dtype) for f in fields):
            native = all(isinstance(f.dtype, _NATIVE) for f in fields)
            return dtype if native else pl.Struct({f.name: pl.Float64 for f in fields})
        case pl.Array(shape=(size,)) if size >= 2 and _is_number(dtype.inner):
            return dtype if isinstance(dtype.inner, _NATIVE) else pl.Array(pl.Float64, size)
        case _:
            return None


def _instance(dtype: pl.DataType | DataTypeClass) -> pl.DataType:
    return dtype if isinstance(dtype, pl.DataType) else dtype()


def key_as(dtype: pl.DataType) -> pl.DataType | None:
    """As :func:`points_as` for what polygons are ranked by."""
    if dtype == pl.Null:
        return pl.Float64()
    if not _is_number(dtype):
        return None
    if isinstance(dtype, _NATIVE):
        return dtype
    small = (pl.Int8, pl.Int16, pl.UInt8, pl.UInt16)
    return pl.Int64() if isinstance(dtype, small) else pl.Float64()


def vectors_as(dtype: pl.DataType) -> pl.DataType | None:
    """As :func:`points_as` for points of any dimension; numbers alone have one."""
    match dtype:
        case pl.Struct(fields=fields) if 1 <= len(fields) <= _MAX_DIMS:
            inner = {field.name: _number_as(field.dtype) for field in fields}
            return None if None in inner.values() else pl.Struct(inner)  # type: ignore[arg-type]
        case pl.Array(shape=(dims,)) if 1 <= dims <= _MAX_DIMS:
            number = _number_as(dtype.inner)
            return None if number is None else pl.Array(number, dims)
        case pl.List():
            number = _number_as(dtype.inner)
            return None if number is None else pl.List(number)
        case _:
            return _number_as(dtype)


def label_as(dtype: pl.DataType) -> pl.DataType | None:
    """As :func:`points_as` for labels: told apart by the engine, and shown in its errors."""
    match dtype:
        case pl.Struct(fields=fields):
            inner = {field.name: _inner_label_as(field.dtype) for field in fields}
            return None if None in inner.values() else pl.Struct(inner)  # type: ignore[arg-type]
        case pl.List() | pl.Array():
            item = _inner_label_as(dtype.inner)
            return None if item is None else pl.List(item)
        case pl.Null():
            return pl.Boolean()
        case pl.Duration():
            return pl.Int64()
        case pl.Object() | pl.Unknown():
            return None
        case pl.String() | pl.Binary() | pl.Boolean():
            return dtype
    if isinstance(dtype, _NATIVE):
        return dtype
    if dtype.is_integer() and dtype not in WIDE_INTEGERS:
        return pl.Int64()
    # Dates, times of day, categories, decimals: each value has a text of its own.
    return pl.Float32() if dtype.is_float() else pl.String()


def _inner_label_as(dtype: pl.DataType | DataTypeClass) -> pl.DataType | None:
    """Of labels within others; times as numbers, as Polars has no text for those of all years."""
    inner = _instance(dtype)
    if isinstance(inner, pl.Date):
        return pl.Int32()
    return pl.Int64() if inner.is_temporal() else label_as(inner)


def calendar(dtype: pl.DataType) -> tuple[int, int] | None:
    """The least and the greatest physical value of which Polars has a text; ``None`` for no times.

    It raises ``PanicException`` for years past 262,000 or so, and for times past a day.
    """
    days = 90_000_000
    match dtype:
        case pl.Date():
            return -days, days
        case pl.Datetime():
            most = days * 86_400 * {"ms": 10**3, "us": 10**6, "ns": 10**9}[dtype.time_unit]
            return -min(most, 2**63 - 1), min(most, 2**63 - 1)
        case pl.Time():
            return 0, 86_400 * 10**9 - 1
        case _:
            return None


def _number_as(dtype: object) -> pl.DataType | None:
    if not _is_number(dtype):
        return None
    return dtype if isinstance(dtype, _NATIVE) else pl.Float64()


def _is_number(dtype: object) -> bool:
    return isinstance(dtype, pl.DataType) and (dtype.is_numeric() or dtype == pl.Null)


SERIES_WANTED = "expected series: List(numeric) or Array(numeric, n)"

PIXELS_WANTED = "expected coordinates: numbers"

INDEX_WANTED = "expected an index that has an order: numbers, times or text"


def series_as(dtype: pl.DataType) -> pl.DataType | None:
    """As :func:`points_as` for a column with a series in each row."""
    match dtype:
        case pl.Null():
            return pl.List(pl.Float64)
        # Arrays of no values are lists, too: how many there are would be lost on the way.
        case pl.List() | pl.Array(shape=(0,)):
            number = _number_as(dtype.inner)
            return None if number is None else pl.List(number)
        case pl.Array(shape=(size,)):
            number = _number_as(dtype.inner)
            return None if number is None else pl.Array(number, size)
        case _:
            return None


def number_as(dtype: pl.DataType) -> pl.DataType | None:
    """As :func:`points_as` for a column of numbers."""
    return _number_as(dtype)


def index_as(dtype: pl.DataType) -> pl.DataType | None:
    """As :func:`points_as` for what rows are put in order by.

    Decimals and integers of 128 bits are ranked before: the engine is not handed them.
    """
    if is_ranked(dtype):
        return pl.UInt32()
    if dtype.is_temporal():
        return pl.Int64()
    if dtype.is_integer():
        return label_as(dtype) if dtype.is_signed_integer() else pl.UInt64()
    return dtype if dtype == pl.String else _number_as(dtype)


def is_ranked(dtype: pl.DataType) -> bool:
    """Whether an index is put in order by Polars, as 64 bits do not hold it."""
    return dtype in WIDE_INTEGERS or isinstance(dtype, pl.Decimal)
