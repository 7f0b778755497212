"""The inputs that the versions are run on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MAX_DIST = 10.0
"""A polygon is near when its centre is closer than this, strictly."""

SIDE = 100.0
"""Points and polygons lie in a square of this side."""


@dataclass(frozen=True)
class Example:
    """Polygons as a pair of vertex arrays each, points as a matrix."""

    name: str
    xs: list[NDArray[np.float64]]
    ys: list[NDArray[np.float64]]
    points: NDArray[np.float64]
    max_dist: float = MAX_DIST

    @property
    def sizes(self) -> dict[str, int]:
        """How many points and polygons there are."""
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
    """Return the exercise's own example: 100 points, 1,000 polygons of one shape.

    Every polygon is the same ten-cornered slice of a disc moved by whole numbers, so all areas
    are equal but for rounding: which one is "smallest" is decided by noise.
    """
    random, points, offsets = _drawn()
    del random
    return _placed("original", offsets, np.ones(len(offsets)), points)


def distinct_areas() -> Example:
    """Return the same places with polygons of 1,000 different sizes.

    Sizes run from 0.75 to 1.25 in equal steps, in random order: any two areas differ by a
    thousandth or so, far more than rounding, and there is one right answer.
    """
    random, points, offsets = _drawn()
    sizes = 0.75 + 0.5 * random.permutation(len(offsets)) / len(offsets)
    return _placed("distinct areas", offsets, sizes, points)


def some_far() -> Example:
    """Return the distinct-areas example with every fifth point moved where nothing is near."""
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
    """Return polygons of 3 to 12 corners and points anywhere in the square, by seed."""
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
    """Return points and polygons spread evenly over the square, all areas different.

    The workload of ``--scale``: the exercise's shape and density, with as many points as asked
    for. About 29 polygons are near a point (31 but for the rim of the square).
    """
    drawn = np.random.default_rng(6)
    offsets = drawn.uniform(0.0, SIDE, (n_polygons, 2))
    sizes = drawn.uniform(0.75, 1.25, n_polygons)
    return _placed("uniform", offsets, sizes, drawn.uniform(0.0, SIDE, (n_points, 2)))


def shape() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the exercise's polygon: ten corners on the unit circle, x from 0 to 0.9."""
    x = np.arange(0.0, 1.0, 0.1)
    return x, np.sqrt(1.0 - x**2)


def _drawn() -> tuple[np.random.RandomState, NDArray[np.float64], NDArray[np.float64]]:
    """Return the generator after its draws, the points, and the offset of each polygon.

    The order of the draws is what makes the numbers the exercise's: the points' x, their y,
    then x and y in turn for each polygon.
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
    """Return an example of the exercise's polygon, scaled and moved."""
    x, y = shape()
    return Example(
        name,
        [x * size + left for (left, _), size in zip(offsets, sizes, strict=True)],
        [y * size + bottom for (_, bottom), size in zip(offsets, sizes, strict=True)],
        points,
    )


def of_form(form: str, *, quick: bool = False) -> Example:
    """Return what all versions are timed on, in whatever form: it is quick."""
    del form, quick
    return original()


EXAMPLES = {
    "original": original,
    "distinct": distinct_areas,
    "far": some_far,
    "uniform": uniform,
}
"""Names on the command line."""
