"""Rows per second on Spark, compared with the local job: a table of `docs/scaling.md`.

One Parquet file of points, with two numbers and an id, is copied and matched with boxes. The local
job and Spark do this in turn, on the same cores. Figures are medians of a few rounds.

    PYTHONPATH=py_project .venv/spark/bin/python bench/spark_rows.py [ROWS]
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import polars as pl
import poly_match as pm
from pyspark.sql import DataFrame, SparkSession

from harness import machine

CORES = 2
ROUNDS = 5
SIDE = 1_000.0
POLYGONS = 10_000
MAX_DIST = SIDE * float(np.sqrt(30 / np.pi / POLYGONS))


def written(folder: Path, rows: int) -> tuple[Path, Path]:
    """Write points and polygons."""
    rng = np.random.default_rng(1)
    files = folder / "points.parquet", folder / "zones.parquet"
    x, y = rng.uniform(0, SIDE, (2, rows))
    points = pl.DataFrame({"id": np.arange(rows), "x": x, "y": y})
    points.write_parquet(files[0], row_group_size=1 << 18, compression="snappy")
    x, y = rng.uniform(0, SIDE, (2, POLYGONS))
    half = rng.exponential(5.0, POLYGONS) + 1e-3
    zones = {
        "x": np.stack([x - half, x + half, x + half, x - half], axis=1),
        "y": np.stack([y - half, y - half, y + half, y + half], axis=1),
    }
    pl.DataFrame(zones).cast(pl.List(pl.Float64)).write_parquet(files[1])
    return files


def to_python_and_back(batches: Iterator[Any]) -> Iterator[Any]:
    """Return the batches unchanged, in a Python worker."""
    yield from batches


def main() -> None:
    """Print the table."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000_000
    machine.keep_to(CORES)
    for name, value in machine.description(CORES).items():
        print(f"{name}: {value}")
    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.builder.master(f"local[{CORES}]").config("spark.ui.enabled", False)
    builder = builder.config("spark.driver.memory", "2g")
    spark = builder.config("spark.ui.showConsoleProgress", False).getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        points, zones = written(folder, rows)
        prepared = pm.Polygons(pl.read_parquet(zones))
        out = folder / "out"

        def read() -> DataFrame:
            return spark.read.parquet(str(points))

        def matched(batch: int) -> DataFrame:
            spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", batch)
            return pm.spark.match(read(), prepared, max_dist=MAX_DIST)

        def write(df: DataFrame) -> None:
            df.write.mode("overwrite").parquet(str(out))

        works: dict[str, Callable[[], object]] = {
            "one machine: copy by Polars": lambda: pl.scan_parquet(points).sink_parquet(
                folder / "copy.parquet", compression="snappy"
            ),
            "one machine: `pm.match_parquet`": lambda: pm.match_parquet(
                points,
                zones,
                folder / "job.parquet",
                max_dist=MAX_DIST,
                overwrite=True,
                progress=False,
            ),
            "Spark: copy": lambda: write(read()),
            "Spark: copy through Python, `mapInArrow`": lambda: write(
                read().mapInArrow(to_python_and_back, read().schema)
            ),
            "Spark: `pm.spark.match`": lambda: write(matched(10_000)),
            "Spark: the same in batches of 100,000": lambda: write(matched(100_000)),
        }
        times: dict[str, list[float]] = {work: [] for work in works}
        for _ in range(ROUNDS + 1):
            for label, work in works.items():
                start = time.perf_counter()
                work()
                times[label].append(time.perf_counter() - start)
        same = pl.read_parquet(folder / "job.parquet", columns=["id", "polygon"])
        assert (
            pl.read_parquet(out / "*.parquet")
            .sort("id")["polygon"]
            .equals(same["polygon"].cast(pl.Int64), null_equal=True)
        )
    print(f"\n{rows:,} rows, {POLYGONS:,} polygons, {CORES} cores; without the first round:\n")
    print("| work | seconds | million rows/s |\n|---|--:|--:|")
    for label, taken in times.items():
        typical = median(taken[1:])
        print(f"| {label} | {typical:.2f} | {rows / typical / 1e6:.2f} |")
    print(f"\nload: {os.getloadavg()[0]:.2f} at the end")
    spark.stop()


if __name__ == "__main__":
    main()
