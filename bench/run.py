"""Run the benchmark: answers first, then times.

python bench/run.py --small              # minutes: every engine, small data, answers checked
python bench/run.py --all                # what is recorded, with its report
python bench/run.py --small --workload w2 --engine matcher --engine numba-grid
python bench/run.py --bless w2           # write the expected digests of a workload

With the interpreter that `bench/install.py` makes: `target/bench/venvs/main/bin/python`.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

try:
    from harness import answers, data, machine, process, record
except ModuleNotFoundError as missing:
    sys.exit(f"run.py: {missing}; bench/install.py makes an environment that has everything")

from harness import engine as engines_of
from harness import workload as workloads_of
from harness.engine import Engine
from harness.figures import Figures
from harness.places import BENCH, RESULTS
from harness.process import Limits, Outcome
from harness.real import Unavailable
from harness.workload import Workload

BLESSING = ("kiddo-within", "numba-grid")
"""Engines with no code in common: what they agree on is expected of all."""

HUGE = "w2"
"""The workload that is asked about 100 million points."""


@dataclass
class Run:
    """One run of the benchmark."""

    form: dict[str, Any]
    limits: Limits
    figures: Figures
    deadline: float
    faults: int = 0

    def round(self, nth: int, workloads: Sequence[Workload], engines: Sequence[Engine]) -> None:
        """Ask every engine once about every workload, in another order each time."""
        for workload in workloads:
            if nth >= workload.rounds:
                continue
            shift = nth * 7 % len(engines)
            for engine in (*engines[shift:], *engines[:shift]):
                if nth and self.is_late():
                    return
                if not self.figures.failed(workload, engine):
                    self.ask(workload, engine, self._sizes(workload, engine), self.limits)

    def is_late(self) -> bool:
        """Tell whether there is no time for further rounds."""
        return time.monotonic() > self.deadline

    def ask(self, workload: Workload, engine: Engine, sizes: Sequence[int], limits: Limits) -> None:
        """Ask an engine about a workload; its figures count when its answers are right."""
        reason = engine.missing(workload.name)
        if reason is not None:
            if reason:
                self._fail(workload, engine, reason)
            return
        outcome = process.run(engine, workload, sizes, limits)
        hit_limit = outcome.failure.startswith("took more than")
        if hit_limit and self.figures.reached(workload, engine):
            # It has been quicker in an earlier round, and those figures stand.
            print(f"{workload.name:12} {engine.name:22} {outcome.failure}", flush=True)
            return
        if outcome.told is None or not outcome.told["runs"]:
            self._fail(workload, engine, outcome.failure or "answered nothing")
            # An engine may run out of memory or time; an error is a fault of the benchmark.
            self.faults += not hit_limit
            return
        fault = _fault(workload, engine, outcome)
        if fault is not None:
            self._fail(workload, engine, f"wrong: {fault}")
            self.faults += 1
            return
        self.figures.take(workload, engine, outcome.told)
        _tell(workload, engine, outcome.told)

    def _sizes(self, workload: Workload, engine: Engine) -> list[int]:
        reached = self.figures.reached(workload, engine)
        return reached or workload.ladder(min(self.form["points"], engine.most))

    def _fail(self, workload: Workload, engine: Engine, reason: str) -> None:
        print(f"{workload.name:12} {engine.name:22} {reason}", flush=True)
        self.figures.fail(workload, engine, reason)


def main() -> int:
    """Run the command; return its exit code: 1 if an answer is wrong or, strictly, one missing."""
    given = _arguments()
    machine.keep_to(given.threads)
    described = machine.description(given.threads)
    print("\n".join(f"{name}: {value}" for name, value in described.items()))

    known = {one.name: one for _, group in engines_of.load_all() for one in group}
    workloads = _workloads(given)
    if given.bless:
        return _bless(workloads, known, given.threads)

    chosen = [one for name, one in known.items() if not given.engine or name in given.engine]
    versions = {one.name: one.version() for one in chosen}
    missing = {name: reason for name, (version, reason) in versions.items() if version is None}
    for name, reason in missing.items():
        print(f"{'':12} {name:22} left out: {reason}")
    if missing and given.strict:
        print("run.py: engines are missing", file=sys.stderr)
        return 1
    engines = [one for one in chosen if one.name not in missing]
    if not engines or not workloads:
        print("run.py: nothing to run", file=sys.stderr)
        return 1

    form = _form(given.form)
    began = time.monotonic()
    run = Run(
        form=form,
        limits=Limits(
            threads=given.threads,
            repeat=form["repeat"],
            seconds=form["seconds"],
            bytes=min(8 << 30, machine.memory() // 3),
        ),
        figures=Figures({name: version or "" for name, (version, _) in versions.items()}),
        deadline=began + 60.0 * (given.minutes or form["minutes"]),
    )
    for nth in range(form["rounds"]):
        run.round(nth, workloads, engines)
        if run.is_late():
            print(f"the time is up in round {nth + 1} of {form['rounds']}", flush=True)
            break
    if given.form == "all" and not given.no_huge:
        _ask_hugely(run, workloads, engines)

    described["duration"] = f"{(time.monotonic() - began) / 60:.0f} minutes"
    rows = run.figures.rows()
    path = given.out or RESULTS / f"{described['date']}-{machine.slug()}.csv"
    if given.form == "all" or given.out:
        record.write(path, described, rows)
        print(f"recorded in {path}; bench/report.py makes the report")
    print(f"{run.faults} faults, {described['duration']}")
    return 1 if run.faults else 0


def _ask_hugely(run: Run, workloads: Sequence[Workload], engines: Sequence[Engine]) -> None:
    """Ask once about more points than most can take."""
    form = _form("huge")
    limits = replace(run.limits, repeat=form["repeat"], seconds=form["seconds"])
    for workload in workloads:
        if workload.name != HUGE:
            continue
        for engine in engines:
            if engine.most >= form["points"] and not run.figures.failed(workload, engine):
                run.ask(workload, engine, [1_000_000, form["points"]], limits)


def _fault(workload: Workload, engine: Engine, outcome: Outcome) -> str | None:
    if not engine.tells_answers or outcome.answers is None or outcome.told is None:
        return None
    return answers.fault(workload, outcome.answers, outcome.told["runs"][-1]["points"])


def _tell(workload: Workload, engine: Engine, told: dict[str, Any]) -> None:
    last = told["runs"][-1]
    per_point = 1e9 * min(last["ask"]) / last["points"]
    stopped = f"; {told['stopped']}" if told["stopped"] else ""
    print(
        f"{workload.name:12} {engine.name:22} {last['points']:>11,} points "
        f"{per_point:>12,.2f} ns a point{stopped}",
        flush=True,
    )


def _bless(workloads: Sequence[Workload], known: dict[str, Engine], threads: int) -> int:
    """Write the digests of what two engines and the definition agree on."""
    limits = Limits(threads=threads, repeat=1, seconds=300.0, bytes=machine.memory() // 2)
    for workload in workloads:
        if not workload.tells_rows:
            continue
        size = [workload.sizes[-1]]
        outcomes = [process.run(known[name], workload, size, limits) for name in BLESSING]
        told = [outcome.answers for outcome in outcomes if outcome.answers is not None]
        if len(told) < len(BLESSING):
            failures = [outcome.failure for outcome in outcomes]
            print(f"run.py: {workload.name}: {failures}", file=sys.stderr)
            return 1
        digests = answers.bless(workload, told)
        matched = float((told[0] != answers.NONE).mean())
        print(f"{workload.name}: {size[0]:,} answers agree, {matched:.1%} matched", flush=True)
        kept = re.sub(r"\n*\[expected\].*", "", workload.path.read_text(), flags=re.DOTALL)
        lines = "".join(f'{points} = "{digest}"\n' for points, digest in digests.items())
        workload.path.write_text(f"{kept.rstrip()}\n\n[expected]\n{lines}")
    return 0


def _workloads(given: argparse.Namespace) -> list[Workload]:
    """Return the workloads that are asked for and can be had."""
    small = given.form == "small" and not given.bless
    found = []
    for one in workloads_of.load_all():
        wanted = given.bless or given.workload
        if one.name in wanted if wanted else one.is_small or not small:
            try:
                data.polygons_of(one)
                data.points_of(one, 1)
            except Unavailable as reason:
                print(f"{one.name:12} {'':22} left out: {reason}")
                if given.strict:
                    sys.exit("run.py: workloads are missing")
            else:
                found.append(one)
    return found


def _form(name: str) -> dict[str, Any]:
    return tomllib.loads((BENCH / "forms.toml").read_text())[name]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run.py", description="Run the benchmark.")
    form = parser.add_mutually_exclusive_group(required=True)
    form.add_argument("--small", dest="form", action="store_const", const="small")
    form.add_argument("--all", dest="form", action="store_const", const="all")
    form.add_argument("--bless", nargs="+", metavar="WORKLOAD", help="write expected digests")
    parser.add_argument("--workload", action="append", default=[], help="only this; repeatable")
    parser.add_argument("--engine", action="append", default=[], help="only this; repeatable")
    parser.add_argument("--strict", action="store_true", help="fail if an engine is missing")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--minutes", type=float, help="no further repetitions after so long")
    parser.add_argument("--no-huge", action="store_true", help="leave 100 million points out")
    parser.add_argument("--out", type=Path, help="the CSV")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
