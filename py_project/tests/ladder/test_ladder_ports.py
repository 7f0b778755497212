"""The Rust module takes what it should and refuses the rest with a reason."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import numpy as np
import pytest


@pytest.fixture
def ports(needed: Callable[[str | None], None]) -> ModuleType:
    try:
        import poly_match_ladder
    except ImportError as error:
        needed(f"pip install ./py_project/ladder/rust: {error}")
    return poly_match_ladder


def square(ports: ModuleType, x: float, y: float) -> object:
    return ports.Polygon(np.array([x, x + 2, x + 2, x]), np.array([y, y, y + 2, y + 2]))


def test_polygon_gives_its_columns_back(ports: ModuleType) -> None:
    polygon = square(ports, 1.0, 5.0)
    assert polygon.x.tolist() == [1.0, 3.0, 3.0, 1.0]
    assert polygon.y.tolist() == [5.0, 5.0, 7.0, 7.0]
    assert polygon.center.tolist() == [2.0, 6.0]


def test_polygon_can_be_subclassed(ports: ModuleType) -> None:
    class Named(ports.Polygon):
        name = "none"

    polygon = Named(np.zeros(3), np.ones(3))
    polygon.name = "one"
    found = ports.v4.find_close_polygons([polygon], np.zeros(2), 2.0)
    assert found[0] is polygon
    assert found[0].name == "one"


@pytest.mark.parametrize("name", ["v2", "v3", "v4"])
def test_close_polygons_are_the_same_objects_in_order(ports: ModuleType, name: str) -> None:
    polygons = [square(ports, x, 0.0) for x in (0.0, 50.0, 3.0)]
    find = getattr(ports, name).find_close_polygons
    found = find(polygons, np.zeros(2), 10.0)
    assert [polygons.index(polygon) for polygon in found] == [0, 2]
    assert find([], np.zeros(2), 10.0) == []


def test_all_close_polygons_leave_out_a_point_without(ports: ModuleType) -> None:
    polygons = [square(ports, x, 0.0) for x in (0.0, 50.0, 3.0)]
    points = np.array([[50.0, 0.0], [900.0, 0.0], [0.0, 0.0]])
    found = ports.v5.find_all_close_polygons(polygons, points, 10.0)
    assert [point.tolist() for point, _ in found] == [[50.0, 0.0], [0.0, 0.0]]
    assert [list(map(polygons.index, close)) for _, close in found] == [[1], [0, 2]]


def test_v2_takes_whatever_has_a_center(ports: ModuleType) -> None:
    class Anything:
        center = np.zeros(2)

    assert len(ports.v2.find_close_polygons([Anything()], np.zeros(2), 1.0)) == 1
    with pytest.raises(AttributeError, match="center"):
        ports.v2.find_close_polygons([object()], np.zeros(2), 1.0)
    Anything.center = np.zeros(3)
    with pytest.raises(ValueError, match="center has 3 values, expected 2"):
        ports.v2.find_close_polygons([Anything()], np.zeros(2), 1.0)


@pytest.mark.parametrize("name", ["v2", "v3", "v4"])
def test_a_point_is_a_pair(ports: ModuleType, name: str) -> None:
    find = getattr(ports, name).find_close_polygons
    with pytest.raises(ValueError, match="point has 3 values, expected 2: x and y"):
        find([], np.zeros(3), 10.0)
    with pytest.raises(TypeError):
        find([], np.zeros(2, dtype=np.int64), 10.0)
    with pytest.raises(TypeError):
        find([1, 2], "no point", 10.0)


def test_rows_of_points_are_pairs(ports: ModuleType) -> None:
    with pytest.raises(ValueError, match="a row of points has 3 values, expected 2"):
        ports.v5.find_all_close_polygons([], np.zeros((4, 3)), 10.0)
    with pytest.raises(TypeError):
        ports.v5.find_all_close_polygons([object()], np.zeros((4, 2)), 10.0)


def test_what_is_no_polygon_is_refused(ports: ModuleType) -> None:
    with pytest.raises(ValueError, match="x has 2 values and y has 1"):
        ports.Polygon(np.zeros(2), np.zeros(1))
    with pytest.raises(ValueError, match="at least one vertex"):
        ports.Polygon(np.zeros(0), np.zeros(0))


def test_strided_columns(ports: ModuleType) -> None:
    both = np.arange(12.0).reshape(6, 2)
    polygon = ports.Polygon(both[:, 0], both[::-1, 1])
    assert polygon.center.tolist() == [5.0, 6.0]
    assert polygon.y.tolist() == [11.0, 9.0, 7.0, 5.0, 3.0, 1.0]
    points = np.asfortranarray([[5.0, 6.0], [100.0, 6.0]])
    assert len(ports.v5.find_all_close_polygons([polygon], points, 1.0)) == 1
