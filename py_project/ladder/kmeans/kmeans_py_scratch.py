"""Pure Python: lists of floats, two loops."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

Point: TypeAlias = "Sequence[float]"


def distance_2(a: Point, b: Point) -> float:
    """Return the squared distance between two points."""
    return sum((x - y) * (x - y) for x, y in zip(a, b, strict=True))


def nearest(point: Point, centroids: Sequence[Point]) -> tuple[int, float]:
    """Return the first of the nearest centroids, and the squared distance."""
    best, least = 0, float("inf")
    for label, centroid in enumerate(centroids):
        found = distance_2(point, centroid)
        if found < least:
            best, least = label, found
    return best, least


def means(points: Sequence[Point], centroids: Sequence[Point]) -> list[list[float]]:
    """Return the mean of the points nearest to each centroid, or the centroid if there are none."""
    sums = [[0.0] * len(centroid) for centroid in centroids]
    counts = [0] * len(centroids)
    for point in points:
        label, _ = nearest(point, centroids)
        counts[label] += 1
        for dim, value in enumerate(point):
            sums[label][dim] += value
    return [
        [value / count for value in total] if count else list(before)
        for total, count, before in zip(sums, counts, centroids, strict=True)
    ]


def main(
    points: Sequence[Point], start: Sequence[Point], max_iter: int
) -> tuple[list[list[float]], list[int], float, int]:
    """Return centroids, labels, inertia and iterations."""
    centroids = [list(centroid) for centroid in start]
    iterations = 0
    while iterations < max_iter:
        iterations += 1
        moved = means(points, centroids)
        if moved == centroids:
            break
        centroids = moved
    found = [nearest(point, centroids) for point in points]
    return centroids, [label for label, _ in found], sum(least for _, least in found), iterations
