"""GeoParquet and GeoJSON, prepared, through the job, and as `poly-match info` tells of them."""

from __future__ import annotations

import json
import pickle
import warnings
from pathlib import Path
from typing import Any

import geopandas as gpd
import polars as pl
import pytest
import shapely

import poly_match as pm
from poly_match import cli, crs

BOXES = [shapely.box(0, 0, 4, 4), None, shapely.box(1, 1, 2, 2), shapely.box(8, 8, 10, 10)]
NAMES = ["city", "none", "park", "lake"]
RANKS = [1, 2, 3, 4]
POINTS = [(1.5, 1.5), (3.0, 3.0), (9.0, 9.0), (20.0, 20.0)]
EXPECTED = ["park", "city", "lake", None]


def zones(code: str | None) -> gpd.GeoDataFrame:
    """Under another name than `geometry`."""
    columns = {"zone": NAMES, "rank": RANKS, "shape": BOXES}
    return gpd.GeoDataFrame(columns, geometry="shape", crs=code)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to be in, with files of all kinds."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(crs, "_warned", set())
    zones("EPSG:2263").to_parquet("zones.parquet")
    zones("EPSG:2263").to_parquet("native.parquet", geometry_encoding="geoarrow")
    zones("EPSG:4326").to_parquet("degrees.parquet")
    zones("EPSG:4326").to_file("zones.geojson", engine="pyogrio")
    for name, code in (("points", "EPSG:2263"), ("gps", "EPSG:4326")):
        points = gpd.GeoSeries(gpd.points_from_xy(*zip(*POINTS, strict=True)), crs=code)
        gpd.GeoDataFrame(geometry=points).rename_geometry("at").to_parquet(f"{name}.parquet")
    pl.DataFrame(POINTS, ["x", "y"], orient="row").write_parquet("plain.parquet")
    return tmp_path


def prepared(name: str, **options: Any) -> pm.Polygons:
    """By the constructor for its name."""
    read = pm.Polygons.from_geojson if name.endswith(".geojson") else pm.Polygons.from_geoparquet
    return read(name, **options)


FILES = {
    "zones.parquet": "EPSG:2263",
    "native.parquet": "EPSG:2263",
    "degrees.parquet": "EPSG:4326",
}
FILES["zones.geojson"] = "EPSG:4326"
of_every_file = pytest.mark.parametrize("name", FILES)


@of_every_file
@pytest.mark.usefixtures("place")
def test_prepared_from_a_file(name: str) -> None:
    """With its columns and its CRS; also where it was sent."""
    polygons = prepared(name)
    assert (len(polygons), polygons.bounds) == (4, (0.0, 0.0, 10.0, 10.0))
    assert polygons.areas.to_list() == [16.0, None, 1.0, 4.0]
    known = "OGC:CRS84" if name == "zones.geojson" else FILES[name]
    assert polygons.crs in (known, FILES[name])
    points = pl.Series("point", POINTS, dtype=pl.Array(pl.Float64, 2))
    for table in (polygons, pickle.loads(pickle.dumps(polygons))):
        assert table.crs == polygons.crs
        asked = pm.poly_match("point", table, predicate="covers", id="zone")
        plan = points.to_frame().lazy().select(asked)
        assert plan.collect()["polygon"].to_list() == EXPECTED
        pm.cache_clear()
        assert pl.LazyFrame.deserialize(plan.serialize()).collect()["polygon"].to_list() == EXPECTED
        m = pm.Matcher(table, predicate="covers", id="zone")
        assert m.match(points).to_list() == EXPECTED
        assert (
            pl.Series(pickle.loads(pickle.dumps(m)).match(points.to_arrow())).to_list() == EXPECTED
        )
        ranked = pm.Matcher(table, k=9, by="rank", descending=True)
        assert ranked.match(points).to_list() == [3] * 4


@pytest.mark.parametrize("points", ["points.parquet", "gps.parquet", "plain.parquet"])
@of_every_file
@pytest.mark.usefixtures("place")
def test_the_job_over_files(name: str, points: str) -> None:
    """Points of GeoParquet are found; systems that differ are refused."""
    options: dict[str, Any] = {"predicate": "covers", "id": "zone", "progress": False}
    again: dict[str, Any] = {"overwrite": True, "progress": False}
    theirs = {"points.parquet": "EPSG:2263", "gps.parquet": "EPSG:4326"}.get(points)
    if theirs not in (None, FILES[name]):
        with pytest.raises(ValueError, match=f"the points are in {theirs}, the polygons in "):
            pm.match_parquet(points, name, "out.parquet", **options)
        return
    pm.match_parquet(points, name, "out.parquet", **options)
    assert pl.read_parquet("out.parquet")["polygon"].to_list() == EXPECTED
    pm.match_parquet(points, name, "out.parquet", k=9, by="rank", descending=True, **again)
    assert pl.read_parquet("out.parquet")["polygon"].to_list() == [3] * 4


@pytest.mark.usefixtures("place")
def test_the_job_warns_of_degrees() -> None:
    """Whichever file says it, once."""
    for files in (
        ("plain.parquet", "zones.geojson"),
        ("gps.parquet", "degrees.parquet"),
    ):
        crs._warned = set()
        with pytest.warns(pm.DegreesWarning, match="max_dist is in degrees"):
            pm.match_parquet(*files, "out.parquet", max_dist=1.0, overwrite=True, progress=False)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            pm.match_parquet(*files, "out.parquet", max_dist=1.0, overwrite=True, progress=False)
    crs._warned = set()
    for options in ({"k": 1}, {"predicate": "covers"}, {"max_dist": 9.0, "metric": "haversine"}):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            pm.match_parquet(
                "gps.parquet",
                "degrees.parquet",
                "o.parquet",
                overwrite=True,
                progress=False,
                **options,
            )


@pytest.mark.usefixtures("place")
def test_invalid_features() -> None:
    """Raised with the file, or skipped; known after a journey."""
    collection = json.loads(Path("zones.geojson").read_text())
    collection["features"][2]["geometry"]["coordinates"] = [[[0, 0], [1, 1], [0, 0]]]
    Path("bad.geojson").write_text(json.dumps(collection))
    with pytest.raises(ValueError, match=r"bad.geojson: .*2"):
        pm.Polygons.from_geojson("bad.geojson")
    polygons = pm.Polygons.from_geojson("bad.geojson", invalid="skip")
    for table in (polygons, pickle.loads(pickle.dumps(polygons))):
        assert table.invalid_rows.to_list() == [2]
        assert table.areas.to_list() == [16.0, None, None, 4.0]


@pytest.mark.usefixtures("place")
def test_files_that_are_none() -> None:
    """Named, with what is wrong."""
    with pytest.raises(FileNotFoundError, match=r"no.parquet"):
        pm.Polygons.from_geoparquet("no.parquet")
    with pytest.raises(FileNotFoundError, match=r"no.geojson"):
        pm.Polygons.from_geojson(Path("no.geojson"))
    with pytest.raises(ValueError, match=r"zones.geojson: "):
        pm.Polygons.from_geoparquet("zones.geojson")
    with pytest.raises(ValueError, match=r"zones.parquet: "):
        pm.Polygons.from_geojson("zones.parquet")
    with pytest.raises(ValueError, match=r"plain.parquet: no polygons found: .* are: x, y"):
        pm.Polygons.from_geoparquet("plain.parquet")
    zones("EPSG:2263").assign(geometry=1).to_parquet("both.parquet")
    with pytest.raises(ValueError, match=r"both.parquet: a column 'geometry' is there besides"):
        pm.Polygons.from_geoparquet("both.parquet")


# poly-match info


def told(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What the command prints."""
    assert cli.main(["info", *words]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return out


@pytest.mark.usefixtures("place")
def test_info(capsys: pytest.CaptureFixture[str]) -> None:
    """For reading."""
    assert told(capsys, "zones.parquet") == (
        "file      zones.parquet: GeoParquet, 4 polygons as WKB\n"
        "geometry  shape\n"
        "crs       EPSG:2263\n"
        "edges     planar\n"
        "bounds    x 0 to 10, y 0 to 10\n"
        "vertices  15\n"
        "null      1\n"
        "invalid   0\n"
        "columns   zone, rank\n"
    )
    assert told(capsys, "plain.parquet") == (
        "file      plain.parquet: Parquet, 4 points as Float64\n"
        "geometry  x and y\n"
        "crs       not told\n"
        "bounds    x 1.5 to 20, y 1.5 to 20\n"
        "null      0\n"
        "invalid   0\n"
        "columns   no others\n"
    )
    frame = pl.DataFrame({"x": [[0, 1, 1], [0, 1]], "y": [[0, 0, 1], [0, 1]]})
    frame.write_parquet("bad.parquet")
    invalid = "1, the first in row 1: a ring has 2 distinct vertices: expected at least 3"
    assert f"invalid   {invalid}\n" in told(capsys, "bad.parquet")


@of_every_file
@pytest.mark.usefixtures("place")
def test_info_as_json(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """For programs."""
    info = json.loads(told(capsys, name, "--json"))
    known = {"kind": "polygons", "rows": 4, "nulls": 1, "invalid": 0, "first_invalid": None}
    assert known.items() <= info.items()
    assert info["bounds"] == [0.0, 0.0, 10.0, 10.0]
    assert sorted(info["columns"]) == ["rank", "zone"]
    assert info["format"] == ("GeoJSON" if name.endswith("geojson") else "GeoParquet")


@pytest.mark.usefixtures("place")
def test_info_of_what_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Columns by name; what is wrong is one line."""
    plain = pl.read_parquet("plain.parquet")
    for names in (("lon", "lat"), ("Lng", "LAT"), ("longitude", "latitude"), ("X", "y")):
        frame = plain.rename(dict(zip("xy", names, strict=True)))
        frame.write_parquet("gps2.parquet")
        assert f"geometry  {names[0]} and {names[1]}\n" in told(capsys, "gps2.parquet")
    plain.rename({"x": "east", "y": "north"}).write_parquet("gps2.parquet")
    given = ("gps2.parquet", "--x", "east", "--y", "north")
    assert "geometry  east and north\n" in told(capsys, *given)
    assert cli.main(["info", "gps2.parquet"]) == 1
    assert cli.main(["info", "no.parquet"]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("poly-match: error: gps2.parquet: no points found: ")
    assert lines[1].startswith("poly-match: error: no.parquet: ")
    with pytest.raises(SystemExit):
        cli.main(["info", "gps2.parquet", "--x", "lon"])
    assert "--x needs --y too" in capsys.readouterr().err
