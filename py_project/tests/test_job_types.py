"""What becomes of the types of Arrow on the way to Parquet, and of files by several writers."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq
import pytest
from jobs import EXPECTED, POINTS, refused, run

ROWS = len(POINTS)
MOMENT = datetime.datetime(1999, 12, 31, 23, 59, 59)
TIME = datetime.time(23, 59, 59)


def write_arrow(path: str = "points.arrow", **columns: pa.Array) -> None:
    """The points with further columns, as a file of Arrow IPC."""
    points = pl.read_parquet("points.parquet").to_arrow()
    for name, column in columns.items():
        points = points.append_column(name, column)
    with pa.ipc.new_file(path, points.schema) as file:
        file.write_table(points)


def repeated(value: Any, dtype: pa.DataType) -> pa.Array:
    """A column of a value and of nulls."""
    return pa.array([value, None, value] * (ROWS // 3), dtype)


def types_of_parquet(path: str) -> list[tuple[str, str]]:
    """The physical and logical types of all columns that are not points or answers."""
    schema = pq.ParquetFile(path).schema
    columns = [schema.column(at) for at in range(len(schema))]
    return [
        (column.physical_type, str(column.logical_type))
        for column in columns
        if column.path not in ("x", "y", "polygon")
    ]


SECONDS = pa.timestamp("s")
VALUES: dict[str, pa.Array] = {
    "timestamp[s]": repeated(MOMENT, SECONDS),
    "timestamp[s, UTC]": repeated(MOMENT, pa.timestamp("s", "UTC")),
    "timestamp[ns]": repeated(MOMENT, pa.timestamp("ns")),
    "date64": repeated(MOMENT.date(), pa.date64()),
    "time32[s]": repeated(TIME, pa.time32("s")),
    "time64[us]": repeated(TIME, pa.time64("us")),
    "float16": repeated(1.5, pa.float16()),
    "decimal256": repeated(10**60, pa.decimal256(70, 2)),
    "fixed": repeated(b"abc", pa.binary(3)),
    "null": repeated(None, pa.null()),
    "string_view": repeated("a", pa.string_view()),
    "list": repeated([MOMENT], pa.list_(SECONDS)),
    "large_list": repeated([MOMENT.date()], pa.large_list(pa.date64())),
    "fixed_list": repeated([TIME, TIME], pa.list_(pa.time32("s"), 2)),
    "struct": repeated(
        {"a": MOMENT, "b": [TIME]}, pa.struct({"a": SECONDS, "b": pa.list_(pa.time32("s"))})
    ),
    "map": repeated([("a", MOMENT)], pa.map_(pa.string(), SECONDS)),
    "dictionary": repeated("a", pa.string()).dictionary_encode(),
    "dictionary of dates": repeated(MOMENT.date(), pa.date32()).dictionary_encode(),
}


@pytest.mark.parametrize("column", VALUES.values(), ids=VALUES)
@pytest.mark.usefixtures("place")
def test_types_are_those_of_pyarrow(column: pa.Array) -> None:
    """Alone and in lists, maps and structs."""
    write_arrow(column=column)
    run("points.arrow")
    pq.write_table(pa.table({"column": column}), "pyarrow.parquet", store_schema=False)
    assert types_of_parquet("out.parquet") == types_of_parquet("pyarrow.parquet")
    got = pq.read_table("out.parquet")
    assert got["column"].to_pylist() == column.to_pylist()
    assert got["polygon"].to_pylist() == EXPECTED


OTHERS: dict[str, pa.Array] = {
    "duration": repeated(datetime.timedelta(3), pa.duration("s")),
    "run ends": pa.RunEndEncodedArray.from_arrays(
        pa.array([ROWS], pa.int32()), pa.array([MOMENT], SECONDS)
    ),
    "list_view": repeated([MOMENT], pa.list_view(SECONDS)),
    "dictionary of times": pa.DictionaryArray.from_arrays(
        pa.array([0] * ROWS), pa.array([TIME], pa.time32("s"))
    ),
    "categories in lists": repeated(["a"], pa.list_(pa.dictionary(pa.int8(), pa.string()))),
}


@pytest.mark.parametrize("column", OTHERS.values(), ids=OTHERS)
@pytest.mark.usefixtures("place")
def test_types_that_pyarrow_does_not_write(column: pa.Array) -> None:
    """Keep their values."""
    write_arrow(column=column)
    run("points.arrow")
    assert pq.read_table("out.parquet")["column"].to_pylist() == column.to_pylist()
    run("points.arrow", output="out.arrow")
    with pa.ipc.open_file("out.arrow") as file:
        assert file.read_all()["column"].to_pylist() == column.to_pylist()


UNION = pa.UnionArray.from_sparse(
    pa.array([0] * ROWS, pa.int8()), [pa.array(range(ROWS)), pa.array(["a"] * ROWS)]
)
HELD_BY_NONE: dict[str, pa.Array] = {
    "union": UNION,
    "list of unions": pa.FixedSizeListArray.from_arrays(UNION, 1),
    "interval": repeated((2, 3, 4), pa.month_day_nano_interval()),
    "list of intervals": repeated([(2, 3, 4)], pa.list_(pa.month_day_nano_interval())),
    "empty struct": repeated({}, pa.struct([])),
}


@pytest.mark.parametrize("column", HELD_BY_NONE.values(), ids=HELD_BY_NONE)
@pytest.mark.usefixtures("place")
def test_types_that_parquet_cannot_hold(column: pa.Array) -> None:
    """Are refused by the name of the column, before anything is written; Arrow holds them."""
    write_arrow(column=column)
    with refused(ValueError, "output: Parquet cannot hold column 'column' of type "):
        run("points.arrow")
    run("points.arrow", output="out.arrow")
    with pa.ipc.open_file("out.arrow") as file:
        assert file.read_all()["column"].to_pylist() == column.to_pylist()


@pytest.mark.usefixtures("place")
def test_a_moment_that_milliseconds_do_not_have() -> None:
    """Is an error, not null."""
    write_arrow(column=pa.array([2**62] * ROWS, pa.timestamp("s")))
    with refused(ValueError, "points.arrow: "):
        run("points.arrow")


@pytest.mark.usefixtures("place")
def test_categories_in_lists_of_parquet() -> None:
    """Become text in Arrow: those of one row group are not those of the next."""
    kinds = pl.Series([["a"], ["b", None], None] * (ROWS // 3), dtype=pl.List(pl.Categorical))
    frame = pl.read_parquet("points.parquet").with_columns(kinds=kinds)
    frame.write_parquet("given.parquet", row_group_size=2)
    run("given.parquet", output="out.arrow")
    assert pl.read_ipc("out.arrow")["kinds"].to_list() == kinds.to_list()


@pytest.mark.parametrize(
    "formats", [("parquet", "parquet"), ("arrow", "parquet"), ("arrow", "arrow")]
)
@pytest.mark.usefixtures("place")
def test_a_folder_by_several_writers(formats: tuple[str, str]) -> None:
    """Text is text, however it is kept in memory, and each file keeps its own."""
    text = pa.array(["a", None, "b"] * (ROWS // 3))
    forms = [
        text,
        text.cast(pa.large_string()),
        text.cast(pa.string_view()),
        text.dictionary_encode(),
    ]
    lists = [pa.array([["a"]] * ROWS, pa.list_(pa.field(name, pa.string()))) for name in "ab"]
    Path("points").mkdir()
    for at, form in enumerate(forms):
        write_arrow("one.arrow", text=form, list=lists[at % 2])
        if formats[at % 2] == "arrow":
            Path("one.arrow").rename(f"points/{at}.arrow")
        else:
            pq.write_table(pa.ipc.open_file("one.arrow").read_all(), f"points/{at}.parquet")
            Path("one.arrow").unlink()
    assert run("points", output="out").files == len(forms)
    for at, form in enumerate(forms):
        kind = formats[at % 2]
        read = pl.read_ipc if kind == "arrow" else pl.read_parquet
        got = read(f"out/{at}.{kind}")
        assert got["text"].cast(pl.String).to_list() == text.to_pylist()
        assert got["polygon"].to_list() == EXPECTED
        assert got.schema["text"] == pl.from_arrow(pa.table({"text": form})).schema["text"]


@pytest.mark.usefixtures("place")
def test_csv_and_parquet_in_one_folder() -> None:
    """By what the columns mean: a CSV may hold what a Parquet file states."""
    frame = pl.read_parquet("points.parquet").with_columns(
        id=pl.int_range(ROWS), zip=pl.lit("02134"), day=pl.date(2026, 11, 29), share=pl.lit(0.5)
    )
    Path("points").mkdir()
    frame.write_csv("points/a.csv")
    frame.with_columns(pl.col("zip").cast(pl.Categorical)).write_parquet("points/b.parquet")
    assert run("points", output="out").files == 2
    assert "02134" in Path("out/a.csv").read_text()
    assert pl.read_parquet("out/b.parquet").schema["id"] == pl.Int64
    # Numbers cannot be what is no number.
    frame.with_columns(id=pl.lit("A7")).write_csv("points/c.csv")
    with refused(ValueError, "points/c.csv: column 'id' is of type Utf8; ", "in points/b.parquet"):
        Path("points/a.csv").unlink()
        run("points", output="out")
