"""The record of a run: one CSV, with the machine in comments at the top."""

from __future__ import annotations

import csv
import statistics
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """One figure of one engine on one workload.

    Parameters
    ----------
    points
        Number of points of the query; 0 for work done before a query.
    measure
        ``parse``, ``build``, ``convert``, ``ask`` or ``oneshot`` in seconds; ``baseline``,
        ``polygons`` (the columns), ``prepared`` or ``peak`` in bytes; ``index.<name>``;
        ``stopped`` or ``failed``, with the reason in `note`.
    samples, least, median, most
        The number of measurements, and their minimum, median and maximum.
    """

    workload: str
    engine: str
    kind: str
    version: str
    threads: int
    points: int
    measure: str
    samples: int
    least: float
    median: float
    most: float
    note: str = ""

    @classmethod
    def of(
        cls,
        workload: str,
        engine: tuple[str, str, str, int],
        points: int,
        measure: str,
        values: list[float],
        note: str = "",
    ) -> Row:
        """Summarize measurements; `engine` is name, class, version and threads."""
        values = values or [0.0]
        middle = statistics.median(values)
        return cls(
            workload, *engine, points, measure, len(values), min(values), middle, max(values), note
        )


def write(path: Path, machine: dict[str, str], rows: Iterable[Row]) -> None:
    """Write the record of a run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        for name, value in machine.items():
            file.write(f"# {name}: {value}\n")
        writer = csv.DictWriter(file, [field.name for field in fields(Row)], lineterminator="\n")
        writer.writeheader()
        for row in rows:
            line = asdict(row)
            for name in ("least", "median", "most"):
                line[name] = f"{line[name]:.6g}"
            writer.writerow(line)


def read(path: Path) -> tuple[dict[str, str], list[Row]]:
    """Read the record of a run."""
    with path.open(newline="") as file:
        lines = file.readlines()
    machine = {}
    while lines and lines[0].startswith("# "):
        name, _, value = lines.pop(0)[2:].partition(": ")
        machine[name] = value.strip()
    rows = [
        Row(
            workload=line["workload"],
            engine=line["engine"],
            kind=line["kind"],
            version=line["version"],
            threads=int(line["threads"]),
            points=int(line["points"]),
            measure=line["measure"],
            samples=int(line["samples"]),
            least=float(line["least"]),
            median=float(line["median"]),
            most=float(line["most"]),
            note=line["note"],
        )
        for line in csv.DictReader(lines)
    ]
    return machine, rows
