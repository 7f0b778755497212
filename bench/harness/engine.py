"""Engines, as read from `engines/*.toml`."""

from __future__ import annotations

import os
import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.places import BENCH, QUICK, REPOSITORY, TARGET, program_of, python_of
from harness.workload import Workload
from peers.rule import NEAR

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
        Its name, a one-line description, and one of `CLASSES`.
    command
        The start of its command line; the protocol's options follow.
    bound
        Whether its own distance test is ``strict`` or ``inclusive``. Inclusive results are
        filtered again.
    threads
        The number of threads it can use: 1 or 2.
    most
        The maximum number of points of its queries.
    rules
        The kinds of rules it supports; another engine of the same library may support others.
    cannot
        By kind of rule, the reason why its library has no engine for it.
    workloads
        The workloads it runs, if not all workloads of its rules.
    tells_answers
        Whether it returns answers; limits do not.
    wants_parquet
        Whether it reads the points itself, from Parquet.
    """

    name: str
    title: str
    kind: str
    command: tuple[str, ...]
    bound: str
    threads: int
    most: int
    rules: tuple[str, ...]
    cannot: dict[str, str]
    workloads: tuple[str, ...] | None
    tells_answers: bool
    wants_parquet: bool

    def missing(self, workload: Workload) -> str | None:
        """Return why it does not run a workload, or None if it does.

        The reason is empty if nothing needs to be reported: another engine of its library runs the
        workload, or the workload is not meant for this engine.
        """
        kind = workload.rule.kind
        if kind in self.cannot:
            return self.cannot[kind]
        if kind in self.rules and (self.workloads is None or workload.name in self.workloads):
            return None
        return ""

    def version(self) -> tuple[str | None, str]:
        """Return its version and an empty string, or None and the reason why it cannot run."""
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
    """Return the environment of an engine's process, with `threads` threads for every library."""
    names = ("POLARS_MAX", "RAYON_NUM", "NUMBA_NUM", "OMP_NUM", "OPENBLAS_NUM", "MKL_NUM")
    return {
        **os.environ,
        **{f"{name}_THREADS": str(threads) for name in names},
        "PYTHONPATH": str(REPOSITORY / "py_project"),
        "PYTHONHASHSEED": "0",
        "NUMBA_CACHE_DIR": str(TARGET / "numba"),
    }


def load(path: Path, *, quickly: bool) -> tuple[Install, list[Engine]]:
    """Read one file of definitions; see `load_all`."""
    definition = tomllib.loads(path.read_text())
    needs = definition.get("install", {})
    install = Install(
        environment=needs.get("environment", "main"),
        requirements=tuple(needs.get("requirements", ())),
        builds={QUICK: ""} if quickly and "builds" in needs else needs.get("builds", {}),
    )
    return install, [_engine(one, install, quickly=quickly) for one in definition["engine"]]


def load_all(form: dict[str, Any]) -> list[tuple[Install, list[Engine]]]:
    """Read the definitions of a form's engines, sorted by file name.

    A form that names its engines is meant to be quick: all of them use one build of the Rust
    program.
    """
    named = form.get("engines")
    paths = sorted((BENCH / "engines").glob("*.toml"))
    loaded = [load(path, quickly=named is not None) for path in paths]
    if named is None:
        return loaded
    kept = [(install, [one for one in group if one.name in named]) for install, group in loaded]
    return [(install, group) for install, group in kept if group]


def _engine(definition: dict[str, Any], install: Install, *, quickly: bool) -> Engine:
    places = {"python": str(python_of(install.environment))}
    for build in ("baseline", "native"):
        places[build] = str(program_of(QUICK if quickly else build))
    if definition["class"] not in CLASSES:
        msg = f"{definition['name']}: class is {definition['class']!r}, expected one of {CLASSES}"
        raise ValueError(msg)
    return Engine(
        name=definition["name"],
        title=definition["title"],
        kind=definition["class"],
        command=tuple(word.format(**places) for word in definition["run"]),
        bound=definition.get("bound", "strict"),
        threads=definition.get("threads", 2),
        most=definition.get("most", 10_000_000),
        rules=tuple(definition.get("rules", (NEAR,))),
        cannot=definition.get("cannot", {}),
        workloads=tuple(definition["workloads"]) if "workloads" in definition else None,
        tells_answers=definition.get("tells_answers", True),
        wants_parquet=definition.get("wants_parquet", False),
    )
