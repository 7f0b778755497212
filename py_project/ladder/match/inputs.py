"""Conversion of examples to the input of versions, and of answers to row numbers."""

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
"""The row number for no polygon."""


@dataclass(frozen=True)
class Input:
    """The input of a version's entry, in the form it needs."""

    polygons: Any
    points: Any
    max_dist: float

    @property
    def arguments(self) -> tuple[Any, ...]:
        """The arguments of ``main(polygons, points, max_dist)``."""
        return self.polygons, self.points, self.max_dist


@dataclass(frozen=True)
class Objects:
    """Polygons as a list of objects, which cache their area and, up to v2, their center.

    Objects are created before the clock starts, in both forms. v3 to v5 compute the centers when
    the object is created, so neither form includes this cost, which favors those versions.

    Attributes
    ----------
    matrix
        Whether points are one matrix or a list of arrays.
    read
        Converts the version's result to row numbers: ``read(input, result)``.
    """

    matrix: bool
    read: Callable[[Input, Any], NDArray[np.int64]]

    def make(self, module: ModuleType, example: Example) -> Input:
        """Return new objects."""
        points = example.points if self.matrix else [np.array(row) for row in example.points]
        return Input(_polygons(module, example), points, example.max_dist)

    def renew(self, module: ModuleType, example: Example, given: Input) -> Input:
        """Return new polygons and the same points."""
        return Input(_polygons(module, example), given.points, given.max_dist)

    def warm(self, given: Input, main: Callable[..., Any]) -> None:
        """Read the center and area of every polygon once."""
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
        """Return frames with the data of the example."""
        del module
        import polars as pl

        polygons = pl.DataFrame({"x": column(example.xs), "y": column(example.ys)})
        # One contiguous buffer per column, as a file reader would return.
        coordinates = np.ascontiguousarray(example.points.T)
        points = pl.DataFrame({"x": coordinates[0], "y": coordinates[1]})
        return Input(polygons, points.select(point=pl.struct("x", "y")), example.max_dist)

    def renew(self, module: ModuleType, example: Example, given: Input) -> Input:
        """Return the same frames, which have no cache. The version clears the engine's cache."""
        del module, example
        return given

    def warm(self, given: Input, main: Callable[..., Any]) -> None:
        """Run twice: the engine may build the index in the second run."""
        for _ in range(2):
            main(given.polygons, given.points, given.max_dist)

    def rows(self, given: Input, result: pl.Series) -> NDArray[np.int64]:
        """Return the answer as row numbers."""
        del given
        return result.cast(int).fill_null(NONE).to_numpy()


@dataclass(frozen=True)
class PreparedFrames(Frames):
    """As `Frames`, with the expression instead of its polygons."""

    def make(self, module: ModuleType, example: Example) -> Input:
        """Return an expression and a frame of points."""
        given = super().make(module, example)
        best = module.prepare(given.polygons, given.max_dist)
        return Input(best, given.points, given.max_dist)


def column(arrays: list[NDArray[np.float64]]) -> pl.Series:
    """Return arrays as one list column.

    If all arrays have the same length, it is built from a matrix, because building it from single
    arrays takes seconds.
    """
    import polars as pl

    inner = pl.List(pl.Float64)
    if len({len(array) for array in arrays}) == 1:
        return pl.Series(np.stack(arrays)).cast(inner)
    return pl.Series([pl.Series(array) for array in arrays], dtype=inner)


def pairs(given: Input, result: list[tuple[Any, Any]]) -> NDArray[np.int64]:
    """Read pairs of point and polygon; points without a polygon are left out.

    Both lists have the same order, so a walk along the points finds the row of each pair. A point
    that was left out never equals the next matched point, because equal points have equal answers.
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
    """Read pairs of point number and polygon, one per point."""
    row_of = {id(polygon): row for row, polygon in enumerate(given.polygons)}
    return np.array([row_of[id(polygon)] for _, polygon in result], dtype=np.int64)


def numbers(given: Input, result: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the result, which has row numbers already."""
    del given
    return result


def _polygons(module: ModuleType, example: Example) -> list[Any]:
    return [module.Polygon(x, y) for x, y in zip(example.xs, example.ys, strict=True)]
