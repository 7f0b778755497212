"""The inputs are the exercise's, to the bit, and the others are what they say."""

from __future__ import annotations

import numpy as np
import pytest

from ladder.match import example as examples
from ladder.match.v1 import shoelace

FIRST_POINTS = [[17.0, 11.0], [34.0, 21.0], [0.0, 25.0]]
FIRST_OFFSETS = [(54.0, 95.0), (66.0, 12.0), (49.0, 47.0)]


def areas(example: examples.Example) -> np.ndarray:
    return np.array([shoelace(x, y) for x, y in zip(example.xs, example.ys, strict=True)])


def test_original_has_the_numbers_of_the_exercise() -> None:
    example = examples.original()
    assert (example.n_points, example.n_polygons, example.max_dist) == (100, 1000, 10.0)
    # Each whole number below 100 once, in x and in y; (0, 25) is a pair of them.
    for column in example.points.T:
        assert sorted(column) == list(range(100))
    assert [0.0, 25.0] in example.points.tolist()
    # Every polygon is one shape: ten corners of the unit circle, moved by whole numbers.
    x, y = examples.shape()
    assert len(x) == 10
    assert np.allclose(x**2 + y**2, 1.0)
    for moved, base in ((example.xs, x), (example.ys, y)):
        offsets = np.array([column[0] - base[0] for column in moved])
        assert np.array_equal(offsets, np.round(offsets))
        assert (offsets.min(), offsets.max()) == (0, 99)


def test_original_is_the_same_draw_of_the_generator() -> None:
    example = examples.original()
    assert example.points[:3].tolist() == FIRST_POINTS
    assert [(x[0], y[0] - 1.0) for x, y in zip(example.xs[:3], example.ys[:3], strict=True)] == (
        FIRST_OFFSETS
    )


def test_original_ties_but_for_rounding() -> None:
    keys = areas(examples.original())
    assert len(set(keys)) > 1, "the trap: equal areas that are not the same number"
    assert np.ptp(keys) < 1e-9 * keys.min()


def test_distinct_areas_are_far_apart() -> None:
    keys = np.sort(areas(examples.distinct_areas()))
    assert (np.diff(keys) / keys[1:]).min() > 1e-4
    assert np.array_equal(examples.distinct_areas().points, examples.original().points)


def test_some_far_moves_every_fifth_point_away() -> None:
    example = examples.some_far()
    assert (example.points > 500.0).all(axis=1).sum() == 20


def test_uniform_grows_by_points_over_the_same_polygons() -> None:
    few, many = examples.uniform(10), examples.uniform(1000)
    assert (few.n_points, many.n_points, few.n_polygons) == (10, 1000, 1000)
    assert all(map(np.array_equal, few.xs, many.xs))
    keys = np.sort(areas(many))
    assert (np.diff(keys) / keys[1:]).min() > 1e-9


@pytest.mark.parametrize("equal_areas", [False, True])
def test_random_is_by_seed(equal_areas: bool) -> None:
    once, again = (examples.random(3, equal_areas=equal_areas) for _ in range(2))
    other = examples.random(4, equal_areas=equal_areas)
    assert np.array_equal(once.points, again.points)
    assert all(map(np.array_equal, once.xs, again.xs))
    assert not np.array_equal(once.points, other.points)
    keys = areas(once)
    assert (np.ptp(keys) < 1e-9 * keys.min()) == equal_areas
