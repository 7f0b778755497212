"""The kernels of two columns answer alike in every context in which Polars runs an expression.

A row's answer depends on that row alone. What is expected is what they answer row by row in memory.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from test_kernel_contexts import ALL, MANY, answers

import poly_match as pm

KERNELS: dict[str, Callable[[], pl.Expr]] = {
    "dtw": lambda: pm.dtw("a", "b"),
    "dtw, one series": lambda: pm.dtw("a", [0.0, 1.0, 3.0], window=1),
    "dtw, one series first": lambda: pm.dtw(pl.Series([0.0, 1.0, 3.0]), "b"),
    "dtw_path": lambda: pm.dtw_path("a", "b").list.len(),
    "shade": lambda: pm.shade("x", "y", size=(97, 89)),
}

kernels = pytest.mark.parametrize("kernel", KERNELS)
contexts = pytest.mark.parametrize("context", ALL)


def frame_of(rows: int) -> pl.DataFrame:
    random = np.random.default_rng(rows)
    samples = pl.DataFrame(random.integers(0, 9, (rows, 7)), schema=list("cdefghi"))
    series = samples.select(a=pl.concat_list("c", "d", "e"), b=pl.concat_list("f", "g", "h", "i"))
    return series.with_columns(
        pl.when(pl.int_range(rows) % 13 > 0).then("a").alias("a"),
        row=np.arange(rows),
        group=np.arange(rows) * 7 % 11 % 3,
        x=random.integers(0, 97, rows),
        y=random.integers(0, 89, rows),
    )


@kernels
@pytest.mark.parametrize("rows", [200, MANY])
@contexts
def test_many_rows(context: str, rows: int, kernel: str, tmp_path: Path) -> None:
    frame, answer = frame_of(rows), KERNELS[kernel]()
    expected = frame.select(answer=answer)["answer"]
    assert expected.n_unique() > 1
    assert answers(ALL[context](frame, answer, tmp_path)).equals(expected)


@kernels
@pytest.mark.parametrize("rows", [0, 1, 3])
@contexts
def test_few_rows(context: str, rows: int, kernel: str, tmp_path: Path) -> None:
    frame, answer = frame_of(rows), KERNELS[kernel]()
    expected = frame_of(200).select(answer=answer)
    got = ALL[context](frame, answer, tmp_path)
    assert got.schema["answer"] == expected.schema["answer"]
    one_by_one = [frame[row].select(answer=answer)["answer"] for row in range(rows)]
    assert answers(got).to_list() == [answer.item() for answer in one_by_one]


def test_filters_and_choices() -> None:
    frame = frame_of(1_000)
    far = pm.dtw("a", [0, 1, 3]) > 5
    expected = frame.with_columns(far=far)
    assert frame.lazy().filter(far).collect()["row"].equals(expected.filter("far")["row"])
    chosen = frame.lazy().select(pl.when(far).then(pm.dtw("a", "b")).otherwise(-1.0)).collect()
    both = frame.select(far=far, distance=pm.dtw("a", "b"))
    wanted = both.select(pl.when("far").then("distance").otherwise(-1.0)).to_series()
    assert chosen.to_series().equals(wanted.alias(chosen.columns[0]))
