"""Each version gives the same answers on the same input."""

from __future__ import annotations

import numpy as np
import pytest

from ladder.match import agree
from ladder.match import example as examples
from ladder.match.example import Example
from ladder.match.inputs import NONE
from ladder.match.versions import VERSIONS
from ladder.version import Version


def expected(example: Example) -> np.ndarray:
    """Return v1's answer, after holding it against the definition."""
    rows = VERSIONS["v1"].answer(example)
    assert agree.problem(example, rows) is None
    return rows


def row(x: float, y: float, size: float) -> tuple[np.ndarray, np.ndarray]:
    """Return a square around a centre."""
    right, up = np.array([-1.0, 1.0, 1.0, -1.0]), np.array([-1.0, -1.0, 1.0, 1.0])
    return x + size * right, y + size * up


def made(polygons: list[tuple[float, float, float]], points: list[tuple[float, float]]) -> Example:
    """Return an example of squares ``(x, y, half a side)`` and points, max_dist 5."""
    columns = [row(*polygon) for polygon in polygons]
    return Example(
        "made",
        [x for x, _ in columns],
        [y for _, y in columns],
        np.array(points, dtype=np.float64).reshape(-1, 2),
        5.0,
    )


def test_original_example_by_definition(version: Version) -> None:
    example = examples.original()
    assert agree.problem(example, version.answer(example)) is None


def test_original_example_versions_with_numpy_areas_pick_alike(version: Version) -> None:
    if not version.name.startswith("v6"):
        rows = version.answer(examples.original())
    elif agree.takes_by():
        rows = agree.rows_by_numpy_areas(examples.original())
    else:
        with pytest.raises(TypeError, match="by"):
            agree.rows_by_numpy_areas(examples.original())
        return
    assert agree.difference(rows, expected(examples.original())) is None


def test_distinct_areas_row_for_row(version: Version) -> None:
    example = examples.distinct_areas()
    assert agree.difference(version.answer(example), expected(example)) is None


def test_points_with_nothing_near(correct: Version) -> None:
    example = examples.some_far()
    rows = correct.answer(example)
    assert agree.difference(rows, expected(example)) is None
    assert (rows == NONE).sum() >= 20


@pytest.mark.parametrize("seed", range(6))
def test_seeds(correct: Version, seed: int) -> None:
    example = examples.random(seed)
    rows = correct.answer(example)
    assert agree.difference(rows, expected(example)) is None
    assert (rows != NONE).any()


@pytest.mark.parametrize("max_dist", [1e-3, 1.0, 40.0, 1e6])
def test_radii(correct: Version, max_dist: float) -> None:
    example = examples.random(7, max_dist=max_dist)
    assert agree.difference(correct.answer(example), expected(example)) is None


@pytest.mark.parametrize(
    ("n_points", "n_polygons"),
    [(0, 5), (1, 1), (1, 300), (300, 1), (64, 64), (65, 3), (513, 40), (1025, 7), (5, 0), (0, 0)],
)
def test_sizes(correct: Version, n_points: int, n_polygons: int) -> None:
    example = examples.random(8, n_points, n_polygons)
    rows = correct.answer(example)
    assert rows.shape == (n_points,)
    assert agree.difference(rows, expected(example)) is None


@pytest.mark.parametrize("seed", range(3))
def test_equal_areas_by_definition(correct: Version, seed: int) -> None:
    example = examples.random(seed, equal_areas=True)
    assert agree.problem(example, correct.answer(example)) is None


def test_of_equal_ones_the_lowest_row(correct: Version) -> None:
    # Squares at whole numbers: areas are exact, so all programs see the same tie.
    example = made([(4, 0, 2), (1, 0, 1), (0, 1, 1), (0, 0, 1)], [(0, 0), (4, 4)])
    assert correct.answer(example).tolist() == [1, 0]


def test_one_polygon_is_near_or_not(correct: Version) -> None:
    example = made([(0, 0, 1)], [(4, 0), (6, 0), (0, -4.5)])
    assert correct.answer(example).tolist() == [0, NONE, 0]


def test_exactly_max_dist_is_not_near(correct: Version) -> None:
    example = made([(0, 0, 1)], [(3, 4), (-4, 3), (5, 0), (0, -5), (2.9, 4)])
    assert correct.answer(example).tolist() == [NONE, NONE, NONE, NONE, 0]


def test_the_same_point_twice(correct: Version) -> None:
    example = made([(0, 0, 2), (1, 1, 1)], [(9, 9), (0, 0), (9, 9), (0, 0), (0, 0)])
    assert correct.answer(example).tolist() == [NONE, 1, NONE, 1, 1]


def test_as_many_points_as_polygons(correct: Version) -> None:
    example = examples.random(9, 50, 50)
    assert agree.difference(correct.answer(example), expected(example)) is None


def test_a_second_run_says_the_same(version: Version) -> None:
    example = examples.distinct_areas()
    given = version.make(example)
    version.warm(given)
    results = [version.main(given.polygons, given.points, given.max_dist) for _ in range(2)]
    once, again = (version.family.rows(given, result) for result in results)
    assert np.array_equal(once, again)
    assert np.array_equal(once, version.answer(example))
