"""Measure size and time of each format on the page about sending and storing tables.

    python docs/storing.py

It runs the code blocks of the page, and then its functions on a larger table of crossings. It needs
poly-match, cbor2 and h5py.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

import poly_match as pm

PAGE = Path(__file__).parent / "recipes" / "storing.md"
LINES = 300
TIMES = 9


def functions() -> dict[str, Any]:
    """Return the names that the page defines."""
    blocks = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    namespace: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        for block in blocks:
            exec(block, namespace)
    return namespace


def crossings() -> pl.DataFrame:
    """Return the table to store: the crossings of two surveys with `LINES` lines."""
    along = np.linspace(0.0, LINES + 1.0, 3_001)
    draw = np.random.default_rng(6)
    frames = []
    for survey in ("north", "east"):
        for line in range(LINES):
            across = line + 1.0 + draw.normal(0.0, 0.02, len(along))
            x, y = (across, along) if survey == "north" else (along, across)
            trace = np.arange(len(along))
            named = {"survey": survey, "line": line, "trace": trace, "x": x, "y": y}
            frames.append(pl.DataFrame(named))
    names = {"survey": "survey", "profile": "line", "index": "trace"}
    return pm.intersections(pl.concat(frames), **names, x="x", y="y")


def milliseconds(work: Callable[[], object]) -> float:
    """Return the median time of `TIMES` runs."""
    took = []
    for _ in range(TIMES):
        start = time.perf_counter()
        work()
        took.append(time.perf_counter() - start)
    return 1e3 * statistics.median(took)


def main() -> None:
    """Print a row for each format."""
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        page, table = functions(), crossings()

        def write_cbor(path: str) -> None:
            Path(path).write_bytes(page["to_cbor"](table))

        ways = {
            "Parquet, zstd": (
                "table.parquet",
                lambda path: table.write_parquet(path, compression="zstd"),
                pl.read_parquet,
            ),
            "Arrow IPC": ("table.arrow", table.write_ipc, pl.read_ipc),
            "CBOR, typed arrays": (
                "table.cbor",
                write_cbor,
                lambda path: page["from_cbor"](Path(path).read_bytes()),
            ),
            "HDF5, gzip": (
                "table.h5",
                lambda path: page["write_hdf5"](table, path),
                page["read_hdf5"],
            ),
        }
        print(f"{table.height:,} rows, {table.width} columns, {table.estimated_size():,} bytes\n")
        print("| | bytes | write, ms | read, ms |\n|---|--:|--:|--:|")
        for name, (path, write, read) in ways.items():
            written = milliseconds(lambda write=write, path=path: write(path))
            taken = milliseconds(lambda read=read, path=path: read(path))
            if not read(path).equals(table):
                raise SystemExit(f"{name}: the table read back differs")
            print(f"| {name} | {Path(path).stat().st_size:,} | {written:.1f} | {taken:.1f} |")


if __name__ == "__main__":
    main()
