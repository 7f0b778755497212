"""`intersections`: its semantics, through every door."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.exceptions import ColumnNotFoundError, InvalidOperationError

import poly_match as pm

POINT = st.tuples(st.integers(0, 5), st.integers(0, 5))
LINES = st.lists(st.tuples(st.integers(0, 2), st.lists(POINT, max_size=8)), max_size=6)
NAMES = {"survey": "survey", "profile": "line", "index": "trace", "x": "x", "y": "y"}

Point = tuple[Any, Any]


def traces(lines: list[tuple[int, list[Point]]]) -> pl.DataFrame:
    rows = [
        (survey, profile, trace, float(x), float(y))
        for profile, (survey, line) in enumerate(lines)
        for trace, (x, y) in enumerate(line)
    ]
    schema = {"survey": pl.Int64, "line": pl.Int64, "trace": pl.Int64}
    schema |= {"x": pl.Float64, "y": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def rounded(point: Point) -> Point:
    """To the nearest floats: those of a fraction are exactly that."""
    return float(point[0]), float(point[1])


def side(a: Point, b: Point, p: Point) -> int:
    value = (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])
    return (value > 0) - (value < 0)


def on(a: Point, b: Point, p: Point) -> bool:
    between = all(min(a[i], b[i]) <= p[i] <= max(a[i], b[i]) for i in range(2))
    return between and side(a, b, p) == 0


def common(one: list[Point], other: list[Point]) -> set[Point]:
    """The places that two lines have in common, by the definition, in exact fractions."""
    found = set()
    for a, b in pairwise(one):
        for c, d in pairwise(other):
            if a == b or c == d:
                continue
            found |= {p for p in (a, b) if on(c, d, p)} | {p for p in (c, d) if on(a, b, p)}
            if side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0:
                (ux, uy), (vx, vy) = (b[0] - a[0], b[1] - a[1]), (d[0] - c[0], d[1] - c[1])
                cross = ux * vy - uy * vx
                share = Fraction((c[0] - a[0]) * vy - (c[1] - a[1]) * vx, cross)
                found.add((a[0] + share * ux, a[1] + share * uy))
    return found


@settings(max_examples=200, deadline=None)
@given(LINES, st.booleans())
def test_the_same_as_by_the_definition(lines: Any, within: bool) -> None:
    found = pm.intersections(traces(lines), **NAMES, within=within)
    got: dict[tuple[int, int], list[Point]] = {}
    for first, second, *point in found.select("profile1", "profile2", "x", "y").rows():
        got.setdefault((first, second), []).append(tuple(point))
    expected = {}
    for first, second in combinations(range(len(lines)), 2):
        if within or lines[first][0] != lines[second][0]:
            points = common(lines[first][1], lines[second][1])
            if points:
                expected[first, second] = points
    assert got.keys() == expected.keys()
    for pair, points in expected.items():
        assert sorted(map(rounded, got[pair])) == sorted(map(rounded, points))
    # Traces follow each other, and the point lies in the box around them.
    for side in "12":
        before, after = (pl.col(f"t{side}{end}") for end in "12")
        assert found.select((after == before + 1).all()).item() or lines
        for axis in "xy":
            ends = [f"t{side}{end}{axis}" for end in "12"]
            low, high = pl.min_horizontal(ends), pl.max_horizontal(ends)
            assert found.select(pl.col(axis).is_between(low, high).all()).item()
    order = found.select("profile1", "profile2", "t11")
    assert order.equals(order.sort("profile1", "profile2", "t11", maintain_order=True))


FRAME = pl.DataFrame(
    {
        "survey": ["north"] * 3 + ["east"] * 2 + ["north"] * 2,
        "line": ["a", "a", "a", "a", "a", "b", "b"],
        "trace": [100, 101, 102, 5, 6, 1, 2],
        "x": [0.0, 2.0, 4.0, 3.0, 3.0, 1.0, 1.0],
        "y": [0.0, 0.0, 0.0, -1.0, 1.0, -1.0, 1.0],
    }
)


def test_what_is_in_a_row() -> None:
    found = pm.intersections(FRAME, **NAMES)
    assert found.to_dicts() == [
        {
            "survey1": "north",
            "profile1": "a",
            "survey2": "east",
            "profile2": "a",
            "x": 3.0,
            "y": 0.0,
            "t11": 101,
            "t11x": 2.0,
            "t11y": 0.0,
            "t12": 102,
            "t12x": 4.0,
            "t12y": 0.0,
            "t21": 5,
            "t21x": 3.0,
            "t21y": -1.0,
            "t22": 6,
            "t22x": 3.0,
            "t22y": 1.0,
        }
    ]
    within = pm.intersections(FRAME, **NAMES, within=True)
    assert within["profile2"].to_list() == ["a", "b"]
    assert within["t11"].to_list() == [101, 100]


def test_doors(tmp_path: Path) -> None:
    expected = pm.intersections(FRAME, **NAMES, within=True)
    FRAME.write_parquet(tmp_path / "traces.parquet")
    chunks = pl.concat([FRAME[:2], FRAME[2:]], rechunk=False)
    for frame in (FRAME.lazy(), pl.scan_parquet(tmp_path / "traces.parquet"), chunks):
        assert pm.intersections(frame, **NAMES, within=True).equals(expected)
    # The traces of a profile may stand in any order.
    backwards = pm.intersections(FRAME.reverse(), **NAMES, within=True)
    assert sorted(backwards["x"]) == sorted(expected["x"])
    pyarrow = pytest.importorskip("pyarrow")
    table = pyarrow.table({name: FRAME[name].to_list() for name in FRAME.columns})
    assert pm.intersections(table, **NAMES, within=True).equals(expected)


@pytest.mark.parametrize("rows", [0, 1])
def test_few_rows(rows: int) -> None:
    found = pm.intersections(FRAME[:rows], **NAMES, within=True)
    assert (found.height, found.schema) == (0, pm.intersections(FRAME, **NAMES).schema)


def test_rows_that_are_not_known_are_left_out() -> None:
    expected = pm.intersections(FRAME, **NAMES, within=True)
    nothing: dict[str, Any] = {"survey": None, "line": None, "trace": None, "x": None, "y": None}
    row = {"survey": "north", "line": "a", "trace": 101, "x": 9.0, "y": 9.0}
    wrong = [row | {name: nothing[name]} for name in row]
    wrong += [row | {"x": float("nan")}, row | {"y": float("inf")}]
    frame = pl.concat([pl.DataFrame(wrong, schema=FRAME.schema), FRAME])
    assert pm.intersections(frame, **NAMES, within=True).equals(expected)


def test_surveys_are_numbered_by_the_rows_that_are_left() -> None:
    """The first row of survey b has no x: it is not there, and a comes first."""
    rows = [
        ("b", 1, 0, None, 0.0),
        ("a", 1, 0, 0.0, 1.0),
        ("a", 1, 1, 2.0, 1.0),
        ("b", 1, 1, 1.0, 0.0),
        ("b", 1, 2, 1.0, 2.0),
    ]
    frame = pl.DataFrame(rows, schema=["survey", "line", "trace", "x", "y"], orient="row")
    for left_out in (frame, frame.with_columns(x=pl.col("x").fill_null(float("nan")))):
        found = pm.intersections(left_out, **NAMES)
        assert found.select("survey1", "survey2", "t11", "t12", "t21", "t22").row(0) == (
            *("a", "b"),
            *(0, 1),
            *(1, 2),
        )
        assert found.equals(pm.intersections(frame[1:], **NAMES))


NUMBERS = [2**60 + 2, 2**60 + 1, 2**60 + 3]
INDEX_DTYPES = [
    *((dtype, [2, 10, 30]) for dtype in (pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.Int128)),
    *((dtype, [2, 10, 30]) for dtype in (pl.UInt8, pl.UInt16, pl.UInt32, pl.UInt64)),
    *((dtype, NUMBERS) for dtype in (pl.Int64, pl.UInt64, pl.Int128)),
    (pl.Int128, [10**38, -(10**38), 0]),
    (pl.UInt64, [2**64 - 1, 0, 2**63]),
    *((pl.Decimal(38, scale), NUMBERS) for scale in (0, 3, 9)),
    (pl.Decimal(9, 2), [2, 10, 30]),
    (pl.Float32, [2.0, -10.0, 30.0]),
    (pl.Float64, [float("inf"), 10.0, -float("inf")]),
]


@pytest.mark.parametrize(("dtype", "index"), INDEX_DTYPES)
def test_an_index_is_in_numeric_order(dtype: Any, index: list[Any]) -> None:
    """Three traces of one profile at x = 0, 1, 2 by their index, whatever the order of the rows."""
    places = {value: float(place) for place, value in enumerate(sorted(index))}
    zigzag = pl.DataFrame(
        {
            "survey": [1] * 3,
            "line": [1] * 3,
            "trace": pl.Series(index).cast(pl.Int128 if dtype == pl.Int128 else dtype)
            if not isinstance(dtype, pl.Decimal)
            else pl.Series(index, dtype=pl.Int64).cast(dtype),
            "x": [places[value] for value in index],
            "y": [0.0] * 3,
        }
    )
    across = pl.DataFrame(
        {"survey": [2] * 2, "line": [1] * 2, "x": [1.5, 1.5], "y": [-1.0, 1.0]},
        schema={"survey": pl.Int64, "line": pl.Int64, "x": pl.Float64, "y": pl.Float64},
    ).with_columns(trace=pl.Series([0, 1]).cast(dtype))
    found = pm.intersections(pl.concat([zigzag, across.select(zigzag.columns)]), **NAMES)
    assert found["t11"].dtype == dtype
    assert found.select("x", "t11x", "t12x").rows() == [(1.5, 1.0, 2.0)]


def test_zeros_of_an_index_are_equal() -> None:
    rows = [(1, 1, 0.0, 0.0, 0.0), (1, 1, -0.0, 1.0, 0.0), (2, 1, 0.0, 0.5, -1.0)]
    frame = pl.DataFrame([*rows, (2, 1, 1.0, 0.5, 1.0)], list(FRAME.columns), orient="row")
    # Of equal ones in the order of the rows.
    assert pm.intersections(frame, **NAMES).select("t11x", "t12x").rows() == [(0.0, 1.0)]


@pytest.mark.parametrize(
    ("label", "dtype"),
    [
        (2**31 - 1, pl.Date),
        (-(2**31), pl.Date),
        *((2**63 - 1, pl.Datetime(unit)) for unit in ("ms", "us", "ns")),
        (-(2**63) + 1, pl.Datetime("ms", "Asia/Tokyo")),
        (2**63 - 1, pl.Duration("ms")),
        (24 * 3600 * 10**9 - 1, pl.Time),
        (2**63 - 1, pl.Int64),
    ],
)
def test_surveys_past_all_calendars(label: int, dtype: Any) -> None:
    physical = pl.Int32 if dtype == pl.Date else pl.Int64
    names = pl.Series([0, label], dtype=physical).cast(dtype)
    frame = FRAME.with_columns(survey=names.gather([0, 0, 0, 1, 1, 0, 0]))
    found = pm.intersections(frame, **NAMES, within=True)
    assert found["x"].to_list() == pm.intersections(FRAME, **NAMES, within=True)["x"].to_list()
    assert found["survey2"].to_physical().to_list()[0] == label
    index = FRAME.with_columns(trace=names.gather([0, 0, 1, 0, 1, 0, 1]))
    assert pm.intersections(index, **NAMES)["x"].to_list() == [3.0]


@pytest.mark.parametrize(
    "trace",
    [
        [float(value) for value in FRAME["trace"]],
        [timedelta(value) for value in FRAME["trace"]],
        [date(2020, 1, 1) + timedelta(value) for value in FRAME["trace"]],
        [datetime(2020, 1, 1) + timedelta(value) for value in FRAME["trace"]],
        [f"{value:03}" for value in FRAME["trace"]],
    ],
    ids=lambda values: type(values[0]).__name__,
)
def test_dtypes_of_an_index(trace: list[Any]) -> None:
    found = pm.intersections(FRAME.with_columns(trace=pl.Series(trace)), **NAMES)
    assert found.select("t11", "t12", "t21", "t22").row(0) == tuple(
        trace[at] for at in (1, 2, 3, 4)
    )


@pytest.mark.parametrize("dtype", [pl.Categorical, pl.Enum(["a", "b", "north", "east"]), pl.String])
def test_dtypes_of_names(dtype: Any) -> None:
    names = pl.col("survey", "line").cast(dtype)
    found = pm.intersections(FRAME.with_columns(names), **NAMES)
    assert found["survey2"].dtype == found["profile1"].dtype == dtype
    assert found["survey2"].to_list() == ["east"]
    whole = FRAME.with_columns(pl.col("x", "y").cast(pl.Int32))
    assert pm.intersections(whole, **NAMES).row(0)[:6] == ("north", "a", "east", "a", 3.0, 0.0)


def test_errors() -> None:
    for name in NAMES:
        with pytest.raises(TypeError, match=rf"^{name}: expected the name of a column, got None"):
            pm.intersections(FRAME, **(NAMES | {name: None}))
    with pytest.raises(TypeError, match=r"^within: expected True or False, got 'no'"):
        pm.intersections(FRAME, **NAMES, within="no")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"^frame: expected a frame or an Arrow table, got int"):
        pm.intersections(7, **NAMES)
    with pytest.raises(ColumnNotFoundError, match="number"):
        pm.intersections(FRAME, **(NAMES | {"profile": "number"}))
    with pytest.raises(InvalidOperationError, match="column 'x' has dtype String"):
        pm.intersections(FRAME, **(NAMES | {"x": "line"}))
    with pytest.raises(InvalidOperationError, match=r"column 'index' has dtype .*an order"):
        pm.intersections(FRAME.with_columns(trace=pl.struct("trace")), **NAMES)
    far = FRAME.with_columns(y=pl.lit(-1e151))
    with pytest.raises(ValueError, match="column 'y', row 0: expected a coordinate of at most"):
        pm.intersections(far, **NAMES)
