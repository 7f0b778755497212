"""The Rust ports of the ladder, v2 to v5.

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
