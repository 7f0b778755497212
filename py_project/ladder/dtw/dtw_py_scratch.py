"""Pure Python: two rows of the matrix as lists."""

from __future__ import annotations

from collections.abc import Sequence

Pairs = Sequence[Sequence[float]]


def distance(a: Sequence[float], b: Sequence[float]) -> float:
    """Return the least sum of differences along a path."""
    infinity = float("inf")
    above = [0.0] + [infinity] * len(b)
    for x in a:
        row = [infinity]
        for j, y in enumerate(b):
            row.append(abs(x - y) + min(above[j], above[j + 1], row[j]))
        above = row
    return above[-1]


def main(a: Pairs, b: Pairs) -> list[float]:
    """Return the distance of each pair."""
    return [distance(*pair) for pair in zip(a, b, strict=True)]
