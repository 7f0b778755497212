"""Ctrl-C during work that would take minutes.

Each case runs in a process of its own, which is interrupted a moment after it began.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no signals to send")

SETTING = """
import numpy as np
import polars as pl
import poly_match as pm

draw = np.random.default_rng(1)

def squares(count):
    center = draw.uniform(0, 100, (2, count, 1))
    corners = np.array([[-0.1, 0.1, 0.1, -0.1], [-0.1, -0.1, 0.1, 0.1]])
    x, y = (pl.Series((c + corner).ravel()) for c, corner in zip(center, corners))
    rings = pl.DataFrame({"at": np.repeat(np.arange(count), 4), "x": x, "y": y})
    return rings.group_by("at", maintain_order=True).agg("x", "y").drop("at")

def interrupted(work):
    print("begun", flush=True)
    try:
        work()
    except KeyboardInterrupt:
        return
    raise AssertionError("it was over before")

zones = squares(20_000)
points = draw.uniform(0, 100, (3_000_000, 2))
few = points[:100]
"""

CASES = {
    "match": """
        m = pm.Matcher(zones, k=3_000)
        want = pl.Series(m.match(few)).to_list()
        interrupted(lambda: m.match(points))
        assert pl.Series(m.match(few)).to_list() == want
    """,
    "match of a column": """
        m = pm.Matcher(zones, k=3_000, details=True)
        column = pl.DataFrame({"x": points[:, 0], "y": points[:, 1]}).to_struct("point")
        interrupted(lambda: m.match(column))
        assert len(m.match(column[:100])) == 100
    """,
    "match of few points": """
        # Below the number of rows that are shared between threads.
        m = pm.Matcher(squares(400_000), k=300_000)
        interrupted(lambda: m.match(points[:10_000]))
        assert len(m.match(few[:1])) == 1
    """,
    "match of a table": """
        import pyarrow as pa

        m = pm.Matcher(zones, k=3_000)
        table = pa.table({"x": points[:, 0], "y": points[:, 1]})
        interrupted(lambda: m(table))
        assert m(table[:100]).num_rows == 100
    """,
    "candidates": """
        m = pm.Matcher(zones, k=2_000)
        interrupted(lambda: m.candidates(points[:300_000]))
        assert pl.Series(m.candidates(few)).list.len().to_list() == [2_000] * 100
    """,
    "building an index": """
        m = pm.Matcher(squares(150_000), max_dist=5_000.0, index_bytes=2**30)
        interrupted(m.build_index)
        assert m.index_stats is None
        assert pl.Series(m.match(few)).null_count() == 0
    """,
}


@pytest.mark.parametrize("case", CASES)
def test_work_is_interrupted(case: str, tmp_path: Path) -> None:
    """And the matcher answers afterwards as if it had not begun."""
    script = f"{SETTING}\n{textwrap.dedent(CASES[case])}\nprint('done')"
    with subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        try:
            out, err = process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        assert (process.returncode, out) == (0, "done\n"), err


def test_what_a_handler_raises_comes_through(tmp_path: Path) -> None:
    """A signal of another kind, whose handler raises something else; one that raises nothing."""
    code = """
        import signal, time

        class Alarm(Exception):
            pass

        def raises(*_):
            raise Alarm

        heard = []
        m = pm.Matcher(zones, k=1_000)
        signal.signal(signal.SIGALRM, lambda *_: heard.append(1))
        signal.setitimer(signal.ITIMER_REAL, 0.2, 0.2)
        got = m.match(points[:100_000])
        assert len(got) == 100_000 and heard
        signal.signal(signal.SIGALRM, raises)
        try:
            m.match(points)
        except Alarm:
            signal.setitimer(signal.ITIMER_REAL, 0)
            print("done")
    """
    script = f"{SETTING}\n{textwrap.dedent(code)}"
    run = [sys.executable, "-c", script]
    done = subprocess.run(
        run, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False
    )
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr
