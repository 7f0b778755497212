"""Charts of results: bars for the versions, lines for their growth, as SVG and PNG."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ladder.results import Results
from ladder.table import counted

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FORMS = ("#1f5a8a", "#e09f3e", "#6a9f58", "#b3446c", "#7f6aa3", "#5b5b5b")
"""A color for each form of measurement, in order."""
PUBLISHED = "#8a8a8a"
GRID = {"color": "#dddddd", "linewidth": 0.6}


def bars(results: Results, stem: Path) -> list[Path]:
    """Draw milliseconds per iteration of every version, on a log scale."""
    figure, axes = _figure(height=0.8 + 0.25 * max(len(results.forms), 2) * len(results.versions))
    names = list(results.versions)
    colors = dict(zip(results.forms, FORMS, strict=False))
    for place, name in enumerate(names):
        timed = [form for form in results.forms if (name, form) in results.timings]
        height = 0.8 / max(len(timed), 1)
        for at, form in enumerate(timed):
            middle = place + height * (at - 0.5 * (len(timed) - 1))
            median = results.timings[name, form].median_ms
            axes.barh(middle, median, 0.92 * height, color=colors[form])
            axes.annotate(
                f"{median:.3g} ms",
                (median, middle),
                xytext=(3, 0),
                textcoords="offset points",
                va="center",
                fontsize=7,
            )
        published = results.published_ms(results.versions[name])
        if published is not None:
            axes.plot(published, place, "d", color="white", mec=PUBLISHED, ms=5)
    _legend(axes, colors, published=results.published_baseline_ms is not None)
    axes.set_xscale("log")
    axes.margins(x=0.12)
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.grid(axis="x", **GRID)
    axes.set_xlabel("milliseconds per iteration (median, log scale)")
    sizes = {", ".join(map(counted, t.sizes.items())) for t in results.timings.values()}
    title = f"{results.kernel}: {sizes.pop()}" if len(sizes) == 1 else results.kernel
    axes.set_title(title, fontsize=10)
    return _saved(figure, stem)


def scaling(results: Results, stem: Path) -> list[Path]:
    """Draw time over number of points, one line per version, on log scales."""
    from matplotlib import colormaps

    figure, axes = _figure(height=4.6)
    ran = [point for point in results.scale if point.milliseconds is not None]
    names = [name for name in results.versions if any(p.version == name for p in ran)]
    for at, name in enumerate(names):
        points = [point for point in ran if point.version == name]
        axes.plot(
            [point.n_points for point in points],
            [point.milliseconds or 0.0 for point in points],
            marker="o",
            markersize=4,
            linestyle="-" if name.startswith("v6") else "--",
            color=colormaps["turbo"](0.05 + 0.9 * at / max(len(names) - 1, 1)),
            label=name,
        )
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.grid(**GRID)
    axes.set_xlabel("points (log scale)")
    axes.set_ylabel("milliseconds (median, log scale)")
    axes.set_title(f"{results.kernel}: time over points, uniform workload", fontsize=10)
    axes.legend(fontsize=7, frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5))
    return _saved(figure, stem)


def _figure(height: float) -> tuple[Figure, Axes]:
    import matplotlib

    matplotlib.use("Agg")
    # Text stays text, and the same results give the same file.
    matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "ladder"})
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.0, height), layout="constrained")
    axes = figure.add_subplot()
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.set_axisbelow(True)
    return figure, axes


def _legend(axes: Axes, colors: dict[str, str], *, published: bool) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    entries: list[Artist] = [Patch(color=color, label=form) for form, color in colors.items()]
    if published:
        entries.append(
            Line2D(
                [],
                [],
                linestyle="",
                marker="d",
                color="white",
                mec=PUBLISHED,
                label="published (another machine, cached)",
            )
        )
    axes.legend(handles=entries, fontsize=7, frameon=False, loc="lower right")


def _saved(figure: Figure, stem: Path) -> list[Path]:
    paths = [stem.with_name(f"{stem.name}.{kind}") for kind in ("svg", "png")]
    figure.savefig(paths[0], metadata={"Date": None})
    figure.savefig(paths[1], dpi=150)
    return paths
