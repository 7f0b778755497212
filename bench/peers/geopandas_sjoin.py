"""geopandas' `sjoin`, predicate `dwithin`: a table of all pairs, then the lowest per point."""

from __future__ import annotations

import geopandas
import numpy as np

from peers.pairs import lowest_ranks
from peers.peer import Index, Peer, Points
from peers.ranked import Ranked, Rows
from peers.rule import Rule


class Engine(Peer):
    """In blocks, because a single join would make a table of all pairs."""

    threads = 1
    packages = ("geopandas", "shapely", "pandas")

    def build(self, parsed: Ranked, rule: Rule) -> Index:
        centers = geopandas.GeoDataFrame(geometry=geopandas.points_from_xy(parsed.x, parsed.y))
        # The first access builds the tree and keeps it.
        _ = centers.sindex
        return Index(centers, parsed, rule)

    def convert(self, points: Points) -> tuple[Points, geopandas.GeoDataFrame]:
        geometry = geopandas.points_from_xy(points.x, points.y)
        return points, geopandas.GeoDataFrame(geometry=geometry)

    def ask(self, index: Index, points: tuple[Points, geopandas.GeoDataFrame]) -> Rows:
        def find_pairs(block: slice) -> tuple[np.ndarray, np.ndarray]:
            some = points[1].iloc[block].reset_index(drop=True)
            joined = some.sjoin(index.over, predicate="dwithin", distance=index.generous)
            return joined.index.to_numpy(), joined["index_right"].to_numpy()

        return lowest_ranks(index, points[0], find_pairs)
