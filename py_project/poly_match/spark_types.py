"""Columns and types of Spark: where the points are, and as what the answers come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from polars.exceptions import ColumnNotFoundError, InvalidOperationError

from poly_match import _plugin
from poly_match.options import Options
from poly_match.points import names_in, point_names

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql.types import DataType, StructType

    from poly_match.matcher import Matcher
    from poly_match.points import PointColumns

_POINTS_WANTED = (
    "a struct of two numeric fields (first x, then y), an array of numbers, or WKB as binary"
)


def places_of(schema: StructType, name: str, as_named: bool) -> list[int]:
    """Where columns of this name are; in any case of letters, unless Spark is told otherwise."""
    folded = name if as_named else name.lower()
    names = schema.names if as_named else [name.lower() for name in schema.names]
    return [place for place, other in enumerate(names) if other == folded]


def points_in(schema: StructType, point: PointColumns, as_named: bool) -> PointColumns:
    """The columns that hold the points, as the frame calls them.

    Raises ``ColumnNotFoundError`` or ``ValueError`` if they are not there, or not once, and
    ``InvalidOperationError`` if they hold something else.
    """
    from pyspark.sql.types import NumericType

    def is_number(name: str) -> bool:
        return isinstance(schema[name].dataType, NumericType)

    fields = []
    for asked in names_in(schema.names, is_number, point_names(point)):
        places = places_of(schema, asked, as_named)
        if not places:
            msg = f"point: no column {asked!r}; the columns are {schema.names}"
            raise ColumnNotFoundError(msg)
        if len(places) > 1:
            msg = f"point: {len(places)} columns are called {asked!r}"
            raise ValueError(msg)
        fields.append(schema[places[0]])
    for field in fields:
        one = len(fields) == 1
        if _holds_points(field.dataType) if one else is_number(field.name):
            continue
        kind = field.dataType.simpleString()
        expected = _POINTS_WANTED if one else "a number"
        msg = f"point: column {field.name!r} has type {kind}, expected {expected}"
        raise InvalidOperationError(msg)
    names = [field.name for field in fields]
    return names[0] if len(names) == 1 else (names[0], names[1])


def _holds_points(dtype: DataType) -> bool:
    from pyspark.sql.types import ArrayType, BinaryType, NumericType, StructType

    match dtype:
        case BinaryType() | ArrayType(elementType=NumericType()):
            return True
        case StructType(fields=[x, y]):
            _plugin.check_order(x.name, y.name)
            return all(isinstance(axis.dataType, NumericType) for axis in (x, y))
        case _:
            return False


def answer_types(matcher: Matcher, id: str | None) -> tuple[pa.DataType, DataType]:  # noqa: A002
    """The type of the answers as Arrow that Spark reads, and as Spark's.

    Raises ``InvalidOperationError`` if Spark has none for the ids, ``ValueError`` if one of them
    cannot be told in it.
    """
    import pyarrow as pa
    from pyspark.errors import PySparkException
    from pyspark.sql.pandas.types import from_arrow_type

    no_points = pa.array([], pa.list_(pa.float64()))
    answer = _read_by_spark(pa.array(matcher.match(no_points)).type)
    try:
        if id is not None:
            ids = pa.chunked_array(matcher.polygons.arrow_ids(Options(id=id)))
            ids.cast(_read_by_spark(ids.type))
        return answer, from_arrow_type(answer, prefer_timestamp_ntz=True)
    except pa.ArrowInvalid as error:
        msg = f"id: column {id!r} has values that Spark has not: {error}"
        raise ValueError(msg) from None
    except (PySparkException, pa.ArrowNotImplementedError) as error:
        msg = f"id: column {id!r} has a type that Spark has not: {error}"
        raise InvalidOperationError(msg) from None


def _read_by_spark(dtype: pa.DataType) -> pa.DataType:
    """The Arrow type for the values of this one that Spark reads; the same where there is none."""
    import pyarrow as pa

    is_ = pa.types
    # Unsigned integers as Spark reads them from Parquet.
    other = {
        pa.uint8(): pa.int16(),
        pa.uint16(): pa.int32(),
        pa.uint32(): pa.int64(),
        pa.uint64(): pa.decimal128(20),
        pa.float16(): pa.float32(),
        pa.string_view(): pa.string(),
        pa.binary_view(): pa.binary(),
        pa.date64(): pa.date32(),
    }
    if dtype in other:
        return other[dtype]
    if is_.is_dictionary(dtype):
        return _read_by_spark(dtype.value_type)
    if is_.is_fixed_size_binary(dtype):
        return pa.binary()
    if is_.is_timestamp(dtype):
        return pa.timestamp("us", dtype.tz)
    if is_.is_duration(dtype):
        return pa.duration("us")
    if is_.is_list(dtype) or is_.is_large_list(dtype) or is_.is_fixed_size_list(dtype):
        return pa.list_(_read_by_spark(dtype.value_type))
    if is_.is_struct(dtype):
        return pa.struct([(field.name, _read_by_spark(field.type)) for field in dtype])
    return dtype
