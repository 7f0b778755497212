"""Paths of the benchmark."""

from __future__ import annotations

import os
from pathlib import Path

BENCH = Path(__file__).resolve().parents[1]
REPOSITORY = BENCH.parent

TARGET = Path(os.environ.get("POLY_MATCH_BENCH_TARGET", REPOSITORY / "target" / "bench"))
"""The folder for all output: environments, programs, data."""

QUICK = "quick"
"""The build of the Rust program that compiles quickly and is not optimized."""

DATA = TARGET / "data"
RESULTS = BENCH / "results"


def python_of(environment: str) -> Path:
    """Return the interpreter of a virtual environment that `install.py` creates."""
    return TARGET / "venvs" / environment / "bin" / "python"


def program_of(build: str) -> Path:
    """Return the program with the Rust engines; builds are ``baseline``, ``native``, `QUICK`."""
    profile = "debug" if build == QUICK else "release"
    return TARGET / "cargo" / build / profile / "poly-match-bench"


def real_data() -> Path | None:
    """Return the folder with real data, or None."""
    named = os.environ.get("POLY_MATCH_DATA")
    return Path(named) if named and Path(named).is_dir() else None
