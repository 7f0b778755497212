"""Make the report from a recorded run: a Markdown file, and charts as SVG in `charts/`.

python bench/report.py                        # from the newest record in bench/results
python bench/report.py bench/results/X.csv --out bench/REPORT.md
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from harness import chart, tables, workload
from harness.places import BENCH, RESULTS
from harness.results import Results
from harness.targets import COVERED, POINTS, Target, ahead, targets

CHARTED = ("w2", "w3", "w4", *COVERED)


def main() -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(prog="report.py", description="Make the report.")
    parser.add_argument(
        "record", nargs="?", type=Path, help="a CSV written by run.py; default: the newest"
    )
    parser.add_argument("--out", type=Path, default=BENCH / "REPORT.md")
    given = parser.parse_args()
    recorded = sorted(RESULTS.glob("*.csv"))
    path = given.record or (recorded[-1] if recorded else None)
    if path is None:
        print("report.py: there is no recorded run", file=sys.stderr)
        return 1
    write(path, given.out)
    print(f"{given.out}, made from {path}")
    return 0


def write(record: Path, out: Path) -> None:
    """Write the report and its charts."""
    results = Results.read(record)
    charts = out.parent / "charts"
    charts.mkdir(parents=True, exist_ok=True)
    known = {one.name: one for one in workload.load_all()}
    names = [name for name in known if results.sizes(name)]
    parts = [_head(record, results), _targets(results), _ahead(results)]
    for name in names:
        parts.append(f"## {name}\n\n{known[name].title}.")
        if name in CHARTED:
            _draw(results, name, charts)
            parts.append(f"![ns per point, {name}](charts/{name}.svg)")
        sizes = [size for size in results.sizes(name) if size in known[name].sizes]
        sizes = sizes or results.sizes(name)[-1:]
        for size in sizes:
            table = tables.of_workload(results, name, size, is_first=size == sizes[0])
            parts.append(f"### {name}, {size:,} points\n\n{table}")
    if index := tables.of_index(results):
        parts.append(f"## Indexes\n\n{index}")
    if notes := tables.notes(results):
        parts.append(f"## Engines that did not run on all points\n\n{notes}")
    parts.append(_engines(results))
    out.write_text("\n\n".join(part for part in parts if part) + "\n")


def _head(record: Path, results: Results) -> str:
    machine = "\n".join(f"- {name}: {value}" for name, value in results.machine.items())
    return f"""# Benchmark report

`bench/report.py` made this file from [`results/{record.name}`](results/{record.name}); do not edit.
[README](README.md) describes what is measured, and [BIAS](BIAS.md) where it is unfair. The answers
of each process to its largest query were compared with the expected ones before any of its times
counted.

{machine}

Figures are medians; *min to max* is the spread, with the number of measurements. *ask* is the time
of a prepared query: polygons are parsed, the index is built, and points are in the engine's own
form. *oneshot* is the time from columns to answers. *peak* is the memory by which the process grew
from columns to answers. A star marks an engine that ran on fewer points than the table is for,
because all points would take too long or too much memory; its figures per point are those of the
fewer points. *x matcher* and *x gather* are *ask* as a multiple of our time, and of the time of the
one random look-up per point that every index needs."""


def _targets(results: Results) -> str:
    head = ["target", "measured", "allowed", "", "from"]
    lines = [_target(one) for one in targets(results)]
    return f"## Targets\n\n{tables.markdown(head, lines)}"


def _target(one: Target) -> list[str]:
    measured = "" if one.measured is None else f"{one.measured:,.2f} {one.unit}"
    return [
        one.name,
        measured,
        f"{'at least' if one.is_least else 'at most'} {one.bound:,.4g} {one.unit}",
        one.verdict,
        one.basis,
    ]


def _ahead(results: Results) -> str:
    lines = []
    for name in CHARTED:
        for kind, engine, times in ahead(results, name, POINTS):
            lines.append([name, kind, engine, f"{times:,.1f}x"])
    if not lines:
        return ""
    head = ["workload", "class", "its fastest engine", "time as a multiple of `Matcher`"]
    title = "## Comparison with the fastest engine of each class"
    note = "Each engine at the largest number of points it ran on."
    return f"{title}\n\n{note}\n\n{tables.markdown(head, lines)}"


def _draw(results: Results, name: str, charts: Path) -> None:
    points = 1_000_000 if 1_000_000 in results.sizes(name) else results.sizes(name)[-1]
    bars = [
        chart.Bar(row.engine, row.kind, 1e9 * row.median / row.points, row.points < points)
        for engine in results.engines()
        if (row := results.asked(name, engine.engine, points)) is not None
    ]
    title = f"{name}: ask, {points:,} points"
    (charts / f"{name}.svg").write_text(chart.draw(title, "ns per point", bars))


def _engines(results: Results) -> str:
    lines = [[row.engine, row.kind, str(row.threads), row.version] for row in results.engines()]
    return f"## Engines\n\n{tables.markdown(['engine', 'class', 'threads', 'versions'], lines)}"


if __name__ == "__main__":
    sys.exit(main())
