"""DuckDB's spatial extension: a join on `ST_Intersects`, the minimum."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import shapely

from peers.duckdb_spatial import connect
from peers.parts import Parts
from peers.peer import CoversIndex, CoversPeer, Points
from peers.ranked import NONE, Rows
from peers.rule import Rule


class Engine(CoversPeer):
    """Tables in memory; the join builds an R-tree in each query."""

    packages = ("duckdb", "duckdb-extension-spatial")

    def __init__(self) -> None:
        self.session = connect(self.threads)

    def build(self, parsed: Parts, rule: Rule) -> CoversIndex:
        del rule
        wkb = pa.array(shapely.to_wkb(parsed.polygons), pa.binary())
        numbers = np.arange(len(wkb), dtype=np.uint32)
        self.session.register("area_columns", pa.table({"part": numbers, "wkb": wkb}))
        self.session.execute(
            "create or replace table areas as "
            "select part, st_geomfromwkb(wkb) as area from area_columns"
        )
        return CoversIndex(None, parsed)

    def convert(self, points: Points) -> int:
        self.session.register("point_columns", pa.table({"x": points.x, "y": points.y}))
        self.session.execute(
            "create or replace table points as select (row_number() over () - 1)::uinteger as row, "
            "st_point(x, y) as place from point_columns"
        )
        return len(points.x)

    def ask(self, index: CoversIndex, points: int) -> Rows:
        found = self.session.execute(
            """
            select p.row, min(a.part) as part
            from points as p join areas as a on st_intersects(p.place, a.area)
            group by p.row
            """
        ).fetchnumpy()
        parts = np.full(points, NONE, dtype=np.uint32)
        parts[found["row"]] = found["part"]
        return index.parts.rows_of(parts)
