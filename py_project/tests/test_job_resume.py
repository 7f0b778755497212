"""`match_parquet` after it was stopped, or where a file cannot be read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from forms import xy_frame
from jobs import EXPECTED, MAX_DIST, POINTS, refused, spoil

import poly_match as pm

MANIFEST = Path(".out.poly_match.jsonl")
FILES = 6


def job(**options: Any) -> pm.Summary:
    given: dict[str, Any] = {"max_dist": MAX_DIST, "progress": False, **options}
    return pm.match_parquet("points", "zones.parquet", "out", **given)


@pytest.fixture
def many(place: Path) -> Path:
    """A folder `points` of some files."""
    frame = pl.read_parquet("points.parquet")
    (place / "points").mkdir()
    for at in range(FILES):
        frame.with_columns(file=pl.lit(at)).write_parquet(place / f"points/{at}.parquet")
    return place


def check_all() -> None:
    for at in range(FILES):
        got = pl.read_parquet(f"out/{at}.parquet")
        assert got["polygon"].to_list() == EXPECTED
        assert got["file"].unique().to_list() == [at]


@pytest.mark.usefixtures("many")
def test_what_is_finished_is_not_done_again() -> None:
    """But what is not there, or changed since, is."""
    assert job(resume=True).files == FILES
    check_all()
    before = [path.stat().st_mtime_ns for path in sorted(Path("out").glob("*.parquet"))]
    summary = job(resume=True)
    assert (summary.files, summary.resumed, summary.rows) == (0, FILES, 0)
    assert [path.stat().st_mtime_ns for path in sorted(Path("out").glob("*.parquet"))] == before

    Path("out/1.parquet").unlink()
    Path("out/2.parquet").write_bytes(Path("out/2.parquet").read_bytes()[:-1])
    frame = pl.read_parquet("points/3.parquet")
    pl.concat([frame, frame]).write_parquet("points/3.parquet")
    pl.concat([frame, frame]).write_parquet("points/new.parquet")
    summary = job(resume=True)
    assert (summary.files, summary.resumed, summary.rows) == (4, FILES - 3, 6 * len(POINTS))
    assert pl.read_parquet("out/3.parquet")["polygon"].to_list() == EXPECTED * 2
    assert job(resume=True).files == 0


@pytest.mark.usefixtures("many")
def test_a_manifest_that_was_cut_off() -> None:
    """Half a line is as good as none."""
    job()
    whole = MANIFEST.read_bytes()
    lines = whole.splitlines(keepends=True)
    assert len(lines) == FILES + 1
    MANIFEST.write_bytes(b"".join(lines[:3]) + lines[3][:20])
    assert job(resume=True).resumed == 2
    check_all()
    assert len(MANIFEST.read_bytes().splitlines()) == FILES + 1
    assert job(resume=True).resumed == FILES
    MANIFEST.write_bytes(whole[:10])
    with pytest.raises(ValueError, match=r"/.out.poly_match.jsonl: broken manifest: "):
        job(resume=True)
    assert job(overwrite=True).files == FILES


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"max_dist": 4.0}, 'max_dist was "5", is "4" now'),
        ({"k": 3}, "k was null, is 3 now"),
        ({"max_dist": None, "predicate": "covers"}, "max_dist was"),
        ({"center": "centroid"}, 'center was "vertex_mean", is "centroid" now'),
        ({"details": True}, "details was false, is true now"),
        ({"invalid": "skip"}, 'invalid was "raise", is "skip" now'),
        ({"name": "zone"}, 'name was "polygon", is "zone" now'),
        ({"point": ("x", "file")}, 'point was null, is ["x","file"] now'),
        ({"row_group_size": 3}, "row_group_size was null, is 3 now"),
        ({"compression": "none"}, "compression was null, is"),
    ],
)
@pytest.mark.usefixtures("many")
def test_another_question_is_refused(options: dict[str, Any], text: str) -> None:
    """With what differs; nothing is touched."""
    job()
    before = MANIFEST.read_bytes()
    with refused(ValueError, f"resume: out was begun otherwise: {text}"):
        job(resume=True, **options)
    assert MANIFEST.read_bytes() == before


@pytest.mark.usefixtures("many")
def test_other_polygons_are_refused() -> None:
    """By their content."""
    job()
    xy_frame([[[[(0.0, 0.0), (1.0, 0.0), (0.0, 1.0)]]]]).write_parquet("zones.parquet")
    with refused(ValueError, "resume: out was begun otherwise: the polygons are others now"):
        job(resume=True)


@pytest.mark.usefixtures("many")
def test_resume_is_for_directories() -> None:
    """And is not to overwrite."""
    with refused(ValueError, "resume: a single file is written whole or not at all"):
        pm.match_parquet("points.parquet", "zones.parquet", "o", max_dist=1.0, resume=True)
    with refused(ValueError, "resume: goes on with what overwrite would do again: choose one"):
        job(resume=True, overwrite=True)


@pytest.mark.usefixtures("many")
def test_files_that_cannot_be_read_are_left_out() -> None:
    """Told with what is wrong where; all others are written, and a resumed job tries again."""
    spoil("points/2.parquet")
    Path("points/4.parquet").write_text("no parquet")
    with pytest.raises(ValueError, match=r"^points/4.parquet: "):
        job()
    summary = job(on_error="skip-file")
    assert (summary.files, summary.rows) == (FILES - 2, (FILES - 2) * len(POINTS))
    skipped = {left.file: left for left in summary.skipped}
    assert skipped.keys() == {"points/2.parquet", "points/4.parquet"}
    assert skipped["points/2.parquet"].row_group == 1
    assert skipped["points/2.parquet"].error.startswith("points/2.parquet: row group 1: ")
    assert skipped["points/4.parquet"].row_group is None
    assert skipped["points/4.parquet"].error.startswith("points/4.parquet: ")
    names = {path.name for path in Path("out").iterdir()}
    assert names == {f"{at}.parquet" for at in (0, 1, 3, 5)}

    for at in (2, 4):
        Path(f"points/{at}.parquet").write_bytes(Path("points/0.parquet").read_bytes())
    summary = job(resume=True)
    assert (summary.files, summary.resumed, summary.skipped) == (2, FILES - 2, ())


@pytest.mark.usefixtures("many")
def test_a_file_of_other_columns_is_left_out() -> None:
    """Held against the first that can be read."""
    Path("points/0.parquet").write_text("no parquet")
    pl.DataFrame({"x": [1.0]}).write_parquet("points/3.parquet")
    summary = job(on_error="skip-file")
    assert [left.file for left in summary.skipped] == ["points/0.parquet", "points/3.parquet"]
    assert summary.files == FILES - 2


@pytest.mark.usefixtures("many")
def test_what_is_wrong_elsewhere_is_raised() -> None:
    """Left out are files of points, not errors."""
    Path("zones.parquet").write_text("no parquet")
    with pytest.raises(ValueError, match=r"^zones.parquet: "):
        job(on_error="skip-file")
    with pytest.raises(
        ValueError, match=r"^on_error: expected 'raise' or 'skip-file', got 'skip'$"
    ):
        job(on_error="skip")


@pytest.mark.usefixtures("many")
def test_the_manifest_can_be_read() -> None:
    """Lines of JSON: what was asked, and each file."""
    job(max_dist=float("inf"))
    asked, *done = [json.loads(line) for line in MANIFEST.read_text().splitlines()]
    assert asked["poly_match"] == pm.__version__
    assert asked["max_dist"] == "inf"
    assert sorted(file["file"] for file in done) == [f"{at}.parquet" for at in range(FILES)]
    assert {file["rows"] for file in done} == {len(POINTS)}
