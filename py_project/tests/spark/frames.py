"""Zones and points for the tests of Spark, and what is right for them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

import poly_match as pm

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

# Small enough to be degrees, too.
SIDE = 50.0


def city(zones: int = 2_000) -> pl.DataFrame:
    """Boxes of many sizes, some in others, with names and ranks."""
    rng = np.random.default_rng(5)
    x, y = rng.uniform(0, SIDE, (2, zones))
    half = rng.exponential(2.0, zones) + 0.05
    return pl.DataFrame(
        {
            "x": np.stack([x - half, x + half, x + half, x - half], axis=1),
            "y": np.stack([y - half, y - half, y + half, y + half], axis=1),
            "zone": [f"zone {row}" for row in range(zones)],
            "rank": rng.integers(0, 50, zones),
        },
        schema_overrides={"x": pl.List(pl.Float64), "y": pl.List(pl.Float64)},
    )


def pings(spark: SparkSession, rows: int, partitions: int) -> DataFrame:
    """Points all over the city, some of them null or not a number, by Spark alone."""
    from pyspark.sql import functions as F  # noqa: N812

    rare = F.col("id") % 1_000
    x = F.when(rare == 7, None).when(rare == 8, float("nan")).otherwise(F.rand(1) * SIDE)
    return spark.range(0, rows, 1, partitions).select(
        "id", x.alias("x"), (F.rand(2) * SIDE).alias("y")
    )


def same_as_local(answered: DataFrame, folder: Path, zones: Any, options: dict[str, Any]) -> int:
    """Hold each row, written by Spark, against the expression; tell how many there are."""
    answered.write.parquet(str(folder))
    frame = pl.read_parquet(folder / "*.parquet").sort("id")
    local = frame.select(pm.poly_match(pl.struct("x", "y"), zones, **options)).to_series()
    dtype = frame["polygon"].dtype
    assert frame["id"].to_list() == list(range(frame.height))
    assert frame["polygon"].equals(local.cast(dtype).alias("polygon"), null_equal=True)
    assert 0 < frame["polygon"].null_count() < frame.height
    return frame.height
