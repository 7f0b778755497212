"""The Rust versions of the ladders.

``v2`` to ``v5`` are modules; a stub of one file can only write them as classes.
"""

from collections.abc import Sequence
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

class HasCenter(Protocol):
    center: Any

class Polygon:
    def __new__(cls, x: NDArray[np.float64], y: NDArray[np.float64]) -> Polygon: ...
    @property
    def x(self) -> NDArray[np.float64]: ...
    @property
    def y(self) -> NDArray[np.float64]: ...
    @property
    def center(self) -> NDArray[np.float64]: ...

Centered = TypeVar("Centered", bound=HasCenter)
Shape = TypeVar("Shape", bound=Polygon)

class v2:  # noqa: N801
    @staticmethod
    def find_close_polygons(
        polygons: Sequence[Centered], point: NDArray[np.float64], max_dist: float
    ) -> list[Centered]: ...

class v3:  # noqa: N801
    @staticmethod
    def find_close_polygons(
        polygons: Sequence[Shape], point: NDArray[np.float64], max_dist: float
    ) -> list[Shape]: ...

class v4:  # noqa: N801
    @staticmethod
    def find_close_polygons(
        polygons: Sequence[Shape], point: NDArray[np.float64], max_dist: float
    ) -> list[Shape]: ...

class v5:  # noqa: N801
    @staticmethod
    def find_all_close_polygons(
        polygons: Sequence[Shape], points: NDArray[np.float64], max_dist: float
    ) -> list[tuple[NDArray[np.float64], list[Shape]]]: ...

def kmeans_rs_linfa(
    points: NDArray[np.float64], start: NDArray[np.float64], max_iter: int
) -> tuple[NDArray[np.float64], NDArray[np.uint32]]: ...
def kmeans_rs_scratch(
    points: NDArray[np.float64], start: NDArray[np.float64], max_iter: int
) -> tuple[NDArray[np.float64], NDArray[np.uint32], float, int]: ...
def stratif1_rs_scratch(
    labels: NDArray[np.int64], test_size: float, seed: int
) -> NDArray[np.uint8]: ...
def stratif2_rs_scratch(
    labels: NDArray[np.int64], n_splits: int, seed: int
) -> NDArray[np.uint32]: ...
