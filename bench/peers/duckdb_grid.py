"""DuckDB without extensions: buckets as wide as the radius, an equi-join, a filter, the minimum."""

from __future__ import annotations

import duckdb
import numpy as np
import pyarrow as pa

from peers.peer import Index, Peer, Points
from peers.ranked import NONE, Ranked, Rows
from peers.rule import Rule


class Engine(Peer):
    """Tables in memory; the nine buckets around each center are a separate table."""

    packages = ("duckdb",)

    def __init__(self) -> None:
        self.session = duckdb.connect(config={"threads": self.threads})

    def build(self, parsed: Ranked, rule: Rule) -> Index:
        # Slightly wider than the radius, so that rounding moves no center out of the nine buckets.
        width = rule.bound * (1 + 1e-9)
        ranks = np.arange(len(parsed.x), dtype=np.uint32)
        centers = pa.table({"rank": ranks, "x": parsed.x, "y": parsed.y})
        self.session.register("centers", centers)
        self.session.execute(
            """
            create or replace table buckets as
            select rank, x, y, floor(x / $width)::int + i as i, floor(y / $width)::int + j as j
            from centers, (values (-1), (0), (1)) as columns(i), (values (-1), (0), (1)) as lines(j)
            """,
            {"width": width},
        )
        return Index(width, parsed, rule)

    def convert(self, points: Points) -> int:
        columns = pa.table({"x": points.x, "y": points.y})
        self.session.register("columns", columns)
        self.session.execute(
            "create or replace table points as "
            "select (row_number() over () - 1)::uinteger as row, x, y from columns"
        )
        return len(points.x)

    def ask(self, index: Index, points: int) -> Rows:
        found = self.session.execute(
            """
            select p.row, min(b.rank) as rank
            from points as p
            join buckets as b
              on b.i = floor(p.x / $width)::int and b.j = floor(p.y / $width)::int
            where (p.x - b.x) * (p.x - b.x) + (p.y - b.y) * (p.y - b.y) < $max_dist * $max_dist
            group by p.row
            """,
            {"width": index.over, "max_dist": index.max_dist},
        ).fetchnumpy()
        ranks = np.full(points, NONE, dtype=np.uint32)
        ranks[found["row"]] = found["rank"]
        return index.ranked.rows_of(ranks)
