"""What an engine is to the protocol: a few phases, each timed on its own."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from peers.parts import Parts, rank_parts
from peers.ranked import Floats, Ranked, Rows, rank
from peers.rule import Rule


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

    def parse(self, polygons: pa.Table, rule: Rule) -> Any:
        """Polygon columns to what is indexed, ranked: centres, if not said otherwise."""
        del rule
        return rank(polygons)

    @abstractmethod
    def build(self, parsed: Any, rule: Rule) -> Any:
        """That to an index."""

    def convert(self, points: Points) -> Any:
        """Point columns to the points that the engine takes."""
        return points

    @abstractmethod
    def ask(self, index: Any, points: Any) -> Any:
        """Answer."""

    def rows(self, answers: Any) -> Rows:
        """Return the answers as they are written to a file."""
        return answers

    def oneshot(self, polygons: pa.Table, points: Any, rule: Rule) -> Any | None:
        """Answer from columns, for an engine that then works otherwise than phase by phase."""
        del polygons, points, rule
        return None


class CoversPeer(Peer):
    """An engine that finds the polygons that cover a point, their boundary included."""

    def parse(self, polygons: pa.Table, rule: Rule) -> Parts:
        del rule
        return rank_parts(polygons)


class Index(NamedTuple):
    """What most engines ask for `near`: the library's own index, over centres by rank."""

    over: Any
    ranked: Ranked
    rule: Rule

    @property
    def max_dist(self) -> float:
        """The bound."""
        return self.rule.bound

    @property
    def generous(self) -> float:
        """A radius that loses nothing to a library's own rounding, to be filtered afterwards."""
        return self.max_dist * (1.0 + 1e-12)


class CoversIndex(NamedTuple):
    """What engines ask for `covers`: the library's own index, over the parts of polygons."""

    over: Any
    parts: Parts
