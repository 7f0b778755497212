"""Estimates of the peak memory of versions in bytes, from their data structures.

The estimates are for the uniform workload, in which 3% of the polygons are near a point. They are
accurate to a factor of two, which is enough to distinguish one gigabyte from a hundred.
"""

from __future__ import annotations

from ladder.match.v1_6 import BLOCK

NEAR_SHARE = 0.03

LIST, TUPLE, REFERENCE, ARRAY = 56, 56, 8, 128
"""Bytes of an empty list, an empty pair, a reference, and a small array with its data."""


def lists(n_points: int, n_polygons: int) -> int:
    """Estimate for v1 and v2 to v5: a list of near polygons per point, kept until the end."""
    near = NEAR_SHARE * n_polygons * REFERENCE
    point = ARRAY + REFERENCE
    return int(n_points * (point + LIST + near + 2 * (TUPLE + REFERENCE)))


def lists_and_distances(n_points: int, n_polygons: int) -> int:
    """Estimate for v1.5: the lists, and a distance for every pair."""
    return lists(n_points, n_polygons) + 8 * n_points * n_polygons


def matrices(n_points: int, n_polygons: int) -> int:
    """Estimate for v1.6: offsets (16 bytes per pair), their squares (16), the sums (8)."""
    return 40 * n_points * n_polygons


def blocks(n_points: int, n_polygons: int) -> int:
    """Estimate for v1.6 in blocks: matrices of one block, points and answers."""
    return matrices(min(n_points, BLOCK), n_polygons) + 24 * n_points


def columns(n_points: int, n_polygons: int) -> int:
    """Estimate for v6: two floats and a row number per point; an index of a few megabytes."""
    return 20 * n_points + 1000 * n_polygons + 16_000_000
