"""The same answers as the libraries that people use, on real polygons.

Coverage against shapely and geopandas, with every vertex and the middle of every edge of the
polygons among the points; distances on the sphere against scikit-learn; the nearest against scipy.
No difference is let pass.
"""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import polars as pl
import pytest
import shapely
from numpy.typing import NDArray
from reference import area_of, center_of
from scipy.spatial import cKDTree
from sklearn.neighbors import BallTree

import poly_match as pm

POINTS = 100_000
EARTH_RADIUS = 6_371_008.8

Floats = NDArray[np.float64]

pytestmark = [
    pytest.mark.filterwarnings("ignore:Extension type 'geoarrow.wkb'"),
    # scikit-learn and geopandas warn about what they will change.
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]


def edge_points(geometries: NDArray[np.object_]) -> Floats:
    """Every vertex, and the middle of every edge as the floats tell it."""
    rings = shapely.get_rings(shapely.get_parts(geometries))
    middles = []
    for ring in rings:
        vertices = shapely.get_coordinates(ring)
        middles.append((vertices[:-1] + vertices[1:]) / 2)
    return np.concatenate([shapely.get_coordinates(geometries), *middles])


def random_points(geometries: NDArray[np.object_]) -> Floats:
    x0, y0, x1, y1 = shapely.total_bounds(geometries)
    return np.random.default_rng(1).uniform((x0, y0), (x1, y1), (POINTS, 2))


def best_of_pairs(pairs: NDArray[np.int64], areas: Floats, count: int) -> list[int | None]:
    """Of (point, row) the row of the least area, then the lowest row."""
    point, row = pairs
    order = np.lexsort((row, areas[row], point))
    point, row = point[order], row[order]
    first = np.flatnonzero(np.r_[True, point[1:] != point[:-1]]) if len(point) else []
    best: list[int | None] = [None] * count
    for at in first:
        best[point[at]] = int(row[at])
    return best


@pytest.mark.parametrize("name", ["nyc_zones", "countries", "zcta"])
def test_covers_as_shapely_and_geopandas(name: str, data_dir: Path) -> None:
    table = gpd.read_parquet(data_dir / f"{name}.parquet")
    geometries = np.asarray(table.geometry.values)
    edges = edge_points(geometries)
    xy = np.concatenate([random_points(geometries), edges])
    points = pl.Series("point", xy, dtype=pl.Array(pl.Float64, 2))

    polygons = pm.Polygons.from_geoparquet(data_dir / f"{name}.parquet")
    areas = polygons.areas.to_numpy()
    np.testing.assert_allclose(areas, shapely.area(geometries), rtol=1e-9)
    got = pm.Matcher(polygons, predicate="covers").match(points).to_list()

    pairs = shapely.STRtree(geometries).query(shapely.points(xy), predicate="intersects")
    assert got == best_of_pairs(pairs, areas, len(xy))
    # Vertices are covered for sure; middles are rounded, to either side.
    assert None not in got[POINTS : POINTS + len(shapely.get_coordinates(geometries))]

    frame = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*xy[:POINTS].T), crs=table.crs)
    joined = gpd.sjoin(frame, table[["geometry"]], predicate="intersects")
    pairs = np.stack([joined.index.to_numpy(), joined["index_right"].to_numpy()])
    assert got[:POINTS] == best_of_pairs(pairs, areas, POINTS)


@pytest.mark.parametrize("max_dist", [20e3, 500e3, 9_000e3])
def test_haversine_as_scikit_learn(max_dist: float, data_dir: Path) -> None:
    polygons = pm.Polygons.from_geoparquet(data_dir / "countries.parquet")
    countries = gpd.read_parquet(data_dir / "countries.parquet").geometry
    parts = [rings_of(country) for country in countries]
    centers = np.array([center_of(country, "vertex_mean", "haversine") for country in parts])
    areas = np.array([area_of(country, "center", "haversine") for country in parts])
    rng = np.random.default_rng(2)
    sphere = np.stack([rng.uniform(-180, 180, 20_000), rng.uniform(-90, 90, 20_000)], axis=1)
    cities = pl.read_parquet(data_dir / "cities.parquet", columns=["lon", "lat"])
    xy = np.concatenate([sphere, cities.sample(20_000, seed=3).to_numpy()])
    points = pl.Series("point", xy, dtype=pl.Array(pl.Float64, 2))

    tree = BallTree(np.radians(centers[:, ::-1]), metric="haversine")
    near = tree.query_radius(np.radians(xy[:, ::-1]), max_dist / EARTH_RADIUS)
    pairs = np.stack(
        [
            np.repeat(np.arange(len(xy)), [len(rows) for rows in near]),
            np.concatenate(near),
        ]
    )
    matcher = pm.Matcher(polygons, max_dist=max_dist, metric="haversine")
    assert matcher.match(points).to_list() == best_of_pairs(pairs, areas, len(xy))


def rings_of(country: shapely.MultiPolygon) -> list[list[list[tuple[float, float]]]]:
    """Of each part the exterior and the holes, without the closing vertex."""
    parts = shapely.get_parts(country)
    return [[ring.coords[:-1] for ring in (part.exterior, *part.interiors)] for part in parts]


@pytest.mark.parametrize("k", [1, 5, 40])
def test_nearest_as_scipy(k: int, data_dir: Path) -> None:
    polygons = pm.Polygons.from_geoparquet(data_dir / "zcta.parquet")
    centers = polygons.centers().struct.unnest().to_numpy()
    x0, y0, x1, y1 = polygons.bounds or (0, 0, 1, 1)
    xy = np.random.default_rng(4).uniform((x0, y0), (x1, y1), (POINTS, 2))
    points = pl.Series("point", xy, dtype=pl.Array(pl.Float64, 2))

    _, rows = cKDTree(centers).query(xy, k=[*range(1, k + 1)])
    pairs = np.stack([np.repeat(np.arange(len(xy)), k), rows.ravel()])
    expected = best_of_pairs(pairs, polygons.areas.to_numpy(), len(xy))
    assert pm.Matcher(polygons, k=k).match(points).to_list() == expected

    expr = pm.candidates("point", polygons, k=k)
    lists = points.to_frame().select(expr).to_series()
    assert np.array_equal(np.sort(rows, axis=1), np.sort(np.stack(lists.to_list()), axis=1))
