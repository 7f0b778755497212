"""`shade`: its semantics, through every door."""

from __future__ import annotations

import math
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.exceptions import InvalidOperationError

import poly_match as pm

NUMBER = st.integers(-12, 12).map(float)
SCENE = st.fixed_dictionaries(
    {
        "sphere": st.tuples(NUMBER, NUMBER, NUMBER, st.integers(1, 5).map(float)),
        "light": st.tuples(NUMBER, NUMBER, NUMBER),
        "screen": st.tuples(st.integers(1, 9), st.integers(1, 9)),
        "size": st.tuples(st.integers(1, 60), st.integers(1, 60)),
    }
)
PIXEL = st.one_of(st.none(), st.integers(-9, 70).map(float), st.floats(allow_infinity=True))


def level(x: Any, y: Any, sphere: Any, light: Any, screen: Any, size: Any) -> int | None:
    """By the definition, for a line along +z."""
    if x is None or y is None or not (math.isfinite(x) and math.isfinite(y)):
        return None
    x, y = x * (screen[0] / size[0]), y * (screen[1] / size[1])
    cx, cy, cz, radius = sphere
    offset = (x - cx, y - cy, 0.0 - cz)
    along = offset[2]
    discriminant = along * along - (dot(offset, offset) - radius * radius)
    if not discriminant >= 0.0:
        return 100
    z = -along - math.sqrt(discriminant)
    normal, to_light = (x - cx, y - cy, z - cz), (light[0] - x, light[1] - y, light[2] - z)
    lengths = math.sqrt(dot(normal, normal)) * math.sqrt(dot(to_light, to_light))
    return max(int(dot(normal, to_light) / lengths * 255.0), 30) if lengths else 30


def dot(a: Any, b: Any) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(PIXEL, PIXEL), max_size=80), SCENE)
def test_the_same_as_by_the_definition(pixels: list[Any], scene: dict[str, Any]) -> None:
    schema = {"x": pl.Float64, "y": pl.Float64}
    frame = pl.DataFrame(pixels, schema=schema, orient="row")
    got = frame.select(pm.shade("x", "y", **scene)).to_series()
    assert (got.name, got.dtype) == ("x", pl.UInt8)
    assert got.to_list() == [level(x, y, **scene) for x, y in pixels]


def test_a_picture() -> None:
    rows = pl.DataFrame({"y": range(60)})
    frame = rows.join(pl.DataFrame({"x": range(80)}), how="cross")
    got = frame.select(pm.shade("x", "y", size=(80, 60))).to_series()
    scene = {"sphere": (4, 3, 10, 2), "light": (8, 0, 7), "screen": (8, 6), "size": (80, 60)}
    assert got.to_list() == [level(x, y, **scene) for y, x in frame.rows()]
    assert (got.min(), got.value_counts(sort=True)["x"][0]) == (30, 100)
    for dtype in (pl.UInt8, pl.Int16, pl.Float32, pl.Decimal(9, 2)):
        cast = frame.cast(dtype)
        assert cast.select(pm.shade("x", "y", size=(80, 60))).to_series().equals(got)
    series = pm.shade(frame["x"], frame["y"], size=(80, 60))
    assert pl.select(series).to_series().equals(got)
    assert frame.select(pm.shade(frame["x"], "y", size=(80, 60))).to_series().equals(got)


@pytest.mark.parametrize("rows", [0, 1, 3, 100, 250_000])
@pytest.mark.parametrize("engine", ["in-memory", "streaming"])
@pytest.mark.parametrize("value", [300, 250.5, None, math.nan])
def test_a_column_of_one_row_is_taken_for_all(rows: int, engine: Any, value: Any) -> None:
    frame = pl.DataFrame({"x": [at % 700 for at in range(rows)]}, schema={"x": pl.Int64})
    both = frame.with_columns(one=pl.lit(value, pl.Float64))
    literal = pl.lit(value, pl.Float64)
    for answer, expected in (
        (pm.shade("x", literal), pm.shade("x", "one")),
        (pm.shade(literal, "x"), pm.shade("one", "x")),
        (pm.shade("x", pl.Series([value], dtype=pl.Float64)), pm.shade("x", "one")),
    ):
        got = frame.lazy().select(level=answer).collect(engine=engine)
        assert got.equals(both.select(level=expected))
    one = pl.select(pm.shade(pl.Series([400]), pl.Series([300])))
    assert one.item() == 50


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"sphere": None}, r"sphere: expected 4 numbers \(x, y, z, radius\), got None"),
        ({"sphere": "1234"}, r"sphere: expected 4 numbers \(x, y, z, radius\), got '1234'"),
        ({"sphere": (1, 2, "3", 4)}, r"sphere: expected 4 numbers \(x, y, z, radius\), got '3'"),
        ({"light": (1, 2, None)}, r"light: expected 3 numbers \(x, y, z\), got None"),
        ({"screen": 8}, r"screen: expected 2 numbers \(width, height\), got 8"),
        ({"size": (True, 600)}, r"size: expected 2 numbers \(width, height\), got True"),
    ],
)
def test_options_of_another_kind(options: dict[str, Any], says: str) -> None:
    with pytest.raises(TypeError, match=f"^{says}"):
        pm.shade("x", "y", **options)


def test_columns_of_another_kind() -> None:
    for name, columns in (("x", (7, "y")), ("y", ("x", None)), ("x", ([1, 2], "y"))):
        with pytest.raises(TypeError, match=f"^{name}: expected a column name, an expression or a"):
            pm.shade(*columns)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"sphere": (1, 2, 3)}, "sphere: expected 4 numbers, got 3"),
        ({"sphere": (1, 2, 3, 0)}, r"sphere: expected a radius of more than 0, got 0\.0"),
        ({"light": (1, 2, math.nan)}, "light: expected finite numbers, got NaN"),
        ({"screen": (8, -6)}, r"screen: expected sizes of more than 0, got -6\.0"),
        ({"size": (0, 600)}, r"size: expected sizes of more than 0, got 0\.0"),
        ({"size": (800, 600, 1)}, "size: expected 2 numbers, got 3"),
    ],
)
def test_options_are_checked_at_once(options: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        pm.shade("x", "y", **options)


def test_what_is_no_number() -> None:
    plan = pl.LazyFrame({"x": ["1"], "y": [1]}).select(pm.shade("x", "y"))
    with pytest.raises(InvalidOperationError, match="column 'x' has dtype String, expected coord"):
        plan.collect()
