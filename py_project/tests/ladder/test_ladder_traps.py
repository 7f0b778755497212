"""What the early versions do that a reader should know."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ladder.match import agree, v1, v1_6
from ladder.match import example as examples
from ladder.match.inputs import NONE
from ladder.match.versions import VERSIONS
from ladder.version import Version


def far_and_near() -> tuple[list[v1.Polygon], np.ndarray]:
    x, y = examples.shape()
    return [v1.Polygon(x + 50, y), v1.Polygon(x, y)], np.array([[0.0, 0.0], [500.0, 500.0]])


def test_v1_leaves_out_a_point_with_nothing_near() -> None:
    polygons, points = far_and_near()
    matched = v1.main(polygons, list(points))
    assert len(matched) == 1
    point, polygon = matched[0]
    assert point.tolist() == [0.0, 0.0]
    assert polygon is polygons[1]


def test_v1_6_as_published_answers_polygon_0_where_nothing_is_near() -> None:
    polygons, points = far_and_near()
    assert v1_6.main_published(polygons, points) == [(0, polygons[1]), (1, polygons[0])]
    for main in (v1_6.main, v1_6.main_blocks, v1_6.main_ranked):
        assert main(polygons, points).tolist() == [1, NONE]


def test_the_comparison_sees_the_published_trap() -> None:
    example = examples.some_far()
    rows = VERSIONS["v1.6-published"].answer(example)
    wrong = agree.problem(example, rows)
    assert wrong is not None
    assert wrong.startswith("point 0: polygon 0 is ")
    assert (rows[::5] == 0).all()


def test_polygons_remember_their_area() -> None:
    polygon = v1.Polygon(*examples.shape())
    area, center = polygon.area(), polygon.center
    polygon.x = polygon.x * 2.0
    assert polygon.area() == area
    assert polygon.center is center


def test_fresh_polygons_have_nothing_to_remember() -> None:
    version, example = VERSIONS["v1"], examples.original()
    given = version.make(example)
    version.warm(given)
    assert "_area" in vars(given.polygons[0])
    renewed = version.renew(example, given)
    assert all(not {"_area", "center"} & set(vars(polygon)) for polygon in renewed.polygons)
    assert renewed.points is given.points


def test_fresh_rust_polygons_have_no_area(runnable: Callable[[str], Version]) -> None:
    version, example = runnable("v5"), examples.original()
    given = version.make(example)
    version.warm(given)
    assert given.polygons[0]._area is not None
    assert version.renew(example, given).polygons[0]._area is None
