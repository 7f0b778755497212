"""Through Spark Connect, in a process of its own: a session excludes those of other kinds."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SCRIPT = """
from pathlib import Path

from frames import city, pings, same_as_local
from pyspark.errors import PythonException
from pyspark.sql import SparkSession

import poly_match as pm

spark = SparkSession.builder.remote("local[2]").getOrCreate()
zones, options = city(), {"max_dist": 2.0, "id": "zone", "details": True}
answered = pm.spark.match(pings(spark, 100_000, 4), zones, **options)
assert ".connect." in type(answered).__module__
print(same_as_local(answered, Path("answered"), zones, options))
try:
    pm.spark.match(spark.createDataFrame([([3.0],)], ["p"]), zones, point="p", k=1).collect()
except PythonException as error:
    print("column 'p', row 0: expected a list of 2 coordinates, got 1" in str(error))
spark.stop()
"""


def test_connect(tmp_path: Path) -> None:
    here = Path(__file__).parent
    found = {"PYTHONPATH": f"{here}:{here.parents[1]}", "PYSPARK_PYTHON": sys.executable}
    env = {**os.environ, **found}
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=tmp_path, env=env, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.split() == ["100000", "True"]
