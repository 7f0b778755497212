"""What shapely answers in its own test suite, compared with `covers` here.

The suite is run as it is installed, with a plugin that records the answers. Of each recorded answer
about a polygon follows for the vertices of the other geometry that they are covered, or are not.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import poly_match as pm

shapely = pytest.importorskip("shapely")

# With shapely 2.2.0: 1,408 answers, from which follows whether 8,038 vertices are covered.
LEAST_ANSWERS, LEAST_VERTICES = 1_000, 7_000


def covered(predicate: str, answer: float, polygon: Any, other: Any) -> bool | None:
    """Whether the polygon covers the vertices of the other geometry; `None` if that is open."""
    is_point = other.geom_type == "Point"
    if predicate in {"covers", "covered_by"}:
        return True if answer else (False if is_point else None)
    if predicate in {"contains", "within", "contains_properly", "contains_xy"}:
        # Of a point on the boundary they are false.
        is_apart = is_point and polygon.boundary.distance(other) > 0
        return True if answer else (False if is_apart else None)
    if predicate in {"intersects", "intersects_xy"}:
        return bool(answer) if is_point else (None if answer else False)
    if predicate == "disjoint":
        return (not answer) if is_point else (False if answer else None)
    if predicate == "distance":
        return (answer == 0) if is_point else (False if answer > 0 else None)
    # A point that touches a polygon lies on its boundary.
    return True if predicate == "touches" and answer and is_point else None


@pytest.mark.long
def test_answers_of_shapelys_own_tests(tmp_path: Path) -> None:
    """Of covers, contains, within, intersects, disjoint, touches, distance, and of its tree."""
    record = tmp_path / "record"
    environment = os.environ | {
        "SHAPELY_RECORD": str(record),
        "PYTHONPATH": str(Path(__file__).parent),
    }
    run = [sys.executable, "-m", "pytest", "--pyargs", "shapely.tests", "-p", "shapely_recorder"]
    run += ["--quiet", "-p", "no:cacheprovider", "--rootdir", str(tmp_path)]
    done = subprocess.run(
        run, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    # Some of its tests may fail on this machine; they are not ours.
    assert record.exists(), done.stdout + done.stderr
    answers: dict[tuple[str, bytes, bytes, float], int] = pickle.loads(record.read_bytes())

    vertices: defaultdict[bytes, list[tuple[float, float]]] = defaultdict(list)
    wanted: defaultdict[bytes, list[tuple[str, bool]]] = defaultdict(list)
    compared: Counter[str] = Counter()
    for (predicate, polygon, other, answer), times in answers.items():
        geometry = shapely.from_wkb(other)
        want = covered(predicate, answer, shapely.from_wkb(polygon), geometry)
        if want is None:
            continue
        compared[predicate] += times
        for vertex in shapely.get_coordinates(geometry).tolist():
            vertices[polygon].append(tuple(vertex))
            wanted[polygon].append((predicate, want))

    wrong = []
    for polygon, points in vertices.items():
        m = pm.Matcher(pl.DataFrame({"geometry": [polygon]}), predicate="covers")
        for indexed in (False, True):
            if indexed:
                m.build_index()
            got = pl.Series(m.match(np.array(points))).is_not_null().to_list()
            wrong += [
                (predicate, shapely.from_wkb(polygon).wkt, point, want)
                for point, (predicate, want), is_covered in zip(
                    points, wanted[polygon], got, strict=True
                )
                if is_covered != want
            ]
    assert not wrong, wrong[:10]
    assert compared.total() >= LEAST_ANSWERS
    assert sum(map(len, vertices.values())) >= LEAST_VERTICES
    assert set(compared) >= {"contains_xy", "covers", "distance", "intersects", "disjoint"}
