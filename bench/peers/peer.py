"""What an engine is to the protocol: a few phases, each timed on its own."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from peers.ranked import Floats, Ranked, Rows, rank


class Points(NamedTuple):
    """The points of a question: two columns, and the Parquet file that has them too, if any."""

    x: Floats
    y: Floats
    parquet: Path | None = None


class Peer(ABC):
    """An engine.

    The phases may hand on whatever they like. `ask` returns row numbers as `uint32`, one a point,
    `NONE` for null; or anything that `rows` makes that of, which is not timed.
    """

    threads = 2
    """How many the engine can use, not how many there are."""

    packages: tuple[str, ...] = ()
    """Whose versions are told; the first is the engine's own."""

    def parse(self, polygons: pa.Table, max_dist: float) -> Any:
        """Polygon columns to centres, ranked."""
        del max_dist
        return rank(polygons)

    @abstractmethod
    def build(self, parsed: Any, max_dist: float) -> Any:
        """Centres to an index."""

    def convert(self, points: Points) -> Any:
        """Point columns to the points that the engine takes."""
        return points

    @abstractmethod
    def ask(self, index: Any, points: Any) -> Any:
        """Answer."""

    def rows(self, answers: Any) -> Rows:
        """Return the answers as they are written to a file."""
        return answers

    def oneshot(self, polygons: pa.Table, points: Any, max_dist: float) -> Any | None:
        """Answer from columns, for an engine that then works otherwise than phase by phase."""
        del polygons, points, max_dist
        return None


class Index(NamedTuple):
    """What most engines ask: the library's own index, over centres by rank."""

    over: Any
    ranked: Ranked
    max_dist: float

    @property
    def generous(self) -> float:
        """A radius that loses nothing to a library's own rounding, to be filtered afterwards."""
        return self.max_dist * (1.0 + 1e-12)
