"""Tables of a run, as Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from harness.record import Row
from harness.results import Results
from harness.targets import OURS, gather_of

_MIB = 2.0**20

_STATISTICS = (
    "cells",
    "empty",
    "settled",
    "contested",
    "split",
    "entries",
    "bytes",
    "settled_share",
    "tests_a_point",
)


def markdown(head: Sequence[str], lines: Sequence[Sequence[str]], *, text: int = 1) -> str:
    """Return a table; the first `text` columns are aligned to the left, the others to the right."""
    rule = ["---"] * text + ["---:"] * (len(head) - text)
    return "\n".join("| " + " | ".join(line) + " |" for line in (head, rule, *lines))


def of_workload(results: Results, workload: str, points: int, *, is_first: bool) -> str:
    """Return the engines on one workload, the fastest first.

    With `is_first`, for the smallest table of a workload, engines that ran on fewer points are
    included.
    """
    units = [results.per_point(workload, engine, points) for engine in (OURS, gather_of(workload))]
    found: list[tuple[float, list[str]]] = []
    for engine in results.engines():
        row = results.asked(workload, engine.engine, points)
        if row is None or (row.points < points and not is_first):
            continue
        found.append((row.median / row.points, _line(results, row, points, units)))
    head = ["engine", "class", "threads", "points", "ask, ns per point", "min to max"]
    head += [f"x {OURS}", f"x {gather_of(workload)}"]
    head += ["parse, ms", "build, ms", "convert, ms", "oneshot, ns per point", "peak, MiB"]
    return markdown(head, [line for _, line in sorted(found)])


def notes(results: Results) -> str:
    """Return which engines did not run on all points, and why; those that ran on none last."""
    lines: dict[tuple[str, str], list[str]] = {}
    for measure in ("stopped", "failed"):
        for row in results.notes(measure):
            lines.setdefault((row.engine, row.note), []).append(row.workload)
    table = [[engine, ", ".join(workloads), note] for (engine, note), workloads in lines.items()]
    return markdown(["engine", "workloads", "reason"], table, text=3) if table else ""


def of_index(results: Results) -> str:
    """Return the statistics of the index on each workload."""
    lines = []
    for workload in sorted({key[0] for key in results.rows}):
        statistics = [results.get(workload, OURS, 0, f"index.{name}") for name in _STATISTICS]
        if any(statistics):
            lines.append(
                [workload, *("" if row is None else _number(row.median) for row in statistics)]
            )
    head = ["workload", *(name.replace("_a_", "_per_").replace("_", " ") for name in _STATISTICS)]
    return markdown(head, lines) if lines else ""


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 10.0 or value.is_integer() else f"{value:.3f}"


def _line(results: Results, row: Row, points: int, units: Sequence[float | None]) -> list[str]:
    def seconds(measure: str, at: int) -> str:
        found = results.get(row.workload, row.engine, at, measure)
        return "" if found is None or row.kind == "limit" else f"{1e3 * found.median:,.3g}"

    peak = results.get(row.workload, row.engine, row.points, "peak")
    oneshot = results.oneshot(row.workload, row.engine, row.points)
    per_point = 1e9 / row.points
    reduced = "" if row.points == points else " *"
    return [
        row.engine,
        row.kind,
        str(row.threads),
        f"{row.points:,}{reduced}",
        f"{per_point * row.median:,.2f}",
        f"{per_point * row.least:,.2f} to {per_point * row.most:,.2f} ({row.samples})",
        *("" if unit is None else f"{per_point * row.median / unit:,.3g}" for unit in units),
        seconds("parse", 0),
        seconds("build", 0),
        seconds("convert", row.points),
        "" if oneshot is None or row.kind == "limit" else f"{per_point * oneshot:,.2f}",
        "" if peak is None else f"{peak.median / _MIB:,.0f}",
    ]
