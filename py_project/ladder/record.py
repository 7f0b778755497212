"""Results as files: CSV with the timings, JSON with everything."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from ladder.results import Results


def write_csv(results: Results, path: Path) -> None:
    """Write one line per version and form."""
    timings = _timings(results)
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, timings[0] if timings else (), lineterminator="\n")
        writer.writeheader()
        writer.writerows(timings)


def write_json(results: Results, path: Path) -> None:
    """Write machine, answers, timings, scaling, and the versions that did not run, with reasons."""
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
            **{f"n_{what}": size for what, size in timing.sizes.items()},
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
