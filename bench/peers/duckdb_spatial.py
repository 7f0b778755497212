"""DuckDB's spatial extension: a join on `ST_DWithin`, a filter, the minimum."""

from __future__ import annotations

import importlib.resources
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from peers.peer import Index, Peer, Points
from peers.ranked import NONE, Ranked, Rows
from peers.rule import Rule


class Engine(Peer):
    """Tables of points in memory; the join builds an R-tree in each query."""

    packages = ("duckdb", "duckdb-extension-spatial")

    def __init__(self) -> None:
        self.session = connect(self.threads)

    def build(self, parsed: Ranked, rule: Rule) -> Index:
        ranks = np.arange(len(parsed.x), dtype=np.uint32)
        columns = pa.table({"rank": ranks, "x": parsed.x, "y": parsed.y})
        self.session.register("center_columns", columns)
        self.session.execute(
            "create or replace table centers as "
            "select rank, x, y, st_point(x, y) as place from center_columns"
        )
        return Index(None, parsed, rule)

    def convert(self, points: Points) -> int:
        self.session.register("point_columns", pa.table({"x": points.x, "y": points.y}))
        self.session.execute(
            "create or replace table points as select (row_number() over () - 1)::uinteger as row, "
            "x, y, st_point(x, y) as place from point_columns"
        )
        return len(points.x)

    def ask(self, index: Index, points: int) -> Rows:
        found = self.session.execute(
            f"""
            select p.row, min(c.rank) as rank
            from points as p
            join centers as c on st_dwithin(p.place, c.place, {index.generous!r})
            where (p.x - c.x) * (p.x - c.x) + (p.y - c.y) * (p.y - c.y)
                < {index.max_dist!r} * {index.max_dist!r}
            group by p.row
            """
        ).fetchnumpy()
        ranks = np.full(points, NONE, dtype=np.uint32)
        ranks[found["row"]] = found["rank"]
        return index.ranked.rows_of(ranks)


def connect(threads: int) -> duckdb.DuckDBPyConnection:
    """Return a session with the extension, which is loaded from its Python package."""
    session = duckdb.connect(config={"threads": threads})
    folder = importlib.resources.files("duckdb_extension_spatial")
    (extension,) = Path(str(folder)).glob("extensions/*/spatial.duckdb_extension")
    session.load_extension(str(extension))
    return session
