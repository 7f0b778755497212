"""Workloads, as read from `workloads/*.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.places import BENCH
from peers.rule import Rule

LADDER = (100, 1_000, 10_000, 100_000)
"""Sizes of the first queries, from which the time and memory of the next are estimated."""


@dataclass(frozen=True)
class Workload:
    """One definition.

    Parameters
    ----------
    name
        The file name without its extension.
    title
        A one-line description.
    rule
        Which polygons qualify: `max_dist`, or `predicate = "covers"`.
    sizes
        Numbers of points whose figures are reported, ascending. The points of each are a prefix
        of the next.
    rounds
        The maximum number of rounds it is part of.
    forms
        The forms that it is part of: ``small``, ``all``.
    tells_rows
        Whether the row numbers are defined. They are not if areas differ only by rounding;
        answers are then checked by definition instead of by digest.
    polygons, points
        Generators and their parameters; see `harness.shapes`.
    expected
        By number of points, the digest of the answers; see `harness.answers`.
    """

    name: str
    title: str
    rule: Rule
    sizes: tuple[int, ...]
    rounds: int
    forms: tuple[str, ...]
    tells_rows: bool
    polygons: dict[str, Any]
    points: dict[str, Any]
    expected: dict[int, str]
    path: Path

    def ladder(self, most: int) -> list[int]:
        """Return the sizes of the queries, up to `most`, ascending."""
        asked = [size for size in self.sizes if size <= most] or [min(self.sizes[0], most)]
        return sorted({size for size in LADDER if size < asked[-1]} | set(asked))


def load(path: Path) -> Workload:
    """Read one definition."""
    definition = tomllib.loads(path.read_text())
    return Workload(
        name=path.stem,
        title=definition["title"],
        rule=Rule.of(definition),
        sizes=tuple(definition["sizes"]),
        rounds=definition.get("rounds", 99),
        forms=tuple(definition.get("forms", ("all",))),
        tells_rows=definition.get("tells_rows", True),
        polygons=definition["polygons"],
        points=definition["points"],
        expected={int(size): digest for size, digest in definition.get("expected", {}).items()},
        path=path,
    )


def load_all() -> list[Workload]:
    """Read all definitions, sorted by name."""
    return [load(path) for path in sorted((BENCH / "workloads").glob("*.toml"))]
