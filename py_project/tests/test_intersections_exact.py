"""`intersections` against exact fractions: which places there are, and how they are rounded."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import poly_match as pm

Point = tuple[Any, Any]
Line = list[Point]

NEAR = 0.30000000000000004
COORDINATE = st.one_of(
    st.integers(-4, 4).map(float),
    st.floats(-1, 1),
    # A few units in the last place apart, and the same far from 0.
    st.integers(-4, 4).map(lambda steps: 0.3 + steps * 2**-54),
    st.integers(-4, 4).map(lambda steps: 1e9 + steps / 8),
    st.sampled_from([1e-160, -1e-300, 5e-324, 1e100, -1e150]),
)
LINE = st.lists(st.tuples(COORDINATE, COORDINATE), min_size=2, max_size=5)


def exact(line: Line) -> list[tuple[Fraction, Fraction]]:
    return [(Fraction(x), Fraction(y)) for x, y in line]


def places(one: Line, other: Line) -> set[tuple[Fraction, Fraction]]:
    """Each place that two lines have in common, a line's stretch on the other by its ends."""
    found = set()
    for a, b in pairwise(exact(one)):
        for c, d in pairwise(exact(other)):
            if a == b or c == d:
                continue
            u, v, w = minus(b, a), minus(d, c), minus(c, a)
            if cross(u, v) == 0:
                found |= {p for p in (a, b) if on(c, d, p)} | {p for p in (c, d) if on(a, b, p)}
                continue
            s, t = cross(w, v) / cross(u, v), cross(w, u) / cross(u, v)
            if 0 <= s <= 1 and 0 <= t <= 1:
                found.add((a[0] + s * u[0], a[1] + s * u[1]))
    return found


def minus(a: Point, b: Point) -> Point:
    return a[0] - b[0], a[1] - b[1]


def cross(a: Point, b: Point) -> Any:
    return a[0] * b[1] - a[1] * b[0]


def on(a: Point, b: Point, p: Point) -> bool:
    between = all(min(a[i], b[i]) <= p[i] <= max(a[i], b[i]) for i in range(2))
    return between and cross(minus(b, a), minus(p, a)) == 0


def crossings(one: Line, other: Line) -> pl.DataFrame:
    rows = [
        (survey, 1, trace, float(x), float(y))
        for survey, line in enumerate((one, other))
        for trace, (x, y) in enumerate(line)
    ]
    schema = {"survey": pl.Int64, "line": pl.Int64, "trace": pl.Int64}
    schema |= {"x": pl.Float64, "y": pl.Float64}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    return pm.intersections(frame, survey="survey", profile="line", index="trace", x="x", y="y")


def check(one: Line, other: Line) -> set[tuple[Fraction, Fraction]]:
    """The same places, each once, each coordinate the nearest float."""
    expected = places(one, other)
    found = crossings(one, other).select("x", "y").rows()
    assert sorted(found) == sorted((float(x), float(y)) for x, y in expected)
    return expected


@settings(max_examples=400, deadline=None)
@given(LINE, LINE)
def test_the_same_places_as_by_fractions(one: Line, other: Line) -> None:
    # Repeats of the line, so that it comes by its places again.
    for line in (one, one + one[::-1], one + other):
        check(line, other)


@settings(max_examples=200, deadline=None)
@given(
    st.tuples(st.integers(-9, 9), st.integers(-9, 9)),
    st.lists(st.tuples(st.integers(-5, 5), st.integers(-5, 5)), min_size=2, max_size=9),
)
def test_a_place_of_many_segments(thirds_and_sevenths: Point, starts: Line) -> None:
    """Segments of many directions through one place, which need not be a float."""
    place = Fraction(thirds_and_sevenths[0], 3), Fraction(thirds_and_sevenths[1], 7)
    lines: list[Line] = [[], []]
    for at, start in enumerate(starts):
        # A 21st of the way is the place, so that the end is a pair of whole numbers.
        way = minus(place, start)
        lines[at % 2] += [start, (start[0] + 21 * way[0], start[1] + 21 * way[1])]
    check(*lines)


def test_a_crossing_once_by_place() -> None:
    there_and_back: Line = [(0, 0), (4, 0), (0, 0)]
    assert check(there_and_back, [(2, -1), (2, 1)]) == {(2, 0)}
    assert crossings(there_and_back, [(2, -1), (2, 1)]).height == 1
    # The same place by other segments, between floats.
    assert check([(0, 0), (3, 1), (3, 0), (-3, 2)], [(1, 0), (1, 3), (0, 0)]) != set()
    # Two places that round to one position are two.
    corner: Line = [(0, 1 - 2**-53), (1, 1), (0, 1 + 2**-52)]
    assert len(check(corner, [(1 - 2**-53, 0), (1 - 2**-53, 2)])) == 2


def test_a_place_of_nearly_parallel_segments() -> None:
    found = check([(0.2, 0.5), (0.4, NEAR)], [(0.5, 0.2), (NEAR, 0.4)])
    (x, y) = found.pop()
    assert abs(x - Fraction(35, 100)) < 1e-15
    assert x == y


# Facts of the test RobustLineIntersectionTest of the JTS Topology Suite (Vivid Solutions; Eclipse
# Distribution License 1.0): pairs of segments that were hard for it. The answers are fractions'.
HARD = [
    ([(163.81867067, -211.31840378), (165.9174252, -214.1665075)],
     [(2.84139601, -57.95412726), (469.59990601, -502.63851732)], 1),
    ([(-58.00593335955, -1.43739086465), (-513.86101637525, -457.29247388035)],
     [(-215.22279674875, -158.65425425385), (-218.1208801283, -160.68343590235)], 1),
    ([(-42.0, 163.2), (21.2, 265.2)], [(-26.2, 188.7), (37.0, 290.7)], 0),
    ([(-5.9, 163.1), (76.1, 250.7)], [(14.6, 185.0), (96.6, 272.6)], 0),
    ([(305690.0434123494, 254176.46578338774), (305601.9999843455, 254243.19999846347)],
     [(305689.6153764265, 254177.33102743194), (305692.4999844298, 254171.4999983967)], 1),
    ([(588750.7429703881, 4518950.493668233), (588748.2060409798, 4518933.9452804085)],
     [(588745.824857241, 4518940.742239175), (588748.2060437313, 4518933.9452791475)], 1),
    ([(588743.626135934, 4518924.610969561), (588732.2822865889, 4518925.4314047815)],
     [(588739.1191384895, 4518927.235700594), (588731.7854614238, 4518924.578370095)], 1),
    ([(2089426.5233462777, 1180182.3877339689), (2085646.6891757075, 1195618.7333999649)],
     [(1889281.8148903656, 1997547.0560044837), (2259977.3672235999, 483675.17050843034)], 1),
    ([(4348433.262114629, 5552595.478385733), (4348440.849387404, 5552599.272022122)],
     [(4348433.26211463, 5552595.47838573), (4348440.8493874, 5552599.27202212)], 1),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other", "count"), HARD)
def test_hard_cases_of_jts(one: Line, other: Line, count: int) -> None:
    for first in (one, one[::-1]):
        for second in (other, other[::-1]):
            assert len(check(first, second)) == count
            assert check(first, second) == check(second, first)


# Prints how many rows were found, and by how many megabytes the peak of memory grew.
MEMORY = """
import resource, sys
import numpy as np, polars as pl, poly_match as pm
kind, rows = sys.argv[1], int(sys.argv[2])
at = np.arange(rows)
if kind == "two places":
    one, other = (at % 2 * 4.0, at * 0.0), (2.0 + at * 0.0, at % 2 * 2.0 - 1.0)
else:
    random = np.random.default_rng(1)
    one = random.permutation(at) * 1.0, at * 0.0
    other = random.permutation(at) + 0.5, at * 0.0
x, y = (np.concatenate(pair) for pair in zip(one, other))
frame = pl.DataFrame({"s": np.repeat([1, 2], rows), "i": np.tile(at, 2), "x": x, "y": y})
names = dict(survey="s", profile="s", index="i", x="x", y="y")
pm.intersections(frame[:2], **names)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
found = pm.intersections(frame, **names)
print(found.height, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) >> 10)
"""


@pytest.mark.parametrize(
    ("kind", "rows", "expected"),
    [
        # Traces that go to and fro.
        ("two places", 3_000, 1),
        # All traces of both but the first of one and the last of the other.
        ("on each other", 1_000, 2 * 1_000 - 2),
    ],
)
def test_memory_is_near_that_of_the_answer(kind: str, rows: int, expected: int) -> None:
    command = [sys.executable, "-c", MEMORY, kind, str(rows)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    found, grown = map(int, done.stdout.split())
    assert found == expected
    # All pairs of segments would be gigabytes.
    assert grown < 100, f"{grown} MB"


def test_a_star() -> None:
    """All pairs of segments meet in one place, and in others besides."""
    at = np.arange(60)
    far = np.where(at % 2, 1, -1)
    one = list(zip(far * (2 + at % 7), far * (1 + at % 11), strict=True))
    other = list(zip(far * (1 + at % 13), -far * (3 + at % 5), strict=True))
    assert (0, 0) in check([(int(x), int(y)) for x, y in one], [(int(x), int(y)) for x, y in other])
