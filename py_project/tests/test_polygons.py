"""`Polygons`: what it is made from, what it tells, and what it saves."""

from __future__ import annotations

import json
import math
import pickle
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import reference
import shapely
from forms import wkb_frame, xy_frame
from polars.exceptions import InvalidOperationError
from reference import Polygon

import poly_match as pm
from poly_match import crs


def square(x: float, y: float, half: float) -> list[tuple[float, float]]:
    """Around a place."""
    return [(x - half, y - half), (x + half, y - half), (x + half, y + half), (x - half, y + half)]


POLYGONS: list[Polygon] = [
    [[square(0, 0, 4), square(0, 0, 1)]],
    None,
    [[square(3, 3, 1)], [square(9, 9, 2)]],
    [[[(0, 0), (8, 0), (8, 2), (2, 2), (2, 8), (0, 8), (0, 0)]]],
]
# Shapely closes the rings.
SHAPES = shapely.from_wkb(wkb_frame(POLYGONS)["geometry"].to_list(), on_invalid="fix")
NAMES = ["a", "b", None, "d"]
RANKS = [3, 1, 2, 1]
POINTS = [(0.0, 0.0), (2.5, 2.5), (1.0, 1.0), (9.0, 9.0), (20.0, 20.0), (0.5, 7.0)]
COLUMN = pl.Series("point", POINTS, dtype=pl.Array(pl.Float64, 2))
COVERED = reference.first_of(reference.candidates(POINTS, POLYGONS, predicate="covers"))
FRAME = (
    wkb_frame(POLYGONS)
    .drop("other")
    .with_columns(name=pl.Series(NAMES, dtype=pl.String), rank=pl.Series(RANKS))
)


def geo_frame(**options: Any) -> gpd.GeoDataFrame:
    """As GeoPandas has them, under another name, with an index that is not one of rows."""
    columns = {"name": NAMES, "rank": RANKS, "shape": SHAPES}
    return gpd.GeoDataFrame(columns, index=list("wxyz"), geometry="shape", **options)


def geoarrow(**options: Any) -> pa.Table:
    """As GeoArrow, in a table of pyarrow."""
    frame = geo_frame(crs="EPSG:2263").rename_geometry("geometry")
    return pa.table(frame.to_arrow(index=False, **options))


def bare_lists() -> pl.DataFrame:
    """GeoArrow's layout as plain lists of Polars."""
    vertex = pl.Struct({"x": pl.Float64, "y": pl.Float64})
    return with_lists(lambda x, y: {"x": x, "y": y}, vertex)


def bare_arrays() -> pl.DataFrame:
    """The same, interleaved, and of other numbers."""
    return with_lists(lambda x, y: [x, y], pl.Array(pl.Float32, 2))


def with_lists(vertex: Callable[[float, float], Any], dtype: Any) -> pl.DataFrame:
    """Lists of parts of rings of vertices."""
    lists = [
        polygon and [[[vertex(*v) for v in ring] for ring in part] for part in polygon]
        for polygon in POLYGONS
    ]
    nested = pl.List(pl.List(pl.List(dtype)))
    return FRAME.with_columns(geometry=pl.Series(lists, dtype=nested))


def as_extension() -> pl.DataFrame:
    """WKB that says what it is."""
    metadata = json.dumps({"crs": "EPSG:2263"})
    wkb = pl.Extension("geoarrow.wkb", pl.Binary, metadata)
    return FRAME.with_columns(FRAME["geometry"].ext.to(wkb))


SOURCES: dict[str, Callable[[], Any]] = {
    "frame": lambda: FRAME,
    "lazy frame": FRAME.lazy,
    "bare lists": bare_lists,
    "bare arrays": bare_arrays,
    "extension": as_extension,
    "pyarrow": FRAME.to_arrow,
    "reader": lambda: FRAME.to_arrow().to_reader(max_chunksize=1),
    "geoarrow wkb": geoarrow,
    "geoarrow interleaved": lambda: geoarrow(geometry_encoding="geoarrow"),
    "geoarrow separated": lambda: geoarrow(geometry_encoding="geoarrow", interleaved=False),
    "geopandas": lambda: geo_frame(crs="EPSG:2263"),
    "prepared": lambda: pm.Polygons(FRAME),
    "pickled": lambda: pickle.loads(pickle.dumps(pm.Polygons(FRAME))),
    "pickled arrow": lambda: pickle.loads(pickle.dumps(pm.Polygons(geoarrow()))),
}
of_every_source = pytest.mark.parametrize("source", SOURCES)
KNOWN_CRS = {name for name in SOURCES if name.startswith("geo") or name.endswith("extension")}
KNOWN_CRS.add("pickled arrow")


@of_every_source
def test_every_source_at_every_door(source: str) -> None:
    """As they are, and prepared."""
    rows = reference.first_of(reference.candidates(POINTS, POLYGONS, predicate="covers"))
    assert rows == [0, 3, 0, 2, None, 3] or rows[4] is None
    ranked = reference.first_of(
        reference.candidates(POINTS, POLYGONS, k=2, keys=RANKS, descending=True)
    )
    make = SOURCES[source]
    for polygons in (make(), pm.Polygons(make())):
        again = polygons if isinstance(polygons, pm.Polygons) else make()
        asked = pm.poly_match(COLUMN, polygons, predicate="covers", id="name")
        wanted = [None if row is None else NAMES[row] for row in rows]
        assert pl.select(asked).to_series().to_list() == wanted
        m = pm.Matcher(again, k=2, by="rank", descending=True)
        assert m.match(COLUMN).to_list() == ranked
    assert pm.Polygons(make()).crs == ("EPSG:2263" if source in KNOWN_CRS else None)


@of_every_source
def test_what_it_tells(source: str) -> None:
    """Length, bounds, areas and centres are those of the reference."""
    polygons = pm.Polygons(SOURCES[source]())
    assert len(polygons) == 4
    assert polygons.bounds == (-4.0, -4.0, 11.0, 11.0)
    there = [polygon for polygon in POLYGONS if polygon]
    areas = [reference.area(polygon) for polygon in there]
    assert polygons.areas.dtype == pl.Float64
    assert polygons.areas.to_list() == [areas[0], None, *areas[1:]]
    for center, exact in reference.CENTERS.items():
        told = polygons.centers(center)  # type: ignore[arg-type]
        assert told.dtype == pl.Struct({"x": pl.Float64, "y": pl.Float64})
        assert told.is_null().to_list() == [False, True, False, False]
        got = [(row["x"], row["y"]) for row in told.drop_nulls()]
        assert got == [pytest.approx(exact(polygon), abs=1e-12) for polygon in there]
    assert polygons.centers().to_list() == polygons.centers("vertex_mean").to_list()
    assert polygons.invalid_rows.to_list() == []
    told_crs = ", EPSG:2263" if source in KNOWN_CRS else ""
    assert repr(polygons) == f"<Polygons: 4 rows, x -4 to 11, y -4 to 11{told_crs}>"


def test_constructors_take_what_they_say() -> None:
    """And nothing else."""
    for polygons in (
        pm.Polygons.from_frame(FRAME),
        pm.Polygons.from_frame(FRAME.lazy()),
        pm.Polygons.from_arrow(FRAME.to_arrow()),
        pm.Polygons.from_geopandas(geo_frame()),
        pm.Polygons.from_geopandas(geo_frame().geometry),
        pm.Polygons.from_geopandas(geo_frame().geometry.values),
        pm.Polygons.from_geopandas(SHAPES),
        pm.Polygons(SHAPES),
    ):
        assert polygons.areas.to_list() == pm.Polygons(FRAME).areas.to_list()
    with pytest.raises(TypeError, match="frame: expected a Polars DataFrame or LazyFrame, got Tab"):
        pm.Polygons.from_frame(FRAME.to_arrow())
    with pytest.raises(TypeError, match="table: expected an Arrow table or stream, got list"):
        pm.Polygons.from_arrow([1])  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="geometries: expected a GeoDataFrame, a GeoSeries or an"):
        pm.Polygons.from_geopandas(FRAME)
    with pytest.raises(TypeError, match="polygons: expected a Polars DataFrame or LazyFrame, an"):
        pm.Polygons(5)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="center: expected 'vertex_mean' or 'centroid', got 'x'"):
        pm.Polygons(FRAME).centers("x")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="invalid: expected 'raise' or 'skip', got 'drop'"):
        pm.Polygons(FRAME, invalid="drop")  # type: ignore[arg-type]


def test_empty_tables() -> None:
    """There are no bounds."""
    for polygons in (
        pm.Polygons(FRAME.clear()),
        pm.Polygons(geoarrow()[:0]),
        pm.Polygons(xy_frame([])),
    ):
        assert len(polygons) == 0
        assert polygons.bounds is None
        assert polygons.areas.to_list() == polygons.centers().to_list() == []
        assert repr(polygons).startswith("<Polygons: 0 rows")
        asked = pm.poly_match(COLUMN, polygons, k=1)
        assert pl.select(asked).to_series().to_list() == [None] * len(POINTS)


# Invalid ones

RING = pl.List(pl.Float64)
INVALID: dict[str, pl.DataFrame] = {
    "xy": pl.DataFrame(
        [
            pl.Series("x", [[0, 4, 4, 0], [0, 1], None, [0, 1, math.nan], [0, 1, 1]], RING),
            pl.Series("y", [[0, 0, 4, 4], [0, 1], None, [0, 0, 1], [0, 0]], RING),
        ]
    ),
    "wkb": pl.DataFrame(
        {
            "geometry": [
                shapely.to_wkb(shapely.box(0, 0, 4, 4)),
                b"",
                None,
                shapely.to_wkb(shapely.Point(1, 1)),
                shapely.to_wkb(shapely.box(0, 0, 4, 4))[:-3],
            ]
        }
    ),
}


@pytest.mark.parametrize("kind", INVALID)
def test_invalid_polygons(kind: str, tmp_path: Path) -> None:
    """Raised with their row, or skipped: they never match and keep their row number."""
    frame = INVALID[kind]
    frame.write_parquet(tmp_path / "zones.parquet")
    COLUMN.to_frame().write_parquet(tmp_path / "points.parquet")
    files = [tmp_path / f"{name}.parquet" for name in ("points", "zones", "out")]
    wanted = [0, 0, 0, None, None, None]
    for polygons in (frame, frame.lazy(), frame.to_arrow()):
        with pytest.raises(ValueError, match="row 1: "):
            pm.poly_match(COLUMN, polygons, predicate="covers")
        asked = pm.poly_match(COLUMN, polygons, predicate="covers", invalid="skip")
        assert pl.select(asked).to_series().to_list() == wanted
        asked = pm.candidates(COLUMN, polygons, k=9, invalid="skip")
        assert pl.select(asked).to_series().to_list() == [[0]] * len(POINTS)
        m = pm.Matcher(polygons, predicate="covers", invalid="skip", details=True)
        assert m.match(COLUMN).struct["index"].to_list() == wanted
        assert pickle.loads(pickle.dumps(m)).match(COLUMN).struct["index"].to_list() == wanted
    with pytest.raises(ValueError, match=r"zones.parquet: .*row 1: "):
        pm.match_parquet(*files, predicate="covers", progress=False)
    pm.match_parquet(*files, predicate="covers", invalid="skip", progress=False)
    assert pl.read_parquet(files[2])["polygon"].to_list() == wanted


@pytest.mark.parametrize("kind", INVALID)
def test_invalid_polygons_are_said_where_they_are_parsed(kind: str) -> None:
    """Prepared ones carry what was done with them."""
    with pytest.raises(ValueError, match="row 1: "):
        pm.Polygons(INVALID[kind])
    polygons = pm.Polygons(INVALID[kind], invalid="skip")
    assert polygons.invalid_rows.dtype == pl.UInt32
    assert polygons.invalid_rows.to_list() == [1, 3, 4]
    assert repr(polygons) == "<Polygons: 5 rows, x 0 to 4, y 0 to 4, 3 invalid>"
    assert pickle.loads(pickle.dumps(polygons)).invalid_rows.to_list() == [1, 3, 4]
    for invalid in ("raise", "skip"):
        asked = pm.poly_match(COLUMN, polygons, predicate="covers", invalid=invalid)  # type: ignore[arg-type]
        assert pl.select(asked).to_series().to_list() == [0, 0, 0, None, None, None]
    text = "invalid: the polygons are parsed already, with invalid='raise'"
    with pytest.raises(ValueError, match=text):
        pm.poly_match(COLUMN, pm.Polygons(FRAME), predicate="covers", invalid="skip")


def test_a_plan_with_skipped_polygons_is_sent(tmp_path: Path) -> None:
    """What is parsed elsewhere is parsed in the same way."""
    asked = pm.poly_match("point", INVALID["wkb"], predicate="covers", invalid="skip")
    (tmp_path / "plan").write_bytes(COLUMN.to_frame().lazy().select(asked).serialize())
    collect = "pl.LazyFrame.deserialize('plan').collect()"
    code = f"import polars as pl; print({collect}['polygon'].to_list())"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (0, "[0, 0, 0, None, None, None]\n"), done.stderr


# Coordinate reference systems


def points_in(code: str | None, form: str) -> Any:
    """Points that say which system they are in."""
    if form == "geopandas":
        return gpd.GeoSeries(shapely.points(np.array(POINTS)), crs=code)
    metadata = None if code is None else json.dumps({"crs": code})
    if form == "polars":
        return COLUMN.ext.to(pl.Extension("geoarrow.point", COLUMN.dtype, metadata))
    kinds = {b"ARROW:extension:name": b"geoarrow.point"}
    if metadata is not None:
        kinds[b"ARROW:extension:metadata"] = metadata.encode()
    points = pl.Series("point", [{"x": x, "y": y} for x, y in POINTS]).to_arrow()
    field = pa.field("point", points.type, metadata=kinds)
    return pa.table([points], schema=pa.schema([field]))


def ask(polygons: pm.Polygons, points: Any, door: str, **options: Any) -> list[Any]:
    """About points of any form."""
    if door == "call":
        if isinstance(points, gpd.GeoSeries):
            return pm.Matcher(polygons, **options)(points.to_frame("geometry"))["polygon"].tolist()
        if isinstance(points, pl.Series):
            points = points.to_frame()
        return pl.DataFrame(pm.Matcher(polygons, **options)(points))["polygon"].to_list()
    if door == "match":
        if isinstance(points, pa.Table):
            points = Struct(points)
        return pl.Series(pm.Matcher(polygons, **options).match(points)).to_list()
    return (
        points.to_frame().select(pm.poly_match("point", polygons, **options)).to_series().to_list()
    )


class Struct:
    """The one column of a table, with its extension type."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table

    def __arrow_c_array__(self, requested_schema: object | None = None) -> object:
        field = self._table.schema.field(0)
        schema, _ = field.__arrow_c_schema__(), None
        _, array = self._table.column(0).chunk(0).__arrow_c_array__()
        return schema, array


@pytest.fixture
def not_warned(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As in a fresh process."""
    monkeypatch.setattr(crs, "_warned", set())
    return


CRS_DOORS = [
    ("polars", "expression"),
    ("polars", "match"),
    ("polars", "call"),
    ("pyarrow", "match"),
    ("pyarrow", "call"),
    ("geopandas", "match"),
    ("geopandas", "call"),
]


@pytest.mark.parametrize(("form", "door"), CRS_DOORS)
def test_systems_that_differ(form: str, door: str) -> None:
    """Both are named; where one is unknown, it goes on."""
    zones = pm.Polygons(geo_frame(crs="EPSG:2263"))
    text = "the points are in EPSG:4326, the polygons in EPSG:2263: reproject one of them"
    with pytest.raises(ValueError, match=text):
        ask(zones, points_in("EPSG:4326", form), door, predicate="covers")
    for polygons, code in ((zones, "EPSG:2263"), (zones, None), (pm.Polygons(FRAME), "EPSG:4326")):
        got = ask(polygons, points_in(code, form), door, predicate="covers")
        assert [None if row is pd.NA else row for row in got] == COVERED


@pytest.mark.parametrize(("form", "door"), CRS_DOORS)
@pytest.mark.usefixtures("not_warned")
def test_degrees_are_warned_of_once(form: str, door: str) -> None:
    """Whichever side says it; not for metres, nor without a distance."""
    zones, plain = pm.Polygons(geo_frame(crs="EPSG:4326")), pm.Polygons(FRAME)
    for options in ({"predicate": "covers"}, {"k": 1}, {"max_dist": 9.0, "metric": "haversine"}):
        ask(zones, points_in("EPSG:4326", form), door, **options)
    crs._warned = set()
    with pytest.warns(
        pm.DegreesWarning, match="max_dist is in degrees, as the coordinates are"
    ) as told:
        ask(plain, points_in("EPSG:4326", form), door, max_dist=1.0)
    assert len(told) == 1
    crs._warned = set()
    with pytest.warns(
        pm.DegreesWarning, match="max_dist is in degrees, as the coordinates are"
    ) as told:
        ask(zones, points_in(None, form), door, max_dist=1.0)
    assert len(told) == 1
    with warnings.catch_warnings(record=True) as more:
        warnings.simplefilter("always")
        ask(zones, points_in("EPSG:4326", form), door, max_dist=1.0)
    assert more == []


def test_points_with_z() -> None:
    """GeoArrow says what it is; it is left out."""
    rows = [{"x": x, "y": y, "z": 7.0} for x, y in POINTS]
    lists = [[x, y, 7.0] for x, y in POINTS]
    wanted = pl.select(pm.poly_match(COLUMN, FRAME, predicate="covers")).to_series().to_list()
    for stored in (
        pl.Series("point", [*rows, None]),
        pl.Series("point", [*lists, None], dtype=pl.Array(pl.Float64, 3)),
        pl.Series("point", [*lists, None], dtype=pl.Array(pl.Float32, 3)),
    ):
        with pytest.raises(InvalidOperationError, match="point: column 'point' has dtype"):
            pm.poly_match(stored, FRAME, predicate="covers")
        points = stored.ext.to(pl.Extension("geoarrow.point", stored.dtype))
        frame = points.to_frame()
        asked = pm.poly_match("point", FRAME, predicate="covers")
        for got in (
            frame.select(asked).to_series(),
            frame.lazy().select(asked).collect(engine="streaming").to_series(),
            pm.Matcher(FRAME, predicate="covers").match(points),
        ):
            assert got.name == "polygon"
            assert got.to_list() == [*wanted, None]
        m = pm.Matcher(FRAME, predicate="covers")
        table = pa.table(pl.DataFrame([points.rename("geometry")]).to_arrow())
        assert m(table)["polygon"].to_pylist() == [*wanted, None]
        lists = pl.Series(m.candidates(Struct(table))).to_list()
        assert reference.first_of(lists) == [*wanted, None]


# What it saves


def test_an_expression_over_it_parses_nothing() -> None:
    """It holds its fingerprint, and the matcher is found by that."""
    pm.cache_clear()
    polygons = pm.Polygons(FRAME)
    frame = COLUMN.to_frame()
    answers = {
        tuple(frame.select(pm.poly_match("point", polygons, k=1, by=by)).to_series())
        for by in (None, "rank", None, "rank")
    }
    assert len(answers) <= 2
    assert pm.cache_info().misses == 2
    # A frame with the same rows has the same fingerprint.
    frame.select(pm.poly_match("point", FRAME, k=1))
    assert pm.cache_info().misses == 2


def test_it_does_not_see_later_changes() -> None:
    """Of the frame that it was made from."""
    frame = FRAME.clone()
    polygons = pm.Polygons(frame)
    before = polygons.areas.to_list()
    frame.drop_in_place("geometry")
    frame.insert_column(0, pl.Series("geometry", [None] * 4, dtype=pl.Binary))
    assert pickle.loads(pickle.dumps(polygons)).areas.to_list() == before
    asked = pm.poly_match(COLUMN, polygons, predicate="covers", id="name")
    assert pl.select(asked).to_series().to_list() != [None] * len(POINTS)
