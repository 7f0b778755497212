"""Stops jobs at random moments, and looks at what is left: `python kills.py 100`.

It prints what was found after so many SIGKILLs, and after so many SIGTERMs.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl

FILES = 8
ROWS = 300_000
WORDS = ["match", "points", "zones.parquet", "-o", "out", "--max-dist", "5", "--quiet"]


@dataclass
class Found:
    """What was found after some stops."""

    stops: int = 0
    """Jobs that were stopped before they had ended."""
    ended: int = 0
    """Jobs that had ended before."""
    wrong: int = 0
    """Files under the name of an output that are not whole or not right."""
    lost: int = 0
    """Files that were there, whole, and are there no longer."""
    left: int = 0
    """Temporary files after the last run."""
    codes: set[int] = field(default_factory=set)
    """Exit codes of the jobs that were stopped."""
    seconds: float = 0.0
    """The longest from the signal to the end."""


def make(folder: Path) -> None:
    """Points, polygons, and the answers of a job that is not stopped, in `right`."""
    draw = np.random.default_rng(5)
    (folder / "points").mkdir()
    for at in range(FILES):
        points = pl.DataFrame(draw.uniform(0, 100, (ROWS, 2)), schema=["x", "y"])
        points.write_parquet(folder / f"points/{at}.parquet", row_group_size=50_000)
    x, y = draw.uniform(0, 100, (2, 500, 1))
    side = draw.uniform(0.5, 3, (500, 1))
    corners = {"x": x + side * [-1, 1, 1, -1], "y": y + side * [-1, -1, 1, 1]}
    zones = pl.DataFrame({name: pl.Series(values) for name, values in corners.items()})
    zones.select(pl.all().arr.to_list()).write_parquet(folder / "zones.parquet")
    words = [*WORDS[:4], "right", *WORDS[5:]]
    subprocess.run([sys.executable, "-m", "poly_match", *words], cwd=folder, check=True)


def stop_often(folder: Path, stops: int, sign: signal.Signals, seed: int) -> Found:
    """Start the job, send the signal at a random moment, look, and go on."""
    draw = random.Random(seed)
    found = Found()
    out = folder / "out"
    whole: set[str] = set()
    while found.stops < stops:
        command = [sys.executable, "-m", "poly_match", *WORDS, "--resume"]
        # A job that is stopped late has little to do the next time.
        if len(whole) == FILES or draw.random() < 0.2:
            subprocess.run(["rm", "-rf", out], check=True)
            whole.clear()
        process = subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE)
        while process.poll() is None and not out.exists():
            time.sleep(0.001)
        time.sleep(draw.uniform(0, 0.4))
        process.send_signal(sign)
        start = time.monotonic()
        process.communicate()
        if process.returncode == 0:
            found.ended += 1
        else:
            found.stops += 1
            found.codes.add(process.returncode)
            found.seconds = max(found.seconds, time.monotonic() - start)
        there = {path.name for path in out.glob("*.parquet")}
        found.lost += len(whole - there)
        found.wrong += sum(not _is_right(folder, name) for name in there)
        whole = there
    subprocess.run([sys.executable, "-m", "poly_match", *WORDS, "--resume"], cwd=folder, check=True)
    names = {path.name for path in out.glob("*.parquet")}
    found.lost += FILES - len(names)
    found.wrong += sum(not _is_right(folder, name) for name in names)
    found.left = len([*out.glob(".*"), *folder.glob(".poly-match-*")])
    return found


def _is_right(folder: Path, name: str) -> bool:
    return (folder / "out" / name).read_bytes() == (folder / "right" / name).read_bytes()


if __name__ == "__main__":
    make(Path())
    for sign in (signal.SIGKILL, signal.SIGTERM):
        print(sign.name, stop_often(Path(), int(sys.argv[1]), sign, 1))
