"""The command `poly-match match` over many files: what it says, and how it ends."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest
from jobs import POINTS, big_job

WORDS = ["match", "points", "zones.parquet", "-o", "out", "--max-dist", "5"]


def run(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "poly_match", *WORDS, *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture
def many(place: Path) -> Path:
    """A folder `points` of three files, one of which is none."""
    (place / "points").mkdir()
    for at in (0, 2):
        pl.read_parquet("points.parquet").write_parquet(place / f"points/{at}.parquet")
    (place / "points/1.parquet").write_text("no parquet")
    return place


@pytest.mark.usefixtures("many")
def test_files_that_are_left_out() -> None:
    """A line for each, and an exit code of their own."""
    done = run()
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("poly-match: error: points/1.parquet: ")
    done = run("--on-error", "skip-file")
    assert done.returncode == 3
    assert done.stderr.startswith("poly-match: skipped: points/1.parquet: ")
    assert len(done.stderr.splitlines()) == 1
    assert f"{2 * len(POINTS)} rows, " in done.stdout
    assert done.stdout.endswith(" -> out (2 files, 1 skipped)\n")
    done = run("--on-error", "skip-file", "--resume", "--quiet")
    assert (done.returncode, done.stdout) == (3, "")


@pytest.mark.usefixtures("many")
def test_json_is_lines() -> None:
    """Of events, the summary last."""
    done = run("--on-error", "skip-file", "--json")
    assert done.returncode == 3
    skipped, summary = [json.loads(line) for line in done.stdout.splitlines()]
    assert (skipped["event"], skipped["file"]) == ("skipped", "points/1.parquet")
    assert skipped["row_group"] is None
    assert skipped["error"].startswith("points/1.parquet: ")
    assert (summary["event"], summary["files"], summary["skipped"]) == ("summary", 2, 1)
    Path("points/1.parquet").unlink()
    assert run("--resume").stdout.endswith(" -> out (0 files, 2 finished before)\n")


@pytest.mark.usefixtures("place")
def test_progress_of_a_long_job() -> None:
    """Lines of JSON, or of words where standard error is no terminal."""
    big_job(6_000_000)
    code = """
import sys, time
from poly_match import cli, progress
progress.SECONDS_BETWEEN_LINES = 0.0
cli.match._SECONDS_BETWEEN_EVENTS = 0.0
sys.exit(cli.main(sys.argv[1:]))
"""
    words = ["match", "points.parquet", "zones.parquet", "--max-dist", "5", "--overwrite"]
    command = [sys.executable, "-c", code, *words, "-o", "out.parquet"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert " of 6,000,000 rows, " in done.stderr
    assert " rows/s, " in done.stderr
    assert " matched, " in done.stderr
    assert done.stderr.splitlines()[-1].endswith(" s left")
    done = subprocess.run([*command, "--json"], capture_output=True, text=True, check=True)
    *events, summary = [json.loads(line) for line in done.stdout.splitlines()]
    assert {event["event"] for event in events} == {"progress"}
    assert (events[-1]["rows"], events[-1]["total"]) == (6_000_000, 6_000_000)
    assert events[-1]["seconds_left"] == 0
    assert summary["event"] == "summary"
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("sign", "code", "said"),
    [(signal.SIGTERM, 143, "terminated"), (signal.SIGINT, 130, "interrupted")],
)
@pytest.mark.usefixtures("place")
def test_signals_stop_a_job(sign: signal.Signals, code: int, said: str) -> None:
    """With an exit code of their own, and no traces."""
    big_job(20_000_000)
    # As in a terminal: a shell may have told its background jobs to ignore the signal.
    program = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from poly_match import cli
sys.exit(cli.main(sys.argv[1:]))
"""
    words = ["match", "points.parquet", "zones.parquet", "-o", "out.parquet", "--max-dist", "5"]
    process = subprocess.Popen(
        # All columns anew: it takes long enough.
        [sys.executable, "-c", program, *words, "--compression", "brotli:9"],
        stderr=subprocess.PIPE,
        text=True,
    )
    while not list(Path().glob(".poly-match-*")):
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(sign)
    _, error = process.communicate(timeout=30)
    assert (process.returncode, error) == (code, f"poly-match: {said}\n")
    assert sorted(path.name for path in Path().iterdir()) == ["points.parquet", "zones.parquet"]
