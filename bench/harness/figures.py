"""The figures of a run in progress: collected round by round, then returned as rows."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from harness.engine import Engine
from harness.record import Row
from harness.workload import Workload

Question = tuple[str, str]
"""Workload and engine."""


class Figures:
    """Collects the results of processes.

    Only the numbers of points that count are kept: those of the workload, and for an engine that
    did not run on all of them, the largest number it ran on.
    """

    def __init__(self, versions: dict[str, str]) -> None:
        self.versions = versions
        self._values: dict[tuple[Question, int, str], list[float]] = defaultdict(list)
        self._notes: dict[tuple[Question, str], str] = {}
        self._engines: dict[str, Engine] = {}
        self._reached: dict[Question, list[int]] = {}

    def take(self, workload: Workload, engine: Engine, result: dict[str, Any]) -> None:
        """Add the figures of one process whose answers were correct."""
        question = (workload.name, engine.name)
        self._engines[engine.name] = engine
        runs = result["runs"]
        largest = runs[-1]["points"]
        counted = [run for run in runs if run["points"] in workload.sizes]
        if largest not in workload.sizes:
            counted.append(runs[-1])
        self._reached[question] = [run["points"] for run in counted]
        if result["stopped"] is not None:
            self._notes.setdefault((question, "stopped"), result["stopped"])

        for phase in ("parse", "build"):
            self._add(question, 0, phase, result[phase])
        for measure in ("baseline", "polygons", "prepared"):
            self._add(question, 0, measure, [result[f"{measure}_bytes"]])
        for name, value in result["index"].items():
            self._add(question, 0, f"index.{name}", [value])
        for run in counted:
            for phase in ("convert", "ask", "oneshot"):
                if run[phase]:
                    self._add(question, run["points"], phase, run[phase])
            self._add(question, run["points"], "peak", [run["peak_bytes"]])

    def fail(self, workload: Workload, engine: Engine, reason: str) -> None:
        """Record why there are no figures, and drop the figures of earlier rounds."""
        question = (workload.name, engine.name)
        self._engines[engine.name] = engine
        self._notes[question, "failed"] = reason
        others = {key: values for key, values in self._values.items() if key[0] != question}
        self._values = defaultdict(list, others)

    def reached(self, workload: Workload, engine: Engine) -> list[int] | None:
        """Return the numbers of points that counted in an earlier round, if there was one."""
        return self._reached.get((workload.name, engine.name))

    def failed(self, workload: Workload, engine: Engine) -> bool:
        """Tell whether an engine has failed on a workload before."""
        return ((workload.name, engine.name), "failed") in self._notes

    def rows(self) -> list[Row]:
        """Return all figures as rows of the record."""
        rows = [
            Row.of(question[0], self._told(question[1]), points, measure, values)
            for (question, points, measure), values in self._values.items()
        ]
        rows += [
            Row.of(question[0], self._told(question[1]), 0, measure, [], note)
            for (question, measure), note in self._notes.items()
        ]
        return sorted(rows, key=lambda row: (row.workload, row.engine, row.points, row.measure))

    def _told(self, name: str) -> tuple[str, str, str, int]:
        engine = self._engines[name]
        return engine.name, engine.kind, self.versions[name], engine.threads

    def _add(self, question: Question, points: int, measure: str, values: list[float]) -> None:
        self._values[question, points, measure] += values
