"""Pure Python: each segment of one survey against each segment of the other."""

from __future__ import annotations

from itertools import pairwise

from ladder.intersections.segment import Crossing, Lines, crossing


def main(first: Lines, second: Lines) -> list[Crossing]:
    """Return the crossings."""
    found = []
    for i, one in enumerate(first):
        for j, other in enumerate(second):
            for a, b in pairwise(one):
                for c, d in pairwise(other):
                    point = crossing(a, b, c, d)
                    if point:
                        found.append((i, j, *point))
    return found
