"""`stratified_split` and `stratified_fold`: their semantics, through every door."""

from __future__ import annotations

import inspect
import math
from collections import Counter
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.exceptions import ComputeError, InvalidOperationError

import poly_match as pm

PART = pl.Enum(["train", "test"])
LABELS = st.lists(st.one_of(st.none(), st.integers(0, 2), st.integers(0, 30)), max_size=200)
SEEDS = st.integers(0, 2**64 - 1)


def split(labels: pl.Series, **options: Any) -> pl.Series:
    return labels.to_frame("label").select(pm.stratified_split("label", **options)).to_series()


def fold(labels: pl.Series, n_splits: int = 10, **options: Any) -> pl.Series:
    frame = labels.to_frame("label")
    return frame.select(pm.stratified_fold("label", n_splits, **options)).to_series()


def table(labels: Any, parts: Any) -> dict[Any, Counter[Any]]:
    """How many rows each class has in each part."""
    found: dict[Any, Counter[Any]] = {}
    for label, part in zip(labels, parts, strict=True):
        found.setdefault(label, Counter())[part] += 1
    return found


@settings(max_examples=100, deadline=None)
@given(LABELS, st.floats(0.01, 0.99), SEEDS, st.booleans())
def test_totals_are_exact_and_shares_by_largest_remainder(
    values: list[int | None], test_size: float, seed: int, shuffle: bool
) -> None:
    # Each label twice at least.
    values = values + values
    labels = pl.Series("label", values, dtype=pl.Int64)
    test = math.ceil(test_size * len(values))
    if test == len(values) > 0:
        with pytest.raises(ComputeError, match="nothing is left for training"):
            split(labels, test_size=test_size, seed=seed, shuffle=shuffle)
        return
    parts = split(labels, test_size=test_size, seed=seed, shuffle=shuffle)
    assert parts.dtype == PART
    assert (parts == "test").sum() == test
    assert parts.null_count() == 0
    up, down = [], []
    for found in table(values, parts).values():
        count = found.total()
        # Whole numbers: in units of a row over all rows.
        quota, given = count * test, found["test"] * len(values)
        assert abs(quota - given) < len(values)
        (up if given > quota else down).append(quota % len(values))
    assert not up or min(up) >= max(down, default=0)


@settings(max_examples=100, deadline=None)
@given(LABELS, st.integers(2, 45), SEEDS, st.booleans())
def test_folds_differ_by_at_most_one(
    values: list[int | None], n_splits: int, seed: int, shuffle: bool
) -> None:
    labels = pl.Series("label", values, dtype=pl.Int64)
    if 0 < len(values) < n_splits:
        with pytest.raises(ComputeError, match="n_splits: expected at most"):
            fold(labels, n_splits, seed=seed, shuffle=shuffle)
        return
    folds = fold(labels, n_splits, seed=seed, shuffle=shuffle)
    assert folds.dtype == pl.UInt32
    for found in [*table(values, folds).values(), Counter(folds.to_list())]:
        sizes = [found[number] for number in range(n_splits)]
        assert sum(sizes) == found.total()
        assert max(sizes) - min(sizes) <= 1


def test_both_sizes_leave_rows_out() -> None:
    labels = pl.Series([0, 1] * 50)
    for test_size, train_size in ((0.2, 0.5), (20, 50), (0.2, 50)):
        parts = split(labels, test_size=test_size, train_size=train_size, seed=1)
        assert Counter(parts) == {"test": 20, "train": 50, None: 30}
        assert table(labels, parts)[0] == {"test": 10, "train": 25, None: 15}
    assert Counter(split(labels, test_size=None, train_size=0.25)) == {"train": 25, "test": 75}
    assert Counter(split(labels, test_size=0.33, train_size=0.25)) == {
        "train": 25,
        "test": 33,
        None: 42,
    }
    assert Counter(split(labels)) == {"train": 67, "test": 33}
    assert Counter(split(labels, test_size=np.int64(7))) == {"train": 93, "test": 7}


@pytest.mark.parametrize(
    ("train_size", "train"), [(0.5, 50), (0.8, 80), (0.999, 99), (1, 1), (98, 98), (np.int8(7), 7)]
)
def test_what_is_not_for_training_is_for_the_test(train_size: Any, train: int) -> None:
    labels = pl.Series([0, 1] * 50)
    for shuffle in (True, False):
        parts = split(labels, train_size=train_size, shuffle=shuffle)
        assert Counter(parts) == {"train": train, "test": 100 - train}
    assert inspect.signature(pm.stratified_split).parameters["test_size"].default == 0.33


# Each fold of four is as likely as another: within five deviations of a quarter of 2,000 seeds.
OFTEN = range(500 - 97, 500 + 97)


@pytest.mark.parametrize(
    "values",
    [
        ["a"] + ["b"] * 10,
        ["b"] * 10 + ["a"],
        ["a"] + ["b"] * 7 + ["c"] * 12,
        [f"class {number}" for number in range(9)],
    ],
)
def test_what_a_class_has_over_is_in_any_fold(values: list[str]) -> None:
    numbers, surplus = pl.Series(values), Counter(values)
    alone = [row for row, value in enumerate(values) if surplus[value] == 1]
    by_row: Counter[tuple[int, int]] = Counter()
    by_class: Counter[tuple[str, int]] = Counter()
    for seed in range(2_000):
        folds = fold(numbers, 4, seed=seed).to_list()
        by_row.update(enumerate(folds))
        for label, found in table(values, folds).items():
            most = max(found.values())
            if len({found[number] for number in range(4)}) > 1:
                by_class.update((label, number) for number in range(4) if found[number] == most)
    assert all(by_row[row, number] in OFTEN for row in range(len(values)) for number in range(4))
    for label, count in surplus.items():
        over = count % 4
        for number in range(4) if over else ():
            # With two rows over a class is in a fold twice as often.
            assert abs(by_class[label, number] - 500 * over) < 97
    # Two classes of one do not keep together, nor apart.
    if len(alone) > 4:
        together = sum(
            folds[alone[0]] == folds[alone[4]]
            for folds in (fold(numbers, 4, seed=seed).to_list() for seed in range(400))
        )
        assert 0 < together < 400


def test_a_seed_draws_alike_in_each_group_and_apart_in_a_label_of_both() -> None:
    frame = pl.DataFrame({"day": [1, 2] * 60, "label": ["a", "a", "b", "b"] * 30})
    alike = frame.with_columns(part=pm.stratified_split("label", seed=1).over("day"))
    days = [group["part"].to_list() for _, group in alike.group_by("day", maintain_order=True)]
    assert days[0] == days[1]
    both = pl.struct("day", "label")
    apart = frame.with_columns(part=pm.stratified_split(both, test_size=0.5, seed=1))
    days = [group["part"].to_list() for _, group in apart.group_by("day", maintain_order=True)]
    assert days[0] != days[1]
    assert set(Counter(zip(*apart, strict=True)).values()) == {15}


EXTREMES = [
    (pl.Date, pl.Int32, [0, 2**31 - 1]),
    (pl.Date, pl.Int32, [0, -(2**31)]),
    *((pl.Datetime(unit), pl.Int64, [0, 2**63 - 1]) for unit in ("ms", "us", "ns")),
    *((pl.Datetime(unit, "UTC"), pl.Int64, [0, -(2**63)]) for unit in ("ms", "us", "ns")),
    (pl.Datetime("us", "America/New_York"), pl.Int64, [0, 2**63 - 1]),
    *((pl.Duration(unit), pl.Int64, [0, -(2**63)]) for unit in ("ms", "us", "ns")),
    (pl.Time, pl.Int64, [0, 24 * 3600 * 10**9 - 1]),
    (pl.Int64, pl.Int64, [2**63 - 1, -(2**63)]),
    (pl.UInt64, pl.UInt64, [0, 2**64 - 1]),
    (pl.Int128, pl.Int128, [2**127 - 1, -(2**127)]),
    (pl.Float64, pl.Float64, [float("inf"), 5e-324]),
    (pl.Float32, pl.Float32, [-float("inf"), 1e-45]),
    (pl.Decimal(38, 0), pl.Decimal(38, 0), [Decimal(10**38 - 1), Decimal(1 - 10**38)]),
    (pl.Decimal(38, 37), pl.Decimal(38, 37), [Decimal("9.9"), Decimal("-9.9")]),
    (pl.String, pl.String, ["", "\0" * 40]),
    (pl.Binary, pl.Binary, [b"", b"\xff" * 40]),
]


@pytest.mark.parametrize(("dtype", "physical", "values"), EXTREMES)
@pytest.mark.parametrize("form", ["plain", "struct", "list", "array"])
def test_labels_of_any_dtype_up_to_its_extremes(
    dtype: Any, physical: Any, values: list[Any], form: str
) -> None:
    numbers = [0, 1, 0, 0, 1, 1, 0, 1, 0] * 5
    two = pl.Series("label", values, dtype=physical).cast(dtype)

    def shaped(rows: list[int]) -> pl.Series:
        labels = two.gather(rows)
        match form:
            case "struct":
                return labels.to_frame("a").with_columns(b=1).to_struct("label")
            case "list":
                return labels.reshape((-1, 1)).arr.to_list()
            case "array":
                return labels.reshape((-1, 1))
            case _:
                return labels

    labels, expected = shaped(numbers), pl.Series(numbers)
    assert split(labels, seed=3).equals(split(expected, seed=3))
    assert fold(labels, 4, seed=3).equals(fold(expected, 4, seed=3))
    with pytest.raises(ComputeError, match=r"class .* has one row, which cannot be in both"):
        split(shaped([0, 1, 0]))


def test_a_class_of_one() -> None:
    labels = pl.Series("label", ["a", "b", "a", "a"])
    with pytest.raises(ComputeError, match=r"column 'label': class 'b' has one row"):
        split(labels)
    assert split(labels, test_size=1, small="train", seed=1)[1] == "train"
    with pytest.raises(ComputeError, match="3 classes have one row each, which is more than the 2"):
        split(pl.Series(["a", "b", "c", "d", "d"]), test_size=3, small="train")


@pytest.mark.parametrize(
    ("values", "dtype", "name"),
    [
        (["a", "b"], pl.String, "'b'"),
        (["a", "a text that is longer"], pl.String, "'a text that is longer'"),
        (["a", "b"], pl.Categorical, "'b'"),
        (["a", "b"], pl.Enum(["b", "x", "a"]), "'b'"),
        ([b"a", b"b"], pl.Binary, "'62'"),
        ([1, 2], pl.Int8, "'2'"),
        ([1, 2], pl.UInt16, "'2'"),
        ([1, 2], pl.Int32, "'2'"),
        ([1, 2**40], pl.Int64, f"'{2**40}'"),
        ([1, 2**63], pl.UInt64, f"'{2**63}'"),
        ([1, 2**90], pl.Int128, f"'{2**90}'"),
        ([0.5, 1.5], pl.Float64, "'1.5'"),
        ([0.5, 1.5], pl.Float32, "'1.5'"),
        ([True, False], pl.Boolean, "'false'"),
        ([Decimal("1.50"), Decimal("2.5")], pl.Decimal(9, 2), "'2.50'"),
        ([date(2020, 1, 1), date(2020, 1, 2)], pl.Date, "'2020-01-02'"),
        ([datetime(2020, 1, 1), datetime(2020, 1, 2, 3)], pl.Datetime("ms"), "'2020-01-02 03"),
        ([datetime(2020, 1, 1), datetime(2020, 1, 2, 3)], pl.Datetime("us", "UTC"), "'2020-01-02"),
        ([time(1), time(2, 3)], pl.Time, "'02:03"),
        ([timedelta(1), timedelta(2)], pl.Duration("ms"), f"'{2 * 24 * 3600 * 1000}'"),
        (
            [{"a": 1, "b": "x"}, {"a": 1, "b": "y"}],
            pl.Struct({"a": pl.Int8, "b": pl.Categorical}),
            "y",
        ),
        ([[1, 2], [2]], pl.List(pl.Int8), r"'\[2\]'"),
        ([[1, 2], [2, 3]], pl.Array(pl.Int64, 2), r"'\[2, 3\]'"),
        ([1, None], pl.Int64, "null"),
    ],
    ids=lambda value: str(value) if not isinstance(value, (list, str)) else "",
)
def test_dtypes_of_labels(values: list[Any], dtype: Any, name: str) -> None:
    """The same classes give the same answer, whatever they are; a class of one is named."""
    numbers = [0, 1, 0, 0, 1, 1, 0, 1, 0] * 5
    labels = pl.Series("label", [values[number] for number in numbers], dtype=dtype)
    expected = pl.Series(numbers)
    for engine in ("in-memory", "streaming"):
        got = (
            labels.to_frame()
            .lazy()
            .select(
                part=pm.stratified_split("label", seed=3),
                fold=pm.stratified_fold("label", 4, seed=3),
            )
            .collect(engine=engine)
        )
        assert got["part"].to_list() == split(expected, seed=3).to_list()
        assert got["fold"].to_list() == fold(expected, 4, seed=3).to_list()
    with pytest.raises(ComputeError, match=name):
        split(pl.Series("label", [values[0], values[1], values[0]], dtype=dtype))


def test_nans_and_zeros_are_one_class_each() -> None:
    labels = pl.Series([float("nan"), -float("nan"), 0.0, -0.0])
    assert Counter(split(labels, test_size=2)) == {"train": 2, "test": 2}


def test_nulls() -> None:
    labels = pl.Series("label", ["a", None, "a", None])
    assert table(labels, split(labels, test_size=0.5))[None] == {"train": 1, "test": 1}
    for ask, options in ((split, {}), (fold, {"n_splits": 2})):
        with pytest.raises(ComputeError, match="column 'label', row 1: the label is null"):
            ask(labels, nulls="raise", **options)
        only = pl.Series([None] * 20)
        assert len(ask(only)) == 20
    assert Counter(fold(labels, 2)) == {0: 2, 1: 2}


def test_seeds() -> None:
    labels = pl.Series(np.arange(5_000) % 7)
    for ask in (split, fold):
        assert ask(labels, seed=4).equals(ask(labels, seed=4))
        assert not ask(labels, seed=4).equals(ask(labels, seed=2**64 - 1))
        assert not ask(labels).equals(ask(labels))
        in_order = ask(labels, shuffle=False)
        assert in_order.equals(ask(labels, shuffle=False, seed=9))
        assert all(in_order.filter(labels == label).is_sorted() for label in range(7))


def test_a_group_is_dealt_by_itself() -> None:
    frame = pl.DataFrame({"g": [1, 2] * 20, "label": ["a"] * 30 + ["b"] * 10})
    parts = pm.stratified_split("label", test_size=0.5, seed=1).alias("part")
    folds = pm.stratified_fold("label", 5, seed=1).alias("fold")
    over = frame.with_columns(parts.over("g"), folds.over("g"))
    assert over["part"].dtype == PART
    for engine in ("in-memory", "streaming"):
        groups = frame.lazy().group_by("g", maintain_order=True).agg(parts, folds)
        got = groups.collect(engine=engine).explode("part", "fold")
        for column in ("part", "fold"):
            expected = over.sort("g", maintain_order=True)[column].to_list()
            assert got[column].to_list() == expected
    for _, group in over.group_by("g"):
        assert Counter(group["part"]) == {"train": 10, "test": 10}
        assert set(Counter(group["fold"]).values()) == {4}


def test_contexts() -> None:
    frame = pl.DataFrame({"row": range(60), "label": ["a", "b", "c"] * 20})
    parts = pm.stratified_split("label", seed=2)
    expected = frame.select(parts).to_series()
    assert expected.name == "label"
    assert frame.filter(parts == "test")["row"].to_list() == [
        row for row, part in enumerate(expected) if part == "test"
    ]
    plan = frame.lazy().with_columns(part=parts).filter(pl.col("row") > 50)
    assert plan.collect_schema()["part"] == PART
    assert plan.collect()["part"].equals(expected[51:])
    chunks = pl.concat([frame[:7], frame[7:8], frame[8:]], rechunk=False)
    assert chunks.select(parts).to_series().equals(expected)
    series = pm.stratified_split(frame["label"], seed=2)
    assert frame.select(part=series)["part"].equals(expected)
    empty = frame[:0].select(parts.alias("part"), pm.stratified_fold("label").alias("fold"))
    assert empty.schema == {"part": PART, "fold": pl.UInt32}


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"test_size": 0.0}, "test_size: expected a share between 0 and 1 or a count, got 0.0"),
        ({"test_size": 1.0}, "test_size: expected a share"),
        ({"test_size": float("nan")}, "test_size: expected a share"),
        ({"test_size": 0}, "test_size: expected at least 1, got 0"),
        ({"train_size": -2}, "train_size: expected at least 1, got -2"),
        ({"test_size": None}, "test_size: expected a size; train_size is not given either"),
        ({"test_size": 0.6, "train_size": 0.6}, "train_size: with test_size more than all"),
        ({"small": "drop"}, "small: expected 'raise' or 'train', got 'drop'"),
        ({"nulls": "drop"}, "nulls: expected 'class' or 'raise', got 'drop'"),
        ({"seed": -1}, "seed: expected a number from 0"),
    ],
)
def test_options_of_a_split_are_checked_at_once(options: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        pm.stratified_split("label", **options)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"n_splits": 1}, "n_splits: expected at least 2, got 1"),
        ({"nulls": "drop"}, "nulls: expected 'class' or 'raise', got 'drop'"),
        ({"seed": 2**64}, "seed: expected a number from 0"),
    ],
)
def test_options_of_folds_are_checked_at_once(options: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        pm.stratified_fold("label", **options)


KINDS: list[tuple[dict[str, Any], str]] = [
    ({"test_size": "0.3"}, "test_size: expected a share as a float between 0 and 1, a count as an"),
    ({"test_size": True}, "test_size: expected a share as a float .*, got True"),
    ({"test_size": [0.3]}, r"test_size: expected a share as a float .*, got \[0.3\]"),
    ({"train_size": "5"}, "train_size: expected a share as a float .*, got '5'"),
    ({"shuffle": "no"}, "shuffle: expected True or False, got 'no'"),
    ({"shuffle": 0}, "shuffle: expected True or False, got 0"),
    ({"shuffle": None}, "shuffle: expected True or False, got None"),
    ({"seed": 1.0}, r"seed: expected a number from 0 to 2\*\*64 - 1, or None, got 1\.0"),
    ({"seed": True}, "seed: expected a number from 0 .*, got True"),
    ({"seed": "1"}, "seed: expected a number from 0 .*, got '1'"),
    ({"seed": np.random.default_rng(1)}, r"seed: expected a number from 0 .*, got Generator"),
    ({"seed": np.random.RandomState(1)}, r"seed: expected a number from 0 .*, got RandomState"),
    ({"small": None}, "small: expected 'raise' or 'train', got None"),
    ({"nulls": None}, "nulls: expected 'class' or 'raise', got None"),
]


@pytest.mark.parametrize(("options", "says"), KINDS)
def test_options_of_another_kind(options: dict[str, Any], says: str) -> None:
    with pytest.raises(TypeError, match=f"^{says}"):
        pm.stratified_split("label", **options)
    if not {"test_size", "train_size", "small"} & options.keys():
        with pytest.raises(TypeError, match=f"^{says}"):
            pm.stratified_fold("label", **options)


@pytest.mark.parametrize("seed", [0, 7, np.uint64(7), np.int32(7), 2**64 - 1])
def test_seeds_of_any_integer_type(seed: Any) -> None:
    labels = pl.Series(np.arange(500) % 7)
    assert fold(labels, seed=seed).equals(fold(labels, seed=int(seed)))


def test_other_kinds_of_arguments() -> None:
    for ask in (pm.stratified_split, pm.stratified_fold):
        for label in (None, 7, ["a"], pl.DataFrame({"a": [1]})):
            with pytest.raises(
                TypeError, match=r"^label: expected a column name, an expression or"
            ):
                ask(label)  # type: ignore[operator]
    for n_splits, kind, says in (
        (2.0, TypeError, r"n_splits: expected a whole number of at least 2, got 2\.0"),
        (True, TypeError, "n_splits: expected a whole number of at least 2, got True"),
        (2**64, ValueError, f"n_splits: expected at most {2**32 - 1}, got {2**64}"),
        (2**32, ValueError, f"n_splits: expected at most {2**32 - 1}, got {2**32}"),
    ):
        with pytest.raises(kind, match=f"^{says}"):
            pm.stratified_fold("label", n_splits)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=f"^test_size: expected at most {2**63 - 1}, got {2**63}"):
        pm.stratified_split("label", test_size=2**63)


def test_what_the_rows_do_not_allow() -> None:
    labels = pl.Series([0] * 10)
    for options, says in (
        ({"test_size": 11}, "test_size: expected at most 10 rows for both parts, got 11"),
        ({"test_size": 10}, "test_size: nothing is left for training of 10 rows"),
        ({"test_size": None, "train_size": 10}, "train_size: nothing is left for the test"),
    ):
        with pytest.raises(ComputeError, match=says):
            split(labels, **options)
    objects = pl.Series("label", [object()], dtype=pl.Object).to_frame()
    with pytest.raises(InvalidOperationError, match="dtype Object"):
        objects.lazy().select(pm.stratified_fold("label")).collect()
