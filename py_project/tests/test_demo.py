"""`poly-match demo`: the files it leaves, the city it makes, and that its check would notice."""

from __future__ import annotations

import re
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from poly_match import cli, demo
from poly_match.city import KINDS, MAX_DIST, make_city, write_points
from poly_match.demo import check_by_definition
from poly_match.original import make_original

FILES = ["matched.parquet", "matched.png", "points.parquet", "polygons.parquet"]


def run(*words: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "poly_match", "demo", *map(str, words)]
    return subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, timeout=300, check=False
    )


def rings_of(polygons: pl.DataFrame) -> list[tuple[np.ndarray, np.ndarray]]:
    return [(x.to_numpy(), y.to_numpy()) for x, y in zip(polygons["x"], polygons["y"], strict=True)]


def area(x: np.ndarray, y: np.ndarray) -> float:
    return abs(float((x * np.roll(y, -1) - y * np.roll(x, -1)).sum())) / 2


@pytest.fixture(scope="module")
def city_demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[str], Path]:
    """What the demo printed for 20,000 points, and its directory."""
    place = tmp_path_factory.mktemp("demo")
    result = run("--points", 20_000, "--out", "new/city", cwd=place)
    assert (result.returncode, result.stderr) == (0, "")
    return result.stdout.splitlines(), place / "new" / "city"


def test_city_closing_line(city_demo: tuple[list[str], Path]) -> None:
    lines, place = city_demo
    line = re.fullmatch(
        r"demo of the city: ([\d,]+) of 20,000 points matched \((\d\d\.\d)%\) at [\d,]+ rows/s; "
        r"see (new/city/matched\.png)",
        lines[-1],
    )
    assert line, lines[-1]
    matched = pl.read_parquet(place / "matched.parquet")["polygon"].drop_nulls().len()
    assert int(line[1].replace(",", "")) == matched
    assert 70 <= float(line[2]) <= 95
    assert "check: 2,000 random points against the plain rule in numpy: all agree" in lines


def test_city_files(city_demo: tuple[list[str], Path]) -> None:
    _, place = city_demo
    assert sorted(path.name for path in place.iterdir()) == FILES
    points = pl.read_parquet(place / "points.parquet")
    polygons = pl.read_parquet(place / "polygons.parquet")
    matched = pl.read_parquet(place / "matched.parquet")
    assert points.schema == {"id": pl.Int64, "x": pl.Float64, "y": pl.Float64}
    assert points["id"].equals(pl.int_range(20_000, eager=True).alias("id"))
    lists = pl.List(pl.Float64)
    assert polygons.schema == {"zone": pl.String, "kind": pl.String, "x": lists, "y": lists}
    assert matched.schema == {**points.schema, "polygon": pl.UInt32}
    assert matched.drop("polygon").equals(points)


def test_city_answers_in_full(city_demo: tuple[list[str], Path]) -> None:
    _, place = city_demo
    matched = pl.read_parquet(place / "matched.parquet")
    polygons = pl.read_parquet(place / "polygons.parquet")
    xy = matched.select("x", "y").to_numpy()
    check_by_definition(xy, matched["polygon"].to_list(), rings_of(polygons), MAX_DIST)
    winners = polygons["kind"].gather(matched["polygon"].drop_nulls())
    assert set(winners) == set(KINDS)


def test_city_shares_add_up(city_demo: tuple[list[str], Path]) -> None:
    lines, _ = city_demo
    shares = [line.split() for line in lines if line.startswith("  ")]
    assert [words[0] for words in shares] == ["room", "building", "block", "district", "no"]
    assert sum(int(words[-2].replace(",", "")) for words in shares) == 20_000


def test_picture_is_a_png(city_demo: tuple[list[str], Path]) -> None:
    _, place = city_demo
    head = (place / "matched.png").read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", head[16:])
    assert (width, height) > (1500, 800)


def test_quiet_prints_the_closing_line_only(tmp_path: Path) -> None:
    result = run("--quiet", "--points", 1, "--seed", 3, cwd=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    assert re.fullmatch(r"demo of the city: [01] of 1 points matched .*\n", result.stdout)
    assert sorted(path.name for path in (tmp_path / "poly-match-demo").iterdir()) == FILES


def test_original(tmp_path: Path) -> None:
    result = run("--example", "original", "--out", ".", cwd=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    *_, check, last = result.stdout.splitlines()
    assert check.startswith("check: 100 of 100 points by definition in numpy")
    assert last.startswith("demo of the original example: 100 of 100 points matched (100.0%)")
    matched = pl.read_parquet(tmp_path / "matched.parquet")
    _, polygons = make_original()
    xy = matched.select("x", "y").to_numpy()
    check_by_definition(xy, matched["polygon"].to_list(), rings_of(polygons), 10.0)


def test_original_numbers() -> None:
    """Facts of the published example, taken from its own generator."""
    points, polygons = make_original()
    assert (points.height, polygons.height) == (100, 1_000)
    assert points.select("x", "y").head(3).rows() == [(17.0, 11.0), (34.0, 21.0), (0.0, 25.0)]
    x, y = (polygons[axis].list.to_array(10).to_numpy() for axis in ("x", "y"))
    assert np.floor(x[:3, 0]).tolist() == [54.0, 66.0, 49.0]
    assert (y[:3, 0] - 1).tolist() == [95.0, 12.0, 47.0]
    assert (x.sum(), y.sum()) == pytest.approx((499970.0, 490881.29581562645), rel=1e-12)
    # One shape moved about: the areas differ by rounding alone.
    areas = np.array([area(*ring) for ring in zip(x, y, strict=True)])
    assert np.ptp(areas) < 1e-9 * areas.min()


def test_interrupt(tmp_path: Path) -> None:
    """Ctrl-C while the points are written leaves no half of them."""
    command = [sys.executable, "-m", "poly_match", "demo", "--points", "2000000000", "--out", "."]
    process = subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    points = tmp_path / "points.parquet"
    while process.poll() is None and not (points.exists() and points.stat().st_size):
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    # Not the whole of it: now and then Polars 1.36 adds that a task of its own was cut off.
    assert "poly-match: interrupted" in errors.splitlines()
    assert "Traceback" not in errors
    assert [path.name for path in tmp_path.iterdir()] == ["polygons.parquet"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--points", "0"], 2, "--points: must be a whole number >= 1, not '0'"),
        (["--points", "many"], 2, "--points: must be a whole number >= 1, not 'many'"),
        (["--seed", "-1"], 2, "--seed: must be a whole number >= 0, not '-1'"),
        (["--example", "mine"], 2, "--example: invalid choice: 'mine'"),
        (["--example", "original", "--points", "5"], 2, "--points and --seed are for the city"),
        (["--points", "5", "--out", "file"], 1, "file"),
        (["--points", "5", "--out", "file/below"], 1, "file/below"),
    ],
)
def test_one_line_says_what_is_wrong(
    tmp_path: Path, words: list[str], code: int, said: str
) -> None:
    (tmp_path / "file").write_text("not a directory")
    result = run(*words, cwd=tmp_path)
    assert (result.returncode, result.stdout) == (code, "")
    assert result.stderr.startswith("poly-match: error: ")
    assert result.stderr.count("\n") == 1
    assert said in result.stderr


@pytest.mark.parametrize("example", ["city", "original"])
def test_wrong_answers_are_noticed(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    example: str,
) -> None:
    job = demo.match_parquet

    wrong_row = 2_345 if example == "city" else 67

    def worse(points: str, polygons: str, output: str, **keywords) -> demo.Summary:
        summary = job(points, polygons, output, **keywords)
        matched = pl.read_parquet(output)
        # A neighbour's answer elsewhere is no answer here: no polygon, or one too far away.
        moved = pl.col("polygon").fill_null(0).add(summary.polygons // 2) % summary.polygons
        here = pl.col("id") == wrong_row
        answer = pl.when(here).then(moved).otherwise("polygon").cast(pl.UInt32).alias("polygon")
        matched.with_columns(answer).write_parquet(output)
        return summary

    monkeypatch.setattr(demo, "match_parquet", worse)
    monkeypatch.setattr(demo, "CHECKED", 2_400)  # all of them, so that the one is among them
    words = ["demo", "--example", example, "--out", str(tmp_path)]
    assert cli.main([*words, "--points", "2_400"] if example == "city" else words) == 1
    complaint = capsys.readouterr().err
    assert re.match(rf"poly-match: error: row {wrong_row} \(x=.*, y=.*\): the answer", complaint)


def square(x: float, y: float, side: float) -> tuple[np.ndarray, np.ndarray]:
    corners = np.array([(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5), (-0.5, -0.5)]) * side
    return corners[:, 0] + x, corners[:, 1] + y


@pytest.mark.parametrize(
    ("point", "right", "wrong"),
    [
        ((0.0, 0.0), 1, (None, 0, 2)),  # 0 qualifies, but is larger; 2 is too far away
        ((-2.0, 0.0), 0, (None, 1, 2)),  # exactly max_dist from the smaller one
        ((50.0, 50.0), None, (0, 1, 2)),
    ],
)
def test_check_by_definition(
    point: tuple[float, float], right: int | None, wrong: tuple[int | None, ...]
) -> None:
    rings = [square(0, 0, 4), square(0.5, 0, 1), square(10, 0, 1)]
    points = np.array([point])
    check_by_definition(points, [right], rings, 2.5)
    for answer in wrong:
        with pytest.raises(ValueError, match=rf"^row 0 .* polygon {answer}, .* it is {right}$"):
            check_by_definition(points, [answer], rings, 2.5)


@pytest.mark.parametrize("seed", range(5))
def test_city_is_nested(seed: int) -> None:
    zones = make_city(seed).zones
    rings = rings_of(zones)
    areas = dict(zip(zones["zone"], (area(*ring) for ring in rings), strict=True))
    assert 1 <= min(areas.values()) < 2
    assert 8_000 < max(areas.values()) <= 10_000
    assert len(set(areas.values())) == zones.height == len(areas)
    boxes = {
        zone: (x.min(), x.max(), y.min(), y.max())
        for zone, (x, y) in zip(zones["zone"], rings, strict=True)
    }
    for zone, kind in zones.select("zone", "kind").iter_rows():
        *parents, name = zone.split("/")
        assert name.rpartition("-")[0] == kind == KINDS[len(parents)]
        if parents:
            parent = "/".join(parents)
            assert areas[zone] < areas[parent] / 4
            inner, outer = boxes[zone], boxes[parent]
            assert outer[0] < inner[0] < inner[1] < outer[1]
            assert outer[2] < inner[2] < inner[3] < outer[3]


def test_city_follows_from_its_seed() -> None:
    assert make_city(7).zones.equals(make_city(7).zones)
    assert not make_city(7).zones.equals(make_city(8).zones)


def test_city_has_every_outline() -> None:
    zones = make_city(7).zones
    shapes = zones.group_by("kind").agg(pl.col("x").list.len().unique().sort())
    for _, lengths in shapes.iter_rows():
        assert lengths == [4, 6, 9]  # the octagon's ring is closed
    octagons = zones.filter(pl.col("x").list.len() == 9)
    closed = octagons.select((pl.col("x", "y").list.first() == pl.col("x", "y").list.last()).all())
    assert closed.row(0) == (True, True)


def test_points_do_not_depend_on_how_many(tmp_path: Path) -> None:
    city = make_city(7)
    few, many = tmp_path / "few.parquet", tmp_path / "many.parquet"
    advanced: list[int] = []
    write_points(city, 10, few)
    write_points(city, 1_000_010, many, advanced.append)
    assert advanced == [1_000_000, 10]
    written = pl.read_parquet(many)
    assert written["id"].equals(pl.int_range(1_000_010, eager=True).alias("id"))
    assert written.head(10).equals(pl.read_parquet(few))
    assert not written.tail(10)["x"].equals(written.head(10)["x"])
    x_min, y_min, x_max, y_max = city.extent
    spread = 20.0  # crowds may stand a little over the edge
    assert written["x"].is_between(x_min - spread, x_max + spread).all()
    assert written["y"].is_between(y_min - spread, y_max + spread).all()


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_points_half_written_are_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    def stop(rows: int) -> None:
        raise error("stop")

    stopped: Callable[[int], None] = stop
    with pytest.raises(BaseException, match="stop"):
        write_points(make_city(7), 2_000_000, tmp_path / "points.parquet", stopped)
    assert list(tmp_path.iterdir()) == []
