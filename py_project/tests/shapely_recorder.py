"""A plugin of pytest that records what shapely answers about polygons and other geometries.

`pytest --pyargs shapely.tests -p shapely_recorder` writes a pickled dictionary to the file that the
environment names as `SHAPELY_RECORD`: (predicate, polygon as WKB, other as WKB, answer), and how
often that was answered.
"""

from __future__ import annotations

import os
import pickle
from collections import Counter
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely import lib

# By whether the polygon comes first, last, or either way.
PREDICATES = {
    "contains": "first",
    "contains_properly": "first",
    "covers": "first",
    "covered_by": "last",
    "within": "last",
    "disjoint": "either",
    "distance": "either",
    "intersects": "either",
    "touches": "either",
}
XY = ("contains_xy", "intersects_xy")

# More pairs of one query say nothing new.
MOST_PAIRS = 2_000

record: Counter[tuple[str, bytes, bytes, float]] = Counter()
to_wkb, is_valid, is_empty = lib.to_wkb, lib.is_valid, lib.is_empty


def is_polygon(geometry: Any) -> bool:
    """A polygon or multipolygon that means something."""
    return (
        isinstance(geometry, shapely.Polygon | shapely.MultiPolygon)
        and not is_empty(geometry)
        and bool(is_valid(geometry))
    )


def wkb(geometry: Any) -> bytes:
    """In the plane, little-endian."""
    return to_wkb(lib.force_2d(geometry), False, 2, 1, False, 1)


def note(predicate: str, polygon: Any, other: Any, answer: Any) -> None:
    """Record one answer, if it is one about a polygon and something that is somewhere."""
    is_other = isinstance(other, shapely.Geometry) and not is_empty(other)
    if is_other and is_polygon(polygon) and np.isfinite(shapely.get_coordinates(other)).all():
        record[predicate, wkb(polygon), wkb(other), float(answer)] += 1


def note_pair(predicate: str, first: Any, last: Any, answer: Any) -> None:
    """Record an answer about two geometries, each as the polygon where that may be."""
    order = PREDICATES[predicate]
    if order != "last":
        note(predicate, first, last, answer)
    if order != "first":
        note(predicate, last, first, answer)


def recorded(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, which records what it answers."""

    @wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        answers = function(*args, **kwargs)
        if not kwargs and len(args) == (3 if name in XY else 2):
            for *operands, answer in np.nditer(  # type: ignore[call-overload]
                [*map(np.asarray, args), np.asarray(answers)], ["refs_ok", "zerosize_ok"]
            ):
                parts = [operand.item() for operand in operands]
                if name not in XY:
                    note_pair(name, *parts, answer)
                elif np.isfinite(parts[1:]).all():
                    note(name, parts[0], shapely.Point(*parts[1:]), answer)
        return answers

    return wrapped


def recorded_query(query: Callable[..., Any]) -> Callable[..., Any]:
    """The query of a tree, which records what it answers about each pair."""

    @wraps(query)
    def wrapped(
        tree: Any, geometry: Any, predicate: str | None = None, distance: Any = None
    ) -> Any:
        found = query(tree, geometry, predicate, distance)
        many = isinstance(geometry, list | np.ndarray) and np.ndim(geometry) == 1
        pairs_asked = len(tree.geometries) * (len(geometry) if many else 1)
        if predicate in PREDICATES and pairs_asked <= MOST_PAIRS:
            pairs = found.T.tolist() if many else [[0, at] for at in found.tolist()]
            hits = set(map(tuple, pairs))
            for row, one in enumerate(geometry if many else [geometry]):
                for at, other in enumerate(tree.geometries):
                    note_pair(predicate, one, other, (row, at) in hits)
        return found

    return wrapped


def pytest_configure() -> None:
    """Wrap what shapely calls."""
    for name in (*PREDICATES, *XY):
        setattr(lib, name, recorded(name, getattr(lib, name)))
    shapely.STRtree.query = recorded_query(shapely.STRtree.query)  # type: ignore[method-assign]


def pytest_unconfigure() -> None:
    """Write what was recorded."""
    Path(os.environ["SHAPELY_RECORD"]).write_bytes(pickle.dumps(dict(record)))
