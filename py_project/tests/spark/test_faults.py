"""Processes that die in the middle of a job, and rows that hold no point."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from frames import city, pings, same_as_local

import poly_match as pm

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def killer(victim: str, done: Path) -> Any:
    """A step before the match that kills, in the midst of partition 2, whoever answers there.

    That is once: `done` lists the processes that were killed.
    """

    def kill(batches: Any) -> Any:
        import os
        import signal

        from pyspark import TaskContext

        def parent(pid: int) -> int:
            with open(f"/proc/{pid}/stat") as stat:
                return int(stat.read().rpartition(")")[2].split()[1])

        def others() -> list[int]:
            # Workers of Python are children of a daemon, which is a child of the executor.
            pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]
            return [pid for pid in pids if pid != os.getpid() and parent(pid) == os.getppid()]

        for number, batch in enumerate(batches):
            if number == 3 and TaskContext.get().partitionId() == 2 and not done.exists():
                executor = parent(os.getppid())
                victims = [executor] if victim == "executor" else others()
                done.write_text(f"{victims}")
                for pid in victims:
                    os.kill(pid, signal.SIGKILL)
            yield batch

    return kill


@pytest.mark.parametrize("victim", ["executor", "worker"])
def test_killed(victim: str, spark: SparkSession, tmp_path: Path) -> None:
    zones, options = city(), {"max_dist": 2.0}
    points, done = pings(spark, 400_000, 8), tmp_path / "done"
    doomed = points.mapInArrow(killer(victim, done), points.schema)
    answered = pm.spark.match(doomed, zones, **options)  # type: ignore[arg-type]
    assert same_as_local(answered, tmp_path / "answered", zones, options) == 400_000
    assert done.read_text() != "[]"


def test_a_partition_of_bad_rows(spark: SparkSession) -> None:
    from pyspark.errors import PythonException

    lists = "if(id >= 75000, array(1D), array(double(id), 2D)) as point"
    points = spark.range(0, 100_000, 1, 4).selectExpr(lists)
    answered = pm.spark.match(points, city(10), point="point", max_dist=1.0)
    with pytest.raises(PythonException) as caught:
        answered.collect()
    line = "ValueError: partition 3: column 'point', row 0: expected a list of 2 coordinates, got 1"
    assert line in str(caught.value).splitlines()


def test_a_bad_row_is_counted_within_its_partition(spark: SparkSession) -> None:
    from pyspark.errors import PythonException

    points = spark.range(0, 100_000, 1, 2).selectExpr("if(id = 73456, X'00', null) as point")
    with pytest.raises(PythonException) as caught:
        pm.spark.match(points, city(10), point="point", max_dist=1.0).collect()
    lines = [line for line in str(caught.value).splitlines() if line.startswith("ValueError: ")]
    assert lines[0].startswith("ValueError: partition 1: column 'point', row 23456: ")


def test_reference_systems_are_compared_by_the_workers(spark: SparkSession) -> None:
    from pyspark.errors import PythonException

    def point(srid: int) -> str:
        """EWKB of (1, 1) in a system."""
        numbers = b"\x01\x01\x00\x00\x20" + srid.to_bytes(4, "little") + 2 * b"\0\0\0\0\0\0\xf0\x3f"
        return f"X'{numbers.hex()}'"

    mixed = "partition 1: column 'point': row 0 has SRID 4326, row 200 has SRID 3857: expected one"
    differ = "partition 0: the points are in EPSG:3857, the polygons in EPSG:4326: reproject one"
    zones = city(10)
    for column, polygons, error in (
        (f"if(id = 700, {point(3857)}, {point(4326)})", zones, mixed),
        (point(3857), pm.Polygons(zones, crs="EPSG:4326"), differ),
    ):
        points = spark.range(0, 1000, 1, 2).selectExpr(f"{column} as point")
        with pytest.raises(PythonException) as caught:
            pm.spark.match(points, polygons, point="point", predicate="covers").collect()
        lines = [line for line in str(caught.value).splitlines() if line.startswith("ValueError: ")]
        assert any(line.startswith(f"ValueError: {error}") for line in lines), lines
