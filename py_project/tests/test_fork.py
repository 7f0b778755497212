"""In the child of a fork, which has the memory of its parent and none of its threads.

Each case runs in a process of its own with a bound on its time: what waits for a thread that is not
there waits for ever.
"""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")

# Enough points that all threads work, and polygons that an index is built of.
SETTING = """
import multiprocessing
import os
import signal
import sys
import threading
import numpy as np
import polars as pl
import pyarrow as pa
import poly_match as pm

side = 150
x, y = (axis.reshape(-1, 1) for axis in np.mgrid[0:side, 0:side].astype(float))
corners = np.array([[-0.4, 0.4, 0.4, -0.4], [-0.4, -0.4, 0.4, 0.4]])
zones = pl.DataFrame({"x": (x + corners[0]).tolist(), "y": (y + corners[1]).tolist()})
draw = np.random.default_rng(1)
POINTS = draw.uniform(-1, side, (400_000, 2))
# Squares around whole numbers, half of their side 0.4.
near = np.round(POINTS)
inside = ((np.abs(POINTS - near) <= 0.4) & (near >= 0) & (near < side)).all(axis=1)
COVERED = np.where(inside, near[:, 0] * side + near[:, 1], -1)

def check(answer, first=0, count=len(POINTS)):
    # By pyarrow and numpy: most of what a Series can do is a query to Polars.
    answer = answer.to_arrow() if isinstance(answer, pl.Series) else pa.array(answer)
    got = np.nan_to_num(answer.to_numpy(zero_copy_only=False), nan=-1)
    assert (got == COVERED[first:first + count]).all()

def in_child(work):
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException as error:
            print(repr(error), file=sys.stderr)
            os._exit(1)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
"""


def run(code: str, folder: Path, timeout: float = 200) -> None:
    """Run a script behind the setting; it prints `done` at its end."""
    script = f"{SETTING}\n{textwrap.dedent(code)}\nprint('done')"
    environment = os.environ | {"RAYON_NUM_THREADS": "2"}
    done = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", script],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (0, "done"), done.stderr


def test_an_inherited_matcher_answers(tmp_path: Path) -> None:
    """Asked by the parent before, with all threads; and the parent goes on."""
    code = """
        m = pm.Matcher(zones, predicate="covers")
        check(m.match(POINTS))
        in_child(lambda: check(m.match(POINTS)))
        check(m.match(POINTS))
        # A child of a child, too.
        in_child(lambda: (check(m.match(POINTS)), in_child(lambda: check(m.match(POINTS)))))
        in_child(lambda: in_child(lambda: check(m.match(POINTS))))
    """
    run(code, tmp_path)


def test_a_child_builds_and_asks(tmp_path: Path) -> None:
    """Polygons, matchers, indexes, candidates, every rule; the parent has used its threads."""
    code = """
        m = pm.Matcher(zones, predicate="covers")
        check(m.match(POINTS))
        nearest = pa.array(pm.Matcher(zones, k=2).match(POINTS))
        frame = pl.DataFrame({"x": POINTS[:, 0], "y": POINTS[:, 1]})
        ids = zones.with_columns(name=pl.int_range(pl.len()) * 2)

        def work():
            table = pm.Polygons(zones)
            made = pm.Matcher(table, predicate="covers")
            made.build_index()
            assert made.index_stats is not None
            check(made.match(POINTS))
            assert pa.array(pm.Matcher(table, k=2).match(POINTS)) == nearest
            lists = pa.array(made.candidates(POINTS))
            # Squares that do not overlap.
            assert (np.diff(lists.offsets) == inside).all()
            assert (lists.values.to_numpy() == COVERED[inside]).all()
            # Tables, with ids and details.
            check(made(frame)["polygon"])
            check(pa.table(made(frame.to_arrow()))["polygon"].combine_chunks())
            named = pm.Matcher(ids, predicate="covers", id="name", details=True)
            answer = named(frame)["polygon"].to_arrow()
            assert (answer.is_valid().to_numpy(zero_copy_only=False) == inside).all()
            found = answer.filter(answer.is_valid()).field("id").to_numpy()
            assert (found == 2 * COVERED[inside]).all()
            # Not asked before: the index is built here.
            fresh.build_index()
            check(fresh.match(POINTS))

        fresh = pm.Matcher(zones, predicate="covers")
        in_child(work)
    """
    run(code, tmp_path)


def test_a_child_runs_a_job(tmp_path: Path) -> None:
    """From file to file, with the parent's job before."""
    code = """
        pl.DataFrame({"x": POINTS[:, 0], "y": POINTS[:, 1]}).write_parquet("points.parquet")
        zones.write_parquet("zones.parquet")

        def job():
            files = "points.parquet", "zones.parquet", "out.parquet"
            pm.match_parquet(*files, predicate="covers", overwrite=True, progress=False)

        import pyarrow.parquet
        job()
        in_child(job)
        check(pyarrow.parquet.read_table("out.parquet")["polygon"].combine_chunks())
    """
    run(code, tmp_path)


@pytest.mark.parametrize("pool", ["multiprocessing", "concurrent"])
def test_workers_of_a_pool(pool: str, tmp_path: Path) -> None:
    """As data loaders do it: several forked workers that use what they inherit again and again."""
    code = f"""
        from concurrent.futures import ProcessPoolExecutor

        m = pm.Matcher(zones, predicate="covers")
        check(m.match(POINTS))
        fork = multiprocessing.get_context("fork")

        def batch(first):
            points = POINTS[first:first + 210_000]
            check(m.match(points), first, 210_000)
            return True

        firsts = [0, 1_000, 5_000, 100_000] * 3
        if {pool!r} == "multiprocessing":
            with fork.Pool(3) as workers:
                assert all(workers.map(batch, firsts, chunksize=1))
        else:
            with ProcessPoolExecutor(3, mp_context=fork) as workers:
                assert all(workers.map(batch, firsts))
    """
    run(code, tmp_path)


def test_a_loader_that_makes_workers_anew(tmp_path: Path) -> None:
    """For each epoch; the matcher was never asked with all threads, or was, or is built there."""
    code = """
        fork = multiprocessing.get_context("fork")

        def worker(m, first, results):
            for _ in range(3):
                check(m.match(POINTS[first:first + 205_000]), first, 205_000)
                results.put(True)

        m = pm.Matcher(zones, predicate="covers")
        for epoch in range(3):
            results = fork.Queue()
            workers = [fork.Process(target=worker, args=(m, first, results)) for first in (0, 9)]
            for process in workers:
                process.start()
            assert all([results.get(timeout=50) for _ in range(6)])
            for process in workers:
                process.join()
                assert process.exitcode == 0
            if epoch == 1:
                check(m.match(POINTS))
    """
    run(code, tmp_path)


def test_a_fork_while_other_threads_work(tmp_path: Path) -> None:
    """While they match, build an index that the child needs too, and make expressions."""
    code = """
        m = pm.Matcher(zones, predicate="covers")
        check(m.match(POINTS))
        over = threading.Event()
        table = pm.Polygons(zones)

        def busy():
            while not over.is_set():
                m.match(POINTS)

        def making():
            at = 0
            while not over.is_set():
                at += 1
                pm.poly_match("point", table, max_dist=1.0 + at / 1000)

        shared = [pm.Matcher(table, max_dist=40.0) for _ in range(12)]

        def building():
            for matcher in shared:
                matcher.build_index()

        threads = [threading.Thread(target=work) for work in (busy, making, building)]
        for thread in threads:
            thread.start()

        def work():
            check(m.match(POINTS))
            for matcher in shared[:3]:
                matcher.build_index()
                assert matcher.index_stats is not None
            pm.poly_match("point", table, max_dist=7.0)
            pm.cache_info()

        for _ in range(6):
            in_child(work)
        over.set()
        for thread in threads:
            thread.join()
    """
    run(code, tmp_path, timeout=300)


def test_expressions_are_made_in_a_child(tmp_path: Path) -> None:
    """Also those that the parent has kept a matcher for. Polars itself may not run there."""
    code = """
        expr = pm.poly_match("point", zones, max_dist=2.0)

        def work():
            pm.poly_match("point", zones, max_dist=2.0)
            assert pm.cache_info().misses == 1
            pm.poly_match("point", zones, max_dist=3.0)
            assert pm.cache_info().misses == 2
            pm.cache_clear()
            assert pm.cache_info().currsize == 0

        in_child(work)
        assert pm.cache_info().misses == 1
    """
    run(code, tmp_path)


def test_the_child_of_a_parent_without_queries_runs_one(tmp_path: Path) -> None:
    """Polars' threads are made by its first query: where that is in the child, they are there."""
    code = """
        m = pm.Matcher(zones, predicate="covers")
        frame = pl.DataFrame({"x": POINTS[:, 0], "y": POINTS[:, 1]})
        expr = pm.poly_match(("x", "y"), zones, predicate="covers")
        in_child(lambda: check(frame.select(expr).to_series()))
    """
    run(code, tmp_path)
