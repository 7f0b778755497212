"""The answers on Spark are those of the expression, in the types of Spark."""

from __future__ import annotations

import datetime as dt
import math
import pickle
import struct
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pyarrow as pa
import pytest
from frames import city, pings, same_as_local
from polars.exceptions import ColumnNotFoundError, InvalidOperationError

import poly_match as pm

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

ZONES = pl.DataFrame({"x": [[0, 4, 4, 0], [1, 2, 2, 1]], "y": [[0, 0, 4, 4], [1, 1, 2, 2]]})
# In zone 1, in zone 0, in none.
XY = [(2.0, 2.0), (4.0, 4.0), (9.0, 9.0)]
ROWS = [1, 0, None]

RULES: dict[str, dict[str, Any]] = {
    "details": {"max_dist": 2.0, "details": True},
    "id by": {"max_dist": 3.0, "k": 9, "id": "zone", "by": "rank", "descending": True},
    "covers": {"predicate": "covers", "id": "zone", "details": True, "center": "centroid"},
    "sphere": {"max_dist": 2e5, "metric": "haversine"},
}


def answers(df: DataFrame) -> list[Any]:
    return [row["polygon"] for row in df.collect()]


def test_a_million_rows(spark: SparkSession, tmp_path: Path) -> None:
    zones, options = city(), {"max_dist": 2.0}
    answered = pm.spark.match(pings(spark, 1_000_000, 8), zones, **options)  # type: ignore[arg-type]
    assert same_as_local(answered, tmp_path / "answered", zones, options) == 1_000_000


@pytest.mark.parametrize("rule", RULES)
def test_every_rule(rule: str, spark: SparkSession, tmp_path: Path) -> None:
    zones, options = city(), RULES[rule]
    answered = pm.spark.match(pings(spark, 50_000, 3), zones, **options)
    assert same_as_local(answered, tmp_path / "answered", zones, options) == 50_000


@pytest.mark.parametrize(
    "point",
    [
        "struct(x, y)",
        "struct(cast(x as decimal(10, 2)) as lon, tinyint(y) as lat)",
        "array(x, y)",
        "array(float(x), float(y))",
        "array(int(x), int(y))",
    ],
)
def test_points_in_one_column(point: str, spark: SparkSession) -> None:
    df = spark.createDataFrame(XY, ["x", "y"]).selectExpr(f"{point} as place")
    assert answers(pm.spark.match(df, ZONES, point="place", max_dist=3.0)) == ROWS


def test_points_as_wkb(spark: SparkSession) -> None:
    wkb = [(struct.pack("<BIdd", 1, 1, *xy),) for xy in XY]
    df = spark.createDataFrame([*wkb, (None,)], "geometry binary")
    for point in ("geometry", None):
        assert answers(pm.spark.match(df, ZONES, point=point, max_dist=3.0)) == [*ROWS, None]


def test_other_columns_are_untouched(spark: SparkSession) -> None:
    schema = (
        "x double not null, y float, `a.b` string, decimal decimal(20, 3), time timestamp, "
        "local timestamp_ntz, day date, bytes binary, list array<struct<n: int, s: string>>, "
        "map map<string, array<double>>, nested struct<deep: struct<flag: boolean>>, "
        "short smallint, length interval day to second, `same` int, `same` string"
    )
    full = (
        *(2.0, 2.0, "é", Decimal("123.456"), dt.datetime(2026, 3, 29, 3, 30)),
        *(dt.datetime(2026, 3, 29, 2, 30, 0, 1), dt.date(1, 1, 1), b"\0", [(1, "a"), None]),
        *({"k": [1.5, None], "": None}, ((True,),), -3, dt.timedelta(days=-1, microseconds=1)),
        *(7, "seven"),
    )
    df = spark.createDataFrame([full, (9.0, *[None] * 14)], schema)
    answered = pm.spark.match(df, ZONES, max_dist=3.0)
    assert answered.schema.fields[:-1] == df.schema.fields
    assert answered.schema[-1].jsonValue() == {
        "name": "polygon",
        "type": "long",
        "nullable": True,
        "metadata": {},
    }
    told = [tuple(row) for row in answered.collect()]
    assert told == [(*row, answer) for row, answer in zip(df.collect(), [1, None], strict=True)]


def test_types_of_ids(spark: SparkSession) -> None:
    moment = dt.datetime(2026, 3, 29, 2, 30)
    ids = {
        "u8": (pl.Series([1, 255], dtype=pl.UInt8), "smallint"),
        "u16": (pl.Series([1, 2**16 - 1], dtype=pl.UInt16), "int"),
        "u32": (pl.Series([1, 2**32 - 1], dtype=pl.UInt32), "bigint"),
        "u64": (pl.Series([1, 2**64 - 1], dtype=pl.UInt64), "decimal(20,0)"),
        "i8": (pl.Series([1, -128], dtype=pl.Int8), "tinyint"),
        "f32": (pl.Series([1.5, math.inf], dtype=pl.Float32), "float"),
        "flag": (pl.Series([True, False]), "boolean"),
        "text": (pl.Series(["", "é"]), "string"),
        "category": (pl.Series(["a", "b"], dtype=pl.Categorical), "string"),
        "kind": (pl.Series(["a", "b"], dtype=pl.Enum(["b", "a"])), "string"),
        "bytes": (pl.Series([b"", b"\xff"]), "binary"),
        "decimal": (pl.Series([Decimal("1.5"), None], dtype=pl.Decimal(9, 1)), "decimal(9,1)"),
        "day": (pl.Series([moment.date()] * 2), "date"),
        "local": (pl.Series([moment] * 2), "timestamp_ntz"),
        "millis": (pl.Series([moment] * 2, dtype=pl.Datetime("ms")), "timestamp_ntz"),
        "length": (pl.Series([dt.timedelta(1)] * 2), "interval day to second"),
        "list": (pl.Series([["a"], ["b", None]]), "array<string>"),
        "pair": (pl.Series([[1, 2], [3, 4]], dtype=pl.Array(pl.UInt8, 2)), "array<smallint>"),
        "nested": (pl.Series([{"n": 1, "s": "a"}] * 2), "struct<n:bigint,s:string>"),
    }
    zones = ZONES.with_columns(column.alias(name) for name, (column, _) in ids.items())
    df = spark.createDataFrame(XY, ["x", "y"])
    for name, (_, kind) in ids.items():
        answered = pm.spark.match(df, zones, max_dist=3.0, id=name)
        assert answered.schema["polygon"].dataType.simpleString() == kind
        told = pm.spark.match(df, zones, max_dist=3.0, id=name, details=True)
        told_kind = told.schema["polygon"].dataType.simpleString()
        assert told_kind == f"struct<id:{kind},distance:double,area:double>"
    # All of them at once, one by one would take a job each.
    zones = zones.with_columns(all=pl.struct(*ids))
    told = answers(pm.spark.match(df, zones, max_dist=3.0, id="all"))
    expected = zones["all"].to_list()
    assert told[2] is None
    assert [row.asDict(recursive=True) for row in told[:2]] == [expected[1], expected[0]]


def test_ids_of_arrow_polygons(spark: SparkSession) -> None:
    zones = ZONES.to_arrow()
    zones = zones.append_column("zone", pa.array(["city", "park"], pa.string_view()))
    zones = zones.append_column("tag", pa.array([b"ab", b"cd"], pa.binary(2)))
    df = spark.createDataFrame(XY, ["x", "y"])
    df = pm.spark.match(df, zones, max_dist=3.0, id="tag", name="tag")
    df = pm.spark.match(df, zones, max_dist=3.0, id="zone")
    assert df.schema[-1].dataType.simpleString() == "string"
    assert [(row.tag, row.polygon) for row in df.collect()] == [
        (b"cd", "park"),
        (b"ab", "city"),
        (None, None),
    ]


def test_polygons_of_spark(spark: SparkSession) -> None:
    zones = spark.createDataFrame(ZONES.rows(), "x array<bigint>, y array<bigint>")
    df = spark.createDataFrame(XY, ["x", "y"])
    assert answers(pm.spark.match(df, zones, max_dist=3.0)) == ROWS


def test_no_rows_and_empty_partitions(spark: SparkSession) -> None:
    df = spark.createDataFrame(XY, ["x", "y"])
    assert answers(pm.spark.match(df.limit(0), ZONES, max_dist=3.0)) == []
    assert sorted(map(str, answers(pm.spark.match(df.repartition(9), ZONES, k=1)))) == ["0"] * 3


@pytest.mark.parametrize(
    "names", [("X", "Y"), ("x", "Y"), ("LON", "Lat"), ("lng", "LAT"), ("Longitude", "latitude")]
)
def test_points_are_found(names: tuple[str, str], spark: SparkSession) -> None:
    """By usual names, in any case of letters, as the batch job finds them."""
    df = spark.createDataFrame(XY, list(names))
    assert answers(pm.spark.match(df, ZONES, point=None, max_dist=3.0)) == ROWS
    whole = df.selectExpr(f"array({names[0]}, {names[1]}) as GEOMETRY", "'a' as x", "1 as y")
    assert answers(pm.spark.match(whole, ZONES, point=None, max_dist=3.0)) == ROWS


def test_names_are_found_as_spark_finds_them(spark: SparkSession) -> None:
    df = spark.createDataFrame(XY, ["Lon.deg", "LAT"])
    answered = pm.spark.match(df, ZONES, point=("lon.deg", "Lat"), max_dist=3.0)
    assert answered.columns == ["Lon.deg", "LAT", "polygon"]
    assert answers(answered) == ROWS
    spark.conf.set("spark.sql.caseSensitive", True)
    try:
        with pytest.raises(ColumnNotFoundError, match="no column 'lat'"):
            pm.spark.match(df, ZONES, point=("Lon.deg", "lat"), max_dist=3.0)
        assert answers(
            pm.spark.match(answered, ZONES, point=("Lon.deg", "LAT"), k=1, name="Polygon")
        )
    finally:
        spark.conf.unset("spark.sql.caseSensitive")


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({}, ValueError, "max_dist"),
        ({"max_dist": -1.0}, ValueError, "max_dist"),
        ({"k": 1, "id": "no"}, ColumnNotFoundError, "id: the polygons have no column 'no'"),
        ({"k": 1, "name": "Label"}, ValueError, "name: the frame has a column 'Label' already"),
        (
            {"k": 1, "point": ("x", "z")},
            ColumnNotFoundError,
            "point: no column 'z'; the columns are",
        ),
        (
            {"k": 1, "point": "label"},
            InvalidOperationError,
            "'label' has type string, expected a str",
        ),
        (
            {"k": 1, "point": ("x", "label")},
            InvalidOperationError,
            "'label' has type string, expected",
        ),
        (
            {"k": 1, "point": "three"},
            InvalidOperationError,
            "'three' has type struct<a:int,b:int,c:int>",
        ),
        ({"k": 1, "point": ("x", "Twice")}, ValueError, "point: 2 columns are called 'Twice'"),
        ({"k": 1, "point": ["x"]}, ValueError, "point: expected one column name or a pair"),
        ({"k": 1, "id": "nanos"}, ValueError, "id: column 'nanos' has values that Spark has not"),
        (
            {"k": 1, "id": "gap"},
            InvalidOperationError,
            "id: column 'gap' has a type that Spark has",
        ),
    ],
)
def test_what_is_wrong_is_told_before_any_job(
    options: dict[str, Any], error: type[Exception], message: str, spark: SparkSession
) -> None:
    zones = ZONES[:1].to_arrow()
    zones = zones.append_column("nanos", pa.array([1], pa.timestamp("ns")))
    zones = zones.append_column("gap", pa.array([1], pa.time32("s")))
    schema = (
        "x double, y double, label string, three struct<a:int,b:int,c:int>, twice int, TWICE int"
    )
    df = spark.createDataFrame([], schema)
    jobs = spark.sparkContext.statusTracker().getJobIdsForGroup()
    with pytest.raises(error) as caught:
        pm.spark.match(df, zones, **options)
    assert message in str(caught.value)
    assert spark.sparkContext.statusTracker().getJobIdsForGroup() == jobs


def test_broken_polygons_are_told_before_any_job(spark: SparkSession) -> None:
    zones = pl.DataFrame({"x": [[0.0, 1.0]], "y": [[0.0, 1.0]]})
    df = spark.createDataFrame(XY, ["x", "y"])
    with pytest.raises(ValueError, match="row 0"):
        pm.spark.match(df, zones, k=1)
    assert answers(pm.spark.match(df, zones, k=1, invalid="skip")) == [None] * 3


def test_no_frame_of_spark() -> None:
    with pytest.raises(TypeError, match="expected a Spark DataFrame, got DataFrame"):
        pm.spark.match(ZONES, ZONES, k=1)  # type: ignore[arg-type]


def test_a_worker_builds_once(spark: SparkSession) -> None:
    """Many tasks in few processes, with those of another matcher in between."""
    from pyspark.sql import functions as F  # noqa: N812

    def watched(sent: Any) -> Any:
        def built(batches: Any) -> Any:
            import os

            import pyarrow as pa

            rows = sum(batch.num_rows for batch in batches)
            matcher = sent.value.matcher()
            yield pa.record_batch({"pid": [os.getpid()], "built": [id(matcher)], "rows": [rows]})

        return built

    sent = [pm.spark._Sent(pm.Matcher(city(), k=k)) for k in (1, 2)]
    broadcasts = [spark.sparkContext.broadcast(one) for one in sent]
    frames = [
        spark.range(0, 800, 1, 8).mapInArrow(watched(one), "pid long, built long, rows long")
        for one in [*broadcasts, broadcasts[0]]
    ]
    seen = [frame.groupBy("pid", "built").agg(F.sum("rows")).collect() for frame in frames]
    assert [sum(row[2] for row in rows) for rows in seen] == [800] * 3
    once, other, again = ({row.pid: row.built for row in rows} for rows in seen)
    assert [len(rows) for rows in seen] == [len(once), len(other), len(again)]
    both = once.keys() & again.keys()
    assert both
    assert all(once[pid] == again[pid] != other.get(pid) for pid in both)


def test_matchers_that_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pm.spark, "_kept", {})
    sent = [pm.spark._Sent(pm.Matcher(ZONES, k=k)) for k in range(1, 7)]
    built = [one.matcher() for one in sent]
    again = pickle.loads(pickle.dumps(sent))
    assert [again[i].value.matcher() is built[i] for i in (2, 3, 4, 5)] == [True] * 4
    assert again[0].matcher() is not built[0]
    assert len(pm.spark._kept) == 4
    # The one that was asked for longest ago has gone.
    assert again[2].matcher() is not built[2]
    assert again[3].matcher() is not built[3]
    assert again[5].matcher() is built[5]
