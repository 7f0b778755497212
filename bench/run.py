"""Run the benchmark: check the answers, then record the times.

python bench/run.py --small              # every engine, small data; takes minutes
python bench/run.py --ci --strict        # fewer engines; fails if one is missing
python bench/run.py --all                # the run that is recorded
python bench/run.py --all --resume       # continue an interrupted run
python bench/run.py --small --workload w2 --engine matcher --engine numba-grid
python bench/run.py --bless w2           # write the expected digests of a workload

Use the interpreter that `bench/install.py` installs: `target/bench/venvs/main/bin/python`.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

try:
    from harness import answers, data, machine, process, record
except ModuleNotFoundError as missing:
    sys.exit(f"run.py: {missing}; bench/install.py installs an environment with all packages")

from harness import engine as engines_of
from harness import forms
from harness import workload as workloads_of
from harness.engine import Engine
from harness.figures import Figures, Question
from harness.journal import Journal, Stale
from harness.places import RESULTS, TARGET
from harness.process import Limits, Outcome
from harness.real import Unavailable
from harness.workload import Workload
from peers.rule import COVERS, NEAR

BLESSING = {NEAR: ("kiddo-within", "numba-grid"), COVERS: ("geo-index-geo", "shapely-covers")}
"""By kind of rule, engines that share no code. All others are expected to give their answers."""

HUGE = "w2"
"""The workload that is run on 100 million points."""


@dataclass
class Run:
    """One run of the benchmark."""

    form: dict[str, Any]
    limits: Limits
    figures: Figures
    journal: Journal
    began: float
    minutes: float
    faults: int = 0
    seconds: dict[Question, float] = field(default_factory=dict)
    """By query, the time of its first process."""

    def round(self, nth: int, workloads: Sequence[Workload], engines: Sequence[Engine]) -> None:
        """Run every engine once on every workload, in a different order each round."""
        workloads = [workload for workload in workloads if nth < workload.rounds]
        shift = nth * 7 % len(engines)
        questions = [
            (workload, engine)
            for workload in workloads
            for engine in (*engines[shift:], *engines[:shift])
            if engine.missing(workload) is None
            and not self.figures.failed(workload, engine)
            and self._is_worth(nth, workload, engine)
        ]
        for at, (workload, engine) in enumerate(questions):
            if nth and self.is_late():
                return
            self.ask(
                f"{nth + 1}/{self.form['rounds']} {at + 1:>3}/{len(questions)}",
                workload,
                engine,
                self._sizes(workload, engine),
                self.limits,
            )

    def note_missing(self, workloads: Sequence[Workload], engines: Sequence[Engine]) -> None:
        """Record which engines cannot run which workloads, and why."""
        for workload in workloads:
            for engine in engines:
                if reason := engine.missing(workload):
                    self.figures.fail(workload, engine, reason)

    def is_late(self) -> bool:
        """Return whether there is no time for further rounds."""
        return time.monotonic() > self.began + 60.0 * self.minutes

    def ask(
        self,
        place: str,
        workload: Workload,
        engine: Engine,
        sizes: Sequence[int],
        limits: Limits,
    ) -> None:
        """Run an engine on a workload; its figures count if its answers are correct."""
        asked = (place.split()[0], workload.name, engine.name)
        verdict = self.journal.get(asked)
        if verdict is None:
            began = time.monotonic()
            verdict = _judge(workload, engine, process.run(engine, workload, sizes, limits))
            verdict["seconds"] = time.monotonic() - began
            self.journal.add(asked, verdict)
        self.seconds.setdefault((workload.name, engine.name), verdict["seconds"])
        outcome = self._settle(workload, engine, verdict)
        seconds = int(time.monotonic() - self.began)
        print(
            f"{seconds // 60:>2}:{seconds % 60:02} {place:>11} {workload.name:16} "
            f"{engine.name:22} {outcome}",
            flush=True,
        )

    def _settle(self, workload: Workload, engine: Engine, verdict: dict[str, Any]) -> str:
        """Add the result of a query to the figures; return it as text."""
        if "told" in verdict:
            self.figures.take(workload, engine, verdict["told"])
            return _in_words(verdict["told"])
        # An engine that finished in an earlier round keeps those figures.
        hit_limit = verdict["hit_limit"]
        if not (hit_limit and self.figures.reached(workload, engine)):
            self.figures.fail(workload, engine, verdict["failed"])
            # An engine may exceed its time or memory; other failures are faults of the benchmark.
            self.faults += not hit_limit
        return verdict["failed"]

    def _is_worth(self, nth: int, workload: Workload, engine: Engine) -> bool:
        """Return whether a query is part of a round: queries that take long run only once."""
        return not nth or self.seconds[workload.name, engine.name] <= self.form["brief"]

    def _sizes(self, workload: Workload, engine: Engine) -> list[int]:
        reached = self.figures.reached(workload, engine)
        return reached or workload.ladder(min(self.form["points"], engine.most))


def main() -> int:
    """Run the command; return its exit code: 1 on a wrong answer or an incomplete strict run."""
    given = _arguments()
    machine.keep_to(given.threads)
    described = machine.description(given.threads)
    print("\n".join(f"{name}: {value}" for name, value in described.items()))

    form = forms.read(given.form)
    known = {one.name: one for _, group in engines_of.load_all(form) for one in group}
    workloads = _workloads(given)
    if given.bless:
        return _bless(workloads, known, given.threads)

    chosen = [one for name, one in known.items() if not given.engine or name in given.engine]
    versions = {one.name: one.version() for one in chosen}
    missing = {name: reason for name, (version, reason) in versions.items() if version is None}
    for name, reason in missing.items():
        print(f"left out: {name}: {reason}")
    if missing and given.strict:
        print("run.py: engines are missing", file=sys.stderr)
        return 1
    engines = [one for one in chosen if one.name not in missing]
    if not engines or not workloads:
        print("run.py: nothing to run", file=sys.stderr)
        return 1

    started = {name: version or "" for name, (version, _) in versions.items()}
    made_with = {
        "versions": started,
        "workloads": [workload.name for workload in workloads],
        "threads": given.threads,
        "form": form,
    }
    try:
        journal = Journal(TARGET / f"{given.form}.journal", made_with, resume=given.resume)
    except Stale as reason:
        print(f"run.py: {reason}", file=sys.stderr)
        return 1
    run = Run(
        form=form,
        limits=Limits(
            threads=given.threads,
            repeat=form["repeat"],
            seconds=form["seconds"],
            bytes=min(8 << 30, machine.memory() // 3),
        ),
        figures=Figures(started),
        journal=journal,
        began=time.monotonic(),
        minutes=given.minutes or form["minutes"],
    )
    run.note_missing(workloads, engines)
    for nth in range(form["rounds"]):
        run.round(nth, workloads, engines)
        if run.is_late():
            print(f"stopped in round {nth + 1} of {form['rounds']}: out of time", flush=True)
            break
    if given.form == "all" and not given.no_huge:
        _ask_hugely(run, workloads, engines)

    described["duration"] = f"{(time.monotonic() - run.began) / 60:.0f} minutes"
    if given.resume:
        described["duration"] += ", resumed"
    path = given.out
    if path is None and given.form == "all" and not given.workload and not given.engine:
        path = RESULTS / f"{described['date']}-{machine.slug()}.csv"
    if path is not None:
        record.write(path, described, run.figures.rows())
        print(f"recorded in {path}; run bench/report.py to make the report")
    print(f"{run.faults} faults, {described['duration']}")
    return 1 if run.faults else 0


def _ask_hugely(run: Run, workloads: Sequence[Workload], engines: Sequence[Engine]) -> None:
    """Run each engine that can once on more points than most engines can handle."""
    form = forms.read("huge")
    limits = replace(run.limits, repeat=form["repeat"], seconds=form["seconds"])
    for workload in workloads:
        if workload.name != HUGE:
            continue
        for engine in engines:
            can = engine.most >= form["points"] and engine.missing(workload) is None
            if can and not run.figures.failed(workload, engine):
                run.ask("huge", workload, engine, [1_000_000, form["points"]], limits)


def _judge(workload: Workload, engine: Engine, outcome: Outcome) -> dict[str, Any]:
    """Return the figures of a process if its answers are correct, else the reason."""
    if outcome.result is None or not outcome.result["runs"]:
        reason = outcome.failure or "returned no answers"
        return {"failed": reason, "hit_limit": outcome.hit_limit}
    if engine.tells_answers and outcome.answers is not None:
        size = outcome.result["runs"][-1]["points"]
        fault = answers.fault(workload, outcome.answers, size)
        if fault is not None:
            return {"failed": f"wrong: {fault}", "hit_limit": False}
    return {"told": outcome.result}


def _in_words(result: dict[str, Any]) -> str:
    last = result["runs"][-1]
    per_point = 1e9 * min(last["ask"]) / last["points"]
    stopped = f"; {result['stopped']}" if result["stopped"] else ""
    return f"{last['points']:>11,} points {per_point:>12,.2f} ns per point{stopped}"


def _bless(workloads: Sequence[Workload], known: dict[str, Engine], threads: int) -> int:
    """Write the digests of the answers that two engines and the definition agree on."""
    limits = Limits(threads=threads, repeat=1, seconds=300.0, bytes=machine.memory() // 2)
    for workload in workloads:
        if not workload.tells_rows:
            continue
        size = [workload.sizes[-1]]
        blessing = BLESSING[workload.rule.kind]
        outcomes = [process.run(known[name], workload, size, limits) for name in blessing]
        answered = [outcome.answers for outcome in outcomes if outcome.answers is not None]
        if len(answered) < len(blessing):
            failures = [outcome.failure for outcome in outcomes]
            print(f"run.py: {workload.name}: {failures}", file=sys.stderr)
            return 1
        digests = answers.bless(workload, answered)
        matched = float((answered[0] != answers.NONE).mean())
        print(f"{workload.name}: {size[0]:,} answers agree, {matched:.1%} matched", flush=True)
        kept = re.sub(r"\n*\[expected\].*", "", workload.path.read_text(), flags=re.DOTALL)
        lines = "".join(f'{points} = "{digest}"\n' for points, digest in digests.items())
        workload.path.write_text(f"{kept.rstrip()}\n\n[expected]\n{lines}")
    return 0


def _workloads(given: argparse.Namespace) -> list[Workload]:
    """Return the selected workloads that are available."""
    asked = "all" if given.form == "all" else "small"
    found = []
    for one in workloads_of.load_all():
        wanted = given.bless or given.workload
        if one.name in wanted if wanted else asked in one.forms:
            try:
                data.polygons_of(one)
                data.points_of(one, 1)
            except Unavailable as reason:
                print(f"left out: {one.name}: {reason}")
                if given.strict:
                    sys.exit("run.py: workloads are missing")
            else:
                found.append(one)
    return found


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run.py", description="Run the benchmark.")
    form = parser.add_mutually_exclusive_group(required=True)
    form.add_argument("--small", dest="form", action="store_const", const="small")
    form.add_argument("--ci", dest="form", action="store_const", const="ci")
    form.add_argument("--all", dest="form", action="store_const", const="all")
    form.add_argument("--bless", nargs="+", metavar="WORKLOAD", help="write the expected digests")
    parser.add_argument("--workload", action="append", default=[], help="only this; repeatable")
    parser.add_argument("--engine", action="append", default=[], help="only this; repeatable")
    parser.add_argument("--strict", action="store_true", help="fail if an engine is missing")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--minutes", type=float, help="start no repetitions after this time")
    parser.add_argument("--resume", action="store_true", help="continue an interrupted run")
    parser.add_argument("--no-huge", action="store_true", help="leave 100 million points out")
    parser.add_argument("--out", type=Path, help="write the CSV here")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
