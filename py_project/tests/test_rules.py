"""Every rule through every door, held against the reference."""

from __future__ import annotations

import random
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import reference
from doors import DOORS, expression
from forms import wkb_frame
from reference import Point, Polygon

import poly_match as pm


def some_polygons(count: int = 40, seed: int = 3) -> list[Polygon]:
    """Squares with and without a hole, L-shapes, pairs of squares; a null and an empty one."""
    draw = random.Random(seed)

    def square(x: float, y: float, half: float) -> list[tuple[float, float]]:
        return [
            (x - half, y - half),
            (x + half, y - half),
            (x + half, y + half),
            (x - half, y + half),
        ]

    polygons: list[Polygon] = []
    for at in range(count):
        x, y, half = draw.randint(0, 30), draw.randint(0, 30), draw.choice([2, 4, 6])
        match at % 4:
            case 0:
                polygons.append([[square(x, y, half)]])
            case 1:
                polygons.append([[square(x, y, half), square(x, y, half / 2)]])
            case 2:
                # Centroid and mean of the vertices are apart.
                corner = [(x, y), (x + 8, y), (x + 8, y + 2), (x + 2, y + 2), (x + 2, y + 8)]
                polygons.append([[[*corner, (x, y + 8), (x, y)]]])
            case _:
                polygons.append([[square(x, y, half)], [square(x + 16, y, half)]])
    # On both sides of the antimeridian, at once and in two parts; near a pole, of two latitudes.
    across = [(178, 0), (180, 0), (180, 8), (178, 8)], [(-180, 0), (-176, 0), (-176, 8), (-180, 8)]
    polygons += [[[ring] for ring in across], [[ring] for ring in reversed(across)]]
    polygons += [[[square(190, 4, 6)]], [[[(0, 80), (40, 80), (40, 84), (10, 89)]]]]
    # Two holes that overlap, and one that lies outside.
    polygons.append([[square(9, 9, 8), square(7, 9, 4), square(11, 9, 4), square(30, 9, 2)]])
    polygons[count // 2] = None
    polygons[count // 3] = []
    return polygons


def some_points(polygons: list[Polygon], count: int = 250, seed: int = 4) -> list[Point]:
    """On a half-unit grid: many on edges; every vertex of some polygons; missing ones."""
    draw = random.Random(seed)
    points: list[Point] = [
        (draw.randint(-8, 90) / 2, draw.randint(-8, 80) / 2) for _ in range(count)
    ]
    for polygon in polygons[:6]:
        for part in polygon or []:
            for ring in part:
                points += ring
                for (ax, ay), (bx, by) in pairwise(ring):
                    points.append(((ax + bx) / 2, (ay + by) / 2))
    nan, inf = float("nan"), float("inf")
    points += [(0.0, 91.0), (181.0, -90.5), (8.0, 90.0), (188.0, 4.0), (-172.0, 4.0)]
    return [*points, None, (None, 1.0), (nan, 1.0), (1.0, nan), (1.0, inf), (-inf, 1.0)]


POLYGONS = some_polygons()
POINTS = some_points(POLYGONS)
# Few values, so that keys tie; some are missing.
RANKS = [None if row % 9 == 4 else row * 7 % 5 for row in range(len(POLYGONS))]
NAMES = [None if row % 13 == 5 else f"zone {row}" for row in range(len(POLYGONS))]
TABLE = wkb_frame(POLYGONS).with_columns(
    rank=pl.Series(RANKS, dtype=pl.Int64), zone=pl.Series(NAMES, dtype=pl.String)
)
COLUMN = pl.Series(
    "point",
    [p and {"x": p[0], "y": p[1]} for p in POINTS],
    pl.Struct({"x": pl.Float64, "y": pl.Float64}),
)

RULES: dict[str, dict[str, Any]] = {
    "max_dist": {"max_dist": 5.0},
    "k": {"k": 3},
    "nearest": {"k": 1},
    "all": {"k": 1_000},
    "k and max_dist": {"k": 3, "max_dist": 4.0},
    "centroid": {"max_dist": 5.0, "center": "centroid"},
    "centroid and k": {"k": 2, "center": "centroid"},
    "covers": {"predicate": "covers"},
    "covers, haversine": {"predicate": "covers", "metric": "haversine"},
    "by": {"max_dist": 6.0, "by": "rank"},
    "by, descending": {"max_dist": 6.0, "by": "rank", "descending": True},
    "covers, by": {"predicate": "covers", "by": "rank"},
    "k, by": {"k": 4, "by": "rank", "descending": True},
    "haversine": {"max_dist": 500_000.0, "metric": "haversine"},
    "haversine and k": {"k": 2, "metric": "haversine"},
    "haversine, both": {"k": 2, "max_dist": 300_000.0, "metric": "haversine", "center": "centroid"},
}
of_every_rule = pytest.mark.parametrize("rule", RULES)
at_every_door = pytest.mark.parametrize("door", DOORS)


def expected_lists(options: dict[str, Any]) -> list[list[int] | None]:
    """All that qualify, by the reference."""
    options = dict(options)
    keys = RANKS if options.pop("by", None) else None
    return reference.candidates(POINTS, POLYGONS, keys=keys, **options)


@pytest.fixture(scope="module")
def expected() -> dict[str, list[int | None]]:
    """The best by the reference, for each rule."""
    return {rule: reference.first_of(expected_lists(options)) for rule, options in RULES.items()}


@of_every_rule
def test_the_reference_is_not_trivial(rule: str, expected: dict[str, list[int | None]]) -> None:
    """Many polygons win, unless all qualify, and some points are missing."""
    assert rule == "all" or len(set(expected[rule])) > 5
    assert expected[rule].count(None) >= 4


@of_every_rule
@at_every_door
def test_every_rule_at_every_door(
    rule: str, door: str, expected: dict[str, list[int | None]], tmp_path: Path
) -> None:
    """Row numbers."""
    got = DOORS[door](COLUMN, TABLE, RULES[rule], tmp_path)
    assert got.dtype == pl.UInt32
    assert got.to_list() == expected[rule]


@of_every_rule
def test_candidates(rule: str) -> None:
    """All that qualify; the doors that answer with lists."""
    options = RULES[rule]
    wanted = expected_lists(options)
    frame = COLUMN.to_frame()
    asked = pm.candidates("point", TABLE, **options)
    matcher = pm.Matcher(TABLE, **options)
    for got in (
        frame.select(asked).to_series(),
        frame.lazy().select(asked).collect(engine="streaming").to_series(),
        pl.select(pm.candidates(COLUMN, TABLE, **options)).to_series(),
        matcher.candidates(COLUMN),
        pl.Series(matcher.candidates(COLUMN.to_arrow())),
        pl.Series(matcher.candidates(frame.to_arrow()["point"])),
    ):
        assert got.dtype == pl.List(pl.UInt32)
        assert got.to_list() == wanted


def told(options: dict[str, Any], rows: list[int | None], ids: bool) -> list[Any]:
    """The details by the reference."""
    center = options.get("center", "vertex_mean")
    metric = options.get("metric", "euclidean")

    def of(point: Any, row: int | None) -> dict[str, Any] | None:
        if row is None:
            return None
        polygon = POLYGONS[row] or []
        first = {"id": NAMES[row]} if ids else {"index": row}
        place = reference.center_of(polygon, center, metric)
        distance = reference.distance(point, place, metric)
        area = reference.area_of(polygon, options.get("predicate", "center"), metric)
        return {**first, "distance": distance, "area": area}

    return [of(point, row) for point, row in zip(POINTS, rows, strict=True)]


@at_every_door
@pytest.mark.parametrize(
    "rule", ["max_dist", "centroid", "covers", "k, by", "haversine", "covers, haversine"]
)
def test_what_is_answered(
    rule: str, door: str, expected: dict[str, list[int | None]], tmp_path: Path
) -> None:
    """Ids, details, and both."""
    options = RULES[rule]
    rows = expected[rule]
    if rule == "covers, haversine":
        options = {**options, "center": "centroid"}
    else:
        got = DOORS[door](COLUMN, TABLE, {**options, "id": "zone"}, tmp_path)
        assert got.dtype == pl.String
        assert got.to_list() == [None if row is None else NAMES[row] for row in rows]
    numbers = {"distance": pl.Float64, "area": pl.Float64}
    for ids in (False, True):
        more = {"details": True, **({"id": "zone"} if ids else {})}
        got = DOORS[door](COLUMN, TABLE, {**options, **more}, tmp_path)
        first = {"id": pl.String} if ids else {"index": pl.UInt32}
        assert got.dtype == pl.Struct({**first, **numbers})
        wanted = told(options, rows, ids)
        assert got.is_null().to_list() == [answer is None for answer in wanted]
        for answer, want in zip(got.to_list(), wanted, strict=True):
            # Polars may give a struct of nulls for a null struct.
            if want is not None:
                first, *more = answer.values()
                assert first == next(iter(want.values()))
                assert more == pytest.approx([want["distance"], want["area"]], rel=1e-12, abs=1e-9)


@at_every_door
def test_a_column_to_rank_by_and_to_answer_with(door: str, tmp_path: Path) -> None:
    """They may be the same."""
    options = {"max_dist": 6.0, "by": "rank", "id": "rank"}
    got = DOORS[door](COLUMN, TABLE, options, tmp_path)
    rows = reference.first_of(expected_lists({"max_dist": 6.0, "by": "rank"}))
    assert got.dtype == pl.Int64
    assert got.to_list() == [None if row is None else RANKS[row] for row in rows]


def test_rules_do_not_meet_in_the_cache(
    expected: dict[str, list[int | None]], tmp_path: Path
) -> None:
    """Asked one after the other and again over the same polygons."""
    pm.cache_clear()
    for _ in range(2):
        for rule in list(RULES)[:7]:
            got = expression(COLUMN, TABLE, RULES[rule], tmp_path)
            assert got.to_list() == expected[rule]
    # Each is found again by the query; the second time by the expression too.
    assert pm.cache_info().misses == 7
