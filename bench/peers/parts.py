"""Convert polygon columns to shapely polygons in rank order: the *parse* for `covers`.

Multipolygons are split into parts: a polygon covers a point if one of its parts does, and a part
has a tighter box. All libraries get the parts.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from peers.ranked import NONE, Rows, rows_of

Shapes = NDArray[Any]
"""An array of shapely geometries."""


class Parts(NamedTuple):
    """Parts by number, the parts of the best polygon first, and the row number of each.

    `rows` has one more entry than there are parts: `NONE`, as in `peers.ranked`.
    """

    polygons: Shapes
    rows: Rows

    def rows_of(self, numbers: Rows) -> Rows:
        """Return the row for each number of a part, `NONE` for `NONE`."""
        return rows_of(self.rows, numbers)


def rank_parts(polygons: pa.Table) -> Parts:
    """Sort polygons by area, then row, and split them into parts."""
    whole = shapes(polygons)
    order = np.argsort(shapely.area(whole), kind="stable").astype(np.uint32)
    parts, polygon = shapely.get_parts(whole[order], return_index=True)
    return Parts(parts, np.append(order[polygon], np.uint32(NONE)))


def shapes(polygons: pa.Table) -> Shapes:
    """Read WKB, or one open ring per row."""
    if "geometry" in polygons.column_names:
        return shapely.from_wkb(polygons["geometry"].to_numpy())
    lists = [polygons[axis].combine_chunks() for axis in "xy"]
    ring = np.repeat(np.arange(len(polygons)), np.diff(lists[0].offsets.to_numpy()))
    vertices = np.column_stack([values.flatten().to_numpy() for values in lists])
    return shapely.polygons(shapely.linearrings(vertices, indices=ring))
