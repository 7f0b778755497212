"""Real polygons and places, and the original example."""

from __future__ import annotations

import sys
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from harness.places import REPOSITORY, real_data
from harness.shapes import BLOCK, Floats, stream

if TYPE_CHECKING:
    from pathlib import Path


class Unavailable(Exception):  # noqa: N818
    """The reason why a workload is not available."""


def polygons(spec: dict[str, Any]) -> pa.Table:
    """Read the polygons of a file, as WKB."""
    table = pq.read_table(_file(spec["file"]), columns=["geometry"])
    return table.cast(pa.schema([("geometry", pa.binary())]))


def make_points(spec: dict[str, Any], block: int) -> tuple[Floats, Floats]:
    """Make one block of points: each place of the file once, then repeated with small moves.

    `jitter` is the maximum move of a repeated place along each axis, in degrees. `country` keeps
    the places of one country, `bounds` (west, south, east, north) the places inside.
    """
    lon, lat = _places(spec["file"], spec.get("country"), tuple(spec.get("bounds", ())))
    nth = np.arange(block * BLOCK, (block + 1) * BLOCK)
    moves = (stream(spec["seed"], 3, block).random((2, BLOCK)) - 0.5) * 2.0 * spec["jitter"]
    moves[:, nth < len(lon)] = 0.0
    return lon[nth % len(lon)] + moves[0], lat[nth % len(lat)] + moves[1]


def original() -> tuple[pa.Table, pa.Table]:
    """Return points and polygons of the original example, as the package makes them."""
    if str(REPOSITORY / "py_project") not in sys.path:
        sys.path.append(str(REPOSITORY / "py_project"))
    try:
        from poly_match.original import make_original
    except ImportError as error:
        msg = f"the package poly_match cannot be imported ({error})"
        raise Unavailable(msg) from error
    points, polygons = make_original()
    return points.to_arrow(), polygons.to_arrow()


@cache
def _places(file: str, country: str | None, bounds: tuple[float, ...]) -> tuple[Floats, Floats]:
    table = pq.read_table(_file(file), columns=["country", "lon", "lat"])
    if country is not None:
        table = table.filter(pa.array(table["country"].to_numpy() == country))
    lon, lat = (table[axis].to_numpy().astype(float) for axis in ("lon", "lat"))
    if bounds:
        west, south, east, north = bounds
        within = (west <= lon) & (lon <= east) & (south <= lat) & (lat <= north)
        lon, lat = lon[within], lat[within]
    return lon, lat


def _file(name: str) -> Path:
    folder = real_data()
    if folder is None or not (folder / name).exists():
        msg = f"POLY_MATCH_DATA is not a folder that contains {name}"
        raise Unavailable(msg)
    return folder / name
