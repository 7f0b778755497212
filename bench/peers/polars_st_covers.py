"""polars-st's `sjoin`, predicate `intersects`: a frame of all pairs, then the lowest per point."""

from __future__ import annotations

import numpy as np
import polars as pl
import polars_st as st
import shapely

from peers.pairs import lowest_parts
from peers.parts import Parts
from peers.peer import CoversIndex, CoversPeer, Points
from peers.ranked import Rows
from peers.rule import Rule


class Engine(CoversPeer):
    """In blocks, because a single join would make a frame of all pairs."""

    threads = 1
    packages = ("polars-st", "polars")

    def build(self, parsed: Parts, rule: Rule) -> CoversIndex:
        del rule
        wkb = pl.Series("geometry", shapely.to_wkb(parsed.polygons), dtype=pl.Binary)
        areas = pl.select(st.from_wkb(pl.lit(wkb)).alias("geometry")).with_row_index("part")
        return CoversIndex(areas, parsed)

    def convert(self, points: Points) -> pl.DataFrame:
        frame = pl.DataFrame({"x": points.x, "y": points.y})
        return frame.select(geometry=st.point(pl.concat_list("x", "y")))

    def ask(self, index: CoversIndex, points: pl.DataFrame) -> Rows:
        def find_pairs(block: slice) -> tuple[np.ndarray, np.ndarray]:
            some = points[block].with_row_index("row")
            # The package adds the namespace when it is imported.
            join = some.st.sjoin  # pyright: ignore[reportAttributeAccessIssue]
            joined = join(index.over, predicate="intersects")
            return joined["row"].to_numpy(), joined["part"].to_numpy()

        return lowest_parts(index, len(points), find_pairs)
