"""Pure Python: a sweep along x; the segments that it crosses are kept in order of their lower y.

After Bentley and Ottmann, but without swapping segments at each crossing. Instead a new segment is
tested against the segments of the other survey whose y range overlaps its own.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left, insort
from itertools import pairwise

from ladder.intersections.segment import Crossing, Lines, Point, crossing

Segment = tuple[int, int, Point, Point]
"""Survey, profile, left end, right end."""


def segments(lines: Lines, survey: int) -> list[Segment]:
    """Return the segments of a survey, each from left to right."""
    return [
        (survey, profile, *sorted(ends))
        for profile, line in enumerate(lines)
        for ends in pairwise(line)
    ]


def main(first: Lines, second: Lines) -> list[Crossing]:
    """Return the crossings."""
    found = []
    coming = sorted(segments(first, 0) + segments(second, 1), key=lambda segment: segment[2])
    # Per survey, the segments that the sweep crosses: by lower y, and by their right end.
    present: tuple[list, list] = ([], [])
    leaving: tuple[list, list] = ([], [])
    tallest = [0.0, 0.0]
    for number, (survey, profile, a, b) in enumerate(coming):
        low, high = min(a[1], b[1]), max(a[1], b[1])
        other = 1 - survey
        while leaving[other] and leaving[other][0][0] < a[0]:
            _, *left = heapq.heappop(leaving[other])
            del present[other][bisect_left(present[other], tuple(left))]
        at = bisect_left(present[other], (low - tallest[other],))
        while at < len(present[other]) and present[other][at][0] <= high:
            _, met = present[other][at]
            _, other_profile, c, d = coming[met]
            point = crossing(a, b, c, d)
            if point:
                pair = (other_profile, profile) if survey else (profile, other_profile)
                found.append((*pair, *point))
            at += 1
        insort(present[survey], (low, number))
        heapq.heappush(leaving[survey], (b[0], low, number))
        tallest[survey] = max(tallest[survey], high - low)
    return found
