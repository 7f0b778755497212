"""A recorded run, from which the report takes its figures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from harness import record
from harness.engine import CLASSES
from harness.record import Row


@dataclass(frozen=True)
class Results:
    """The rows of a run.

    Parameters
    ----------
    machine
        The machine it ran on.
    rows
        By workload, engine, number of points and measure.
    """

    machine: dict[str, str]
    rows: dict[tuple[str, str, int, str], Row]

    @classmethod
    def read(cls, path: Path) -> Results:
        """Read a CSV."""
        machine, rows = record.read(path)
        by_key = {(row.workload, row.engine, row.points, row.measure): row for row in rows}
        return cls(machine, by_key)

    def engines(self) -> list[Row]:
        """Return one row of each engine, in the order of the classes, then by name."""
        one = {row.engine: row for row in self.rows.values()}
        return sorted(one.values(), key=lambda row: (CLASSES.index(row.kind), row.engine))

    def sizes(self, workload: str) -> list[int]:
        """Return the numbers of points of the queries, ascending."""
        return sorted({key[2] for key in self.rows if key[0] == workload and key[3] == "ask"})

    def get(self, workload: str, engine: str, points: int, measure: str) -> Row | None:
        """Return one figure, or None."""
        return self.rows.get((workload, engine, points, measure))

    def asked(self, workload: str, engine: str, most: int) -> Row | None:
        """Return the figure for the largest number of points up to `most` that an engine ran on."""
        found = [
            row
            for key, row in self.rows.items()
            if key[:2] == (workload, engine) and key[3] == "ask" and key[2] <= most
        ]
        return max(found, key=lambda row: row.points, default=None)

    def per_point(self, workload: str, engine: str, points: int) -> float | None:
        """Return the median time of the phase *ask*, in ns per point."""
        row = self.get(workload, engine, points, "ask")
        return None if row is None else 1e9 * row.median / points

    def oneshot(self, workload: str, engine: str, points: int) -> float | None:
        """Return the seconds from columns to answers: measured as one, or the sum of the phases."""
        whole = self.get(workload, engine, points, "oneshot")
        if whole is not None:
            return whole.median
        phases = [self.get(workload, engine, 0, phase) for phase in ("parse", "build")]
        phases += [self.get(workload, engine, points, phase) for phase in ("convert", "ask")]
        return sum(phase.median for phase in phases if phase is not None)

    def notes(self, measure: str) -> Iterator[Row]:
        """Return the rows with the reasons why engines ``failed`` or ``stopped``."""
        return (row for key, row in sorted(self.rows.items()) if key[3] == measure)
