"""geopandas' `sjoin`, predicate `covers`: a table of all pairs, then the lowest per point."""

from __future__ import annotations

import geopandas
import numpy as np

from peers.pairs import lowest_parts
from peers.parts import Parts
from peers.peer import CoversIndex, CoversPeer, Points
from peers.ranked import Rows
from peers.rule import Rule


class Engine(CoversPeer):
    """In blocks. The left side, the polygons, is prepared; the tree contains the points."""

    threads = 1
    packages = ("geopandas", "shapely", "pandas")

    def build(self, parsed: Parts, rule: Rule) -> CoversIndex:
        del rule
        return CoversIndex(geopandas.GeoDataFrame(geometry=parsed.polygons), parsed)

    def convert(self, points: Points) -> geopandas.GeoDataFrame:
        return geopandas.GeoDataFrame(geometry=geopandas.points_from_xy(points.x, points.y))

    def ask(self, index: CoversIndex, points: geopandas.GeoDataFrame) -> Rows:
        def find_pairs(block: slice) -> tuple[np.ndarray, np.ndarray]:
            some = points.iloc[block].reset_index(drop=True)
            joined = index.over.sjoin(some, predicate="covers")
            return joined["index_right"].to_numpy(), joined.index.to_numpy()

        return lowest_parts(index, len(points), find_pairs)
