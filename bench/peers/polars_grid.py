"""Polars in plain expressions: buckets as wide as the radius, an equi-join, a filter, the minimum.

The bucket of a point is joined with the nine buckets around each center.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import polars as pl
import pyarrow as pa

from peers.peer import Index, Peer, Points
from peers.ranked import NONE, Ranked, Rows
from peers.rule import Rule

_STRIDE = 1 << 31
"""Offset between two lines of buckets: larger than the number of columns."""


class Engine(Peer):
    """In memory."""

    packages = ("polars",)
    engine: Literal["in-memory", "streaming"] = "in-memory"

    def build(self, parsed: Ranked, rule: Rule) -> Index:
        # Slightly wider than the radius, so that rounding moves no center out of the nine buckets.
        width = rule.bound * (1 + 1e-9)
        centers = pl.DataFrame({"center_x": parsed.x, "center_y": parsed.y}).with_row_index("rank")
        around = [
            _bucket("center", width) + line * _STRIDE + column
            for line in (-1, 0, 1)
            for column in (-1, 0, 1)
        ]
        buckets = centers.with_columns(bucket=pl.concat_list(around)).explode("bucket")
        return Index((buckets, width), parsed, rule)

    def convert(self, points: Points) -> pl.DataFrame:
        return pl.DataFrame(pa.table({"point_x": points.x, "point_y": points.y}))

    def ask(self, index: Index, points: pl.DataFrame) -> Rows:
        buckets, width = index.over
        dx, dy = (pl.col(f"point_{axis}") - pl.col(f"center_{axis}") for axis in "xy")
        best = (
            points.lazy()
            .with_row_index("row")
            .with_columns(bucket=_bucket("point", width))
            .join(buckets.lazy(), on="bucket")
            .filter(dx * dx + dy * dy < index.max_dist * index.max_dist)
            .group_by("row")
            .agg(pl.col("rank").min())
            .collect(engine=self.engine)
        )
        ranks = np.full(len(points), NONE, dtype=np.uint32)
        ranks[best["row"].to_numpy()] = best["rank"].to_numpy()
        return index.ranked.rows_of(ranks)


class Streaming(Engine):
    """On the streaming engine, which never has all pairs in memory."""

    engine = "streaming"


def _bucket(prefix: str, width: float) -> pl.Expr:
    column, line = ((pl.col(f"{prefix}_{axis}") / width).floor().cast(pl.Int64) for axis in "xy")
    return line * _STRIDE + column
