"""Names of coordinates that say latitude first, in every entry point."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

import poly_match as pm

# Covers (20, 10) and not (10, 20).
ZONES = pl.DataFrame({"x": [[15.0, 25.0, 25.0, 15.0]], "y": [[5.0, 5.0, 15.0, 15.0]]})
COVERS: dict[str, Any] = {"predicate": "covers"}

WRONG = [
    ("lat", "lon"),
    ("LAT", "LON"),
    ("Latitude", "Longitude"),
    ("lat", "lng"),
    ("latitude", "long"),
    ("y", "x"),
    ("Y", "X"),
    ("lat", "x"),
    ("y", "lon"),
]
# In order, or without a meaning.
RIGHT = [
    ("lon", "lat"),
    ("x", "y"),
    ("X", "Y"),
    ("Lng", "LAT"),
    ("a", "b"),
    ("lat", "b"),
    ("b", "x"),
]


def frame(names: tuple[str, str]) -> pl.DataFrame:
    """A point at (20, 10), as long as the first name is of x."""
    return pl.DataFrame({names[0]: [20.0], names[1]: [10.0]})


def job(names: tuple[str, str], _: Path) -> list[Any]:
    """From file to file."""
    frame(names).write_parquet("points.parquet")
    ZONES.write_parquet("zones.parquet")
    files = "points.parquet", "zones.parquet", "out.parquet"
    pm.match_parquet(*files, point=names, overwrite=True, progress=False, **COVERS)
    return pl.read_parquet("out.parquet")["polygon"].to_list()


def struct_job(names: tuple[str, str], _: Path) -> list[Any]:
    """A column of structs in a file."""
    frame(names).select(point=pl.struct(names)).write_parquet("points.parquet")
    ZONES.write_parquet("zones.parquet")
    files = "points.parquet", "zones.parquet", "out.parquet"
    pm.match_parquet(*files, point="point", overwrite=True, progress=False, **COVERS)
    return pl.read_parquet("out.parquet")["polygon"].to_list()


def matcher(**options: Any) -> pm.Matcher:
    """Of the zones."""
    return pm.Matcher(ZONES, **COVERS, **options)


def answers(expr: pl.Expr, names: tuple[str, str], engine: Any = "in-memory") -> list[Any]:
    """Those of an expression."""
    return frame(names).lazy().select(expr).collect(engine=engine).to_series().to_list()


def listed(answer: Any) -> list[Any]:
    """Those of a matcher."""
    return pl.Series(answer).to_list()


ENTRY_POINTS: dict[str, Callable[[tuple[str, str], Path], list[Any]]] = {
    "pair": lambda names, _: answers(pm.poly_match(names, ZONES, **COVERS), names),
    "list": lambda names, _: answers(pm.poly_match(list(names), ZONES, **COVERS), names),  # type: ignore[arg-type]
    "struct": lambda names, _: answers(pm.poly_match(pl.struct(names), ZONES, **COVERS), names),
    "struct, streaming": lambda names, _: answers(
        pm.poly_match(pl.struct(names), ZONES, **COVERS), names, "streaming"
    ),
    "struct of integers": lambda names, _: answers(
        pm.poly_match(pl.struct(pl.col(names).cast(pl.Int16)), ZONES, **COVERS), names
    ),
    "accessor": lambda names, _: answers(
        pl.struct(names).poly_match(ZONES, **COVERS),  # type: ignore[attr-defined]
        names,
    ),
    "series": lambda names, _: (
        pl.select(pm.poly_match(frame(names).to_struct("point"), ZONES, **COVERS))
        .to_series()
        .to_list()
    ),
    "candidates": lambda names, _: [
        rows[0] if rows else None for rows in answers(pm.candidates(names, ZONES, **COVERS), names)
    ],
    "candidates, struct": lambda names, _: [
        rows[0] if rows else None
        for rows in answers(pm.candidates(pl.struct(names), ZONES, **COVERS), names)
    ],
    "match": lambda names, _: matcher().match(frame(names).to_struct("point")).to_list(),
    "match, Arrow": lambda names, _: listed(
        matcher().match(frame(names).to_struct("point").to_arrow())
    ),
    "match, a pair of series": lambda names, _: listed(
        matcher().match((frame(names)[names[0]], frame(names)[names[1]]))
    ),
    "match, a pair of pandas": lambda names, _: listed(
        matcher().match(tuple(frame(names).to_pandas()[name] for name in names))
    ),
    "matcher candidates": lambda names, _: [
        rows[0] if rows else None
        for rows in matcher().candidates(frame(names).to_struct("point")).to_list()
    ],
    "matcher's point": lambda names, _: matcher(point=names)(frame(names))["polygon"].to_list(),
    "table": lambda names, _: matcher()(frame(names), point=names)["polygon"].to_list(),
    "Arrow table": lambda names, _: matcher(point=names)(frame(names).to_arrow())[
        "polygon"
    ].to_pylist(),
    "Arrow table, structs": lambda names, _: matcher(point="point")(
        pa.table({"point": frame(names).to_struct("point").to_arrow()})
    )["polygon"].to_pylist(),
    "pandas": lambda names, _: matcher(point=names)(frame(names).to_pandas())["polygon"].tolist(),
    "job": job,
    "job, structs": struct_job,
}
in_entry_points = pytest.mark.parametrize("name", ENTRY_POINTS)


@in_entry_points
@pytest.mark.parametrize("names", WRONG, ids=repr)
def test_latitude_first(
    name: str, names: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error that shows the right order."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=rf"'{names[0]}', '{names[1]}'.*write") as caught:
        ENTRY_POINTS[name](names, tmp_path)
    assert f"write ('{names[1]}', '{names[0]}')" in str(caught.value)


@in_entry_points
@pytest.mark.parametrize("names", RIGHT, ids=repr)
def test_longitude_first(
    name: str, names: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names in order, and names that say nothing, are taken in order."""
    monkeypatch.chdir(tmp_path)
    assert ENTRY_POINTS[name](names, tmp_path) == [0]


@pytest.mark.parametrize(("words", "code"), [(["lat", "lon"], 2), (["lon", "lat"], 0)])
def test_the_command(words: list[str], code: int, tmp_path: Path) -> None:
    """By --x and --y, which are mixed up easily."""
    frame(("lon", "lat")).write_parquet(tmp_path / "points.parquet")
    ZONES.write_parquet(tmp_path / "zones.parquet")
    run = [sys.executable, "-m", "poly_match", "match", "points.parquet", "zones.parquet"]
    run += ["-o", "out.parquet", "--predicate", "covers", "--quiet"]
    run += ["--x", words[0], "--y", words[1]]
    done = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode != 0) == (code != 0), done.stderr
    if code:
        assert "write ('lon', 'lat')" in done.stderr
    else:
        assert pl.read_parquet(tmp_path / "out.parquet")["polygon"].to_list() == [0]


def test_arrays_and_geoarrow_have_no_names() -> None:
    """What is x is known there."""
    m = matcher()
    assert listed(m.match(np.array([[20.0, 10.0]]))) == [0]
    assert m.match(pl.Series([[20.0, 10.0]])).to_list() == [0]
    points = frame(("x", "y")).to_struct("point").to_arrow()
    field = pa.field("point", points.type, metadata={"ARROW:extension:name": "geoarrow.point"})
    schema = pa.schema([field])
    table = pa.Table.from_arrays([points], schema=schema)
    assert m(table, point="point")["polygon"].to_pylist() == [0]


@pytest.mark.parametrize("point", [("x",), ("x", "y", "z"), ("x", 1), [], 7, None], ids=repr)
def test_what_is_no_pair(point: Any) -> None:
    """A pair is two names."""
    with pytest.raises((ValueError, TypeError), match="point: expected"):
        pm.poly_match(point, ZONES, **COVERS)


def test_vertices_with_the_latitude_first() -> None:
    """Polygons whose vertices are structs, too."""
    ring = [{"lat": 5.0, "lon": 15.0}, {"lat": 5.0, "lon": 25.0}, {"lat": 15.0, "lon": 20.0}]
    zones = pl.DataFrame({"geometry": [[ring]]})
    with pytest.raises(ValueError, match=r"write \('lon', 'lat'\)"):
        pm.Polygons(zones)
    turned = [{"lon": vertex["lon"], "lat": vertex["lat"]} for vertex in ring]
    assert len(pm.Polygons(pl.DataFrame({"geometry": [[turned]]}))) == 1
