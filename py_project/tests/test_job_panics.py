"""Panics of readers: one line of error, and nothing else on standard error."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

# The command on each file, in one process: it takes long to begin.
CODE = """
import sys
from poly_match.cli import main
for name in sys.argv[1:]:
    sys.stderr.write(f"== {name}\\n")
    main(["match", name, "zones.parquet", "-o", "out.parquet", "--max-dist", "5", "--quiet",
          "--overwrite"])
"""


@pytest.mark.usefixtures("place")
def test_one_line() -> None:
    """Of each broken file in the command with `--quiet`, also where backtraces are asked for."""
    frame = pl.concat([pl.read_parquet("points.parquet")] * 3)
    frame.write_ipc("whole.arrow")
    frame.write_parquet("whole.parquet", compression="uncompressed")
    names = []
    for kind in ("arrow", "parquet"):
        whole = Path(f"whole.{kind}").read_bytes()
        for at in range(8, len(whole) - 8, 5):
            names.append(f"spoiled{at}.{kind}")
            Path(names[-1]).write_bytes(whole[:at] + b"\xff\x7f" + whole[at + 2 :])
    done = subprocess.run(
        [sys.executable, "-c", CODE, *names],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "RUST_BACKTRACE": "1"},
    )
    told = done.stderr.split("== ")[1:]
    assert len(told) == len(names)
    for name, text in zip(names, told, strict=True):
        lines = text.splitlines()[1:]
        assert len(lines) <= 1, text
        assert "panicked" not in text
        assert not lines or name in lines[0]
    # Some of them made a reader panic.
    assert "broken file: " in done.stderr
