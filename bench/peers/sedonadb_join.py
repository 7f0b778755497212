"""SedonaDB: a join on `ST_DWithin`, a filter, the minimum."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import sedonadb

from peers.peer import Index, Peer, Points
from peers.ranked import NONE, Ranked, Rows
from peers.rule import Rule


class Engine(Peer):
    """Tables of points in memory; the join builds an index in each query."""

    packages = ("sedonadb",)

    def __init__(self) -> None:
        self.session = sedonadb.connect()

    def build(self, parsed: Ranked, rule: Rule) -> Index:
        self._keep("centers", parsed.x, parsed.y)
        return Index(None, parsed, rule)

    def convert(self, points: Points) -> int:
        self._keep("points", points.x, points.y)
        return len(points.x)

    def ask(self, index: Index, points: int) -> Rows:
        answer = self.session.sql(
            f"""
            select p.row as row, min(c.row) as rank
            from points as p
            join centers as c on st_dwithin(p.place, c.place, {index.generous!r})
            where (p.x - c.x) * (p.x - c.x) + (p.y - c.y) * (p.y - c.y)
                < {index.max_dist!r} * {index.max_dist!r}
            group by p.row
            """
        )
        found = pa.table(answer)
        ranks = np.full(points, NONE, dtype=np.uint32)
        ranks[found["row"].to_numpy()] = found["rank"].to_numpy()
        return index.ranked.rows_of(ranks)

    def _keep(self, name: str, x: np.ndarray, y: np.ndarray) -> None:
        columns = pa.table({"row": np.arange(len(x), dtype=np.uint32), "x": x, "y": y})
        self.session.create_data_frame(columns).to_view("columns", overwrite=True)
        made = self.session.sql("select row, x, y, st_point(x, y) as place from columns")
        made.to_memtable().to_view(name, overwrite=True)
