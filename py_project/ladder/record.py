"""Results as files: CSV for a table program, JSON with everything."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from ladder.results import Results

COLUMNS = (
    "kernel",
    "version",
    "form",
    "n_points",
    "n_polygons",
    "iterations",
    "median_ms",
    "mean_ms",
    "best_ms",
    "speed_up",
    "published_speed_up",
)


def write_csv(results: Results, path: Path) -> None:
    """Write one line per version and form."""
    with path.open("w", newline="") as file:
        writer: csv.DictWriter[str] = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(_timings(results))


def write_json(results: Results, path: Path) -> None:
    """Write machine, answers, timings, scaling, and what was not run and why."""
    document = {
        "kernel": results.kernel,
        "machine": dict(results.machine),
        "answers": results.answers,
        "missing": results.missing,
        "timings": _timings(results),
        "scale": [vars(point) for point in results.scale],
    }
    path.write_text(json.dumps(document, indent=2) + "\n")


def _timings(results: Results) -> list[dict[str, Any]]:
    return [
        {
            "kernel": results.kernel,
            "version": name,
            "form": form,
            "n_points": timing.n_points,
            "n_polygons": timing.n_polygons,
            "iterations": timing.iterations,
            "median_ms": round(timing.median_ms, 6),
            "mean_ms": round(timing.mean_ms, 6),
            "best_ms": round(timing.best_ms, 6),
            "speed_up": _rounded(results.speed_up(name, form, results.baseline, form)),
            "published_speed_up": results.versions[name].published,
        }
        for (name, form), timing in results.timings.items()
    ]


def _rounded(speed_up: float | None) -> float | None:
    return None if speed_up is None else round(speed_up, 4)
