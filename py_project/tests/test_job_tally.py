"""`counts` and `picture`: what is told of all points of a job together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from jobs import EXPECTED, POLYGONS, refused, run, spoil, write_points

from poly_match.heat import colors
from poly_match.tally import SIDE, picture_options


def expected_counts() -> list[int]:
    return [EXPECTED.count(row) for row in range(len(POLYGONS))]


@pytest.mark.parametrize("name", ["counts.parquet", "counts.csv"])
@pytest.mark.usefixtures("place")
def test_counts(name: str) -> None:
    """A row for each polygon, those without points and those that are none too."""
    read = pl.read_csv if name.endswith("csv") else pl.read_parquet
    for more in ({}, {"row_group_size": 2}, {"output": "out.csv"}):
        run(counts=name, **more)
        got = read(name)
        assert got.columns == ["row", "points"]
        assert got["row"].to_list() == list(range(len(POLYGONS)))
        assert got["points"].to_list() == expected_counts()
    zones = pl.read_parquet("zones.parquet").with_columns(name=pl.Series(["a", "b", "c", "d"]))
    zones.write_parquet("zones.parquet")
    run(counts=name, id="name")
    got = read(name)
    assert got.columns == ["row", "name", "points"]
    assert got["name"].to_list() == ["a", "b", "c", "d"]
    assert got["points"].to_list() == expected_counts()


@pytest.mark.usefixtures("place")
def test_counts_of_many_files() -> None:
    """Without those that were left out, however far they were."""
    Path("points").mkdir()
    frame = pl.read_parquet("points.parquet")
    for at in range(3):
        frame.with_columns(file=pl.lit(at)).write_parquet(f"points/{at}.parquet")
    spoil("points/3.parquet")
    summary = run("points", output="out", counts="counts.csv", on_error="skip-file")
    assert len(summary.skipped) == 1
    counts = pl.read_csv("counts.csv")["points"]
    assert counts.to_list() == [3 * count for count in expected_counts()]
    assert counts.sum() == summary.matched


@pytest.mark.usefixtures("place")
def test_picture() -> None:
    """A PNG that is not empty."""
    write_points([(x / 10, y / 10) for x in range(-30, 110) for y in range(-30, 110)])
    run(picture="out.png")
    data = Path("out.png").read_bytes()
    assert data.startswith(b"\x89PNG")
    assert len(data) > 10_000


def test_colors() -> None:
    """The mean of a cell, the paler the fewer points it has, and nothing where there are none."""
    cells = np.zeros((2, 3, 4), dtype=np.uint64)
    cells[0, 0] = (255, 0, 0, 1)
    cells[1, 2] = (255 * 500, 255 * 500, 0, 1000)
    got = colors({"cells": cells.tobytes(), "width": 3, "height": 2})
    assert got.shape == (2, 3, 4)
    assert got[0, 0, :3].tolist() == [1, 0, 0]
    assert got[1, 2, :3].tolist() == [0.5, 0.5, 0]
    assert 0 < got[0, 0, 3] < got[1, 2, 3] <= 1
    assert got[..., 3].astype(bool).sum() == 2


def test_the_colors_are_no_other() -> None:
    """Grey is for points without a polygon."""
    side, polygons, none = picture_options()
    assert side == SIDE
    assert none not in polygons
    assert len({tuple(color) for color in polygons}) == len(polygons)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"counts": "counts.txt"}, "counts: expected a name that ends in .parquet or .csv, got"),
        ({"picture": "out.jpg"}, "picture: expected a name that ends in .png, got 'out.jpg'"),
        ({"counts": "out.parquet"}, "counts: out.parquet is another file of the job"),
        ({"counts": "./zones.parquet"}, "counts: ./zones.parquet is another file of the job"),
    ],
)
@pytest.mark.usefixtures("place")
def test_what_is_refused(options: dict[str, Any], text: str) -> None:
    """Before any work is done."""
    with refused(ValueError, text):
        run(**options)


@pytest.mark.usefixtures("place")
def test_what_is_there_stays() -> None:
    """Unless told; and a resumed job cannot tell of all files."""
    Path("counts.csv").write_text("former")
    with refused(FileExistsError, "counts.csv: is there already: not overwritten"):
        run(counts="counts.csv", overwrite=False)
    Path("points").mkdir()
    Path("points.parquet").rename("points/0.parquet")
    with refused(ValueError, "counts: a resumed job cannot tell of files that were finished"):
        run("points", output="o", counts="c.csv", resume=True, overwrite=False)
