"""The further kernels in the child of a fork, and when Ctrl-C comes.

Each case is a program of its own, which is ended where it does not end by itself.
"""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

# Large enough that work is shared between threads.
DATA = """
import os, signal, sys, threading, time
import numpy as np, polars as pl, poly_match as pm
random = np.random.default_rng(1)
"""

FORK = (
    DATA
    + """
points = random.normal(size=(300_000, 3))
labels = pl.Series("label", random.integers(0, 5_000, 400_000)).cast(pl.String)
at = np.arange(60_000)
traces = pl.DataFrame({
    "survey": at // 30_000, "line": at // 600, "trace": at,
    "x": np.where(at < 30_000, at % 600, at // 600 * 5.5),
    "y": np.where(at < 30_000, at // 600, at % 600 * 0.1),
})
names = dict(survey="survey", profile="line", index="trace", x="x", y="y")
series = pl.Series("a", random.normal(size=(3_000, 60))).arr.to_list()
pixels = pl.DataFrame({"x": random.integers(0, 800, 400_000), "y": np.arange(400_000) % 600})
start = points[:20]

def answers():
    fit = pm.fit_kmeans(points, 20, init=start, max_iter=5)
    found = {"fit": fit.labels, "centroids": fit.centroids, "predict": fit.predict(points)}
    found["seeded"] = pm.fit_kmeans(points, 5, seed=1, max_iter=3).labels
    for column in pm.intersections(traces, **names, within=True):
        found["intersections, " + column.name] = column
    found["dtw"] = pl.select(pm.dtw(series, series.reverse())).to_series()
    found["dtw_path"] = pl.select(pm.dtw_path(series, series.reverse(), window=3)).to_series()
    found["kmeans"] = pl.select(pm.kmeans(pl.Series(points), 20, init=start)).to_series()
    found["split"] = pl.select(pm.stratified_split(labels, small="train", seed=1)).to_series()
    found["fold"] = pl.select(pm.stratified_fold(labels, seed=1)).to_series()
    found["shade"] = pl.select(pm.shade(pixels["x"], pixels["y"])).to_series()
    return found

expected = answers()
assert len(expected["intersections, x"]) > 100
child = os.fork()
if child == 0:
    found = answers()
    wrong = [name for name, answer in expected.items() if not answer.equals(found[name])]
    print(wrong, flush=True)
    os._exit(len(wrong))
_, status = os.waitpid(child, 0)
assert answers().keys() == expected.keys()
sys.exit(os.waitstatus_to_exitcode(status))
"""
)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_the_child_of_a_fork_answers() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FORK],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "[]\n"), done.stderr


WORK = {
    "fit_kmeans": "pm.fit_kmeans(random.normal(size=(1_000_000, 8)), 500, tol=0, max_iter=10**6)",
    "the start of fit_kmeans": "pm.fit_kmeans(random.normal(size=(500_000, 8)), 100_000)",
    "predict": "fit.predict(random.normal(size=(2_000_000, 16)))",
    "intersections": "pm.intersections(traces, survey='s', profile='s', index='i', x='x', y='y')",
    "dtw": "pm.dtw(random.normal(size=10**6), random.normal(size=10**6))",
    "dtw of columns": "pm.dtw(*[pl.Series([random.normal(size=10**6)] * 9)] * 2)",
}

INTERRUPT = (
    DATA
    + """
at = np.arange(200_000)
x, y = random.random((2, 200_000))
traces = pl.DataFrame({"s": at % 2, "i": at, "x": x, "y": y})
fit = pm.KMeansFit(pl.Series(random.normal(size=(4_000, 16))), None, 0.0, 0)
work = lambda: WORK
threading.Timer(1.0, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
try:
    work()
except KeyboardInterrupt:
    print("interrupted")
"""
)


@pytest.mark.parametrize("work", WORK)
def test_ctrl_c_stops(work: str) -> None:
    """Each takes minutes where it is not stopped."""
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPT.replace("WORK", WORK[work])],
        capture_output=True,
        text=True,
        timeout=40,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "interrupted\n"), done.stderr
