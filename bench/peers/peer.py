"""The interface of an engine: a few phases, each timed separately."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from peers.parts import Parts, rank_parts
from peers.ranked import Floats, Ranked, Rows, rank
from peers.rule import Rule


class Points(NamedTuple):
    """The points of a query: two columns, and the Parquet file with the same points, if any."""

    x: Floats
    y: Floats
    parquet: Path | None = None


class Peer(ABC):
    """An engine.

    Phases may pass any object to the next phase. `ask` returns row numbers as `uint32`, one per
    point, with `NONE` for null; or an object that `rows` converts to them, which is not timed.
    """

    threads = 2
    """The number of threads the engine can use, not the number available."""

    packages: tuple[str, ...] = ()
    """Packages whose versions are reported; the first is that of the engine."""

    def parse(self, polygons: pa.Table, rule: Rule) -> Any:
        """Convert polygon columns to the ranked objects to be indexed; by default centers."""
        del rule
        return rank(polygons)

    @abstractmethod
    def build(self, parsed: Any, rule: Rule) -> Any:
        """Build an index of the parsed polygons."""

    def convert(self, points: Points) -> Any:
        """Convert point columns to the form that the engine takes."""
        return points

    @abstractmethod
    def ask(self, index: Any, points: Any) -> Any:
        """Return the answers for all points."""

    def rows(self, answers: Any) -> Rows:
        """Return the answers in the form that is written to a file."""
        return answers

    def oneshot(self, polygons: pa.Table, points: Any, rule: Rule) -> Any | None:
        """Answer from columns, for an engine that does this differently from the phases."""
        del polygons, points, rule
        return None


class CoversPeer(Peer):
    """An engine that finds the polygons that cover a point, boundary included."""

    def parse(self, polygons: pa.Table, rule: Rule) -> Parts:
        del rule
        return rank_parts(polygons)


class Index(NamedTuple):
    """The index of most engines for `near`: the library's own index, over centers by rank."""

    over: Any
    ranked: Ranked
    rule: Rule

    @property
    def max_dist(self) -> float:
        """The bound."""
        return self.rule.bound

    @property
    def generous(self) -> float:
        """A slightly larger radius, so that rounding loses no pair; results are filtered later."""
        return self.max_dist * (1.0 + 1e-12)


class CoversIndex(NamedTuple):
    """The index of engines for `covers`: the library's own index, over parts of polygons."""

    over: Any
    parts: Parts
