"""Jobs that are stopped by force, and what the system refuses: nothing is half-written."""

from __future__ import annotations

import resource
import signal
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from jobs import big_job
from kills import make, stop_often


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM])
def test_stops_at_random_moments(tmp_path: Path, sign: signal.Signals) -> None:
    """What is there is whole, what was there is not lost, and the next run is clean."""
    make(tmp_path)
    found = stop_often(tmp_path, 5, sign, 3)
    assert (found.wrong, found.lost, found.left) == (0, 0, 0)
    assert found.codes <= ({-signal.SIGKILL} if sign == signal.SIGKILL else {143, -signal.SIGTERM})


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("out.parquet", []),
        ("out.parquet", ["--row-group-size", "100000"]),
        ("out.csv", []),
        ("out.arrow", []),
    ],
)
@pytest.mark.usefixtures("place")
def test_no_room_on_the_disk(name: str, more: list[str]) -> None:
    """One line that names the output; neither it nor a part of it is left."""
    big_job(500_000)
    limit = 1_000_000

    def little_room() -> None:
        # Python ignores SIGXFSZ: writing fails then, as on a full disk.
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    words = ["match", "points.parquet", "zones.parquet", "-o", name, "--max-dist", "5", *more]
    done = subprocess.run(
        [sys.executable, "-m", "poly_match", *words],
        capture_output=True,
        text=True,
        preexec_fn=little_room,
    )
    assert done.returncode == 1, done
    assert done.stderr.startswith("poly-match: error: ")
    assert f"{name}: File too large" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    left = sorted(path.name for path in Path().iterdir())
    assert left == ["points.parquet", "zones.parquet"]


@pytest.mark.usefixtures("place")
def test_a_folder_that_cannot_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """Named, with what the system said."""
    words = ["match", "points.parquet", "zones.parquet", "-o", "/proc/out.parquet"]
    done = subprocess.run(
        [sys.executable, "-m", "poly_match", *words, "--max-dist", "5"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("poly-match: error: /proc/out.parquet: ")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.usefixtures("place")
def test_memory_does_not_grow_with_the_rows() -> None:
    """Of one row group, of many, and where all columns are written anew."""
    code = """
import sys, poly_match as pm
pm.match_parquet("points.parquet", "zones.parquet", sys.argv[1], max_dist=5.0, progress=False,
                 row_group_size=int(sys.argv[2]) or None)
# Not `ru_maxrss`: that of whoever started the process is in it.
for line in open("/proc/self/status"):
    if line.startswith("VmHWM:"):
        print(int(line.split()[1]) // 1024)
"""

    def peak(name: str, group: int) -> int:
        done = subprocess.run(
            [sys.executable, "-c", code, name, str(group)], capture_output=True, check=True
        )
        return int(done.stdout)

    big_job(100_000)
    little = peak("little.parquet", 0)
    big_job(6_000_000)
    frame = pl.scan_parquet("points.parquet")
    frame.sink_parquet("whole.parquet", row_group_size=6_000_000, compression="uncompressed")
    # The points are 96 MB, the answers 24 MB.
    assert peak("copied.parquet", 0) < little + 80
    assert peak("anew.parquet", 100_000) < little + 80
    Path("whole.parquet").rename("points.parquet")
    assert peak("whole.parquet", 0) < little + 80
