"""What a copy of Parquet promises, on the files of all writers: columns and all said of them."""

from __future__ import annotations

import datetime
import decimal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from footers import (
    FALSE,
    TRUE,
    Struct,
    chunks,
    edit_footer,
    page_headers,
    read_footer,
    write_struct,
)
from jobs import EXPECTED, POINTS, refused, run

ROWS = len(POINTS)
MOMENT = datetime.datetime(2026, 11, 29, 12, 30, 0, 123456)


def of_all_types() -> pa.Table:
    """The points, with columns of all types that pyarrow writes, nulls among them."""
    points = pl.read_parquet("points.parquet").to_arrow()
    flat: dict[str, tuple[Any, pa.DataType]] = {
        "bool": (True, pa.bool_()),
        "i8": (-8, pa.int8()),
        "u16": (65535, pa.uint16()),
        "i32": (-(2**31), pa.int32()),
        "u32": (2**32 - 1, pa.uint32()),
        "i64": (-(2**63), pa.int64()),
        "u64": (2**64 - 1, pa.uint64()),
        "f16": (1.5, pa.float16()),
        "f32": (1.5, pa.float32()),
        "text": ("ä\u0000b", pa.string()),
        "large": ("b", pa.large_string()),
        "bytes": (b"\xff\x00", pa.binary()),
        "fixed": (b"abc", pa.binary(3)),
        "day": (MOMENT.date(), pa.date32()),
        "time_ms": (datetime.time(12, 30), pa.time32("ms")),
        "time_ns": (datetime.time(12, 30), pa.time64("ns")),
        "moment_ms": (MOMENT.replace(microsecond=0), pa.timestamp("ms")),
        "moment_utc": (MOMENT, pa.timestamp("us", "Europe/Berlin")),
        "moment_ns": (MOMENT, pa.timestamp("ns")),
        "duration": (datetime.timedelta(1), pa.duration("us")),
        "decimal": (decimal.Decimal("-12.34"), pa.decimal128(9, 2)),
        "wide": (decimal.Decimal(10) ** 30, pa.decimal256(38, 2)),
        "none": (None, pa.null()),
    }
    columns = {
        name: pa.array([value, None, value] * (ROWS // 3), dtype)
        for name, (value, dtype) in flat.items()
    }
    columns["category"] = columns["text"].dictionary_encode()
    columns["list"] = pa.array([["a", None], None, []] * (ROWS // 3))
    columns["struct"] = pa.array([{"a": 1, "b": ["x"]}, None, {"a": None, "b": None}] * (ROWS // 3))
    columns["map"] = pa.array(
        [[("k", 1.0)], None, []] * (ROWS // 3), pa.map_(pa.string(), pa.float64())
    )
    for name, column in columns.items():
        points = points.append_column(name, column)
    return points


def by_pyarrow(**options: Any) -> None:
    """By pyarrow, with more than one row group."""
    pq.write_table(of_all_types(), "given.parquet", row_group_size=4, **options)


def by_polars() -> None:
    """By Polars, with types of its own."""
    frame = pl.read_parquet("points.parquet").with_columns(
        text=pl.Series(["a", None, "b"] * (ROWS // 3)),
        kind=pl.Series(["a", None, "b"] * (ROWS // 3), dtype=pl.Categorical),
        fixed=pl.Series(["a", None, "b"] * (ROWS // 3), dtype=pl.Enum(["b", "a"])),
        wide=pl.Series([2**100, None, -1] * (ROWS // 3), dtype=pl.Int128),
        wides=pl.Series([[2**100], None, []] * (ROWS // 3), dtype=pl.List(pl.Int128)),
        moment=pl.Series([MOMENT, None, MOMENT] * (ROWS // 3), dtype=pl.Datetime("us", "UTC")),
        took=pl.Series([1, None, 2] * (ROWS // 3), dtype=pl.Duration("ms")),
        money=pl.Series(["1.50", None, "2"] * (ROWS // 3)).cast(pl.Decimal(12, 2)),
    )
    frame.write_parquet("given.parquet", row_group_size=4)


def by_duckdb(more: str = "") -> None:
    """By DuckDB, with types that Arrow has not."""
    duckdb.sql(
        "COPY (SELECT *, uuid() AS id, '{\"a\": 1}'::JSON AS json, 'a'::ENUM('b', 'a') AS kind, "
        "1::UTINYINT AS small, TIME '12:30' AS time, now() AS moment, 3::HUGEINT AS huge, "
        f"{{'a': [1, 2]}} AS inner {more} FROM 'points.parquet') "
        "TO 'given.parquet' (FORMAT parquet)"
    )


WRITERS: dict[str, Callable[[], None]] = {
    "pyarrow 1.0": lambda: by_pyarrow(version="1.0", store_schema=False),
    "pyarrow 2.6": lambda: by_pyarrow(write_page_index=True, compression="zstd"),
    "pages 2.0": lambda: by_pyarrow(data_page_version="2.0", compression="gzip"),
    "checksums": lambda: by_pyarrow(write_page_checksum=True, compression="brotli"),
    "deltas": lambda: by_pyarrow(
        use_dictionary=False, column_encoding={"i32": "DELTA_BINARY_PACKED"}, compression="lz4"
    ),
    "int96": lambda: by_pyarrow(use_deprecated_int96_timestamps=True, compression="none"),
    "no statistics": lambda: by_pyarrow(write_statistics=False, sorting_columns=None),
    "Polars": by_polars,
    "DuckDB": by_duckdb,
}


def said_of(chunk: pq.ColumnChunkMetaData) -> dict[str, Any]:
    """What the footer says of a chunk, but for where it is."""
    said: dict[str, Any] = chunk.to_dict()
    for name in ("file_offset", "dictionary_page_offset", "data_page_offset"):
        del said[name]
    return said


@pytest.mark.parametrize("writer", WRITERS.values(), ids=WRITERS)
@pytest.mark.usefixtures("place")
def test_a_copy_is_the_file_and_a_column(writer: Callable[[], None]) -> None:
    """Types, logical types, statistics and values; pyarrow, DuckDB and Polars read it."""
    writer()
    run("given.parquet")
    before, after = read_footer("given.parquet"), read_footer("out.parquet")
    # The schema, with all logical types: the root has one child more.
    root, *columns = before[2][1][1]
    new_root, *new_columns = after[2][1][1]
    for column, copied in zip(columns, new_columns, strict=False):
        # The older word for a logical type may come on top.
        assert {**copied, 6: None} == {**column, 6: None}
        assert copied.get(6) == column.get(6) or 10 in column
    assert new_root[5][1] == root[5][1] + 1
    assert after[6] == before[6], "the writer's name"
    values = [len(group[1][1][1]) for group in (before[4][1][1])]
    assert [len(group[1][1][1]) for group in after[4][1][1]] == [n + 1 for n in values]
    old, new = chunks(before), chunks(after)
    width = len(old) // len(values)
    old_bytes, new_bytes = Path("given.parquet").read_bytes(), Path("out.parquet").read_bytes()
    for at, chunk in enumerate(old):
        copied = new[at + at // width]
        # Type, encodings, path, codec, numbers and sizes.
        for field in (1, 3, 4, 5, 6, 7, 13):
            assert copied.get(field) == chunk.get(field), field
        assert set(copied[2][1][1]) == set(chunk[2][1][1])
        statistics, kept = chunk.get(12, (0, {}))[1], copied.get(12, (0, {}))[1]
        # Least, greatest, nulls, distinct values, whatever field the least and greatest are in.
        for new_field, old_field in ((5, 1), (6, 2)):
            value = statistics.get(new_field, statistics.get(old_field))
            assert kept.get(new_field, kept.get(old_field)) == value
        for field in (3, 4):
            assert kept.get(field) == statistics.get(field)

        def pages(of: Struct, data: bytes) -> bytes:
            start = of[11][1] if 11 in of else of[9][1]
            return data[start : start + of[7][1]]

        assert pages(copied, new_bytes) == pages(chunk, old_bytes)
    assert pl.read_parquet("out.parquet")["polygon"].to_list() == EXPECTED
    given = pl.read_parquet("given.parquet")
    copied_frame = pl.read_parquet("out.parquet").drop("polygon")
    assert copied_frame.schema == given.schema
    assert copied_frame.drop("x", "y").equals(given.drop("x", "y"))
    counted = "SELECT count(*), count(polygon) FROM 'out.parquet'"
    assert duckdb.sql(counted).fetchall() == [(ROWS, sum(row is not None for row in EXPECTED))]
    if "wide" in given.columns and given.schema["wide"] == pl.Int128:
        return  # pyarrow reads neither the file nor the copy.
    table = pq.read_table("out.parquet")
    assert table["polygon"].to_pylist() == EXPECTED
    unequal = ["x", "y"]
    assert table.drop_columns(["polygon", *unequal]).equals(
        pq.read_table("given.parquet").drop_columns(unequal), check_metadata=False
    )


@pytest.mark.usefixtures("place")
def test_statistics_in_the_old_fields() -> None:
    """Of numbers they are in the new fields too; of others they stay where they are."""
    table = of_all_types().select(["x", "y", "i32", "u32", "f32", "text", "bool"])
    pq.write_table(table, "given.parquet", compression="none")

    def old(footer: Struct) -> None:
        footer[6] = (8, b"parquet-mr version 1.8.0 (build 0fda28a)")
        del footer[7]
        for chunk in chunks(footer):
            statistics = chunk[12][1]
            for new_field, old_field in ((5, 1), (6, 2)):
                if new_field in statistics:
                    statistics[old_field] = statistics.pop(new_field)
            for field in (7, 8):
                statistics.pop(field, None)

    edit_footer("given.parquet", old)
    before = [chunk[12][1] for chunk in chunks(read_footer("given.parquet"))]
    run("given.parquet")
    after = [chunk[12][1] for chunk in chunks(read_footer("out.parquet"))]
    names = table.column_names
    for name, given, copied in zip(names, before, after, strict=False):
        assert {1, 2} <= set(given)
        assert not {5, 6} & set(given)
        if name in ("x", "y", "i32", "f32", "bool"):
            assert (copied[5], copied[6]) == (given[1], given[2])
        assert {field: copied[field] for field in given} == given
        assert {5, 6} <= set(copied) or name in ("u32", "text")
    group = pq.ParquetFile("out.parquet").metadata.row_group(0)
    told = {
        name: group.column(at).statistics.max
        for at, name in enumerate(names)
        if group.column(at).statistics is not None and group.column(at).statistics.has_min_max
    }
    assert told["i32"] == -(2**31)
    assert told["f32"] == 1.5
    assert "text" not in told


@pytest.mark.usefixtures("place")
def test_chunks_that_are_longer_than_stated() -> None:
    """As parquet-mr before 1.2.9 wrote them: the header of the dictionary is not counted.

    `nation.dict-malformed.parquet` of Apache's parquet-testing is such a file.
    """
    frame = pl.read_parquet("points.parquet").with_columns(
        name=pl.Series(["France", "Peru", None] * (ROWS // 3)), key=pl.int_range(ROWS)
    )
    pq.write_table(frame.to_arrow(), "given.parquet", compression="none", version="1.0")
    shortened = []

    def shorten(footer: Struct) -> None:
        footer[6] = (8, b"parquet-mr version 1.2.8")
        for chunk in chunks(footer):
            if 11 in chunk:
                _, header, _ = page_headers("given.parquet", chunk)[0]
                for field in (6, 7):
                    chunk[field] = (chunk[field][0], chunk[field][1] - header)
                shortened.append(header)

    edit_footer("given.parquet", shorten)
    assert len(shortened) == 4
    given = pq.read_table("given.parquet")
    for options in ({}, {"compression": "zstd"}):
        run("given.parquet", **options)
        for read in (pq.read_table, lambda name: pl.read_parquet(name).to_arrow()):
            copied = read("out.parquet")
            assert copied["polygon"].to_pylist() == EXPECTED
            for name in ("name", "key"):
                assert copied[name].to_pylist() == given[name].to_pylist()
        names = duckdb.sql("SELECT name FROM 'out.parquet'").fetchall()
        assert [name for (name,) in names] == given["name"].to_pylist()


@pytest.mark.usefixtures("place")
def test_pages_that_are_marked_as_not_compressed() -> None:
    """As parquet-cpp wrote them before Arrow 3.0: they are compressed.

    `ARROW-17100.parquet` of Apache's arrow-testing is such a file.
    """
    frame = pl.concat([pl.read_parquet("points.parquet")] * 200).with_columns(
        name=pl.lit("the same text in every row"), key=pl.int_range(200 * ROWS) // 100
    )
    pq.write_table(
        frame.to_arrow(),
        "given.parquet",
        data_page_version="2.0",
        compression="snappy",
        use_dictionary=False,
        store_schema=False,
    )
    data = bytearray(Path("given.parquet").read_bytes())
    marked = 0
    for chunk in chunks(read_footer("given.parquet")):
        for at, length, header in page_headers("given.parquet", chunk):
            if 8 in header:
                assert header[8][1][7] == (TRUE, None)
                header[8][1][7] = (FALSE, None)
                written = write_struct(header)
                assert len(written) == length
                data[at : at + length] = written
                marked += 1
    assert marked >= 4
    Path("given.parquet").write_bytes(data)

    def name(footer: Struct) -> None:
        footer[6] = (8, b"parquet-cpp version 1.5.1-SNAPSHOT")

    edit_footer("given.parquet", name)
    given = pq.read_table("given.parquet")
    assert given["key"].to_pylist() == [at // 100 for at in range(200 * ROWS)]
    for options in ({}, {"compression": "zstd"}):
        run("given.parquet", **options)
        for read in (pq.read_table, lambda name: pl.read_parquet(name).to_arrow()):
            copied = read("out.parquet")
            assert copied["polygon"].to_pylist() == EXPECTED * 200
            assert copied["key"].to_pylist() == given["key"].to_pylist()
            assert copied["name"].to_pylist() == given["name"].to_pylist()


@pytest.mark.usefixtures("place")
def test_integers_of_128_bits() -> None:
    """Are copied and written anew as what they are, and refused by name where they cannot be."""
    by_polars()
    given = pl.read_parquet("given.parquet")
    run("given.parquet", compression="gzip")
    got = pl.read_parquet("out.parquet")
    assert got.schema["wides"] == pl.List(pl.Int128)
    assert got["wide"].to_list() == given["wide"].to_list()
    assert got["wides"].to_list() == given["wides"].to_list()
    for output in ("out.csv", "out.arrow"):
        with refused(ValueError, "output: column 'wide' has integers of 128 bits"):
            run("given.parquet", output=output)
    # As an answer they would be bytes.
    zones = pl.read_parquet("zones.parquet").with_columns(wide=pl.lit(2**100, pl.Int128))
    zones.write_parquet("wide.parquet")
    run(polygons="wide.parquet")
    with refused(ValueError, "wide.parquet: column 'wide' has integers of 128 bits"):
        run(polygons="wide.parquet", id="wide")
    given.write_ipc("given.arrow")
    with refused(ValueError, "given.arrow: column 'wide' has integers of 128 bits"):
        run("given.arrow")


@pytest.mark.usefixtures("place")
def test_logical_types_that_arrow_does_not_have() -> None:
    """Stay where all columns are written anew."""
    by_duckdb()
    run("given.parquet", compression="zstd")
    given, got = (
        {c[4][1]: c for c in read_footer(name)[2][1][1]}
        for name in ("given.parquet", "out.parquet")
    )
    for name in (b"id", b"json"):
        assert got[name].get(10) == given[name].get(10) is not None
    # DuckDB names the older type alone, which is text: the newer one is added.
    assert given[b"kind"].get(10) is None
    for name in (b"id", b"json", b"kind"):
        assert got[name][1] == given[name][1]
        assert got[name].get(6) == given[name].get(6)
    read = "SELECT id, json, kind, small, time, moment::VARCHAR, huge FROM '{}.parquet'"
    rows = [duckdb.sql(read.format(name)) for name in ("given", "out")]
    assert rows[0].fetchall() == rows[1].fetchall()
    assert rows[0].types == rows[1].types


@pytest.mark.usefixtures("place")
def test_intervals_of_parquet() -> None:
    """Are copied; to be read they would have to lose their months."""
    by_duckdb(", INTERVAL '2 months 3 days' AS span")
    run("given.parquet")
    spans = [
        duckdb.sql(f"SELECT span FROM '{name}.parquet'").fetchall() for name in ("given", "out")
    ]
    assert spans[0] == spans[1]
    for options in ({"compression": "zstd"}, {"output": "out.arrow"}, {"output": "out.csv"}):
        with refused(ValueError, "output: column 'span' is an interval"):
            run("given.parquet", **options)


@pytest.mark.long
@pytest.mark.usefixtures("place")
def test_more_row_groups_than_can_be_read() -> None:
    """The number of a row group has 16 bits."""
    frame = pl.DataFrame({"x": [0.0] * 32_769, "y": [0.0] * 32_769})
    frame.write_parquet("given.parquet", row_group_size=1)
    with refused(ValueError, "given.parquet: more than 32,768 row groups"):
        run("given.parquet")
