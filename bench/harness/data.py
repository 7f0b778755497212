"""The files of a workload, written once and read by every engine.

Polygons are Arrow IPC with `x` and `y` (lists) or `geometry` (WKB). Points are Arrow IPC with `x`
and `y`, in batches of several blocks, and Parquet for the engines that read it themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq

from harness import real, shapes
from harness.places import DATA
from harness.workload import Workload

SCHEMA = pa.schema([("x", pa.float64()), ("y", pa.float64())])

ROW_GROUP = 1 << 18

BATCH = 4
"""Blocks per batch. A column of a batch is larger than 32 MiB, so that its memory is returned to
the system after reading and does not hide the memory that an engine takes later."""


def polygons_of(workload: Workload) -> Path:
    """Return the file of polygons; write it if it does not exist."""
    path = DATA / workload.name / "polygons.arrow"
    if not path.exists():
        _write_ipc(path, _polygons(workload).to_batches())
    return path


def points_of(workload: Workload, rows: int) -> Path:
    """Return a file of at least `rows` points; write it if it does not exist."""
    path = DATA / workload.name / "points.arrow"
    if not path.exists() or _rows_in(path) < rows:
        _write_ipc(path, _batches(workload, rows))
    return path


def parquet_of(workload: Workload, rows: int) -> Path:
    """Return a Parquet file of `rows` points; write it if it does not exist."""
    path = DATA / workload.name / f"points-{rows}.parquet"
    if not path.exists():
        table = read_points(workload, rows)
        partial = path.with_suffix(".partial")
        pq.write_table(
            table, partial, compression="zstd", row_group_size=ROW_GROUP, use_dictionary=False
        )
        partial.rename(path)
    return path


def read_points(workload: Workload, rows: int) -> pa.Table:
    """Read the first `rows` points."""
    with pa.ipc.open_file(pa.memory_map(str(points_of(workload, rows)))) as reader:
        batches = range(min(reader.num_record_batches, -(-rows // (BATCH * shapes.BLOCK))))
        return pa.Table.from_batches([reader.get_batch(at) for at in batches]).slice(0, rows)


def _polygons(workload: Workload) -> pa.Table:
    spec = workload.polygons
    if "file" in spec:
        return real.polygons(spec)
    if spec["shape"] == "original":
        return real.original()[1]
    rings = shapes.make_polygons(spec)
    columns = [
        pa.LargeListArray.from_arrays(rings.offsets, values) for values in (rings.x, rings.y)
    ]
    return pa.table(dict(zip("xy", columns, strict=True)))


def _batches(workload: Workload, rows: int) -> Iterator[pa.RecordBatch]:
    spec = workload.points
    if spec.get("places") == "original":
        yield from real.original()[0].select(["x", "y"]).cast(SCHEMA).to_batches()
        return
    make = real.make_points if "file" in spec else shapes.make_points
    blocks = range(-(-rows // shapes.BLOCK))
    for first in blocks[::BATCH]:
        made = [make(spec, block) for block in blocks[first : first + BATCH]]
        columns = [pa.array(np.concatenate(column)) for column in zip(*made, strict=True)]
        yield pa.record_batch(columns, schema=SCHEMA)


def _write_ipc(path: Path, batches: list[pa.RecordBatch] | Iterator[pa.RecordBatch]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    batches = iter(batches)
    first = next(batches)
    with pa.ipc.new_file(partial, first.schema) as writer:
        writer.write_batch(first)
        for batch in batches:
            writer.write_batch(batch)
    partial.rename(path)


def _rows_in(path: Path) -> int:
    with pa.ipc.open_file(pa.memory_map(str(path))) as reader:
        batches = (reader.get_batch(at) for at in range(reader.num_record_batches))
        return int(np.sum([batch.num_rows for batch in batches]))
