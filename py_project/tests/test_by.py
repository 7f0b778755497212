"""`by` and `descending`: ranking by a column, through every door."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from polars.exceptions import ColumnNotFoundError, InvalidOperationError

import poly_match as pm

MAX_DIST = 3.0
RNG = np.random.default_rng(5)
CENTERS = RNG.integers(0, 20, (60, 2)).astype(float)
POINTS = pl.DataFrame(RNG.integers(0, 20, (500, 2)).astype(float), schema=["x", "y"])
# Few values, so that keys tie; some are null. Areas grow with the row: never the same order.
KEYS = [None if row % 11 == 0 else int(key) for row, key in enumerate(RNG.integers(-4, 5, 60))]

KEY_COLUMNS = {
    "i64": pl.Series(KEYS, dtype=pl.Int64),
    "i8": pl.Series(KEYS, dtype=pl.Int8),
    "f32": pl.Series(KEYS, dtype=pl.Float32),
    "f64 with NaN for null": pl.Series([np.nan if k is None else k / 4 for k in KEYS]),
    "decimal": pl.Series(KEYS, dtype=pl.Int64).cast(pl.Decimal(10, 2)),
    # Apart by less than a 64-bit float can say.
    "large i64": pl.Series([k if k is None else 2**62 + k for k in KEYS], dtype=pl.Int64),
    "large u64": pl.Series([k if k is None else 2**63 + 9 + k for k in KEYS], dtype=pl.UInt64),
}


def zones(keys: pl.Series) -> pl.DataFrame:
    """Squares around the centres."""
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    rings = [c + (1 + row) * corners for row, c in enumerate(CENTERS)]
    x, y = ([ring[:, axis].tolist() for ring in rings] for axis in (0, 1))
    return pl.DataFrame({"x": x, "y": y, "key": keys})


def expected(descending: bool) -> list[int | None]:
    """The first in the order of key and row that is near."""
    ranked = sorted(
        ((-key if descending else key), row) for row, key in enumerate(KEYS) if key is not None
    )
    answers: list[int | None] = []
    for x, y in POINTS.rows():
        near = (r for _, r in ranked if (CENTERS[r, 0] - x) ** 2 + (CENTERS[r, 1] - y) ** 2 < 9.0)
        answers.append(next(near, None))
    return answers


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("name", KEY_COLUMNS)
def test_every_door_ranks_by_the_column(tmp_path: Path, name: str, descending: bool) -> None:
    table = zones(KEY_COLUMNS[name])
    wanted = expected(descending)
    assert None in wanted
    assert len(set(wanted)) > 20
    options = {"max_dist": MAX_DIST, "by": "key", "descending": descending}
    point = pl.struct("x", "y")

    answer = pm.poly_match(point, table, **options)
    accessor = point.poly_match(table.lazy(), **options)
    assert POINTS.select(answer).to_series().to_list() == wanted
    assert (
        POINTS.lazy().select(accessor).collect(engine="streaming").to_series().to_list() == wanted
    )

    if name == "decimal":
        table = table.cast({"key": pl.Decimal(10, 2)})
    POINTS.write_parquet(tmp_path / "points.parquet")
    table.write_parquet(tmp_path / "zones.parquet")
    files = [tmp_path / "points.parquet", tmp_path / "zones.parquet", tmp_path / "out.parquet"]
    pm.match_parquet(*files, **options)
    assert pl.read_parquet(files[2])["polygon"].to_list() == wanted

    command = [sys.executable, "-m", "poly_match", "match", *files[:2], "-o", files[2]]
    command += ["--overwrite", "--max-dist", str(MAX_DIST), "--by", "key"]
    command += ["--descending"] * descending
    subprocess.run(command, check=True, capture_output=True)
    assert pl.read_parquet(files[2])["polygon"].to_list() == wanted


def test_other_keys_are_another_matcher() -> None:
    table = zones(KEY_COLUMNS["i64"])
    point = pl.struct("x", "y")
    answers = {}
    for by, descending in [(None, False), ("key", False), ("key", True)]:
        expr = pm.poly_match(point, table, max_dist=MAX_DIST, by=by, descending=descending)
        answers[by, descending] = POINTS.select(expr).to_series().to_list()
    assert answers["key", False] == expected(False)
    assert answers["key", True] == expected(True)
    assert answers[None, False] not in (expected(False), expected(True))


def test_what_is_refused() -> None:
    table = zones(KEY_COLUMNS["i64"]).with_columns(name=pl.lit("a"))
    with pytest.raises(ColumnNotFoundError, match="by: the polygons have no column 'size'"):
        pm.poly_match("point", table, max_dist=1.0, by="size")
    with pytest.raises(InvalidOperationError, match="column 'name' has dtype String, expected num"):
        pm.poly_match("point", table, max_dist=1.0, by="name")
    with pytest.raises(ValueError, match="descending: there is no `by`"):
        pm.poly_match("point", table, max_dist=1.0, descending=True)
    with pytest.raises(ValueError, match="descending: there is no `by`"):
        pm.match_parquet("a", "b", "c", max_dist=1.0, descending=True)
    command = [sys.executable, "-m", "poly_match", "match", "a", "b", "-o", "c", "--max-dist", "1"]
    done = subprocess.run([*command, "--descending"], capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr == "poly-match: error: --descending: there is no `by` to turn around\n"
