"""Performance targets of poly-match, computed from a run."""

from __future__ import annotations

from typing import NamedTuple

from harness.results import Results

POINTS = 10_000_000

OURS = "matcher"


COVERED = ("stars", "zip-covers", "countries-covers")
"""The workloads of the rule `covers`."""


class Target(NamedTuple):
    """One target: the measured value, its upper (or lower) bound, and the unit."""

    name: str
    measured: float | None
    bound: float
    unit: str
    basis: str
    is_least: bool = False

    @property
    def verdict(self) -> str:
        """Return ``reached``, ``missed`` or ``not measured``."""
        if self.measured is None:
            return "not measured"
        is_reached = self.measured >= self.bound if self.is_least else self.measured <= self.bound
        return "reached" if is_reached else "missed"


def targets(results: Results) -> list[Target]:
    """Return all targets."""
    return [
        *(_to_gather(results, name) for name in ("w2", "w3", "w4")),
        *(_ahead_of_libraries(results, name) for name in COVERED),
        *(_ratio(results, name, "expression", OURS, 1.3) for name in ("w2", "w3", "w4")),
        _ratio(results, "w2", "expression-streaming", "scan-only", 1.4),
        _build(results),
        *(_memory(results, name) for name in ("w2", "w3", "w4", "tiny-radius", *COVERED)),
        _oneshot(results),
    ]


def ahead(results: Results, workload: str, points: int) -> list[tuple[str, str, float]]:
    """Return class, name and time as a multiple of ours, for the fastest of each other class."""
    ours = results.asked(workload, OURS, points)
    if ours is None:
        return []
    found = []
    for kind in ("hand-written", "library"):
        rows = [
            results.asked(workload, one.engine, points)
            for one in results.engines()
            if one.kind == kind
        ]
        known = [row for row in rows if row is not None]
        if known:
            best = min(known, key=lambda row: row.median / row.points)
            times = (best.median / best.points) / (ours.median / ours.points)
            found.append((kind, best.engine, times))
    return found


def gather_of(workload: str) -> str:
    """Return the limit that a workload is compared with: a table about as large as its index."""
    return "gather-1mb" if workload == "w2" else "gather-16mb"


def _ahead_of_libraries(results: Results, workload: str) -> Target:
    best = [one for one in ahead(results, workload, POINTS) if one[0] == "library"]
    name = f"{workload}: fastest library as a multiple of `Matcher`, prepared"
    if not best:
        return Target(name, None, 10.0, "x", "", is_least=True)
    _, engine, times = best[0]
    return Target(name, times, 10.0, "x", engine, is_least=True)


def _to_gather(results: Results, workload: str) -> Target:
    gather = gather_of(workload)
    name = f"{workload}: `Matcher`, prepared, as a multiple of {gather}"
    return _ratio(results, workload, OURS, gather, 4.0)._replace(name=name)


def _ratio(results: Results, workload: str, engine: str, other: str, bound: float) -> Target:
    name = f"{workload}: {engine} as a multiple of {other}"
    above = results.per_point(workload, engine, POINTS)
    below = results.per_point(workload, other, POINTS)
    if above is None or below is None:
        return Target(name, None, bound, "x", "")
    return Target(name, above / below, bound, "x", f"{above:.2f} / {below:.2f} ns per point")


def _build(results: Results) -> Target:
    row = results.get("w3", OURS, 0, "build")
    measured = None if row is None else 1e3 * row.median
    return Target("w3: build of `Matcher`, index included", measured, 100.0, "ms", "")


def _memory(results: Results, workload: str) -> Target:
    """Memory in addition to the columns: measured polygons and index, not the answers."""
    row = results.get(workload, OURS, 0, "prepared")
    measured = None if row is None else row.median / 2**20
    return Target(
        f"{workload}: memory of `Matcher` while it is built, in addition to the columns",
        measured,
        _polygon_mib(results, workload) + 64.0,
        "MiB",
        "polygons + 64 MiB",
    )


def _polygon_mib(results: Results, workload: str) -> float:
    row = results.get(workload, OURS, 0, "polygons")
    return 0.0 if row is None else row.median / 2**20


def _oneshot(results: Results) -> Target:
    row = results.get("original", OURS, 100, "oneshot")
    measured = None if row is None else 1e6 * row.median
    return Target("original example: oneshot in Rust", measured, 50.0, "microseconds", "")
