"""Run one engine on one workload, in a separate process."""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness import data
from harness.answers import Rows, read
from harness.engine import Engine, environment
from harness.places import BENCH, TARGET
from harness.workload import Workload

_POLL_SECONDS = 0.05


@dataclass(frozen=True)
class Limits:
    """Limits of one query, and the number of repetitions of each phase.

    A process may take `seconds` per phase and repetition, and twice `bytes`. A process that takes
    more is killed.
    """

    threads: int
    repeat: int
    seconds: float
    bytes: int

    @property
    def process_seconds(self) -> float:
        """The seconds after which a process is killed."""
        return 60.0 + 20.0 * self.seconds


@dataclass(frozen=True)
class Outcome:
    """The result of a process: its figures and answers, or the reason why there are none."""

    result: dict[str, Any] | None
    answers: Rows | None
    failure: str
    hit_limit: bool = False


def run(engine: Engine, workload: Workload, sizes: Sequence[int], limits: Limits) -> Outcome:
    """Run an engine on the first points of a workload, for all `sizes` that the limits allow."""
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=TARGET) as folder:
        answers = Path(folder) / "answers.u32"
        options: dict[str, object] = {
            "--polygons": data.polygons_of(workload),
            "--points": data.points_of(workload, sizes[-1]),
            "--answers": answers,
            **workload.rule.options(),
            "--sizes": ",".join(map(str, sizes)),
            "--repeat": limits.repeat,
            "--seconds": limits.seconds,
            "--bytes": limits.bytes,
        }
        if engine.wants_parquet:
            options["--parquet"] = data.parquet_of(workload, sizes[-1])
        words = [str(word) for pair in options.items() for word in pair]
        out, err = Path(folder) / "out", Path(folder) / "err"
        with out.open("w") as stdout, err.open("w") as stderr:
            process = subprocess.Popen(
                [*engine.command, *words],
                stdout=stdout,
                stderr=stderr,
                env=environment(limits.threads),
                cwd=BENCH,
            )
            failure = _wait(process, limits)
        if failure is not None:
            return Outcome(None, None, failure, hit_limit=True)
        if process.returncode:
            lines = err.read_text(errors="replace").strip().splitlines()
            return Outcome(None, None, lines[-1] if lines else f"exit code {process.returncode}")
        try:
            result = json.loads(out.read_text().splitlines()[-1])
            return Outcome(result, read(answers), "")
        except (IndexError, OSError, ValueError) as error:
            return Outcome(None, None, f"its output cannot be read: {error}")


def _wait(process: subprocess.Popen[bytes], limits: Limits) -> str | None:
    """Wait for the end of a process; kill it if it exceeds a limit, and return which one."""
    began = time.monotonic()
    while process.poll() is None:
        failure = None
        if time.monotonic() - began > limits.process_seconds:
            failure = f"took more than {limits.process_seconds:.0f} s"
        elif (resident := _resident(process.pid)) > 2 * limits.bytes:
            failure = f"took more than {resident >> 30} GiB"
        if failure is not None:
            process.kill()
            process.wait()
            return failure
        time.sleep(_POLL_SECONDS)
    return None


def _resident(pid: int) -> int:
    """Return the resident memory of a process, or 0 if the system does not report it."""
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return 1024 * int(line.split()[1])
    except OSError:
        pass
    return 0
