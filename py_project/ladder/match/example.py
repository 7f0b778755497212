"""The input of the versions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MAX_DIST = 10.0
"""A polygon is near if its center is strictly closer than this."""

SIDE = 100.0
"""Points and polygons lie in a square of this side."""


@dataclass(frozen=True)
class Example:
    """Polygons as pairs of vertex arrays, points as a matrix."""

    name: str
    xs: list[NDArray[np.float64]]
    ys: list[NDArray[np.float64]]
    points: NDArray[np.float64]
    max_dist: float = MAX_DIST

    @property
    def sizes(self) -> dict[str, int]:
        """The number of points and polygons."""
        return {"points": self.n_points, "polygons": self.n_polygons}

    @property
    def n_points(self) -> int:
        """Number of points."""
        return len(self.points)

    @property
    def n_polygons(self) -> int:
        """Number of polygons."""
        return len(self.xs)


def original() -> Example:
    """Return the example of the exercise: 100 points, 1,000 polygons of the same shape.

    Every polygon is the same slice of a disc with ten vertices, moved by integers. So all areas are
    equal except for rounding, and rounding decides which one is "smallest".
    """
    random, points, offsets = _drawn()
    del random
    return _placed("original", offsets, np.ones(len(offsets)), points)


def distinct_areas() -> Example:
    """Return the same places with polygons of 1,000 different sizes.

    Sizes go from 0.75 to 1.25 in equal steps, in random order. Any two areas differ by about a
    thousandth, far more than rounding, so there is one correct answer.
    """
    random, points, offsets = _drawn()
    sizes = 0.75 + 0.5 * random.permutation(len(offsets)) / len(offsets)
    return _placed("distinct areas", offsets, sizes, points)


def some_far() -> Example:
    """Return the distinct-areas example with every fifth point moved far from all polygons."""
    near = distinct_areas()
    points = near.points.copy()
    points[::5] += 10.0 * SIDE
    return Example("some far", near.xs, near.ys, points)


def random(
    seed: int,
    n_points: int = 200,
    n_polygons: int = 300,
    *,
    max_dist: float = MAX_DIST,
    equal_areas: bool = False,
) -> Example:
    """Return random polygons with 3 to 12 vertices and random points in the square."""
    drawn = np.random.default_rng(seed)
    offsets = drawn.uniform(0.0, SIDE, (n_polygons, 2))
    sizes = np.ones(n_polygons) if equal_areas else drawn.uniform(0.2, 5.0, n_polygons)
    corners = np.full(n_polygons, 7) if equal_areas else drawn.integers(3, 13, n_polygons)
    turns = [2.0 * np.pi * np.arange(count) / count for count in corners]
    return Example(
        f"random {seed}",
        [x + size * np.cos(turn) for (x, _), size, turn in zip(offsets, sizes, turns, strict=True)],
        [y + size * np.sin(turn) for (_, y), size, turn in zip(offsets, sizes, turns, strict=True)],
        drawn.uniform(0.0, SIDE, (n_points, 2)),
        max_dist,
    )


def uniform(n_points: int, n_polygons: int = 1000) -> Example:
    """Return points and polygons evenly distributed over the square, with distinct areas.

    This is the workload of ``--scale``: the shape and density of the exercise, with any number of
    points. About 29 polygons are near a point (31 without the effect of the border).
    """
    drawn = np.random.default_rng(6)
    offsets = drawn.uniform(0.0, SIDE, (n_polygons, 2))
    sizes = drawn.uniform(0.75, 1.25, n_polygons)
    return _placed("uniform", offsets, sizes, drawn.uniform(0.0, SIDE, (n_points, 2)))


def shape() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the polygon of the exercise: ten vertices on the unit circle, x from 0 to 0.9."""
    x = np.arange(0.0, 1.0, 0.1)
    return x, np.sqrt(1.0 - x**2)


def _drawn() -> tuple[np.random.RandomState, NDArray[np.float64], NDArray[np.float64]]:
    """Return the generator after its draws, the points, and the offset of each polygon.

    The order of the draws reproduces the numbers of the exercise: x of all points, y of all points,
    then x and y for each polygon in turn.
    """
    legacy = np.random.RandomState(6)
    columns = []
    for _ in range(2):
        column = np.arange(0.0, SIDE)
        legacy.shuffle(column)
        columns.append(column)
    offsets = [(legacy.randint(0, 100), legacy.randint(0, 100)) for _ in range(1000)]
    return legacy, np.column_stack(columns), np.array(offsets, dtype=np.float64)


def _placed(
    name: str,
    offsets: NDArray[np.float64],
    sizes: NDArray[np.float64],
    points: NDArray[np.float64],
) -> Example:
    """Return an example with scaled and moved copies of the polygon of the exercise."""
    x, y = shape()
    return Example(
        name,
        [x * size + left for (left, _), size in zip(offsets, sizes, strict=True)],
        [y * size + bottom for (_, bottom), size in zip(offsets, sizes, strict=True)],
        points,
    )


def of_form(form: str, *, quick: bool = False) -> Example:
    """Return the original example, for any form; it is always quick."""
    del form, quick
    return original()


EXAMPLES = {
    "original": original,
    "distinct": distinct_areas,
    "far": some_far,
    "uniform": uniform,
}
"""Examples by their name on the command line."""
