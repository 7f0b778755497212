"""Tables of a run, as Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from harness.record import Row
from harness.results import Results

_MIB = 2.0**20


def markdown(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """Return a table; every column but the first is aligned to the right."""
    rule = ["---"] + ["---:"] * (len(head) - 1)
    return "\n".join("| " + " | ".join(line) + " |" for line in (head, rule, *lines))


def of_workload(results: Results, workload: str, points: int, *, is_first: bool) -> str:
    """Return the engines on one workload, the fastest first.

    With `is_first`, the smallest table of the workload, those too that did not get so far.
    """
    found: list[tuple[float, list[str]]] = []
    for engine in results.engines():
        row = results.asked(workload, engine.engine, points)
        if row is None or (row.points < points and not is_first):
            continue
        found.append((row.median / row.points, _line(results, row, points)))
    head = ["engine", "class", "threads", "points", "ask, ns a point", "least to most"]
    head += ["parse, ms", "build, ms", "convert, ms", "oneshot, ns a point", "peak, MiB"]
    return markdown(head, [line for _, line in sorted(found)])


def notes(results: Results) -> str:
    """Return who did not get to all points, and why."""
    lines = [
        [row.workload, row.engine, row.note]
        for measure in ("failed", "stopped")
        for row in results.notes(measure)
    ]
    return markdown(["workload", "engine", "reason"], lines) if lines else ""


def of_index(results: Results) -> str:
    """Return what the indexes told of themselves."""
    rows = [row for row in results.rows.values() if row.measure.startswith("index.")]
    if not rows:
        return ""
    names = sorted({row.measure for row in rows})
    lines = []
    for workload, engine in sorted({(row.workload, row.engine) for row in rows}):
        values = [results.get(workload, engine, 0, name) for name in names]
        lines.append([workload, engine, *("" if v is None else f"{v.median:,.4g}" for v in values)])
    return markdown(["workload", "engine", *(name[6:] for name in names)], lines)


def _line(results: Results, row: Row, points: int) -> list[str]:
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
        seconds("parse", 0),
        seconds("build", 0),
        seconds("convert", row.points),
        "" if oneshot is None or row.kind == "limit" else f"{per_point * oneshot:,.2f}",
        "" if peak is None else f"{peak.median / _MIB:,.0f}",
    ]
