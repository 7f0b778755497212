"""Generators of centers, polygons and points, with the same numbers on every machine.

Random numbers come from NumPy's Philox, seeded by a `SeedSequence` of the workload's seed and a
key. There is one stream for the clusters, one for the centers, one for the shapes, and one for each
block of points, so that a query with more points begins with the same points. No function is used
that rounds differently from machine to machine: round shapes are made of the twelve integer points
of a circle.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

BLOCK = 1_000_000
"""Points per stream."""

Floats = NDArray[np.float64]

_CLUSTERS, _CENTERS, _SHAPES, _POINTS = range(4)

# (5, 0), (4, 3), (3, 4) ...: the integer points on a circle of radius 5, in order.
_HALF = np.array([(5, 0), (4, 3), (3, 4), (0, 5), (-3, 4), (-4, 3)])
_CIRCLE = np.concatenate([_HALF, -_HALF])


class Rings(NamedTuple):
    """One ring per polygon: polygon ``i`` has vertices ``offsets[i]`` to ``offsets[i + 1]``."""

    x: Floats
    y: Floats
    offsets: NDArray[np.int64]


def stream(seed: int, *key: int) -> np.random.Generator:
    """Return the random number generator of one stream."""
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=key)))


def make_polygons(spec: dict[str, Any]) -> Rings:
    """Make the polygons that a workload's `polygons` table describes.

    Their areas are distinct, except for `shape = "square"`.
    """
    rng = stream(spec["seed"], _CENTERS)
    centers = _PLACES[spec["places"]](spec, rng, spec["count"])
    return _SHAPES_BY_NAME[spec["shape"]](spec, centers)


def make_points(spec: dict[str, Any], block: int) -> tuple[Floats, Floats]:
    """Make one block of the points that a workload's `points` table describes."""
    rng = stream(spec["seed"], _POINTS, block)
    points = _PLACES[spec["places"]](spec, rng, BLOCK)
    return np.ascontiguousarray(points[:, 0]), np.ascontiguousarray(points[:, 1])


def _uniform(spec: dict[str, Any], rng: np.random.Generator, count: int) -> Floats:
    """Evenly over a rectangle from (0, 0) to `extent`."""
    return rng.random((count, 2)) * np.array(spec["extent"])


def _clusters(spec: dict[str, Any], rng: np.random.Generator, count: int) -> Floats:
    """From Gaussians of very different width, chosen evenly; one seed gives the same Gaussians."""
    of_clusters = stream(spec["seed"], _CLUSTERS)
    middles = _uniform(spec, of_clusters, spec["clusters"])
    narrow, wide = spec["sigma"]
    sigmas = narrow + of_clusters.random(spec["clusters"]) * (wide - narrow)
    chosen = rng.integers(spec["clusters"], size=count)
    return middles[chosen] + rng.standard_normal((count, 2)) * sigmas[chosen, None]


def _lattice(spec: dict[str, Any], rng: np.random.Generator, count: int) -> Floats:
    """Integers, evenly over a square from `low` to `high`, inclusive."""
    return rng.integers(spec["low"], spec["high"] + 1, size=(count, 2)).astype(np.float64)


def _stars(spec: dict[str, Any], centers: Floats) -> Rings:
    """Stars of 4, 6 or 12 vertices, all with different areas."""
    rng = stream(spec["seed"], _SHAPES)
    strides = rng.choice([3, 2, 1], size=len(centers))
    small, large = spec["radius"]
    radii = small + rng.random(len(centers)) * (large - small)
    counts = 12 // strides
    offsets = np.concatenate([[0], np.cumsum(counts)])
    polygon = np.repeat(np.arange(len(centers)), counts)
    nth = np.arange(offsets[-1]) - offsets[polygon]
    reach = radii[polygon] * (0.6 + 0.4 * rng.random(len(polygon))) / 5.0
    vertices = centers[polygon] + _CIRCLE[nth * strides[polygon]] * reach[:, None]
    return Rings(vertices[:, 0].copy(), vertices[:, 1].copy(), offsets)


def _squares(spec: dict[str, Any], centers: Floats) -> Rings:
    """Squares around their centers, with few different side lengths: many areas tie."""
    rng = stream(spec["seed"], _SHAPES)
    half = rng.choice(spec["half_sides"], size=len(centers)).astype(np.float64)
    x = centers[:, :1] + half[:, None] * np.array([-1.0, 1.0, 1.0, -1.0])
    y = centers[:, 1:] + half[:, None] * np.array([-1.0, -1.0, 1.0, 1.0])
    return Rings(x.ravel(), y.ravel(), np.arange(0, 4 * len(centers) + 1, 4))


def _ragged(spec: dict[str, Any], centers: Floats) -> Rings:
    """Star-shaped, with a random number of `vertices`, each at a random distance."""
    rng = stream(spec["seed"], _SHAPES)
    least, most = spec["vertices"]
    counts = rng.integers(least, most + 1, size=len(centers))
    small, large = spec["radius"]
    radii = small + rng.random(len(centers)) * (large - small)
    offsets = np.concatenate([[0], np.cumsum(counts)])
    polygon = np.repeat(np.arange(len(centers)), counts)
    nth = np.arange(offsets[-1]) - offsets[polygon]
    reach = radii[polygon] * (0.6 + 0.4 * rng.random(len(polygon)))
    vertices = centers[polygon] + _around(nth / counts[polygon]) * reach[:, None]
    return Rings(vertices[:, 0].copy(), vertices[:, 1].copy(), offsets)


def _around(share: Floats) -> Floats:
    """Points of the unit circle, for a share of the way around it; not evenly spaced.

    The formula is rational, because sines and cosines round differently from machine to machine.
    """
    quarter = np.floor(4.0 * share)
    t = 4.0 * share - quarter
    x, y = (1.0 - t * t) / (1.0 + t * t), 2.0 * t / (1.0 + t * t)
    x, y = np.where(quarter % 2.0 == 0.0, (x, y), (-y, x))
    sign = np.where(quarter < 2.0, 1.0, -1.0)
    return np.column_stack([sign * x, sign * y])


_PLACES: dict[str, Callable[[dict[str, Any], np.random.Generator, int], Floats]] = {
    "uniform": _uniform,
    "clusters": _clusters,
    "lattice": _lattice,
}
_SHAPES_BY_NAME: dict[str, Callable[[dict[str, Any], Floats], Rings]] = {
    "star": _stars,
    "ragged": _ragged,
    "square": _squares,
}
