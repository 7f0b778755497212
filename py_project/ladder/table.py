"""Results as text: Markdown tables that also read well in a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from ladder.results import Point, Results
from ladder.timing import Timing

NOTHING = "-"


def ladder(results: Results) -> str:
    """Return the table of all versions, followed by the comparisons."""
    base = results.baseline
    header = ["version"]
    # With more than two forms there is only space for medians.
    brief = len(results.forms) > 2
    for form in results.forms:
        all_of = [f"{form} ms: median (mean)", "iterations", f"x {base} {form}"]
        header += [f"{form} ms"] if brief else all_of
    published = results.published_baseline_ms is not None
    if published:
        header += ["published ms*", "x*"]
    rows = []
    for name, version in results.versions.items():
        row = [name if not version.other else f"{name} ({version.other})"]
        for form in results.forms:
            timing = results.timings.get((name, form))
            if brief:
                row.append(_number(timing.median_ms if timing else None))
                continue
            row += _timing(timing)
            row.append(_times(results.speed_up(name, form, base, form)))
        if published:
            row += [_number(results.published_ms(version)), _times(version.published)]
        rows.append(row)
    lines = [grid(header, rows), "", *results.notes]
    lines += [f"not run: {reason}" for reason in results.missing.values()]
    return "\n".join(lines + _comparisons(results))


def scale(results: Results) -> str:
    """Return the table of times by number of points, with the reasons for the gaps below it."""
    sizes = sorted({point.n_points for point in results.scale})
    header = ["version", *(f"{size:,} points, ms" for size in sizes)]
    found = {(point.version, point.n_points): point for point in results.scale}
    rows, notes = [], []
    for name in results.versions:
        points = [found.get((name, size), Point(name, size)) for size in sizes]
        if any(point in results.scale for point in points):
            rows.append([name, *(_number(point.milliseconds) for point in points)])
        notes += [f"{name} at {p.n_points:,} points: {p.reason}" for p in points if p.reason]
    lines = [
        grid(header, rows),
        "",
        "Cached polygons, except for versions without that form.",
        *notes,
    ]
    for version, over in results.scale_comparisons:
        pairs = [(found.get((version, size)), found.get((over, size))) for size in sizes]
        lines += [
            f"{version}: {_ratio(its.milliseconds / mine.milliseconds)}x {over} "
            f"at {mine.n_points:,} points"
            for mine, its in pairs
            if mine and its and mine.milliseconds and its.milliseconds
        ]
    return "\n".join(lines)


def counted(size: tuple[str, int]) -> str:
    """Return a size as text: ``("points", 1000)`` is "1,000 points"."""
    what, count = size
    return f"{count:,} {what}"


def grid(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table: the first column aligned to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]

    def line(cells: Sequence[str]) -> str:
        first, *others = zip(cells, widths, strict=True)
        cells = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]
        return f"| {' | '.join(cells)} |"

    return "\n".join([line(header), line(rule), *map(line, rows)])


def _comparisons(results: Results) -> list[str]:
    lines = []
    for version, form, over, over_form in results.comparisons:
        speed_up = results.speed_up(version, form, over, over_form)
        if speed_up is not None:
            lines.append(f"{version} ({form}): {_ratio(speed_up)}x {over} {over_form}")
    return ["", *lines] if lines else []


def _timing(timing: Timing | None) -> list[str]:
    if timing is None:
        return [NOTHING, NOTHING]
    text = f"{_number(timing.median_ms)} ({_number(timing.mean_ms)})"
    return [text, str(timing.iterations)]


def _number(milliseconds: float | None) -> str:
    if milliseconds is None:
        return NOTHING
    if milliseconds >= 100.0:
        return f"{milliseconds:,.0f}"
    return f"{milliseconds:.2f}" if milliseconds >= 1.0 else f"{milliseconds:.3f}"


def _times(speed_up: float | None) -> str:
    return NOTHING if speed_up is None else f"{speed_up:,.2f}"


def _ratio(speed_up: float) -> str:
    return f"{speed_up:,.0f}" if speed_up >= 10.0 else f"{speed_up:.1f}"
