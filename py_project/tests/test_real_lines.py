"""Borders of countries and of ZIP areas as profiles: what meets is what shapely says.

Neighbours share their borders, so nearly all that they have in common are vertices and stretches.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl
import pyarrow.parquet as pq
import pytest

import poly_match as pm

shapely = pytest.importorskip("shapely")
NAMES = {"survey": "area", "profile": "ring", "index": "vertex", "x": "x", "y": "y"}


class Rings(NamedTuple):
    """Every ring of some areas, as a line of shapely and as traces."""

    lines: np.ndarray
    areas: np.ndarray
    traces: pl.DataFrame


@pytest.fixture(scope="module", params=["countries", "zcta"])
def rings(request: pytest.FixtureRequest, data_dir: Path) -> Rings:
    table = pq.read_table(data_dir / f"{request.param}.parquet", columns=["geometry"])
    geometries = shapely.from_wkb(np.array(table["geometry"].to_pylist(), dtype=object))
    parts, areas = shapely.get_parts(geometries, return_index=True)
    lines, of_part = shapely.get_rings(parts, return_index=True)
    places, ring = shapely.get_coordinates(lines, return_index=True)
    areas = areas[of_part]
    traces = pl.DataFrame(
        {
            "area": areas[ring],
            "ring": ring,
            "vertex": np.arange(len(ring)),
            "x": places[:, 0],
            "y": places[:, 1],
        }
    )
    return Rings(lines, areas, traces)


def test_rings_that_meet(rings: Rings) -> None:
    found = pm.intersections(rings.traces, **NAMES)
    got = set(found.select("profile1", "profile2").unique().rows())
    pairs = shapely.STRtree(rings.lines).query(rings.lines, predicate="intersects").T
    expected = {(int(a), int(b)) for a, b in pairs if a < b and rings.areas[a] != rings.areas[b]}
    assert len(expected) > 200
    assert got == expected
    # Each point once, and all that are vertices of both among them.
    assert not found.select("profile1", "profile2", "x", "y").is_duplicated().any()
    vertices = rings.traces.select("ring", "area", "x", "y").unique()
    shared = (
        vertices.join(vertices, on=["x", "y"], suffix="2")
        .filter(pl.col("ring") < pl.col("ring2"), pl.col("area") != pl.col("area2"))
        .select(profile1="ring", profile2="ring2", x="x", y="y")
    )
    assert shared.height > 1_000
    missing = shared.join(found, on=["profile1", "profile2", "x", "y"], how="anti")
    assert missing.height == 0
