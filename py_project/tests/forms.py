"""The forms in which points and polygons come: the same data, written in each of them."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
from reference import Part, Point, Polygon

# Well-Known Binary, written here so that nothing that reads it has also written it.

POINT, LINESTRING, POLYGON, MULTIPOLYGON = 1, 2, 3, 6
EWKB_Z, EWKB_SRID = 0x8000_0000, 0x2000_0000
ISO_Z, ISO_M, ISO_ZM = 1000, 2000, 3000


def wkb_header(kind: int, *, order: str = "<", srid: int | None = None) -> bytes:
    """Byte order, type, and the SRID if there is one."""
    mark = b"\x01" if order == "<" else b"\x00"
    if srid is None:
        return mark + struct.pack(order + "I", kind)
    return mark + struct.pack(order + "II", kind | EWKB_SRID, srid)


def wkb_point(
    x: float, y: float, *more: float, kind: int = POINT, order: str = "<", srid: int | None = None
) -> bytes:
    """A point; `more` is its Z and M."""
    numbers = (x, y, *more)
    return wkb_header(kind, order=order, srid=srid) + struct.pack(
        f"{order}{len(numbers)}d", *numbers
    )


def wkb_part(part: Part, *, order: str = "<", srid: int | None = None) -> bytes:
    """A polygon: the exterior, then the holes."""
    rings = [
        struct.pack(f"{order}I{2 * len(ring)}d", len(ring), *(c for vertex in ring for c in vertex))
        for ring in part
    ]
    header = wkb_header(POLYGON, order=order, srid=srid)
    return header + struct.pack(order + "I", len(rings)) + b"".join(rings)


def wkb_parts(parts: Sequence[Part], *, order: str = "<", srid: int | None = None) -> bytes:
    """A multipolygon."""
    header = wkb_header(MULTIPOLYGON, order=order, srid=srid)
    polygons = [wkb_part(part, order=order) for part in parts]
    return header + struct.pack(order + "I", len(parts)) + b"".join(polygons)


def wkb(polygon: Polygon, **options: Any) -> bytes | None:
    """A polygon if it has one part, else a multipolygon."""
    if polygon is None:
        return None
    return wkb_part(polygon[0], **options) if len(polygon) == 1 else wkb_parts(polygon, **options)


# Points


@dataclass(frozen=True)
class PointForm:
    """A way to write points as a column."""

    name: str
    write: Callable[[Sequence[Point]], pl.Series]
    # The dtypes of x and y.
    dtypes: tuple[Any, Any] = (pl.Float64, pl.Float64)

    def carried(self, points: Sequence[Point]) -> list[Point]:
        """The points as this form can carry them: rounded, and null where it has no number."""
        return [
            None if p is None else (carried(p[0], self.dtypes[0]), carried(p[1], self.dtypes[1]))
            for p in points
        ]

    def series(self, points: Sequence[Point]) -> pl.Series:
        """A column called `point`."""
        return self.write(self.carried(points)).alias("point")


def carried(value: float | None, dtype: Any) -> float | None:
    """The number that a column of this dtype holds for this number."""
    if value is None or dtype == pl.Float64:
        return value
    if dtype == pl.Float32:
        with np.errstate(over="ignore"):
            return float(np.float32(value))
    if not math.isfinite(value):
        return None
    low, high = WHOLE[dtype]
    return round(value) if low <= round(value) <= high else None


# The bounds of the whole numbers, as far as floats hold them exactly.
WHOLE = {
    pl.UInt8: (0, 2**8 - 1),
    pl.Int16: (-(2**15), 2**15 - 1),
    pl.Int32: (-(2**31), 2**31 - 1),
    pl.Int64: (-(2**53), 2**53),
}


def as_struct(x: Any, y: Any) -> PointForm:
    """Two fields."""
    fields = pl.Struct({"lon": x, "lat": y})

    def write(points: Sequence[Point]) -> pl.Series:
        rows = [None if p is None else {"lon": p[0], "lat": p[1]} for p in points]
        return pl.Series(rows, dtype=fields)

    return PointForm(f"struct {short(x)} {short(y)}", write, (x, y))


def as_fields(points: Sequence[Point]) -> pl.Series:
    """A struct made of two columns: nulls are in the fields, never in the row."""
    pairs = [(None, None) if p is None else p for p in points]
    columns = [pl.Series(axis, [p[i] for p in pairs], pl.Float64) for i, axis in enumerate("xy")]
    return pl.DataFrame(columns).to_struct()


def as_array(number: Any) -> PointForm:
    """Arrays of 2."""
    dtype = pl.Array(number, 2)
    return PointForm(
        f"array {short(number)}", lambda points: pl.Series(points, dtype=dtype), (number, number)
    )


def as_list(number: Any) -> PointForm:
    """Lists of length 2."""
    dtype = pl.List(number)
    return PointForm(
        f"list {short(number)}",
        lambda points: pl.Series([p and list(p) for p in points], dtype=dtype),
        (number, number),
    )


def as_wkb(name: str, *more: float, **options: Any) -> PointForm:
    """WKB. It has no null coordinates: the row is null then."""

    def write(points: Sequence[Point]) -> pl.Series:
        rows = [None if p is None or None in p else wkb_point(*p, *more, **options) for p in points]
        return pl.Series(rows, dtype=pl.Binary)

    return PointForm(name, write)


def short(dtype: Any) -> str:
    """`f64` for `Float64`."""
    return str(dtype()).lower().replace("float", "f").replace("uint", "u").replace("int", "i")


STRUCT = as_struct(pl.Float64, pl.Float64)
LIST = as_list(pl.Float64)
WKB_POINT = as_wkb("wkb")
POINT_FORMS = [
    STRUCT,
    PointForm("struct of columns", as_fields),
    as_struct(pl.Float32, pl.Float32),
    as_struct(pl.Float64, pl.Int32),
    as_struct(pl.UInt8, pl.Int64),
    as_array(pl.Float64),
    as_array(pl.Float32),
    as_array(pl.Int16),
    LIST,
    as_list(pl.Float32),
    as_list(pl.Int64),
    WKB_POINT,
    as_wkb("wkb big-endian", order=">"),
    as_wkb("ewkb srid", srid=4326),
    as_wkb("ewkb srid z", 7.0, kind=POINT | EWKB_Z, srid=2263),
    as_wkb("wkb z", 7.0, kind=POINT + ISO_Z),
    as_wkb("wkb zm big-endian", 7.0, 8.0, kind=POINT + ISO_ZM, order=">"),
]


# Polygons


@dataclass(frozen=True)
class PolygonForm:
    """A way to write polygons as a table."""

    name: str
    table: Callable[[Sequence[Polygon]], Any]
    # Whether there is a place for holes and for several parts.
    nested: bool
    number: Any = pl.Float64

    def carries(self, polygons: Sequence[Polygon]) -> bool:
        """Whether these polygons can be written in this form without a change."""
        there = [polygon for polygon in polygons if polygon]
        flat = all(len(polygon) == 1 and len(polygon[0]) == 1 for polygon in there)
        return (self.nested or flat) and all(
            carried(c, self.number) == c
            for polygon in (there if self.number != pl.Float64 else [])
            for part in polygon
            for ring in part
            for vertex in ring
            for c in vertex
        )


def xy_frame(polygons: Sequence[Polygon], number: Any = pl.Float64) -> pl.DataFrame:
    """A frame with `x` and `y`, one ring a row, and a column that does not matter."""

    def axis(at: int) -> list[list[float] | None]:
        rings = [p and (p[0][0] if p else []) for p in polygons]
        cast = float if number.is_float() else int
        return [None if ring is None else [cast(vertex[at]) for vertex in ring] for ring in rings]

    columns = [pl.Series(name, axis(i), pl.List(number)) for i, name in enumerate("xy")]
    return pl.DataFrame(columns).with_row_index("other")


def wkb_frame(polygons: Sequence[Polygon], **options: Any) -> pl.DataFrame:
    """A frame with `geometry`, and a column that does not matter."""
    rows = [wkb(polygon, **options) for polygon in polygons]
    return pl.DataFrame({"geometry": pl.Series(rows, dtype=pl.Binary)}).with_row_index("other")


def wkb_multi_frame(polygons: Sequence[Polygon]) -> pl.DataFrame:
    """As multipolygons, even those of one part."""
    rows = [None if polygon is None else wkb_parts(polygon) for polygon in polygons]
    return pl.DataFrame({"geometry": pl.Series(rows, dtype=pl.Binary)})


def chunked(frame: pl.DataFrame, pieces: int = 3) -> pl.DataFrame:
    """The same rows in several chunks of different lengths."""
    cuts = sorted({0, *(frame.height * i * i // pieces**2 for i in range(1, pieces + 1))})
    parts = [frame[start:stop] for start, stop in pairwise(cuts)]
    return pl.concat(parts, rechunk=False) if parts else frame


def sliced(frame: pl.DataFrame) -> pl.DataFrame:
    """The same rows as a view into a longer frame, which starts elsewhere."""
    longer = pl.concat([frame.tail(2), frame, frame.head(1)], rechunk=True)
    return longer.slice(min(2, frame.height), frame.height)


def pyarrow_xy(polygons: Sequence[Polygon]) -> pa.Table:
    """Made by pyarrow: lists with 32-bit offsets."""
    frame = xy_frame(polygons)
    lists = pa.list_(pa.float64())
    return pa.table({axis: pa.array(frame[axis].to_list(), lists) for axis in "xy"})


def pyarrow_wkb(polygons: Sequence[Polygon]) -> pa.Table:
    """Made by pyarrow: binary with 32-bit offsets."""
    rows = [wkb(polygon) for polygon in polygons]
    return pa.table({"geometry": pa.array(rows, pa.binary())})


XY = PolygonForm("xy", xy_frame, nested=False)
WKB = PolygonForm("wkb", wkb_frame, nested=True)
POLYGON_FORMS = [
    XY,
    PolygonForm("xy f32", lambda p: xy_frame(p, pl.Float32), nested=False, number=pl.Float32),
    PolygonForm("xy i64", lambda p: xy_frame(p, pl.Int64), nested=False, number=pl.Int64),
    PolygonForm("xy lazy", lambda p: xy_frame(p).lazy(), nested=False),
    PolygonForm("xy chunks", lambda p: chunked(xy_frame(p)), nested=False),
    PolygonForm("xy slice", lambda p: sliced(xy_frame(p)), nested=False),
    PolygonForm("xy pyarrow", pyarrow_xy, nested=False),
    WKB,
    PolygonForm("wkb multi", wkb_multi_frame, nested=True),
    PolygonForm("wkb big-endian", lambda p: wkb_frame(p, order=">"), nested=True),
    PolygonForm("ewkb", lambda p: wkb_frame(p, srid=2263), nested=True),
    PolygonForm("wkb lazy", lambda p: wkb_frame(p).lazy(), nested=True),
    PolygonForm("wkb chunks", lambda p: chunked(wkb_frame(p)), nested=True),
    PolygonForm("wkb slice", lambda p: sliced(wkb_frame(p)), nested=True),
    PolygonForm("wkb pyarrow", pyarrow_wkb, nested=True),
]
