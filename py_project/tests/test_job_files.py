"""`match_parquet` over many files: which are taken, where they go, and which are left alone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.dataset as ds
import pytest
from jobs import EXPECTED, MAX_DIST, POINTS, refused

import poly_match as pm


def job(points: str | Path, output: str | Path = "out", **options: Any) -> pm.Summary:
    given: dict[str, Any] = {"max_dist": MAX_DIST, "progress": False, **options}
    return pm.match_parquet(points, "zones.parquet", output, **given)


def files(folder: str | Path) -> list[str]:
    """All files below a folder."""
    paths = Path(folder).rglob("*")
    return sorted(path.relative_to(folder).as_posix() for path in paths if path.is_file())


@pytest.fixture
def many(place: Path) -> Path:
    """A folder `points` of three files, in two partitions."""
    frame = pl.read_parquet("points.parquet")
    for at, name in enumerate(["year=2024/b", "year=2024/a", "year=2025/deep/a"]):
        path = place / "points" / f"{name}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        frame.with_columns(file=pl.lit(at)).write_parquet(path)
    return place


NAMES = ["year=2024/a.parquet", "year=2024/b.parquet", "year=2025/deep/a.parquet"]


@pytest.mark.usefixtures("many")
def test_a_directory() -> None:
    """Each file goes to its own place below the output; partitions stay partitions."""
    Path("points/_SUCCESS").touch()
    Path("points/year=2024/.a.parquet.crc").write_text("no points")
    Path("points/_temporary").mkdir()
    Path("points/_temporary/x.txt").write_text("no points")
    summary = job("points")
    assert files("out") == NAMES
    for name in NAMES:
        got = pl.read_parquet(Path("out") / name, hive_partitioning=False)
        assert got["polygon"].to_list() == EXPECTED
        before = pl.read_parquet(Path("points") / name, hive_partitioning=False)
        assert got.drop("polygon").equals(before)
    assert (summary.files, summary.resumed, summary.skipped) == (3, 0, ())
    assert summary.rows == 3 * len(POINTS)
    assert summary.null_points == 3 * 4


@pytest.mark.usefixtures("many")
def test_what_reads_tables_reads_the_output() -> None:
    """Without being told anything: the manifest is not in it."""
    job("points")
    got = pl.scan_parquet("out").collect()
    assert got.height == 3 * len(POINTS)
    assert got["year"].unique().sort().to_list() == [2024, 2025]
    assert pl.scan_parquet("out/**/*.parquet").select(pl.len()).collect().item() == got.height
    assert ds.dataset("out", partitioning="hive").to_table().num_rows == got.height


@pytest.mark.parametrize(
    ("output", "manifest"),
    [
        ("out", ".out.poly_match.jsonl"),
        ("out/", ".out.poly_match.jsonl"),
        ("deep/../out", ".out.poly_match.jsonl"),
        ("new/lake", "new/.lake.poly_match.jsonl"),
        ("link", "deep/.real.poly_match.jsonl"),
        (".", "../.{here}.poly_match.jsonl"),
    ],
)
@pytest.mark.usefixtures("many")
def test_the_manifest_lies_beside_the_output(output: str, manifest: str, place: Path) -> None:
    """However the output is called, and it is found again."""
    Path("deep/real").mkdir(parents=True)
    Path("link").symlink_to("deep/real")
    before = Path.cwd()
    points = str(before / "points")
    Path("here").mkdir()
    zones = str(before / "zones.parquet")
    if output == ".":
        os.chdir("here")
    try:
        given: dict[str, Any] = {"max_dist": MAX_DIST, "progress": False, "resume": True}
        assert pm.match_parquet(points, zones, output, **given).files == 3
        assert files(output) == NAMES
        assert Path(manifest.format(here="here")).is_file()
        assert pm.match_parquet(points, zones, output, **given).resumed == 3
    finally:
        os.chdir(before)
    with refused(ValueError, "output: /: expected a directory below it"):
        job("points", "/")


@pytest.mark.usefixtures("many")
def test_a_pattern() -> None:
    """What matches, below where the pattern begins; the points beside it are not touched."""
    assert job("points/*/a.parquet").files == 1
    assert files("out") == ["year=2024/a.parquet"]
    assert job("points/**/a.parquet", "deep").files == 2
    assert files("deep") == [NAMES[0], NAMES[2]]
    assert job("points/year=2024/[ab].parquet", "set").files == 2
    assert files("set") == ["a.parquet", "b.parquet"]
    # A directory that matches is taken whole.
    assert job("points/year=202?", "years").files == 3
    assert files("years") == NAMES
    assert job("*ts.parquet", "here").files == 1


@pytest.mark.usefixtures("place")
def test_a_name_that_looks_like_a_pattern() -> None:
    """Is a name, if there is such a file."""
    Path("points.parquet").rename("points[1].parquet")
    job("points[1].parquet", "out.parquet")
    assert pl.read_parquet("out.parquet")["polygon"].to_list() == EXPECTED


@pytest.mark.usefixtures("many")
def test_nothing_to_take() -> None:
    """Is an error, and so is a file that may have been meant."""
    Path("empty").mkdir()
    with refused(FileNotFoundError, "empty: there are no files of points in it"):
        job("empty")
    with refused(FileNotFoundError, "p*.csv.gz: no file of points matches"):
        job("p*.csv.gz")
    with refused(ValueError, "points: a[: "):
        job("a[")
    Path("points/notes.txt").write_text("no points")
    with refused(ValueError, "points: points/notes.txt is no file of points by its name: "):
        job("points")


@pytest.mark.usefixtures("many")
def test_files_of_different_columns() -> None:
    """Both are named, and nothing is written."""
    frame = pl.read_parquet("points/year=2024/a.parquet")
    other = Path("points/year=2024/c.parquet")
    inside = "in points/year=2024/a.parquet"
    for changed, text in (
        (
            frame.with_columns(pl.col("y").cast(pl.Float32)),
            f"column 'y' is of type Float32; Float64 {inside}",
        ),
        (frame.drop("file"), f"no column 'file'; it is {inside}"),
        (frame.with_columns(z=1), f"a column 'z'; it is not {inside}"),
        (frame.select("y", "x", "file"), f"column 0 is 'y'; 'x' {inside}"),
    ):
        changed.write_parquet(other)
        with refused(ValueError, f"{other}: {text}"):
            job("points")
    assert not Path("out").exists()


@pytest.mark.usefixtures("place")
def test_an_output_that_is_there() -> None:
    """Is left alone, unless told."""
    Path("out.parquet").write_text("former")
    with refused(FileExistsError, "out.parquet: is there already: not overwritten"):
        job("points.parquet", "out.parquet")
    assert Path("out.parquet").read_text() == "former"
    job("points.parquet", "out.parquet", overwrite=True)
    assert pl.read_parquet("out.parquet")["polygon"].to_list() == EXPECTED


@pytest.mark.usefixtures("many")
def test_a_directory_that_is_there() -> None:
    """Is left alone if it has files, unless told; then others in it stay."""
    Path("out/year=2024").mkdir(parents=True)
    job("points")
    before = Path("out/year=2024/a.parquet").read_bytes()
    with refused(FileExistsError, "out/year=2024/a.parquet: is there already"):
        job("points")
    Path("out/other.parquet").write_text("other")
    job("points", overwrite=True, max_dist=0.0)
    assert Path("out/year=2024/a.parquet").read_bytes() != before
    assert Path("out/other.parquet").read_text() == "other"
    Path("file").touch()
    with refused(ValueError, "output: file is a file: expected a directory"):
        job("points", "file")


@pytest.mark.parametrize(
    ("points", "output"),
    [("points", "points"), ("points", "points/out"), ("points", "."), ("points", "link/out")],
)
@pytest.mark.usefixtures("many")
def test_points_and_output_in_one_another(points: str, output: str) -> None:
    """Are refused, under any name."""
    Path("link").symlink_to("points")
    with refused(ValueError, "output: ", "and the points in points are in one another"):
        job(points, output, overwrite=True)
    assert files("points") == NAMES


@pytest.mark.usefixtures("many")
def test_outputs_that_are_inputs() -> None:
    """Of a pattern, too, now or the next time."""
    with refused(ValueError, "output: points/year=2024/a.parquet is one of the inputs"):
        job("points/*/a.parquet", "points", overwrite=True)
    with refused(ValueError, "points/out/year=2024/a.parquet would be matched by points/**/*.p"):
        job("points/**/*.parquet", "points/out")


@pytest.mark.usefixtures("many")
def test_no_empty_directories_are_left() -> None:
    """By a job that wrote nothing."""
    frame = pl.DataFrame({"point": [[1.0, 2.0], [3.0]]})
    for path in Path("points").rglob("*.parquet"):
        frame.write_parquet(path)
    with pytest.raises(ValueError, match="column 'point', row 1: expected a list of 2 coord"):
        job("points")
    assert list(Path("out").rglob("*")) == []
