"""shapely: a tree over the segments of one survey, queried with those of the other."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray


def main(
    first: NDArray[np.object_],
    second: NDArray[np.object_],
    first_profiles: NDArray[np.int64],
    second_profiles: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Return the crossings, one per row: two profiles, x, y."""
    ones, others = shapely.STRtree(second).query(first, predicate="intersects")
    points = shapely.get_coordinates(shapely.intersection(first[ones], second[others]))
    return np.column_stack([first_profiles[ones], second_profiles[others], points])
