"""The expression: `pl.struct("x", "y").poly_match(polygons, max_dist=...)`."""

from __future__ import annotations

from typing import Any, NamedTuple

import polars as pl
import poly_match as pm
import pyarrow as pa

from peers.peer import Peer, Points
from peers.ranked import NONE, Rows
from peers.rule import COVERS, Rule

_ENOUGH = 300_000
"""Number of points after which the index exists, for any number of polygons."""


class Prepared(NamedTuple):
    """The polygons, which the package caches, and the rule."""

    polygons: pl.DataFrame
    rule: Rule

    def answer(self) -> pl.Expr:
        """Return the expression."""
        point = pl.struct("x", "y")
        if self.rule.kind == COVERS:
            return pm.poly_match(point, self.polygons, predicate="covers")
        return pm.poly_match(point, self.polygons, max_dist=self.rule.bound)


class Engine(Peer):
    """A frame in memory, an eager `select`: one call with the whole column."""

    packages = ("poly-match", "polars")

    def parse(self, polygons: pa.Table, rule: Rule) -> Prepared:
        return Prepared(_frame(polygons), rule)

    def build(self, parsed: Prepared, rule: Rule) -> Prepared:
        # One query with many NaN points parses and indexes the polygons.
        del rule
        pm.cache_clear()
        nowhere = pl.repeat(float("nan"), _ENOUGH, eager=True)
        pl.DataFrame({"x": nowhere, "y": nowhere}).select(parsed.answer())
        return parsed

    def convert(self, points: Points) -> Any:
        return pl.DataFrame(pa.table({"x": points.x, "y": points.y}))

    def ask(self, index: Prepared, points: Any) -> pl.Series:
        return points.select(answer=index.answer())["answer"]

    def rows(self, answers: pl.Series) -> Rows:
        return answers.fill_null(NONE).to_numpy()

    def oneshot(self, polygons: pa.Table, points: Any, rule: Rule) -> pl.Series | None:
        pm.cache_clear()
        return self.ask(Prepared(_frame(polygons), rule), points)


class Streaming(Engine):
    """From Parquet, on the streaming engine."""

    def convert(self, points: Points) -> pl.LazyFrame:
        assert points.parquet is not None
        return pl.scan_parquet(points.parquet, n_rows=len(points.x))

    def ask(self, index: Prepared, points: Any) -> pl.Series:
        scanned = points.select(answer=index.answer())
        return scanned.collect(engine="streaming")["answer"]


class ScanOnly(Streaming):
    """The same scan without the expression: the cost of reading the columns."""

    packages = ("polars",)

    def build(self, parsed: Prepared, rule: Rule) -> Prepared:
        del rule
        return parsed

    def ask(self, index: Prepared, points: Any) -> pl.Series:
        del index
        sums = points.select(pl.col("x").sum(), pl.col("y").sum())
        return sums.collect(engine="streaming").cast(pl.UInt32, strict=False)["x"]

    def oneshot(self, polygons: pa.Table, points: Any, rule: Rule) -> None:
        del polygons, points, rule


def _frame(polygons: pa.Table) -> pl.DataFrame:
    return pl.DataFrame(polygons)
