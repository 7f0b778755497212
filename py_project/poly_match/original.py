"""The example of the original exercise: 1,000 polygons of one shape, 100 points.

Same random numbers, same files for every version that is compared. All polygons are one quarter
arc moved about, so their true areas are equal and what a program picks among them hangs on its
rounding: right answers are told by definition (`poly_match.demo.check_by_definition`), not by
comparing row numbers.
"""

from __future__ import annotations

import numpy as np
import polars as pl

POLYGONS = 1_000
POINTS = 100
MAX_DIST = 10.0

_SEED = 6


def make_original() -> tuple[pl.DataFrame, pl.DataFrame]:
    """Make the points (`id`, `x`, `y`) and the polygons (`x`, `y`: `List(Float64)`, 10 vertices).

    Returns
    -------
    points, polygons
        100 and 1,000 rows, the same to the last bit on every run.
    """
    # The legacy generator, because its stream is frozen: one shuffle for the x of the points,
    # one for their y, then a pair of whole numbers per polygon, first x, then y.
    rng = np.random.RandomState(_SEED)
    point_x, point_y = (np.arange(float(POINTS)) for _ in range(2))
    rng.shuffle(point_x)
    rng.shuffle(point_y)
    moves = rng.randint(0, 100, size=(POLYGONS, 2)).astype(np.float64)

    arc_x = np.arange(0.0, 1.0, 0.1)
    arc_y = np.sqrt(1.0 - arc_x**2)
    points = pl.DataFrame({"id": np.arange(POINTS), "x": point_x, "y": point_y})
    polygons = pl.DataFrame(
        {
            axis: pl.Series(arc + moves[:, [column]], dtype=pl.Array(pl.Float64, len(arc)))
            for column, (axis, arc) in enumerate((("x", arc_x), ("y", arc_y)))
        }
    ).select(pl.all().arr.to_list())
    return points, polygons
