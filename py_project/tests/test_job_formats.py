"""`match_parquet` from and to CSV and Arrow IPC, and what becomes of types on the way."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.parquet.encryption as encryption
import pytest
from forms import STRUCT, WKB_POINT
from jobs import EXPECTED, POINTS, refused, run
from polars.exceptions import InvalidOperationError

READERS = {"parquet": pl.read_parquet, "csv": pl.read_csv, "arrow": pl.read_ipc}


def write(name: str, frame: pl.DataFrame) -> None:
    writers = {"parquet": frame.write_parquet, "csv": frame.write_csv, "arrow": frame.write_ipc}
    writers[name.rpartition(".")[2]](name)


def to_csv() -> pl.DataFrame:
    """The points, with columns of other types."""
    rows = len(POINTS)
    frame = pl.read_parquet("points.parquet").with_row_index("id")
    return frame.with_columns(
        name=pl.Series(["a", 'b, "c"', None] * (rows // 3)),
        day=pl.date(2026, 11, 20),
        flag=pl.Series([True, False, None] * (rows // 3)),
    )


@pytest.mark.parametrize("to", READERS)
@pytest.mark.parametrize("of", READERS)
@pytest.mark.usefixtures("place")
def test_from_any_format_to_any(of: str, to: str) -> None:
    """By the end of the name; the rows are the same."""
    frame = to_csv()
    write(f"given.{of}", frame)
    summary = run(f"given.{of}", output=f"out.{to}")
    assert (summary.rows, summary.null_points) == (len(POINTS), 4)
    got = READERS[to](f"out.{to}")
    assert got["polygon"].to_list() == EXPECTED
    given = READERS[of](f"given.{of}")
    assert got.columns == [*given.columns, "polygon"]
    for name in ("id", "name", "flag", "x"):
        assert got[name].cast(pl.String).to_list() == given[name].cast(pl.String).to_list()
    if to != "csv":
        assert got.schema["polygon"] == pl.UInt32


@pytest.mark.parametrize("to", ["parquet", "arrow"])
@pytest.mark.usefixtures("place")
def test_csv_stays_text(to: str) -> None:
    """But for the points: codes keep their zeros, and nothing is a date that is none."""
    rows = [
        "x,y,zip,agent,time,day,none",
        '1,2.5,02134,"007",24:00:00,0000-00-00,',
        "2,NaN,10001,1e3,12:00:00,2026-11-29,",
    ]
    Path("points.csv").write_text("\n".join(rows) + "\n")
    run("points.csv", output=f"out.{to}")
    got = READERS[to](f"out.{to}")
    assert got.schema["x"] == pl.Int64
    assert got.schema["y"] == pl.Float64
    assert got.drop("x", "y", "polygon").rows() == [
        ("02134", "007", "24:00:00", "0000-00-00", None),
        ("10001", "1e3", "12:00:00", "2026-11-29", None),
    ]
    assert got.schema["none"] == pl.String


@pytest.mark.usefixtures("place")
def test_types_of_csv() -> None:
    """Those that all rows allow, where they are asked for."""
    rows = [
        "x,y,whole,wide,flag,day,moment,text,mixed,none,zero,huge",
        "1,2,1,1,true,2026-11-20,2026-11-20T08:30:00,a,1,,0000-00-00,1",
        "1.5,NaN,-2,2.5,FALSE,2026-11-21,2026-11-20 08:30:00.5,1,x,,2026-11-21,9999999999999999999",
        ",inf,,,,,,,,,,",
    ]
    Path("points.csv").write_text("\n".join(rows) + "\n")
    run("points.csv", infer_types=True)
    got = pl.read_parquet("out.parquet")
    assert {name: str(dtype) for name, dtype in got.schema.items()} == {
        "x": "Float64",
        "y": "Float64",
        "whole": "Int64",
        "wide": "Float64",
        "flag": "Boolean",
        "day": "Date",
        "moment": "Datetime(time_unit='ms', time_zone=None)",
        "text": "String",
        "mixed": "String",
        "none": "Null",
        "zero": "String",
        "huge": "Float64",
        "polygon": "UInt32",
    }
    assert got["text"].to_list() == ["a", "1", None]
    assert got["polygon"].to_list() == [2, None, None]


@pytest.mark.parametrize("of", READERS)
@pytest.mark.usefixtures("place")
def test_no_rows_have_a_header(of: str) -> None:
    """In CSV, from any format; and the answer is a column of other formats too."""
    write(f"given.{of}", to_csv().clear())
    for to in READERS:
        summary = run(f"given.{of}", output=f"out.{to}")
        assert (summary.rows, summary.matched) == (0, 0)
        if to != "csv":
            assert READERS[to](f"out.{to}").columns == [*to_csv().columns, "polygon"]
    assert Path("out.csv").read_text() == "id,x,y,name,day,flag,polygon\n"
    # A folder of which one file is empty.
    Path("given").mkdir()
    write(f"given/a.{of}", to_csv().clear())
    write(f"given/b.{of}", to_csv())
    assert run("given", output="out").rows == len(POINTS)


@pytest.mark.usefixtures("place")
def test_csv_to_csv_is_text() -> None:
    """No field is written in another way."""
    text = "id,x,y,when\n007,1.50,2.0e0,2026-1-2\n,,nan,\n1e3,9.0,9,  a \n"
    Path("points.csv").write_text(text)
    run("points.csv", output="out.csv")
    lines = Path("out.csv").read_text().splitlines()
    added = ["polygon", "2", "", "3"]
    assert lines == [f"{a},{b}" for a, b in zip(text.splitlines(), added, strict=True)]


@pytest.mark.usefixtures("place")
def test_csv_of_many_rows() -> None:
    """In several batches, and quoted line breaks count as one row."""
    frame = pl.concat([to_csv().with_columns(name=pl.lit("a\nb"))] * 20_000)
    frame.write_csv("points.csv")
    assert run("points.csv").rows == frame.height
    assert pl.read_parquet("out.parquet")["polygon"].to_list() == EXPECTED * 20_000
    assert run("points.csv", output="out.csv").rows == frame.height
    assert pl.read_csv("out.csv")["polygon"].to_list() == EXPECTED * 20_000


@pytest.mark.usefixtures("place")
def test_csv_that_is_none() -> None:
    """Is refused, with the file."""
    for text, said in (
        ("", "no points found"),
        ("x,y\n1,2\n1,2,3\n", "points.csv: "),
        ("x,y\n1,2\na,2\n", "no points found"),
        ("a,b\n1,2\n", "no points found"),
    ):
        Path("points.csv").write_text(text)
        with refused(ValueError, "points.csv: ", said):
            run("points.csv")
    with refused(InvalidOperationError, "points.csv: column 'a': expected numbers, got Utf8"):
        Path("points.csv").write_text("a,b\n1,2\nx,2\n")
        run("points.csv", point=("a", "b"))


class _Keys(encryption.KmsClient):  # type: ignore[misc]
    """Keys that are wrapped in nothing."""

    def __init__(self, _config: Any) -> None:
        super().__init__()

    def wrap_key(self, key: bytes, _master: str) -> bytes:
        return base64.b64encode(key)

    def unwrap_key(self, wrapped: bytes, _master: str) -> bytes:
        return base64.b64decode(wrapped)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"uniform_encryption": True}, "encrypted footer"),
        ({"column_keys": {"key": ["x"]}}, "encrypted footer"),
        ({"column_keys": {"key": ["x"]}, "plaintext_footer": True}, "column 'x' is encrypted"),
        ({"column_keys": {"key": ["id"]}, "plaintext_footer": True}, "column 'id' is encrypted"),
    ],
)
@pytest.mark.usefixtures("place")
def test_encrypted_parquet(options: dict[str, Any], said: str) -> None:
    """Is refused by name, though the points can be read: the rest would be copied in vain."""
    table = pl.read_parquet("points.parquet").with_row_index("id").to_arrow()
    configuration = encryption.EncryptionConfiguration(footer_key="footer", **options)
    properties = encryption.CryptoFactory(_Keys).file_encryption_properties(
        encryption.KmsConnectionConfig(), configuration
    )
    with pq.ParquetWriter("secret.parquet", table.schema, encryption_properties=properties) as file:
        file.write_table(table)
    for more in ({}, {"compression": "zstd"}):
        with refused(ValueError, "secret.parquet: ", said):
            run("secret.parquet", **more)


@pytest.mark.usefixtures("place")
def test_what_csv_cannot_hold() -> None:
    """Is said before anything is written."""
    frame = pl.read_parquet("points.parquet").with_columns(tags=pl.lit([["a"]]))
    frame.write_parquet("points.parquet")
    with refused(ValueError, "output: CSV cannot hold column 'tags' of type "):
        run(output="out.csv")
    frame.drop("tags").write_parquet("points.parquet")
    with refused(ValueError, "output: CSV cannot hold column 'polygon' of type Struct"):
        run(output="out.csv", details=True)
    for option in ({"compression": "zstd"}, {"row_group_size": 5}):
        for output in ("out.csv", "out.arrow"):
            with refused(ValueError, f"{next(iter(option))}: is for outputs in Parquet alone"):
                run(output=output, **option)


@pytest.mark.parametrize("form", [STRUCT, WKB_POINT], ids=lambda form: form.name)
@pytest.mark.parametrize("compression", ["uncompressed", "lz4", "zstd"])
@pytest.mark.usefixtures("place")
def test_arrow(form: Any, compression: Any) -> None:
    """Points in one column; dictionaries, lists and metadata stay."""
    frame = pl.DataFrame([form.series(POINTS).alias("point")]).with_columns(
        kind=pl.Series(["a", "b", None] * 3, dtype=pl.Categorical),
        tags=pl.Series([["a"], None, []] * 3),
    )
    pl.concat([frame] * 3, rechunk=False).write_ipc("points.arrow", compression=compression)
    run("points.arrow", output="out.arrow")
    got = pl.read_ipc("out.arrow")
    assert got["polygon"].to_list() == EXPECTED * 3
    assert got.drop("polygon").equals(pl.concat([frame] * 3))


@pytest.mark.usefixtures("place")
def test_dictionaries_of_parquet_in_arrow() -> None:
    """Are plain columns: they change from row group to row group."""
    frame = pl.read_parquet("points.parquet")
    kinds = [[f"{group} {at}" for at in range(len(POINTS))] for group in range(3)]
    frames = [frame.with_columns(kind=pl.Series(kind)) for kind in kinds]
    table = pl.concat(frames).to_arrow()
    kind = table["kind"].cast(pa.string()).dictionary_encode()
    table = table.set_column(2, "kind", kind)
    pq.write_table(table, "points.parquet", row_group_size=len(POINTS))
    run(output="out.arrow")
    got = pl.read_ipc("out.arrow")
    assert got["kind"].to_list() == [at for kind in kinds for at in kind]


@pytest.mark.parametrize("dtype", [pl.Categorical, pl.Enum(["c", "b", "a"])], ids=str)
@pytest.mark.usefixtures("place")
def test_categories_of_arrow_in_parquet(dtype: Any) -> None:
    """Come back as they were, in lists and structs too."""
    kind = pl.Series("kind", ["a", "b", None] * 3, dtype=dtype)
    kinds = [["a", None], [], None] * 3
    frame = pl.read_parquet("points.parquet").with_columns(
        kind,
        kinds=pl.Series(kinds, dtype=pl.List(dtype)),
        pair=pl.Series([["a", "b"], None, ["c", "a"]] * 3, dtype=pl.Array(dtype, 2)),
        inner=pl.struct(kind, n=1),
    )
    pl.concat([frame] * 3, rechunk=False).write_ipc("points.arrow")
    run("points.arrow")
    got = pl.read_parquet("out.parquet")
    assert got["polygon"].to_list() == EXPECTED * 3
    # NaN is not equal to itself.
    assert got.drop("x", "y", "polygon").rows() == pl.concat([frame] * 3).drop("x", "y").rows()
    assert got.schema["kind"] == dtype


@pytest.mark.usefixtures("place")
def test_arrow_that_is_none() -> None:
    """Cut off or spoiled: refused by name, without a panic or a trace."""
    pl.concat([pl.read_parquet("points.parquet")] * 50).write_ipc("points.arrow")
    whole = Path("points.arrow").read_bytes()
    for length in (0, 1, 8, len(whole) // 2, len(whole) - 1):
        Path("points.arrow").write_bytes(whole[:length])
        with refused((ValueError, OSError), "points.arrow: "):  # type: ignore[arg-type]
            run("points.arrow")
    for at in range(0, len(whole), len(whole) // 60):
        spoiled = bytearray(whole)
        spoiled[at : at + 8] = b"\xff" * 8
        Path("points.arrow").write_bytes(spoiled)
        said = None
        try:
            run("points.arrow")
            Path("out.parquet").unlink()
        except (ValueError, OSError) as error:
            said = str(error)
        assert said is None or "points.arrow: " in said
        names = sorted(path.name for path in Path().iterdir())
        assert names == ["points.arrow", "points.parquet", "zones.parquet"]
