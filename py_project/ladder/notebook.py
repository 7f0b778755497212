"""Shared functions of the notebooks: show answers, time versions, draw times."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ladder import kernels
from ladder.finding import runnable
from ladder.timing import Budget, measure

if TYPE_CHECKING:
    import polars as pl
    from matplotlib.figure import Figure


def show_answers(kernel: str) -> None:
    """Print the findings of the comparison of answers."""
    for finding in kernels.part(kernel, "agree").compare(_versions(kernel).values()):
        print("ok " if finding.good else "BAD", finding.text)


def times(kernel: str, budget: Budget, *, quick: bool) -> pl.DataFrame:
    """Time the versions that can run here; return milliseconds, a row per version."""
    import polars as pl

    of_form = kernels.part(kernel, "example").of_form
    there, _ = runnable(_versions(kernel).values())
    columns: dict[str, list[float | None]] = {}
    for form in kernels.part(kernel, "versions").FORMS:
        example = of_form(form, quick=quick)
        columns[form] = [
            measure(version, example, form, budget).median_ms if form in version.forms else None
            for version in there
        ]
    return pl.DataFrame({"version": [version.name for version in there], **columns})


def draw(times: pl.DataFrame) -> Figure:
    """Draw the result of :func:`times`: a line per version, solid for the engine."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(7, 3.5))
    forms = times.columns[1:]
    for name, *medians in times.rows():
        style = "o-" if name.endswith("engine") else ".--"
        axes.plot(forms, [float("nan") if ms is None else ms for ms in medians], style, label=name)
    axes.set_yscale("log")
    axes.set_ylabel("milliseconds")
    axes.legend(fontsize=7, frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
    return figure


def _versions(kernel: str) -> dict:
    return kernels.part(kernel, "versions").VERSIONS
