"""numba: a loop over the rows of the picture on all threads."""

from __future__ import annotations

import math

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray


@njit(parallel=True)
def main(width: int, height: int) -> NDArray[np.uint8]:
    """Return the levels of all pixels, row by row."""
    levels = np.empty(width * height, dtype=np.uint8)
    scale_x, scale_y = 8.0 / width, 6.0 / height
    for row in prange(height):
        for column in range(width):
            x, y = column * scale_x, row * scale_y
            nx, ny = x - 4.0, y - 3.0
            discriminant = 100.0 - (nx * nx + ny * ny + 100.0 - 4.0)
            level = 100
            if discriminant >= 0.0:
                z = 10.0 - math.sqrt(discriminant)
                nz = z - 10.0
                lx, ly, lz = 8.0 - x, 0.0 - y, 7.0 - z
                lengths = math.sqrt(nx * nx + ny * ny + nz * nz)
                lengths *= math.sqrt(lx * lx + ly * ly + lz * lz)
                level = max(int((nx * lx + ny * ly + nz * lz) / lengths * 255.0), 30)
            levels[row * width + column] = level
    return levels
