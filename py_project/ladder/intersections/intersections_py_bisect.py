"""Pure Python: boxes around halves of profiles, split again while they overlap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ladder.intersections.segment import Crossing, Lines, Point, crossing


@dataclass(frozen=True)
class Piece:
    """A part of a profile, its box, and its halves if it has more than one segment."""

    ends: tuple[Point, Point]
    low: Point
    high: Point
    halves: tuple[Piece, ...] = ()

    def apart(self, other: Piece) -> bool:
        """Return whether the boxes do not touch."""
        return (
            self.high[0] < other.low[0]
            or other.high[0] < self.low[0]
            or self.high[1] < other.low[1]
            or other.high[1] < self.low[1]
        )


def piece(line: Sequence[Point]) -> Piece:
    """Return a profile with at least two traces, split down to its segments."""
    if len(line) == 2:
        a, b = line
        low, high = (min(a[0], b[0]), min(a[1], b[1])), (max(a[0], b[0]), max(a[1], b[1]))
        return Piece((a, b), low, high)
    middle = len(line) // 2
    one, two = piece(line[: middle + 1]), piece(line[middle:])
    low = (min(one.low[0], two.low[0]), min(one.low[1], two.low[1]))
    high = (max(one.high[0], two.high[0]), max(one.high[1], two.high[1]))
    return Piece((line[0], line[-1]), low, high, (one, two))


def crossings(one: Piece, other: Piece) -> list[Point]:
    """Return the crossings of two pieces."""
    if one.apart(other):
        return []
    if not one.halves and not other.halves:
        point = crossing(*one.ends, *other.ends)
        return [point] if point else []
    pairs = [(a, b) for a in one.halves or (one,) for b in other.halves or (other,)]
    return [point for pair in pairs for point in crossings(*pair)]


def main(first: Lines, second: Lines) -> list[Crossing]:
    """Return the crossings."""
    ones, others = [piece(line) for line in first], [piece(line) for line in second]
    return [
        (i, j, *point)
        for i, one in enumerate(ones)
        for j, other in enumerate(others)
        for point in crossings(one, other)
    ]
