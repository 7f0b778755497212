"""Engines: who is asked, as read from `engines/*.toml`."""

from __future__ import annotations

import os
import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.places import BENCH, REPOSITORY, TARGET, program_of, python_of

CLASSES = ("ours", "hand-written", "library", "limit")


@dataclass(frozen=True)
class Install:
    """What a file of engines needs: packages in an environment, or a build of the Rust program."""

    environment: str
    requirements: tuple[str, ...]
    builds: dict[str, str]


@dataclass(frozen=True)
class Engine:
    """One definition.

    Parameters
    ----------
    name, title, kind
        What it is called, what it does in a line, and one of `CLASSES`.
    command
        The start of its command line; the protocol's options follow.
    bound
        Whether its own test of distance is ``strict`` or ``inclusive``, and so filtered again.
    threads
        How many it can use: 1 or 2.
    most
        The most points it is asked about.
    workloads
        Those it is asked, if not all; `skips` has the reasons.
    tells_answers
        Whether it answers the question at all: limits do not.
    wants_parquet
        Whether it reads the points itself.
    """

    name: str
    title: str
    kind: str
    command: tuple[str, ...]
    bound: str
    threads: int
    most: int
    workloads: tuple[str, ...] | None
    skips: dict[str, str]
    tells_answers: bool
    wants_parquet: bool

    def missing(self, workload: str) -> str | None:
        """Return the reason why it does not run a workload, if there is one."""
        if workload in self.skips:
            return self.skips[workload]
        if self.workloads is not None and workload not in self.workloads:
            return ""
        return None

    def version(self) -> tuple[str | None, str]:
        """Return its version, or None and the reason why it cannot run."""
        try:
            done = subprocess.run(
                [*self.command, "--version"],
                capture_output=True,
                text=True,
                timeout=120,
                env=environment(2),
                cwd=BENCH,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return None, "not installed"
        if done.returncode:
            lines = done.stderr.strip().splitlines()
            return None, lines[-1] if lines else f"exit code {done.returncode}"
        return done.stdout.strip(), ""


def environment(threads: int) -> dict[str, str]:
    """Return the environment of an engine's process, with so many threads for every library."""
    names = ("POLARS_MAX", "RAYON_NUM", "NUMBA_NUM", "OMP_NUM", "OPENBLAS_NUM", "MKL_NUM")
    return {
        **os.environ,
        **{f"{name}_THREADS": str(threads) for name in names},
        "PYTHONPATH": str(REPOSITORY / "py_project"),
        "PYTHONHASHSEED": "0",
        "NUMBA_CACHE_DIR": str(TARGET / "numba"),
    }


def load(path: Path) -> tuple[Install, list[Engine]]:
    """Read one file of definitions."""
    told = tomllib.loads(path.read_text())
    needs = told.get("install", {})
    install = Install(
        environment=needs.get("environment", "main"),
        requirements=tuple(needs.get("requirements", ())),
        builds=needs.get("builds", {}),
    )
    return install, [_engine(one, install) for one in told["engine"]]


def load_all() -> list[tuple[Install, list[Engine]]]:
    """Read all definitions, by name of the file."""
    return [load(path) for path in sorted((BENCH / "engines").glob("*.toml"))]


def _engine(told: dict[str, Any], install: Install) -> Engine:
    places = {"python": str(python_of(install.environment))}
    places |= {build: str(program_of(build)) for build in ("baseline", "native")}
    if told["class"] not in CLASSES:
        msg = f"{told['name']}: class is {told['class']!r}, expected one of {CLASSES}"
        raise ValueError(msg)
    return Engine(
        name=told["name"],
        title=told["title"],
        kind=told["class"],
        command=tuple(word.format(**places) for word in told["run"]),
        bound=told.get("bound", "strict"),
        threads=told.get("threads", 2),
        most=told.get("most", 10_000_000),
        workloads=tuple(told["workloads"]) if "workloads" in told else None,
        skips=told.get("skips", {}),
        tells_answers=told.get("tells_answers", True),
        wants_parquet=told.get("wants_parquet", False),
    )
