"""The job's picture: points on a grid, in the colours of their polygons, and outlines over them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import polars as pl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure

if TYPE_CHECKING:
    from typing import IO

_INCHES = 10.0
# Where a cell has this many points or more, its colour is full; fewer are paler.
_FULL = 0.99  # quantile
_PALEST = 0.25


def draw(picture: dict[str, Any] | None, rings: pl.Series, file: IO[bytes]) -> None:
    """Write a PNG.

    Parameters
    ----------
    picture
        ``bounds`` (x and y of the lower and the upper corner), ``width``, ``height``, and
        ``cells``: for each, the lowest row first, the sums of red, green and blue and the number of
        points, as unsigned 64-bit integers. None without polygons: the picture is empty then.
    rings
        A ring a row, as a list of vertices, structs or pairs of x and y.
    file
        Where to write it.
    """
    figure = Figure(dpi=160, layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    if picture is not None:
        x0, y0, x1, y1 = picture["bounds"]
        longer = max(x1 - x0, y1 - y0)
        figure.set_size_inches(
            max(2.0, _INCHES * (x1 - x0) / longer), max(2.0, _INCHES * (y1 - y0) / longer)
        )
        axes.imshow(
            colors(picture), extent=(x0, x1, y0, y1), origin="lower", interpolation="nearest"
        )
        axes.set_xlim(x0, x1)
        axes.set_ylim(y0, y1)
        # The more outlines, the finer.
        width = float(np.clip(20 / np.sqrt(max(len(rings), 1)), 0.05, 1.0))
        axes.add_collection(
            PolyCollection(
                [vertices(ring) for ring in rings],
                facecolors="none",
                edgecolors="#222222",
                linewidths=width,
            )
        )
    axes.set_aspect("equal")
    figure.savefig(file, format="png")


def colors(picture: dict[str, Any]) -> npt.NDArray[np.float64]:
    """Red, green, blue and opacity, from 0 to 1, of each cell: (height, width, 4).

    The colour is the mean of the points in the cell; the fewer they are, the paler.
    """
    cells = np.frombuffer(picture["cells"], dtype=np.uint64)
    cells = cells.reshape(picture["height"], picture["width"], 4)
    counts = cells[:, :, 3]
    image = np.zeros(cells.shape)
    drawn = counts > 0
    image[drawn, :3] = cells[drawn, :3] / (255 * counts[drawn, None])
    if drawn.any():
        full = np.log1p(np.quantile(counts[drawn], _FULL))
        image[drawn, 3] = np.clip(np.log1p(counts[drawn]) / full, _PALEST, 1)
    return image


def vertices(ring: pl.Series) -> npt.NDArray[np.float64]:
    """The vertices of a ring: (vertices, 2)."""
    if isinstance(ring.dtype, pl.Struct):
        return ring.struct.unnest().to_numpy()[:, :2]
    return ring.to_numpy()[:, :2]
