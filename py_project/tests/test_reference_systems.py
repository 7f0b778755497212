"""Reference systems, wherever points and polygons state one, through every entry point."""

from __future__ import annotations

import json
import pickle
import re
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pyproj
import pytest
import shapely

import poly_match as pm
from poly_match import cli, crs
from poly_match.info import describe

YORK, WGS = "EPSG:2263", "EPSG:4326"
SYSTEMS = [YORK, WGS, None]
# pyarrow writes the second as no system, which is the other one's default in Parquet.
NAMES = {YORK: YORK, WGS: "(EPSG:4326|OGC:CRS84)", None: "None"}
AT = shapely.points([(1.0, 1.0), (9.0, 9.0)])
SQUARE = shapely.polygons([[(0, 0), (4, 0), (4, 4), (0, 4)]])
ANSWERS = [0, None]


class Wkb(pa.ExtensionType):
    """The extension type of WKB, which pyarrow writes as GEOMETRY or GEOGRAPHY."""

    def __init__(self, metadata: str) -> None:
        self.metadata = metadata
        super().__init__(pa.binary(), "geoarrow.wkb")

    def __arrow_ext_serialize__(self) -> bytes:
        """Give the metadata."""
        return self.metadata.encode()

    @classmethod
    def __arrow_ext_deserialize__(cls, storage_type: pa.DataType, serialized: bytes) -> Wkb:
        """Read the metadata."""
        return cls(serialized.decode())


def ewkb(shapes: Any, code: str | None) -> list[bytes]:
    """As EWKB with an SRID, which is 0 where there is no system."""
    srid = 0 if code is None else int(code.split(":")[1])
    return shapely.to_wkb(shapely.set_srid(shapes, srid), include_srid=True).tolist()


def metadata_of(code: str | None, **more: str) -> str:
    """As GeoArrow has it."""
    return json.dumps({**({} if code is None else {"crs": code}), **more})


def arrow(shapes: Any, code: str | None, **more: str) -> pa.Table:
    """A table with a column `geometry` of an extension type."""
    pairs = {
        "ARROW:extension:name": "geoarrow.wkb",
        "ARROW:extension:metadata": metadata_of(code, **more),
    }
    column = pa.array(shapely.to_wkb(shapes).tolist(), pa.binary())
    field = pa.field("geometry", pa.binary(), metadata=pairs)
    return pa.table([column], schema=pa.schema([field]))


def extended(shapes: Any, code: str | None) -> pl.Series:
    """A Polars column of an extension type."""
    column = pl.Series("geometry", shapely.to_wkb(shapes).tolist(), dtype=pl.Binary)
    return column.ext.to(pl.Extension("geoarrow.wkb", pl.Binary, metadata_of(code)))


def typed(path: Path, shapes: Any, code: str | None, **more: str) -> Path:
    """A Parquet file with a column `geom` of type GEOMETRY, or GEOGRAPHY for edges of a sphere."""
    # Without one it would be OGC:CRS84.
    metadata = metadata_of(code or "srid:0", **more)
    storage = pa.array(shapely.to_wkb(shapes).tolist())
    column = pa.ExtensionArray.from_storage(Wkb(metadata), storage)
    pa.register_extension_type(column.type)
    try:
        pq.write_table(pa.table({"geom": column}), path, store_schema=False)
    finally:
        pa.unregister_extension_type("geoarrow.wkb")
    kind = "Geography" if more else "Geometry"
    assert str(pq.ParquetFile(path).schema.column(0).logical_type).startswith(kind)
    return path


def geojson(path: Path, code: str | None) -> Path:
    """The square as a feature, in a system of the old member `crs`; a link is not followed."""
    member = {"type": "link", "properties": {"href": "http://example.com/crs"}}
    if code is not None:
        member = {"type": "EPSG", "properties": {"code": code.split(":")[1]}}
    feature = {"type": "Feature", "properties": {}, "geometry": shapely.geometry.mapping(SQUARE[0])}
    text = {"type": "FeatureCollection", "crs": member, "features": [feature]}
    path.write_text(json.dumps(text))
    return path


def geoparquet(path: Path, shapes: Any, code: str | None) -> Path:
    """By GeoPandas."""
    gpd.GeoDataFrame(geometry=gpd.GeoSeries(shapes, crs=code)).to_parquet(path)
    return path


def plain(path: Path, shapes: Any, code: str | None) -> Path:
    """EWKB in Parquet, of which only the rows name a system."""
    pl.DataFrame({"geometry": ewkb(shapes, code)}).write_parquet(path)
    return path


POLYGON_FILES: dict[str, Callable[[Path, str | None], Path]] = {
    "geoparquet": lambda path, code: geoparquet(path, SQUARE, code),
    "GEOMETRY": lambda path, code: typed(path, SQUARE, code),
    "GEOGRAPHY": lambda path, code: typed(path, SQUARE, code, edges="spherical"),
    "EWKB": lambda path, code: plain(path, SQUARE, code),
    "GeoJSON": lambda path, code: geojson(path.with_suffix(".geojson"), code),
}
POLYGONS: dict[str, Callable[[Path, str | None], Any]] = {
    "EWKB": lambda _, code: pl.DataFrame({"geometry": ewkb(SQUARE, code)}),
    "lazy EWKB": lambda _, code: pl.LazyFrame({"geometry": ewkb(SQUARE, code)}),
    "extension type": lambda _, code: extended(SQUARE, code).to_frame(),
    "GeoArrow": lambda _, code: arrow(SQUARE, code),
    "GeoDataFrame": lambda _, code: gpd.GeoDataFrame(geometry=gpd.GeoSeries(SQUARE, crs=code)),
    "override": lambda _, code: pm.Polygons(
        pl.DataFrame({"geometry": ewkb(SQUARE, None)}), crs=code
    ),
    "shapely": lambda _, code: pm.Polygons(
        np.array(shapely.from_wkb(ewkb(SQUARE, code)), dtype=object)
    ),
    "geoparquet file": lambda path, code: pm.Polygons.from_geoparquet(
        geoparquet(path / "a.parquet", SQUARE, code)
    ),
    "GEOMETRY file": lambda path, code: pm.Polygons.from_geoparquet(
        typed(path / "b.parquet", SQUARE, code)
    ),
    "GEOGRAPHY file": lambda path, code: pm.Polygons.from_geoparquet(
        typed(path / "c.parquet", SQUARE, code, edges="spherical")
    ),
    "GeoJSON file": lambda path, code: pm.Polygons.from_geojson(geojson(path / "d.geojson", code)),
    "sent": lambda path, code: pickle.loads(
        pickle.dumps(pm.Polygons.from_geojson(geojson(path / "e.geojson", code)))
    ),
    "sent override": lambda _, code: pickle.loads(
        pickle.dumps(pm.Polygons(pl.DataFrame({"geometry": ewkb(SQUARE, None)}), crs=code))
    ),
}


def differ(points: str | None, polygons: str | None) -> str:
    """Make the pattern of the error about two systems."""
    names = f"the points are in {NAMES[points]}, the polygons in {NAMES[polygons]}"
    return f"{names}: reproject one of them"


def expression(points: pl.Series, polygons: Any) -> list[Any]:
    """In memory."""
    asked = pm.poly_match("geometry", polygons, predicate="covers")
    return points.to_frame().select(asked).to_series().to_list()


def streaming(points: pl.Series, polygons: Any) -> list[Any]:
    """On the streaming engine, by the distance: the matcher travels without its polygons."""
    asked = pl.col("geometry").poly_match(polygons, max_dist=3.0)  # type: ignore[attr-defined]
    plan = points.to_frame().lazy().select(asked)
    return plan.collect(engine="streaming").to_series().to_list()


def detailed(points: pl.Series, polygons: Any) -> list[Any]:
    """With details; the polygons travel in the plan."""
    pm.cache_clear()
    asked = pm.poly_match("geometry", polygons, predicate="covers", details=True)
    plan = pl.LazyFrame.deserialize(points.to_frame().lazy().select(asked).serialize())
    pm.cache_clear()
    return [row and row["index"] for row in plan.collect().to_series().to_list()]


def candidates(points: pl.Series, polygons: Any) -> list[Any]:
    """All that qualify."""
    asked = pm.candidates("geometry", polygons, predicate="covers")
    lists = points.to_frame().select(asked).to_series().to_list()
    return [row[0] if row else None for row in lists]


def matched(points: Any, polygons: Any) -> list[Any]:
    """A column of any kind."""
    m = pm.Matcher(polygons, predicate="covers")
    lists = pl.Series(m.candidates(points)).to_list()
    best = pl.Series(m.match(points)).to_list()
    assert best == [row[0] if row else None for row in lists]
    return best


def called(points: Any, polygons: Any) -> list[Any]:
    """A table of any kind; the matcher was sent."""
    m = pickle.loads(pickle.dumps(pm.Matcher(polygons, predicate="covers", name="zone")))
    table = points.to_frame() if isinstance(points, pl.Series) else points
    answer = m(table)
    column = answer["zone"].tolist() if isinstance(answer, gpd.GeoDataFrame) else None
    answers = pl.DataFrame(answer)["zone"].to_list() if column is None else column
    return [None if row is pd.NA else row for row in answers]


def of_geopandas(points: gpd.GeoDataFrame, polygons: Any) -> list[Any]:
    """A GeoSeries."""
    return matched(points.geometry, polygons)


def of_arrow(points: pa.Table, polygons: Any) -> list[Any]:
    """A stream of arrays of an extension type."""
    return matched(Column(points), polygons)


class Column:
    """The one column of a table as a stream, with its extension type."""

    def __init__(self, table: pa.Table) -> None:
        self._frame = pl.DataFrame(table)["geometry"]

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Export the column."""
        return self._frame.__arrow_c_stream__(requested_schema)


OF_POLARS = [expression, streaming, detailed, candidates, matched, called]
POINTS: dict[str, tuple[Callable[[str | None], Any], list[Callable[[Any, Any], list[Any]]]]] = {
    "EWKB": (lambda code: pl.Series("geometry", ewkb(AT, code)), OF_POLARS),
    "extension type": (lambda code: extended(AT, code), OF_POLARS),
    "GeoArrow": (lambda code: arrow(AT, code), [of_arrow, called]),
    "EWKB in Arrow": (
        lambda code: pa.table({"geometry": pa.array(ewkb(AT, code), pa.binary())}),
        [called, lambda points, polygons: matched(points["geometry"], polygons)],
    ),
    "GeoDataFrame": (
        lambda code: gpd.GeoDataFrame(geometry=gpd.GeoSeries(AT, crs=code)),
        [of_geopandas, called],
    ),
    "shapely": (
        lambda code: np.array(shapely.from_wkb(ewkb(AT, code)), dtype=object),
        [matched],
    ),
}


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Edges and degrees are not what is asked about here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", pm.EdgesWarning)
        warnings.simplefilter("ignore", pm.DegreesWarning)
        yield


@pytest.mark.parametrize("form", POLYGONS)
def test_every_pair_in_memory(form: str, tmp_path: Path) -> None:
    """Equal ones and unknown ones are answered, different ones are an error with both names."""
    checked = 0
    for theirs in SYSTEMS:
        polygons = POLYGONS[form](tmp_path, theirs)
        assert re.fullmatch(NAMES[theirs], str(pm.Polygons(polygons).crs))
        for points_form, (make, entry_points) in POINTS.items():
            for ours in SYSTEMS:
                for ask in entry_points:
                    case = f"{points_form} in {ours} on {form} in {theirs}: {ask.__name__}"
                    points = make(ours)
                    if None in (ours, theirs) or ours == theirs:
                        assert ask(points, polygons) == ANSWERS, case
                    else:
                        text = differ(ours, theirs)
                        with pytest.raises((ValueError, pl.exceptions.ComputeError), match=text):
                            pytest.fail(f"{case}: {ask(points, polygons)}")
                    checked += 1
    assert checked == 9 * sum(len(entry_points) for _, entry_points in POINTS.values())


POINT_FILES: dict[str, Callable[[Path, str | None], Path]] = {
    "geoparquet": lambda path, code: geoparquet(path, AT, code),
    "GEOMETRY": lambda path, code: typed(path, AT, code),
    "GEOGRAPHY": lambda path, code: typed(path, AT, code, edges="spherical"),
    "EWKB": lambda path, code: plain(path, AT, code),
}


def arrow_file(path: Path, code: str | None) -> Path:
    """Of the file format of Arrow IPC."""
    path = path.with_suffix(".arrow")
    table = arrow(AT, code)
    with pa.ipc.new_file(path, table.schema) as writer:
        writer.write_table(table)
    return path


@pytest.mark.parametrize("form", POLYGON_FILES)
def test_every_pair_of_files(form: str, tmp_path: Path) -> None:
    """The same through the job, with what is given in place of what a file names."""
    out = tmp_path / "out.parquet"

    def run(points: Path, polygons: Path, **given: str | None) -> list[Any]:
        options: dict[str, Any] = {"predicate": "covers", "overwrite": True, "progress": False}
        pm.match_parquet(points, polygons, out, **options, **given)
        # Polars does not read files with a column of type GEOMETRY.
        return pq.read_table(out, columns=["polygon"])["polygon"].to_pylist()

    files = {**POINT_FILES, "Arrow": arrow_file}
    for theirs in SYSTEMS:
        polygons = POLYGON_FILES[form](tmp_path / "zones.parquet", theirs)
        told = describe(polygons)
        assert told.kind == "polygons"
        assert re.fullmatch(NAMES[theirs], str(told.crs))
        assert told.edges == ("spherical" if form == "GEOGRAPHY" else "planar")
        for points_form, make in files.items():
            for ours in SYSTEMS:
                points = make(tmp_path / "points.parquet", ours)
                if points_form != "Arrow":
                    told = describe(points)
                    assert (told.kind, told.edges) == ("points", None)
                    assert re.fullmatch(NAMES[ours], str(told.crs))
                if None in (ours, theirs) or ours == theirs:
                    assert run(points, polygons) == ANSWERS, (points_form, ours, theirs)
                    continue
                with pytest.raises(ValueError, match=differ(ours, theirs)):
                    run(points, polygons)
                assert run(points, polygons, points_crs=theirs) == ANSWERS
                assert run(points, polygons, polygons_crs=ours) == ANSWERS
                with pytest.raises(ValueError, match="are in EPSG:31370, the polygons in EPSG:3"):
                    run(points, polygons, points_crs="EPSG:31370", polygons_crs="EPSG:3857")


MIXED = ewkb(AT[:1], None) + ewkb(AT[:1], YORK) + ewkb(AT[:1], None) + ewkb(AT[:1], WGS)
ROWS = "row 1 has SRID 2263, row 3 has SRID 4326: expected one reference system in a column"


@pytest.mark.parametrize("ask", [*OF_POLARS, lambda p, z: matched(p.to_arrow(), z)])
def test_two_systems_in_the_points(ask: Callable[[Any, Any], list[Any]]) -> None:
    """The rows are named, whether the polygons are in one of them or in an unknown one.

    Lazy frames come in pieces that know nothing of each other: each is compared with the polygons.
    """
    points = pl.Series("geometry", MIXED)
    in_pieces = ask in (streaming, detailed)
    for code in (YORK,) if in_pieces else (None, YORK):
        polygons = POLYGONS["EWKB"](Path(), code)
        error = f"{ROWS}|the points are in {WGS}, the polygons in {YORK}" if in_pieces else ROWS
        with pytest.raises((ValueError, pl.exceptions.ComputeError), match=error):
            ask(points, polygons)


def test_two_systems_in_chunks_of_a_stream() -> None:
    """Rows count from the first chunk; a table and an array are a stream too."""
    polygons = POLYGONS["EWKB"](Path(), None)
    batches = [pa.record_batch({"geometry": pa.array(MIXED[at : at + 1])}) for at in range(4)]
    m = pm.Matcher(polygons, predicate="covers")
    reader = pa.RecordBatchReader.from_batches(batches[0].schema, batches)
    for read in (
        lambda: m(reader).read_all(),
        lambda: m(pa.Table.from_batches(batches)),
        lambda: pl.Series(m.match(pa.Table.from_batches(batches)["geometry"])),
        lambda: pl.Series(m.candidates(pa.Table.from_batches(batches)["geometry"])),
    ):
        with pytest.raises((ValueError, pl.exceptions.ComputeError), match=ROWS):
            read()


def test_two_systems_in_the_polygons(tmp_path: Path) -> None:
    """Refused with the rows, by each constructor and the job, unless one is named."""
    squares = [shapely.set_srid(SQUARE[0], srid) for srid in (0, 2263, 0, 4326)]
    wkb = shapely.to_wkb(squares, include_srid=True).tolist()
    frame = pl.DataFrame({"geometry": wkb})
    path = tmp_path / "zones.parquet"
    frame.write_parquet(path)
    for make in (
        lambda **given: pm.Polygons(frame, **given),
        lambda **given: pm.Polygons.from_frame(frame.lazy(), **given),
        lambda **given: pm.Polygons.from_arrow(frame.to_arrow(), **given),
        lambda **given: pm.Polygons.from_geopandas(np.array(squares, dtype=object), **given),
        lambda **given: pm.Polygons.from_geoparquet(path, **given),
    ):
        with pytest.raises(ValueError, match=f"column 'geometry': {ROWS}"):
            make()
        assert make(crs=YORK).crs == YORK
        asked = expression(pl.Series("geometry", ewkb(AT, YORK)), make(crs=YORK))
        assert asked == ANSWERS
        assert detailed(pl.Series("geometry", ewkb(AT, YORK)), make(crs=YORK)) == ANSWERS
    with pytest.raises(ValueError, match=ROWS):
        expression(pl.Series("geometry", ewkb(AT, None)), frame)
    told = describe(path)
    assert told.crs is None
    assert told.mixed_crs is not None
    assert ROWS in told.mixed_crs
    points, out = plain(tmp_path / "points.parquet", AT, YORK), tmp_path / "out.parquet"
    options: dict[str, Any] = {"predicate": "covers", "progress": False}
    with pytest.raises(ValueError, match=ROWS):
        pm.match_parquet(points, path, out, **options)
    counts = tmp_path / "counts.csv"
    pm.match_parquet(points, path, out, polygons_crs=YORK, counts=counts, **options)
    assert pl.read_csv(counts)["points"].to_list() == [1, 0, 0, 0]


def test_what_names_a_system() -> None:
    """A code, a number, WKT, PROJJSON or an object of pyproj; other texts are refused by name."""
    frame = POLYGONS["EWKB"](Path(), None)
    system = pyproj.CRS(2263)
    for given in (
        YORK,
        "epsg:2263",
        2263,
        np.int64(2263),
        system,
        system.to_wkt(),
        system.to_json(),
    ):
        assert pm.Polygons(frame, crs=given).crs == YORK
        # In place of the one that is there.
        assert pm.Polygons(POLYGONS["EWKB"](Path(), WGS), crs=given).crs == YORK
        assert pm.Polygons(pm.Polygons(frame, crs=given)).crs == YORK
    for given in ("nonsense", "EPSG:none", "", 0, -1, "foo:bar"):
        with pytest.raises(ValueError, match=r"^crs: expected a coordinate reference system"):
            pm.Polygons(frame, crs=given)
        for name in ("points_crs", "polygons_crs"):
            with pytest.raises(ValueError, match=f"^{name}: expected a coordinate reference"):
                pm.match_parquet("a.parquet", "b.parquet", "c.parquet", k=1, **{name: given})
    with pytest.raises(TypeError, match="crs: expected a text or an EPSG code, got list"):
        pm.Polygons(frame, crs=[4326])


def test_what_is_kept_of_polygons_serves_all_systems() -> None:
    """One matcher for the same coordinates; points are compared with the system of each table."""
    points = pl.Series("geometry", ewkb(AT, YORK))
    for code, fails in ((YORK, False), (WGS, True), (None, False), (WGS, True), (YORK, False)):
        polygons = POLYGONS["EWKB"](Path(), code)
        for ask in OF_POLARS:
            if fails:
                with pytest.raises((ValueError, pl.exceptions.ComputeError), match=WGS):
                    ask(points, polygons)
            else:
                assert ask(points, polygons) == ANSWERS


def test_extension_metadata_of_an_unknown_kind() -> None:
    """`wkt2` is none of GeoArrow's kinds: the system is unknown, and that is answered."""
    more = {"crs_type": "wkt2", "edges": "planar"}
    text = 'GEOGCRS["WGS 84", ID["EPSG", 4326]]'
    assert pm.Polygons(arrow(SQUARE, text, **more)).crs is None
    for points, polygons in (
        (arrow(AT, text, **more), arrow(SQUARE, YORK)),
        (arrow(AT, YORK), arrow(SQUARE, text, **more)),
    ):
        assert of_arrow(points, polygons) == ANSWERS
        assert called(points, polygons) == ANSWERS


@pytest.mark.parametrize("form", ["GeoArrow", "GEOGRAPHY", "geoparquet", "sent"])
def test_edges_on_the_sphere_are_warned_of_once(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By `covers`; distances to centers have no edges."""
    path = tmp_path / "zones.parquet"
    if form == "geoparquet":
        geoparquet(path, SQUARE, WGS)
        table = pq.read_table(path)
        geo = json.loads(table.schema.metadata[b"geo"])
        geo["columns"]["geometry"]["edges"] = "spherical"
        pq.write_table(table.replace_schema_metadata({"geo": json.dumps(geo)}), path)
    else:
        typed(path, SQUARE, WGS, edges="spherical")
    polygons: Any = pm.Polygons.from_geoparquet(path)
    if form == "GeoArrow":
        polygons = pm.Polygons(arrow(SQUARE, WGS, edges="spherical"))
    if form == "sent":
        polygons = pickle.loads(pickle.dumps(polygons))
    assert polygons.edges == "spherical"
    points = pl.Series("geometry", ewkb(AT, None))
    plain(tmp_path / "points.parquet", AT, None)
    files = (tmp_path / "points.parquet", path, tmp_path / "out.parquet")
    options: dict[str, Any] = {"overwrite": True, "progress": False}
    for ask in (
        lambda **rule: points.to_frame().select(pm.poly_match("geometry", polygons, **rule)),
        lambda **rule: points.to_frame().select(pm.candidates("geometry", polygons, **rule)),
        lambda **rule: pm.Matcher(polygons, **rule),
        lambda **rule: pm.match_parquet(*files, **options, **rule),
    ):
        monkeypatch.setattr(crs, "_warned", set())
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            ask(k=1)
            assert told == []
            ask(predicate="covers")
            ask(predicate="covers")
        assert [warning.category for warning in told] == [pm.EdgesWarning]
        assert "edges: spherical" in str(told[0].message)
    words = ["match", *map(str, files[:2]), "-o", str(files[2]), "--predicate", "covers"]
    for quiet, notes in ((["--quiet"], 0), ([], 1)):
        monkeypatch.setattr(crs, "_warned", set())
        assert cli.main([*words, "--overwrite", *quiet]) == 0
        assert (
            capsys.readouterr().err.count("poly-match: note: the metadata of the polygons") == notes
        )


def test_the_command_takes_systems(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By name, in place of what the files name; `info` shows what they do."""
    points = plain(tmp_path / "points.parquet", AT, WGS)
    polygons = typed(tmp_path / "zones.parquet", SQUARE, YORK, edges="spherical")
    out = tmp_path / "out.parquet"
    words = ["match", str(points), str(polygons), "-o", str(out), "--k", "1", "--quiet"]
    assert cli.main(words) == 1
    text = f"the points are in {WGS}, the polygons in {YORK}: reproject one of them"
    assert text in capsys.readouterr().err
    assert cli.main([*words, "--points-crs", YORK]) == 0
    assert cli.main([*words, "--overwrite", "--polygons-crs", WGS]) == 0
    assert pl.read_parquet(out)["polygon"].to_list() == [0, 0]
    for flag in ("--points-crs", "--polygons-crs"):
        with pytest.raises(SystemExit):
            cli.main([*words, flag, "nonsense"])
        assert f"{flag}: expected a coordinate reference system" in capsys.readouterr().err
    assert cli.main(["info", str(polygons)]) == 0
    told = capsys.readouterr().out
    assert f"crs       {YORK}\n" in told
    assert "edges     spherical\n" in told


def test_recoding_keeps_the_type(tmp_path: Path) -> None:
    """As pyarrow reads it."""
    points = typed(tmp_path / "points.parquet", AT, YORK)
    polygons, out = plain(tmp_path / "zones.parquet", SQUARE, None), tmp_path / "out.parquet"
    for more in ({}, {"compression": "zstd"}, {"row_group_size": 1}):
        options: dict[str, Any] = {"k": 1, "overwrite": True, "progress": False, **more}
        pm.match_parquet(points, polygons, out, **options)
        kind = pq.ParquetFile(out).schema.column(0).logical_type
        assert str(kind) == f"Geometry(crs={YORK})"
        assert pq.read_table(out)["polygon"].to_pylist() == [0, 0]
