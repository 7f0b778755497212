"""A made-up city: rooms in buildings in blocks in districts, and the people in it.

Every zone lies in its parent, so nearly every place of the city has zones of several sizes near
by: the situation in which "the smallest one wins" means something. The same seed gives the same
city and the same points, and the first million points do not depend on how many are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
from polars.io.plugins import register_io_source

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

KINDS = ("district", "block", "building", "room")
"""The kinds of zones, from the largest to the smallest."""

MAX_DIST = 5.0
"""The radius that suits this city: a little over half of the way from a building to the next."""

POINTS_SCHEMA = pl.Schema({"id": pl.Int64, "x": pl.Float64, "y": pl.Float64})

_GRID = (6, 4)  # districts across and up
_PITCH = 106.0
_MARGIN = 30.0  # open country around the districts, where nothing matches
_CHUNK_ROWS = 1_000_000
_CROWD_SHARE = 0.75  # of the points stand around a zone's centre, the others anywhere
_CROWD_SPREAD = 2.5
_CROWD_KINDS = (0.1, 0.2, 0.35, 0.35)  # how the crowds share out over KINDS

# Outlines in a unit square around 0, as corners in order.
_CUT = 0.5 - 1 / (2 + 2**0.5)  # makes the octagon a regular one
_NOTCH = 0.16
_OUTLINES: tuple[list[tuple[float, float]], ...] = (
    [(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)],
    [(-0.5, -0.5), (0.5, -0.5), (0.5, _NOTCH), (_NOTCH, _NOTCH), (_NOTCH, 0.5), (-0.5, 0.5)],
    [
        *((-_CUT, -0.5), (_CUT, -0.5), (0.5, -_CUT), (0.5, _CUT)),
        *((_CUT, 0.5), (-_CUT, 0.5), (-0.5, _CUT), (-0.5, -_CUT)),
    ],
)
_RECTANGLE, _L_SHAPE, _OCTAGON = range(3)
_SHAPE_SHARES = (0.7, 0.15, 0.15)


class _Level(NamedTuple):
    """How the zones of one kind lie in a parent: cell middles and sizes in parts of its sides."""

    cells: list[tuple[float, float]]
    size: tuple[float, float]
    parents: float  # the share of parents that have any
    filled: float  # the share of their cells that are in use


# Around an open middle, a plaza or a courtyard, so that the parent has places where it wins.
_AROUND = [(u, v) for u in (-0.32, 0.0, 0.32) for v in (-0.32, 0.0, 0.32) if (u, v) != (0.0, 0.0)]
_QUARTERS = [(u, v) for u in (-0.2, 0.2) for v in (-0.2, 0.2)]
_LEVELS = (
    _Level(_AROUND, (0.25, 0.30), 1.0, 0.95),
    _Level(_AROUND, (0.24, 0.30), 1.0, 0.85),
    _Level(_QUARTERS, (0.18, 0.30), 0.5, 0.55),
)


@dataclass
class _Frames:
    """The zones of one kind: place, sides, turn (radians), outline and number in the parent."""

    x: Floats
    y: Floats
    width: Floats
    height: Floats
    turn: Floats
    shape: Integers
    parent: Integers
    number: Integers


@dataclass(frozen=True)
class City:
    """Zones and where their centres are.

    Attributes
    ----------
    zones
        One row per zone, each one followed by the zones within it: `zone`
        ("district-3/block-2/building-5/room-1"), `kind`, and the ring as `x` and `y`, both
        `List(Float64)`. Octagons repeat their first vertex at the end, as many files do.
    centers
        The mean of the vertices of each zone, shape (zones, 2).
    extent
        (x_min, y_min, x_max, y_max) of the ground on which the points are.
    seed
        What the city was made with; the points are made with it too.
    """

    zones: pl.DataFrame
    centers: Floats
    extent: tuple[float, float, float, float]
    seed: int


def make_city(seed: int) -> City:
    """Make the zones: about 2,500, of areas from 1 to 10,000.

    Parameters
    ----------
    seed
        Any integer >= 0.

    Returns
    -------
    City
    """
    rng = np.random.default_rng([seed, 0])
    frames = _districts(rng)
    names = pl.Series([f"district-{n + 1}" for n in frames.number])
    # The path of a zone, one number per level, 0 where it has none: the order of the rows.
    path = np.zeros((len(names), len(KINDS)), dtype=np.int64)
    path[:, 0] = frames.number + 1
    tables: list[pl.DataFrame] = [_table(frames, names, path, KINDS[0])]
    for depth, level in enumerate(_LEVELS, start=1):
        frames = _children(rng, frames, level)
        number = pl.Series(frames.number + 1).cast(pl.String)
        names = names.gather(pl.Series(frames.parent)) + f"/{KINDS[depth]}-" + number
        path = path[frames.parent]
        path[:, depth] = frames.number + 1
        tables.append(_table(frames, names, path, KINDS[depth]))
    order = [f"path_{depth}" for depth in range(len(KINDS))]
    table = pl.concat(tables).sort(order)
    return City(
        zones=table.select("zone", "kind", "x", "y"),
        centers=table.select("center_x", "center_y").to_numpy(),
        extent=(-_MARGIN, -_MARGIN, _GRID[0] * _PITCH + _MARGIN, _GRID[1] * _PITCH + _MARGIN),
        seed=seed,
    )


def write_points(
    city: City,
    rows: int,
    path: Path,
    advance: Callable[[int], object] = lambda rows: None,
) -> None:
    """Write `rows` points of the city as Parquet: `id` (0, 1, ...), `x` and `y`.

    Three in four stand in a crowd around some zone's centre, the others anywhere. They are made
    and written a million at a time, so memory does not grow with their number. A file that could
    not be finished is removed.

    Parameters
    ----------
    city
        From `make_city`.
    rows
        How many, >= 1.
    path
        The file to write.
    advance
        Called with the number of rows after each chunk.
    """

    def chunks(
        with_columns: list[str] | None,
        predicate: pl.Expr | None,
        n_rows: int | None,
        batch_size: int | None,
    ) -> Iterator[pl.DataFrame]:
        # The plan is this source and a sink: Polars has nothing to push down here.
        for first in range(0, rows, _CHUNK_ROWS):
            chunk = make_points(city, first, min(_CHUNK_ROWS, rows - first))
            yield chunk
            advance(chunk.height)

    # On Ctrl-C Polars raises a KeyboardInterrupt, and Python one more at some next instruction: the
    # outer level is for the one that comes in the midst of cleaning up.
    try:
        try:
            register_io_source(chunks, schema=POINTS_SCHEMA).sink_parquet(path)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
    except KeyboardInterrupt:
        path.unlink(missing_ok=True)
        raise


def make_points(city: City, first: int, rows: int) -> pl.DataFrame:
    """Make the chunk of points whose ids start at `first`, a multiple of the chunk size."""
    rng = np.random.default_rng([city.seed, 1, first // _CHUNK_ROWS])
    x_min, y_min, x_max, y_max = city.extent
    xy = rng.uniform((x_min, y_min), (x_max, y_max), size=(_CHUNK_ROWS, 2))
    kinds = city.zones["kind"].to_numpy()
    weight = np.zeros(len(kinds))
    for kind, share in zip(KINDS, _CROWD_KINDS, strict=True):
        weight[kinds == kind] = share / max(1, int(np.count_nonzero(kinds == kind)))
    zone = rng.choice(len(kinds), size=_CHUNK_ROWS, p=weight / weight.sum())
    crowd = city.centers[zone] + rng.normal(scale=_CROWD_SPREAD, size=xy.shape)
    in_crowd = rng.random(_CHUNK_ROWS) < _CROWD_SHARE
    xy[in_crowd] = crowd[in_crowd]
    ids = np.arange(first, first + rows, dtype=np.int64)
    return pl.DataFrame({"id": ids, "x": xy[:rows, 0], "y": xy[:rows, 1]})


def _districts(rng: np.random.Generator) -> _Frames:
    count = _GRID[0] * _GRID[1]
    number = np.arange(count)
    place = (np.stack([number % _GRID[0], number // _GRID[0]]) + 0.5) * _PITCH
    place = place + rng.uniform(-4, 4, size=(2, count))
    return _Frames(
        x=place[0],
        y=place[1],
        width=rng.uniform(88, 100, count),
        height=rng.uniform(88, 100, count),
        turn=rng.uniform(-0.25, 0.25, count),
        shape=rng.choice(len(_OUTLINES), count, p=_SHAPE_SHARES),
        parent=np.zeros(count, dtype=np.int64),
        number=number,
    )


def _children(rng: np.random.Generator, parents: _Frames, level: _Level) -> _Frames:
    """Lay zones into the cells of their parents, where the parent's outline has room for them."""
    cells = np.array(level.cells)
    many = (len(parents.x), len(cells))
    kept = rng.random(many) < level.filled
    kept &= (rng.random(many[0]) < level.parents)[:, None]
    in_corner = (cells != 0).all(axis=1)
    in_notch = (cells > 0).all(axis=1)
    reach = np.abs(cells).sum(axis=1) + level.size[1]
    kept &= ~((parents.shape == _L_SHAPE)[:, None] & in_notch)
    kept &= ~((parents.shape == _OCTAGON)[:, None] & in_corner & (reach > 0.5 + _CUT))

    parent, cell = np.nonzero(kept)
    u, v = cells[cell].T
    u, v = u * parents.width[parent], v * parents.height[parent]
    turn = parents.turn[parent]
    count = len(parent)
    # Counts 0, 1, ... anew in each parent: `parent` comes out of nonzero in ascending order.
    number = np.arange(count) - np.searchsorted(parent, parent)
    return _Frames(
        x=parents.x[parent] + np.cos(turn) * u - np.sin(turn) * v,
        y=parents.y[parent] + np.sin(turn) * u + np.cos(turn) * v,
        width=parents.width[parent] * rng.uniform(*level.size, count),
        height=parents.height[parent] * rng.uniform(*level.size, count),
        turn=turn + np.pi / 2 * rng.integers(0, 4, count),
        shape=rng.choice(len(_OUTLINES), count, p=_SHAPE_SHARES),
        parent=parent,
        number=number,
    )


def _table(frames: _Frames, names: pl.Series, path: Integers, kind: str) -> pl.DataFrame:
    """Draw the outlines: name, kind, ring, centre and path of each zone, in no special order."""
    tables: list[pl.DataFrame] = []
    for shape, outline in enumerate(_OUTLINES):
        rows = np.flatnonzero(frames.shape == shape)
        u, v = np.array(outline).T
        u, v = u * frames.width[rows, None], v * frames.height[rows, None]
        cos, sin = np.cos(frames.turn[rows, None]), np.sin(frames.turn[rows, None])
        x = frames.x[rows, None] + cos * u - sin * v
        y = frames.y[rows, None] + sin * u + cos * v
        centers = x.mean(axis=1), y.mean(axis=1)
        if shape == _OCTAGON:
            x, y = np.hstack([x, x[:, :1]]), np.hstack([y, y[:, :1]])
        columns: dict[str, pl.Series | Floats | Integers] = {
            "zone": names.gather(pl.Series(rows)),
            "x": pl.Series(x, dtype=pl.Array(pl.Float64, x.shape[1])).arr.to_list(),
            "y": pl.Series(y, dtype=pl.Array(pl.Float64, y.shape[1])).arr.to_list(),
            "center_x": centers[0],
            "center_y": centers[1],
        }
        columns |= {f"path_{depth}": path[rows, depth] for depth in range(path.shape[1])}
        tables.append(pl.DataFrame(columns).with_columns(kind=pl.lit(kind)))
    return pl.concat(tables)
