"""SedonaDB: a join on `ST_Intersects`, the minimum."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import sedonadb
import shapely

from peers.parts import Parts
from peers.peer import CoversIndex, CoversPeer, Points
from peers.ranked import NONE, Rows
from peers.rule import Rule


class Engine(CoversPeer):
    """Tables in memory; the join builds an index in each query."""

    packages = ("sedonadb",)

    def __init__(self) -> None:
        self.session = sedonadb.connect()

    def build(self, parsed: Parts, rule: Rule) -> CoversIndex:
        del rule
        wkb = pa.array(shapely.to_wkb(parsed.polygons), pa.binary())
        numbers = np.arange(len(wkb), dtype=np.uint32)
        self._keep("areas", {"part": numbers, "wkb": wkb}, "st_geomfromwkb(wkb) as area")
        return CoversIndex(None, parsed)

    def convert(self, points: Points) -> int:
        rows = np.arange(len(points.x), dtype=np.uint32)
        columns = {"row": rows, "x": points.x, "y": points.y}
        self._keep("points", columns, "st_point(x, y) as place")
        return len(points.x)

    def ask(self, index: CoversIndex, points: int) -> Rows:
        answer = self.session.sql(
            """
            select p.row as row, min(a.part) as part
            from points as p join areas as a on st_intersects(p.place, a.area)
            group by p.row
            """
        )
        found = pa.table(answer)
        parts = np.full(points, NONE, dtype=np.uint32)
        parts[found["row"].to_numpy()] = found["part"].to_numpy()
        return index.parts.rows_of(parts)

    def _keep(self, name: str, columns: dict[str, object], geometry: str) -> None:
        self.session.create_data_frame(pa.table(columns)).to_view("columns", overwrite=True)
        made = self.session.sql(f"select {next(iter(columns))}, {geometry} from columns")
        made.to_memtable().to_view(name, overwrite=True)
