"""The further kernels answer alike in every context in which Polars runs an expression.

They see a whole column, or a whole group where there are groups. What is expected is what they
answer for that column, or that group, by itself in memory.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from polars.exceptions import ComputeError

import poly_match as pm

KERNELS: dict[str, Callable[[], pl.Expr]] = {
    "kmeans": lambda: pm.kmeans(pl.struct("x", "y"), 3, seed=4),
    "split": lambda: pm.stratified_split("label", test_size=0.4, seed=4),
    "fold": lambda: pm.stratified_fold("label", 4, seed=4),
}
# More rows than a morsel has.
MANY = 300_000

Run = Callable[[pl.DataFrame, pl.Expr, Path], pl.DataFrame]


def frame_of(rows: int) -> pl.DataFrame:
    random = np.random.default_rng(rows)
    return pl.DataFrame(
        {
            "row": np.arange(rows),
            "group": np.arange(rows) * 7 % 11 % 3,
            "x": random.normal(size=rows),
            "y": random.normal(size=rows),
            "label": random.integers(0, 5, rows),
        }
    )


def serialized(frame: pl.DataFrame, answer: pl.Expr, folder: Path) -> pl.DataFrame:
    plan = frame.lazy().with_columns(answer=answer).serialize()
    return pl.LazyFrame.deserialize(BytesIO(plan)).collect()


def from_a_file(frame: pl.DataFrame, answer: pl.Expr, folder: Path) -> pl.DataFrame:
    frame.write_parquet(folder / "frame.parquet", row_group_size=max(frame.height // 7, 1))
    plan = pl.scan_parquet(folder / "frame.parquet").with_columns(answer=answer)
    return plan.collect(engine="streaming")


def chunked(frame: pl.DataFrame, answer: pl.Expr, folder: Path) -> pl.DataFrame:
    third = frame.height // 3
    chunks = [frame[:third], frame[third : third + 1], frame[third + 1 :]]
    return pl.concat(chunks, rechunk=False).with_columns(answer=answer)


def filtered(frame: pl.DataFrame, answer: pl.Expr, folder: Path) -> pl.DataFrame:
    """The rows before the kernel are its column, whatever is filtered behind it."""
    other = pl.concat([frame, frame.with_columns(group=pl.lit(7, pl.Int64))])
    plan = other.lazy().filter(pl.col("group") < 7).with_columns(answer=answer)
    return plan.filter(pl.col("row") >= 0).collect(engine="streaming")


WHOLE: dict[str, Run] = {
    "lazy": lambda frame, answer, _: frame.lazy().with_columns(answer=answer).collect(),
    "streaming": lambda frame, answer, _: (
        frame.lazy().with_columns(answer=answer).collect(engine="streaming")
    ),
    "serialized": serialized,
    "from a file": from_a_file,
    "chunked": chunked,
    "filtered": filtered,
}


def grouped(engine: Any) -> Run:
    def run(frame: pl.DataFrame, answer: pl.Expr, folder: Path) -> pl.DataFrame:
        plan = frame.lazy().group_by("group").agg("row", answer=answer)
        return plan.explode("row", "answer").collect(engine=engine)

    return run


GROUPS: dict[str, Run] = {
    "over": lambda frame, answer, _: frame.with_columns(answer=answer.over("group")),
    "over, lazy": lambda frame, answer, _: (
        frame.lazy().with_columns(answer=answer.over("group")).collect(engine="streaming")
    ),
    "group_by": grouped("in-memory"),
    "group_by, streaming": grouped("streaming"),
}
ALL = WHOLE | GROUPS

kernels = pytest.mark.parametrize("kernel", KERNELS)


def answers(got: pl.DataFrame) -> pl.Series:
    return got.sort("row")["answer"]


@kernels
@pytest.mark.parametrize("rows", [200, MANY])
@pytest.mark.parametrize("context", WHOLE)
def test_a_column(context: str, rows: int, kernel: str, tmp_path: Path) -> None:
    frame, answer = frame_of(rows), KERNELS[kernel]()
    expected = frame.select(answer=answer)["answer"]
    assert expected.n_unique() > 1
    assert answers(ALL[context](frame, answer, tmp_path)).equals(expected)


@kernels
@pytest.mark.parametrize("rows", [200, MANY])
@pytest.mark.parametrize("context", GROUPS)
def test_a_group(context: str, rows: int, kernel: str, tmp_path: Path) -> None:
    frame, answer = frame_of(rows), KERNELS[kernel]()
    alone = pl.concat(group.with_columns(answer=answer) for group in frame.partition_by("group"))
    assert answers(ALL[context](frame, answer, tmp_path)).equals(answers(alone))


@kernels
@pytest.mark.parametrize("context", ALL)
def test_no_rows(context: str, kernel: str, tmp_path: Path) -> None:
    answer = KERNELS[kernel]()
    got = ALL[context](frame_of(0), answer, tmp_path)
    assert got.height == 0
    assert got.schema["answer"] == frame_of(200).select(answer=answer).schema["answer"]


@pytest.mark.parametrize("context", ALL)
def test_one_row(context: str, tmp_path: Path) -> None:
    frame = frame_of(1)
    got = ALL[context](frame, pm.kmeans(pl.struct("x", "y"), 1), tmp_path)
    assert got["answer"].to_list() == [0]
    for answer, says in (
        (KERNELS["kmeans"](), "k: expected at most 1, the number of points, got 3"),
        (KERNELS["split"](), "nothing is left for training of 1 rows"),
        (KERNELS["fold"](), "n_splits: expected at most 1, the number of rows, got 4"),
    ):
        with pytest.raises(ComputeError, match=says):
            ALL[context](frame, answer, tmp_path)


# Prints one number for all that is drawn and found.
DIGEST = """
import hashlib, numpy as np, polars as pl, poly_match as pm
random = np.random.default_rng(1)
points = pl.Series("p", random.normal(size=(400_000, 3)))
labels = pl.Series("l", [f"class {label}" for label in random.integers(0, 900, 400_000)])
fit = pm.fit_kmeans(points, 20, seed=5, max_iter=20)
deal = labels.to_frame().select(
    pm.stratified_split("l", seed=5).alias("part").to_physical(),
    pm.stratified_fold("l", 7, seed=5).alias("fold"),
)
found = [fit.labels, fit.centroids.explode(), fit.predict(points), *deal]
digest = hashlib.sha256(b"".join(series.to_numpy().tobytes() for series in found))
print(digest.hexdigest(), fit.inertia, fit.iterations)
"""


def test_the_number_of_threads_changes_nothing() -> None:
    def run(threads: int) -> str:
        # Polars' threads, and the engine's own.
        counts = {"POLARS_MAX_THREADS": str(threads), "RAYON_NUM_THREADS": str(threads)}
        done = subprocess.run(
            [sys.executable, "-c", DIGEST],
            capture_output=True,
            text=True,
            check=True,
            env=os.environ | counts,
        )
        return done.stdout

    one = run(1)
    assert one
    assert [run(threads) for threads in (2, 5)] == [one, one]
