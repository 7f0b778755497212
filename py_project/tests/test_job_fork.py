"""`match_parquet` in the child of a fork, whose parent has threads that the child has not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from jobs import big_job

SCRIPT = """
import multiprocessing, os, sys
import numpy as np
import polars as pl
import poly_match as pm

zones = pl.read_parquet("zones.parquet")
matcher = pm.Matcher(zones, max_dist=5.0)

def work(name, **options):
    given = {"max_dist": 5.0, "progress": False, **options}
    pm.match_parquet("points.parquet", "zones.parquet", f"{name}.parquet", **given)
    pm.match_parquet("points", "zones.parquet", name, **given)
    if not options:
        pm.match_parquet("points.parquet", "zones.parquet", f"{name}.csv", **given)

# All threads that there are, before the fork.
matcher.match(np.random.default_rng(1).uniform(-10, 10, (400_000, 2)))
work("parent")

if sys.argv[1] == "os.fork":
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work("child")
            work("anew", row_group_size=50_000)
            code = 0
        finally:
            os._exit(code)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
else:
    context = multiprocessing.get_context("fork")
    children = [context.Process(target=work, args=(name,)) for name in ("child", "anew")]
    for child in children:
        child.start()
    for child in children:
        child.join()
    code = max(child.exitcode for child in children)
# The parent goes on as before.
work("after")
sys.exit(code)
"""


@pytest.mark.parametrize("how", ["os.fork", "multiprocessing"])
@pytest.mark.usefixtures("place")
def test_a_job_in_a_child(how: str) -> None:
    """Answers as in the parent: of one file, of several, copied and written anew."""
    big_job(300_000)
    Path("points").mkdir()
    for at in range(3):
        frame = pl.read_parquet("points.parquet").slice(at * 100_000, 100_000)
        frame.write_parquet(f"points/{at}.parquet")
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, how], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    for kind in ("parquet", "csv"):
        whole = Path(f"parent.{kind}").read_bytes()
        assert Path(f"child.{kind}").read_bytes() == whole
        assert Path(f"after.{kind}").read_bytes() == whole
    expected = pl.read_parquet("parent.parquet")
    assert expected["polygon"].null_count() < expected.height
    for name in ("child", "anew", "after"):
        assert pl.read_parquet(f"{name}.parquet").equals(expected)
        assert pl.read_parquet(f"{name}/*.parquet").equals(expected)
