"""polars-st's `sjoin`, predicate `dwithin`: a frame of all pairs, then the lowest per point."""

from __future__ import annotations

import numpy as np
import polars as pl
import polars_st as st

from peers.pairs import lowest_ranks
from peers.peer import Index, Peer, Points
from peers.ranked import Ranked, Rows
from peers.rule import Rule


class Engine(Peer):
    """In blocks, because a single join would make a frame of all pairs."""

    threads = 1
    packages = ("polars-st", "polars")

    def build(self, parsed: Ranked, rule: Rule) -> Index:
        centers = _points(parsed.x, parsed.y).with_row_index("rank")
        return Index(centers, parsed, rule)

    def convert(self, points: Points) -> tuple[Points, pl.DataFrame]:
        return points, _points(points.x, points.y)

    def ask(self, index: Index, points: tuple[Points, pl.DataFrame]) -> Rows:
        def find_pairs(block: slice) -> tuple[np.ndarray, np.ndarray]:
            some = points[1][block].with_row_index("row")
            # The package adds the namespace when it is imported.
            join = some.st.sjoin  # pyright: ignore[reportAttributeAccessIssue]
            joined = join(index.over, predicate="dwithin", distance=index.generous)
            return joined["row"].to_numpy(), joined["rank"].to_numpy()

        return lowest_ranks(index, points[0], find_pairs)


def _points(x: np.ndarray, y: np.ndarray) -> pl.DataFrame:
    frame = pl.DataFrame({"x": x, "y": y})
    return frame.select(geometry=st.point(pl.concat_list("x", "y")))
