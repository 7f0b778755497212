"""Places of the world against countries, points of New York against its boroughs and zones.

Every answer is checked against the reference: all points, by the expression and by the batch job.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import polars as pl
import pyarrow.parquet as pq
import pytest
from reference import Part, Polygon, answers_of, match_arrays

import poly_match as pm

NEW_YORK_POINTS = 60_000

# Polars 1 warns that it reads GeoParquet as plain binary; Polars 2 reads it as an extension type.
pytestmark = pytest.mark.filterwarnings("ignore:Extension type 'geoarrow.wkb'")


class Real(NamedTuple):
    """Points, polygons and what is right."""

    points: Path
    names: tuple[str, str]
    polygons: Path
    max_dist: float
    expected: list[int | None]


def read_ring(data: bytes, at: int) -> tuple[list[tuple[float, float]], int]:
    """The vertices from there, and where they end."""
    (count,) = struct.unpack_from("<I", data, at)
    numbers = struct.unpack_from(f"<{2 * count}d", data, at + 4)
    return list(zip(numbers[::2], numbers[1::2], strict=True)), at + 4 + 16 * count


def read_part(data: bytes, at: int) -> tuple[Part, int]:
    """The polygon from there, and where it ends."""
    order, kind, count = struct.unpack_from("<BII", data, at)
    assert (order, kind) == (1, 3)
    at += 9
    rings = []
    for _ in range(count):
        ring, at = read_ring(data, at)
        rings.append(ring)
    return rings, at


def read_polygon(data: bytes) -> Polygon:
    """What these little-endian WKB bytes mean: a reader apart from the one that is tested."""
    order, kind, count = struct.unpack_from("<BII", data)
    assert order == 1
    if kind == 3:
        part, end = read_part(data, 0)
        parts = [part]
    else:
        assert kind == 6
        parts, end = [], 9
        for _ in range(count):
            part, end = read_part(data, end)
            parts.append(part)
    assert end == len(data)
    return parts


def read_polygons(path: Path) -> list[Polygon]:
    """All rows of a file."""
    geometry = pq.read_table(path, columns=["geometry"])["geometry"]
    return [read_polygon(data) for data in geometry.to_pylist()]


@pytest.fixture(scope="module")
def new_york_points(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Points all over the bounds of New York, some beyond, some on vertices, some null."""
    polygons = read_polygons(data_dir / "nyc_zones.parquet")
    rings = [ring for polygon in polygons if polygon for part in polygon for ring in part]
    vertices = np.array([vertex for ring in rings for vertex in ring])
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    draw = np.random.default_rng(2026)
    anywhere = draw.uniform(low - 5_000, high + 5_000, (NEW_YORK_POINTS - 5_000, 2))
    xy = np.concatenate([anywhere, draw.choice(vertices, 5_000)])
    path = tmp_path_factory.mktemp("new-york") / "points.parquet"
    frame = pl.DataFrame(xy, schema=["x", "y"]).with_row_index("id")
    missing = pl.col("id") % 1_000 == 7
    frame = frame.with_columns(x=pl.when(missing).then(None).otherwise("x"))
    frame.write_parquet(path, row_group_size=7_000)
    return path


CASES = ["countries 10", "countries 1", "boroughs 30000", "zones 3000", "both layers 10000"]


@pytest.fixture(scope="module", params=CASES)
def real(
    request: pytest.FixtureRequest, data_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Real:
    """Each pair of files, with a bound that lets few or many qualify."""
    which, bound = request.param.rsplit(" ", 1)
    names = ("x", "y")
    polygons = data_dir / "nyc_zones.parquet"
    if which == "countries":
        points, names = data_dir / "cities.parquet", ("lon", "lat")
        polygons = data_dir / "countries.parquet"
    else:
        points = request.getfixturevalue("new_york_points")
        layer = {"boroughs": [("layer", "=", "borough")], "zones": [("layer", "!=", "borough")]}
        if which in layer:
            table = pq.read_table(polygons, filters=layer[which])
            polygons = tmp_path_factory.mktemp(which) / "polygons.parquet"
            pq.write_table(table, polygons)
    frame = pl.read_parquet(points, columns=list(names))
    x, y = (frame[name].fill_null(np.nan).to_numpy() for name in names)
    rows = match_arrays(x, y, read_polygons(polygons), float(bound))
    return Real(points, names, polygons, float(bound), answers_of(rows))


def test_the_cases_are_worth_it(real: Real) -> None:
    """Enough points; some have an answer and some have none; many polygons are an answer."""
    answers = [answer for answer in real.expected if answer is not None]
    assert len(real.expected) >= 10_000
    assert 0.05 < len(answers) / len(real.expected) < 1.0
    polygons = pl.scan_parquet(real.polygons).select(pl.len()).collect().item()
    assert len(set(answers)) > min(polygons, 260) / 4


@pytest.mark.parametrize("engine", ["eager", "in-memory", "streaming"])
def test_expression(real: Real, engine: Any) -> None:
    """From the files as Polars reads them."""
    answer = pm.poly_match(
        pl.struct(real.names), pl.read_parquet(real.polygons), max_dist=real.max_dist
    ).alias("polygon")
    if engine == "eager":
        got = pl.read_parquet(real.points).with_columns(answer)
    else:
        got = pl.scan_parquet(real.points).with_columns(answer).collect(engine=engine)
    assert got["polygon"].to_list() == real.expected


def test_scanned_polygons(real: Real) -> None:
    """Both files lazily; only the column that is needed is read."""
    answer = pl.struct(real.names).poly_match(  # type: ignore[attr-defined]
        pl.scan_parquet(real.polygons), max_dist=real.max_dist
    )
    got = pl.scan_parquet(real.points).select(polygon=answer).collect()
    assert got["polygon"].to_list() == real.expected


def test_job(real: Real, tmp_path: Path) -> None:
    """From file to file, the other columns untouched."""
    output = tmp_path / "out.parquet"
    summary = pm.match_parquet(
        real.points,
        real.polygons,
        output,
        point=real.names,
        max_dist=real.max_dist,
        progress=False,
    )
    got = pl.read_parquet(output)
    assert got["polygon"].to_list() == real.expected
    assert got.drop("polygon").equals(pl.read_parquet(real.points))
    assert summary.rows == len(real.expected)
    assert summary.matched == len(real.expected) - real.expected.count(None)


def test_what_one_knows_of_the_world(data_dir: Path) -> None:
    """By name: with 10 degrees a town in Luxembourg gets Luxembourg, the smallest near it."""
    countries = pl.read_parquet(data_dir / "countries.parquet")
    cities = pl.read_parquet(data_dir / "cities.parquet").filter(pl.col("country") == "LU")
    answer = pm.poly_match(pl.struct("lon", "lat"), countries, max_dist=10.0)
    got = cities.select(country=answer).join(
        countries.select("name").with_row_index("country"), on="country"
    )
    assert cities.height > 50
    assert got["name"].to_list() == ["Luxembourg"] * cities.height
