"""Convert polygon columns to centers in rank order: the *parse* of most engines.

Their libraries index points and have no polygon columns, so all share this module. It uses NumPy
for list columns and shapely for WKB.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

NONE = 0xFFFF_FFFF

Floats = NDArray[np.float64]
Rows = NDArray[np.uint32]


class Ranked(NamedTuple):
    """Centers by rank, the best polygon first, and the row number of each.

    `rows` has one more entry than there are polygons: a last `NONE`, for a rank of `NONE`.
    """

    x: Floats
    y: Floats
    rows: Rows

    def rows_of(self, ranks: Rows) -> Rows:
        """Return the row number for each rank, `NONE` for `NONE`."""
        return rows_of(self.rows, ranks)


def rows_of(rows: Rows, numbers: Rows) -> Rows:
    """Return the row of each number; for `NONE` the last of the rows, which is `NONE`."""
    return rows[np.minimum(numbers, len(rows) - 1)]


def rank(polygons: pa.Table) -> Ranked:
    """Measure polygons and sort them by area, then row."""
    centers, areas = measure(polygons)
    order = np.argsort(areas, kind="stable").astype(np.uint32)
    x, y = np.ascontiguousarray(centers[order].T)
    return Ranked(x, y, np.append(order, np.uint32(NONE)))


def measure(polygons: pa.Table) -> tuple[Floats, Floats]:
    """Return the vertex means, shape (n, 2), and the areas, shape (n,)."""
    if "geometry" in polygons.column_names:
        return _measure_wkb(polygons["geometry"])
    return _measure_rings(polygons["x"], polygons["y"])


def _measure_rings(x: pa.ChunkedArray, y: pa.ChunkedArray) -> tuple[Floats, Floats]:
    """Measure one open ring per row."""
    lists = [column.combine_chunks() for column in (x, y)]
    offsets = lists[0].offsets.to_numpy()
    xs, ys = (values.flatten().to_numpy() for values in lists)
    first, counts = offsets[:-1] - offsets[0], np.diff(offsets)
    sums = np.column_stack([np.add.reduceat(values, first) for values in (xs, ys)])
    # Relative to the first vertex of the ring, so that the last edge adds nothing.
    left, up = (values - np.repeat(values[first], counts) for values in (xs, ys))
    crosses = np.zeros(len(xs))
    crosses[:-1] = left[:-1] * up[1:] - left[1:] * up[:-1]
    crosses[first + counts - 1] = 0.0
    return sums / counts[:, None], 0.5 * np.abs(np.add.reduceat(crosses, first))


def _measure_wkb(geometry: pa.ChunkedArray) -> tuple[Floats, Floats]:
    """Measure polygons and multipolygons; their rings are closed."""
    import shapely

    polygons = shapely.from_wkb(geometry.to_numpy())
    parts, polygon = shapely.get_parts(polygons, return_index=True)
    vertices, ring = shapely.get_coordinates(shapely.get_exterior_ring(parts), return_index=True)
    is_open = np.append(ring[1:] == ring[:-1], False)
    row = polygon[ring[is_open]]
    sums = [np.bincount(row, values[is_open], len(polygons)) for values in vertices.T]
    counts = np.bincount(row, minlength=len(polygons))
    return np.column_stack(sums) / counts[:, None], shapely.area(polygons)
