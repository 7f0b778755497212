"""How an example becomes what a version takes, and how its answer becomes row numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ladder.match.example import Example

if TYPE_CHECKING:
    import polars as pl

NONE = -1
"""The row number of no polygon."""


@dataclass(frozen=True)
class Input:
    """What a version's entry takes, in the form it wants it."""

    polygons: Any
    points: Any
    max_dist: float

    @property
    def arguments(self) -> tuple[Any, ...]:
        """The arguments of ``main(polygons, points, max_dist)``."""
        return self.polygons, self.points, self.max_dist


@dataclass(frozen=True)
class Objects:
    """Polygons as a list of objects, which cache their area and, up to v2, their centre.

    Objects are made before the clock starts, in both forms. The centres of v3 to v5 are computed
    as the object is made and so are in neither form: that favours those versions.

    Attributes
    ----------
    matrix
        Whether points come as one matrix or as a list with an array each.
    read
        How the version's result becomes row numbers: ``read(input, result)``.
    """

    matrix: bool
    read: Callable[[Input, Any], NDArray[np.int64]]

    def make(self, module: ModuleType, example: Example) -> Input:
        """Return new objects."""
        points = example.points if self.matrix else [np.array(row) for row in example.points]
        return Input(_polygons(module, example), points, example.max_dist)

    def renew(self, module: ModuleType, example: Example, given: Input) -> Input:
        """Return new polygons beside the same points."""
        return Input(_polygons(module, example), given.points, given.max_dist)

    def warm(self, given: Input, main: Callable[..., Any]) -> None:
        """Ask every polygon for its centre and area once."""
        del main
        for polygon in given.polygons:
            _ = polygon.center, polygon.area()

    def rows(self, given: Input, result: Any) -> NDArray[np.int64]:
        """Return the answer as row numbers."""
        return self.read(given, result)


@dataclass(frozen=True)
class Frames:
    """Polygons and points as frames: ``x`` and ``y`` lists, ``point`` a struct."""

    def make(self, module: ModuleType, example: Example) -> Input:
        """Return frames over the example's numbers."""
        del module
        import polars as pl

        polygons = pl.DataFrame({"x": column(example.xs), "y": column(example.ys)})
        # One contiguous buffer a column, as any reader of a file would give.
        coordinates = np.ascontiguousarray(example.points.T)
        points = pl.DataFrame({"x": coordinates[0], "y": coordinates[1]})
        return Input(polygons, points.select(point=pl.struct("x", "y")), example.max_dist)

    def renew(self, module: ModuleType, example: Example, given: Input) -> Input:
        """Return the same frames: they hold no cache. The version empties the engine's."""
        del module, example
        return given

    def warm(self, given: Input, main: Callable[..., Any]) -> None:
        """Ask twice: the engine may leave the index for the second time."""
        for _ in range(2):
            main(given.polygons, given.points, given.max_dist)

    def rows(self, given: Input, result: pl.Series) -> NDArray[np.int64]:
        """Return the answer as row numbers."""
        del given
        return result.cast(int).fill_null(NONE).to_numpy()


@dataclass(frozen=True)
class PreparedFrames(Frames):
    """As `Frames`, with the expression in the place of the polygons that it is made of."""

    def make(self, module: ModuleType, example: Example) -> Input:
        """Return an expression and a frame of points."""
        given = super().make(module, example)
        best = module.prepare(given.polygons, given.max_dist)
        return Input(best, given.points, given.max_dist)


def column(arrays: list[NDArray[np.float64]]) -> pl.Series:
    """Return arrays as one list column.

    Built by length where all arrays have one, since a frame of Python lists takes seconds.
    """
    import polars as pl

    inner = pl.List(pl.Float64)
    if len({len(array) for array in arrays}) == 1:
        return pl.Series(np.stack(arrays)).cast(inner)
    return pl.Series([pl.Series(array) for array in arrays], dtype=inner)


def pairs(given: Input, result: list[tuple[Any, Any]]) -> NDArray[np.int64]:
    """Read pairs of point and polygon, points without a polygon left out.

    Both lists are in one order, so a walk along the points finds each pair's place. A point that
    was left out is never equal to the next one matched: equal points have equal answers.
    """
    row_of = {id(polygon): row for row, polygon in enumerate(given.polygons)}
    rows = np.full(len(given.points), NONE, dtype=np.int64)
    place = 0
    for point, polygon in result:
        while not np.array_equal(given.points[place], point):
            place += 1
        rows[place] = row_of[id(polygon)]
        place += 1
    return rows


def numbered_pairs(given: Input, result: list[tuple[int, Any]]) -> NDArray[np.int64]:
    """Read pairs of a point's number and a polygon, one for every point."""
    row_of = {id(polygon): row for row, polygon in enumerate(given.polygons)}
    return np.array([row_of[id(polygon)] for _, polygon in result], dtype=np.int64)


def numbers(given: Input, result: NDArray[np.int64]) -> NDArray[np.int64]:
    """Read row numbers: they are the answer."""
    del given
    return result


def _polygons(module: ModuleType, example: Example) -> list[Any]:
    return [module.Polygon(x, y) for x, y in zip(example.xs, example.ys, strict=True)]
