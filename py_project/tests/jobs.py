"""A job to run: points, polygons and what is expected, in the folder that one is in."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow.parquet as pq
import pytest
from forms import xy_frame
from reference import Point, Polygon, match

import poly_match as pm

MAX_DIST = 5.0
POINTS: list[Point] = [
    (0.0, 0.0),
    (3.0, 4.0),
    None,
    (2.0, 0.0),
    (None, 0.0),
    (50.0, 0.0),
    (math.nan, 0.0),
    (0.0, -math.inf),
    (9.0, 9.0),
]
POLYGONS: list[Polygon] = [
    [[[(-2.0, -2.0), (2.0, -2.0), (2.0, 2.0), (-2.0, 2.0)]]],
    None,
    [[[(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)]]],
    [[[(8.0, 8.0), (10.0, 8.0), (10.0, 10.0), (8.0, 10.0)]]],
]
EXPECTED = match(POINTS, POLYGONS, MAX_DIST)


def write_points(points: list[Point], **options: Any) -> None:
    """Columns `x` and `y`."""
    columns = [[None if p is None else p[axis] for p in points] for axis in (0, 1)]
    series = [pl.Series(name, c, pl.Float64) for name, c in zip("xy", columns, strict=True)]
    pl.DataFrame(series).write_parquet("points.parquet", **options)


def write_zones() -> None:
    """The polygons."""
    xy_frame(POLYGONS).write_parquet("zones.parquet")


def run(points: Any = "points.parquet", polygons: Any = "zones.parquet", **options: Any) -> Any:
    """The job with `out.parquet` as output, which is replaced."""
    given = {"max_dist": MAX_DIST, "progress": False, "output": "out.parquet", "overwrite": True}
    options = {**given, **options}
    return pm.match_parquet(points, polygons, options.pop("output"), **options)


@contextmanager
def refused(kind: type[BaseException], *texts: str) -> Iterator[None]:
    """The block raises this kind, says all texts on one line, and leaves no file behind."""
    before = sorted(path.name for path in Path().iterdir())
    with pytest.raises(kind) as caught:
        yield
    said = str(caught.value)
    assert "panicked" not in said
    assert "\n" not in said
    for text in texts:
        assert text in said
    assert sorted(path.name for path in Path().iterdir()) == before


def big_job(rows: int = 3_000_000) -> None:
    """Points for some seconds of work."""
    draw = np.random.default_rng(1)
    pl.DataFrame(draw.uniform(-10, 10, (rows, 2)), schema=["x", "y"]).write_parquet(
        "points.parquet", compression="uncompressed"
    )


def spoil(path: str) -> None:
    """Write a file with a good footer, and bad pages of x in the second of its row groups."""
    frame = pl.DataFrame({"x": [i * 0.1 for i in range(100_000)]})
    frame = frame.with_columns(y=pl.col("x"), file=pl.lit(0, pl.Int32))
    frame.write_parquet(path, row_group_size=50_000, compression="zstd")
    chunk = pq.ParquetFile(path).metadata.row_group(1).column(0)
    start = min(chunk.dictionary_page_offset or chunk.data_page_offset, chunk.data_page_offset)
    whole = bytearray(Path(path).read_bytes())
    whole[start : start + 200] = b"\xff" * 200
    Path(path).write_bytes(whole)
