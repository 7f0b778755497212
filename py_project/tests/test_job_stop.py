"""`match_parquet`: how far it is, and what is left when it is stopped."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest
from jobs import EXPECTED, POINTS, big_job, refused, run, write_points

import poly_match as pm


@pytest.mark.usefixtures("place")
def test_progress_is_told() -> None:
    """Rows never go back, and the last call has them all."""
    big_job()
    told: list[pm.Progress] = []
    # All columns anew: it takes long enough for many calls on the quickest machine.
    summary = run(progress=told.append, compression="brotli:5")
    assert len(told) >= 3
    assert all(isinstance(now, pm.Progress) for now in told)
    # It is not known before the files have been looked at.
    assert {now.total for now in told} <= {0, 3_000_000}
    rows = [now.rows for now in told]
    assert rows == sorted(rows)
    assert (rows[0], rows[-1]) == (0, 3_000_000)
    assert all(0 <= now.matched <= now.rows for now in told)
    assert told[-1].matched == summary.matched


@pytest.mark.parametrize("rows", [0, 1])
@pytest.mark.usefixtures("place")
def test_progress_of_a_small_job(rows: int) -> None:
    """It is told too."""
    write_points(POINTS[:rows])
    told: list[pm.Progress] = []
    run(progress=told.append)
    assert told[-1] == (rows, rows, rows)


@pytest.mark.parametrize("after", [0, 1, 1_000_000])
@pytest.mark.usefixtures("place")
def test_progress_that_raises_stops_the_job(after: int) -> None:
    """With what it raised; nothing is left, and a former output stays."""
    big_job()
    Path("out.parquet").write_text("former")

    class EnoughError(Exception):
        pass

    def stop(now: pm.Progress) -> None:
        if now.rows >= after:
            raise EnoughError(f"at {now.rows}")

    with refused(EnoughError, "at "):
        run(progress=stop)
    assert Path("out.parquet").read_text() == "former"


@pytest.mark.usefixtures("place")
def test_a_bar_is_drawn_on_terminals_only(capfd: pytest.CaptureFixture[str]) -> None:
    """By default nothing is printed into a file or a pipe."""
    run(progress=True)
    run(progress=False)
    assert capfd.readouterr() == ("", "")


@pytest.mark.usefixtures("place")
def test_ctrl_c_stops_the_job() -> None:
    """Soon, as KeyboardInterrupt, without a partial or temporary file."""
    big_job(8_000_000)
    # As in a terminal: a shell may have told its background jobs to ignore the signal.
    code = """
import signal
import poly_match as pm
signal.signal(signal.SIGINT, signal.default_int_handler)
print("ready", flush=True)
def tell(now):
    if now.rows:
        print(now.rows, flush=True)
while True:
    pm.match_parquet("points.parquet", "zones.parquet", "out.parquet", max_dist=5.0, progress=tell)
    print("again", flush=True)
"""
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    assert int(process.stdout.readline()) > 0
    process.send_signal(signal.SIGINT)
    # Long enough for any machine, and much shorter than the endless loop.
    out, error = process.communicate(timeout=30)
    assert "KeyboardInterrupt" in error
    assert process.returncode != 0
    # A job that had ended before the signal came has left its output.
    ended = ["out.parquet"] if "again" in out else []
    assert sorted(path.name for path in Path().iterdir()) == [
        *ended,
        "points.parquet",
        "zones.parquet",
    ]


@pytest.mark.usefixtures("place")
def test_jobs_beside_each_other() -> None:
    """Several at once into one folder do not meet."""
    code = "import sys, poly_match as pm; pm.match_parquet(*sys.argv[1:], max_dist=5.0)"
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", code, "points.parquet", "zones.parquet", f"{i}.out"]
        )
        for i in range(3)
    ]
    started = time.monotonic()
    while any(process.poll() is None for process in runs) and time.monotonic() < started + 60:
        time.sleep(0.02)
    assert [process.wait(1) for process in runs] == [0, 0, 0]
    outputs = [Path(f"{i}.out").read_bytes() for i in range(3)]
    assert outputs[0] == outputs[1] == outputs[2]
    assert pl.read_parquet("0.out")["polygon"].to_list() == EXPECTED
