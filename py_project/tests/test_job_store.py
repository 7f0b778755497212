"""`match_parquet` from and to an object store: a local server that answers as S3 does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from jobs import EXPECTED, MAX_DIST, POINTS, big_job, refused, spoil
from stores import Store, serving

import poly_match as pm

NAMES = ["year=2024/a.parquet", "year=2024/b c.parquet", "year=2025/deep/a%20.parquet"]


@pytest.fixture(scope="module")
def server() -> Iterator[Store]:
    with serving() as store:
        yield store


@pytest.fixture
def store(server: Store, place: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """An empty bucket `lake`, beside the files in `place`."""
    for name in os.environ:
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    for name, value in server.environment().items():
        monkeypatch.setenv(name, value)
    server.empty()
    return server


@pytest.fixture
def many(store: Store) -> Store:
    """Objects below `points`, in two partitions."""
    frame = pl.read_parquet("points.parquet")
    for at, name in enumerate(NAMES):
        store.put(f"points/{name}", frame.with_columns(file=pl.lit(at)))
    return store


def job(points: str | Path, output: str | Path, **options: Any) -> pm.Summary:
    given: dict[str, Any] = {
        "polygons": "zones.parquet",
        "max_dist": MAX_DIST,
        "progress": False,
        **options,
    }
    return pm.match_parquet(points, given.pop("polygons"), output, **given)


def outputs(store: Store, prefix: str) -> list[str]:
    return [key for key in store.names() if key.startswith(prefix)]


@pytest.mark.parametrize("zones", ["zones.parquet", "zones.geojson"])
@pytest.mark.parametrize("to", ["parquet", "csv", "arrow"])
@pytest.mark.parametrize("of", ["parquet", "csv", "arrow"])
def test_an_object(store: Store, of: str, to: str, zones: str) -> None:
    """All three in the store, in any format."""
    store.put(f"points.{of}", pl.read_parquet("points.parquet"))
    geojson = (
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {},'
        '"geometry": {"type": "Polygon", "coordinates": [[[-2, -2], [2, -2], [2, 2], [-2, 2]]]}}]}'
    )
    store.put("zones.geojson", geojson.encode())
    store.put("zones.parquet", Path("zones.parquet").read_bytes())
    options: dict[str, Any] = {"polygons": f"s3://lake/{zones}"}
    if zones == "zones.geojson":  # in degrees
        options |= {"max_dist": None, "k": 1}
    summary = job(f"s3://lake/points.{of}", f"s3://lake/a/out.{to}", **options)
    assert (summary.rows, summary.null_points, summary.files) == (len(POINTS), 4, 1)
    Path(f"out.{to}").write_bytes(store.get(f"a/out.{to}"))
    read = {"parquet": pl.read_parquet, "csv": pl.read_csv, "arrow": pl.read_ipc}[to]
    got = read(f"out.{to}")["polygon"].to_list()
    if zones == "zones.parquet":
        assert got == EXPECTED
    else:
        assert got[0] == 0


def test_bytes_are_those_of_files(store: Store) -> None:
    """Of an object in several parts, read in several blocks, copied and written anew."""
    big_job()
    store.put("points.parquet", Path("points.parquet").read_bytes())
    for option in ({}, {"row_group_size": 100_000}):
        job("points.parquet", "out.parquet", overwrite=True, **option)
        whole = Path("out.parquet").read_bytes()
        assert len(whole) > 40_000_000
        job("s3://lake/points.parquet", "s3://lake/out.parquet", overwrite=True, **option)
        assert store.get("out.parquet") == whole
        job("s3://lake/points.parquet", "from.parquet", overwrite=True, **option)
        assert Path("from.parquet").read_bytes() == whole
    assert store.uploads() == []


def test_a_prefix(many: Store) -> None:
    """Is as a directory: all below it, at their own places below the output."""
    many.put("points/_SUCCESS", b"")
    many.put("points/year=2024/.a.parquet.crc", b"no points")
    many.put("points/year=2024/", b"")
    many.put("points beside/a.parquet", b"no points")
    for at, (points, output) in enumerate(
        [("s3://lake/points", "s3://lake/out0"), ("s3://lake/points/", "s3://lake/out1/")]
    ):
        summary = job(points, output)
        assert (summary.files, summary.rows) == (3, 3 * len(POINTS))
        assert outputs(many, f"out{at}/") == [f"out{at}/{name}" for name in NAMES]
        for file, name in enumerate(NAMES):
            got = many.frame(f"out{at}/{name}")
            assert got["polygon"].to_list() == EXPECTED
            assert got["file"].unique().to_list() == [file]
    many.put("points/notes.txt", b"no points")
    with refused(ValueError, "points: s3://lake/points/notes.txt is no file of points by its name"):
        job("s3://lake/points", "s3://lake/other")


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("points/*/a.parquet", NAMES[:1]),
        ("points/**/a*.parquet", [NAMES[0], NAMES[2]]),
        ("points/year=2024/[ab]*.parquet", ["a.parquet", "b c.parquet"]),
        ("points/year=202?", NAMES),
        ("*ts/**/a.parquet", ["points/year=2024/a.parquet"]),
    ],
)
def test_a_pattern(many: Store, pattern: str, names: list[str]) -> None:
    """Takes what matches, as it does of files."""
    assert job(f"s3://lake/{pattern}", "s3://lake/out").files == len(names)
    assert outputs(many, "out/") == [f"out/{name}" for name in names]


def test_between_store_and_disk(many: Store) -> None:
    """Points there and answers here can be resumed: the manifest is here."""
    assert job("s3://lake/points", "out", resume=True).files == 3
    many.put(f"points/{NAMES[1]}", pl.read_parquet("points.parquet").with_columns(file=9))
    summary = job("s3://lake/points", "out", resume=True)
    assert (summary.files, summary.resumed) == (1, 2)
    got = pl.read_parquet(Path("out") / NAMES[1], hive_partitioning=False)
    assert got["polygon"].to_list() == EXPECTED
    job("points.parquet", "s3://lake/there.parquet")
    assert many.frame("there.parquet")["polygon"].to_list() == EXPECTED


def test_what_is_refused(many: Store) -> None:
    """Before any work, and nothing is touched."""
    many.put("taken.parquet", b"former")
    before = many.names()
    url = "s3://lake/points"
    one = f"{url}/year=2024/a.parquet"
    for kind, text, points, output, options in (
        (FileExistsError, "s3://lake/taken.parquet: is there", one, "s3://lake/taken.parquet", {}),
        (FileExistsError, "s3://lake/points/year=2024/a.parquet: is", "*.parquet", url, {}),
        (ValueError, "output: s3://lake/points/year=2024/a.parquet is one of", one, one, {}),
        (ValueError, "and the points in s3://lake/points are in one", url, f"{url}/out", {}),
        (ValueError, "would be matched by s3://lake/**/*.par", "s3://lake/**/*.parquet", url, {}),
        (ValueError, "output: s3://lake is a directory: expected an", one, "s3://lake", {}),
        (ValueError, "output: s3://lake/a/ is a directory: expect", one, "s3://lake/a/", {}),
        (ValueError, "resume: what is finished is not known", url, "s3://lake/b", {"resume": True}),
        (
            ValueError,
            "counts: s3://lake/c.csv: expected a fi",
            one,
            "o",
            {"counts": "s3://lake/c.csv"},
        ),
        (
            FileNotFoundError,
            "s3://lake/none: no such object, nor any below",
            "s3://lake/none",
            "o",
            {},
        ),
        (FileNotFoundError, "s3://lake/no*: no object matches", "s3://lake/no*", "o", {}),
        (FileNotFoundError, "s3://none/a: NoSuchBucket: ", "s3://none/a", "o", {}),
        (FileNotFoundError, "s3://none/o: NoSuchBucket: ", one, "s3://none/o", {}),
        (FileNotFoundError, "s3://none/o: NoSuchBucket: ", url, "s3://none/o", {}),
        (FileNotFoundError, "s3://lake/z: no such object", one, "o", {"polygons": "s3://lake/z"}),
        (OSError, "ftp://lake/a: no store is known by ftp://", "ftp://lake/a", "o", {}),
    ):
        with refused(kind, text):
            job(points, output, **options)
    assert many.names() == before
    assert many.get("taken.parquet") == b"former"
    job(one, "s3://lake/taken.parquet", overwrite=True)
    assert many.frame("taken.parquet")["polygon"].to_list() == EXPECTED


def test_objects_that_cannot_be_read(many: Store) -> None:
    """Are named, and left out if told."""
    spoil("spoiled.parquet")
    many.put(f"points/{NAMES[0]}", Path("spoiled.parquet").read_bytes())
    many.put(f"points/{NAMES[1]}", b"no parquet")
    with pytest.raises(ValueError, match=f"^s3://lake/points/{NAMES[1]}: "):
        job("s3://lake/points", "s3://lake/out")
    summary = job("s3://lake/points", "s3://lake/most", on_error="skip-file")
    skipped = {left.file: left.row_group for left in summary.skipped}
    assert skipped == {
        f"s3://lake/points/{name}": at for name, at in zip(NAMES[:2], (1, None), strict=True)
    }
    assert outputs(many, "most/") == [f"most/{NAMES[2]}"]


@pytest.mark.parametrize("recode", [False, True])
def test_a_job_that_is_stopped_leaves_nothing(store: Store, recode: bool) -> None:
    """Neither an object nor the parts of one; a former object stays."""
    big_job()
    store.put("out.parquet", b"former")

    class EnoughError(Exception):
        pass

    def stop(now: pm.Progress) -> None:
        if now.rows >= 2_000_000:
            raise EnoughError

    options: dict[str, Any] = {"row_group_size": 100_000} if recode else {}
    with pytest.raises(EnoughError):
        job("points.parquet", "s3://lake/out.parquet", overwrite=True, progress=stop, **options)
    assert store.names() == ["out.parquet"]
    assert store.get("out.parquet") == b"former"
    assert store.uploads() == []


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_signals_while_the_store_does_not_answer(store: Store, sign: signal.Signals) -> None:
    """End the job soon: nothing waits for another try."""
    words = ["match", "s3://lake/points.parquet", "zones.parquet", "-o", "out.parquet", "--k", "1"]
    environment = {**os.environ, "AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
    process = subprocess.Popen(
        [sys.executable, "-c", CALL, *words],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    time.sleep(0.5)
    process.send_signal(sign)
    start = time.monotonic()
    _, error = process.communicate(timeout=60)
    # The client tries for the better part of a minute.
    assert time.monotonic() - start < 20
    assert process.returncode == {signal.SIGINT: 130, signal.SIGTERM: 143}[sign], error
    assert len(error.splitlines()) == 1


def test_a_store_in_the_child_of_a_fork(many: Store) -> None:
    """Answers too: nothing of the parent's connections is used."""
    script = """
import os, sys
import poly_match as pm
def work(name):
    options = {"max_dist": 5.0, "progress": False}
    pm.match_parquet("s3://lake/points", "zones.parquet", f"s3://lake/{name}", **options)
work("parent")
child = os.fork()
if child == 0:
    code = 1
    try:
        work("child")
        code = 0
    finally:
        os._exit(code)
code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
work("after")
sys.exit(code)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    for folder in ("parent", "child", "after"):
        assert outputs(many, f"{folder}/") == [f"{folder}/{name}" for name in NAMES]
        for name in NAMES:
            assert many.frame(f"{folder}/{name}")["polygon"].to_list() == EXPECTED


def test_a_pattern_below_brackets(many: Store) -> None:
    """A part with brackets is a name where objects are below it."""
    for folder in ("data [2024]", "data 2"):
        many.put(f"{folder}/a.parquet", pl.read_parquet("points.parquet"))
    assert job("s3://lake/data [2024]/*.parquet", "s3://lake/one").files == 1
    assert outputs(many, "one/") == ["one/a.parquet"]
    assert job("s3://lake/data [24]/*.parquet", "s3://lake/two").files == 1
    assert outputs(many, "two/") == ["two/data 2/a.parquet"]


# As in a terminal: a shell may have told its background jobs to ignore the signal.
CALL = """
import signal, sys
from poly_match.cli import main
signal.signal(signal.SIGINT, signal.default_int_handler)
print("ready", flush=True)
sys.exit(main(sys.argv[1:]))
"""


def test_what_is_in_an_object(store: Store) -> None:
    """`info` looks into it as into a file."""
    store.put("zones.parquet", Path("zones.parquet").read_bytes())
    words = [sys.executable, "-m", "poly_match", "info"]
    told = [
        subprocess.run([*words, name], capture_output=True, text=True, check=True).stdout
        for name in ("zones.parquet", "s3://lake/zones.parquet")
    ]
    assert told[0].replace("zones.parquet", "s3://lake/zones.parquet") == told[1]
