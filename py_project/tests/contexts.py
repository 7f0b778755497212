"""Points with their expected answers, and every way in which Polars runs an expression."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl
from forms import PointForm
from forms import chunked as in_chunks
from reference import Point, Polygon, match

MAX_DIST = 5.0
# More rows than a morsel has, and enough that a single call is split between threads.
MANY = 300_000


def squares(count: int = 60, seed: int = 1) -> list[Polygon]:
    """Squares of different and equal areas; a null and an empty one among them."""
    draw = random.Random(seed)
    polygons: list[Polygon] = []
    for _ in range(count):
        x, y, half = draw.randint(0, 40), draw.randint(0, 40), draw.randint(1, 6)
        ring = [(x - half, y - half), (x + half, y - half), (x + half, y + half)]
        polygons.append([[[*ring, (x - half, y + half)]]])
    polygons[count // 2] = None
    polygons[count // 3] = []
    return polygons


def some_points(count: int, seed: int = 2) -> list[Point]:
    """Points on a half-unit grid, many at distance 5 from a centre; all kinds of missing ones."""
    draw = random.Random(seed)
    missing: list[Point] = [None, (None, 3.0), (3.0, None), (None, None), (math.nan, 3.0)]
    missing += [(3.0, math.nan), (math.inf, 3.0), (3.0, -math.inf), (-math.inf, math.inf)]
    return [
        draw.choice(missing)
        if draw.random() < 0.1
        else (draw.randint(-16, 100) / 2, draw.randint(-16, 100) / 2)
        for _ in range(count)
    ]


POLYGONS = squares()


@cache
def frame_of(form: PointForm, rows: int) -> pl.DataFrame:
    """Points with their expected answers, and columns to filter and group by."""
    points = some_points(min(rows, 2_000))
    expected = match(form.carried(points), POLYGONS, MAX_DIST)
    frame = pl.DataFrame([form.series(points), pl.Series("expected", expected, pl.UInt32)])
    if rows > frame.height:
        frame = frame[random.Random(3).choices(range(frame.height), k=rows)]
    return frame.with_row_index("row").with_columns(
        keep=pl.col("row") % 3 != 1, group=(pl.col("row") * 7919 % 1009) % 5
    )


@dataclass(frozen=True)
class Context:
    """A way to run an expression."""

    name: str
    # From points and expression to a frame with `row` and `answer`.
    run: Callable[[pl.DataFrame, pl.Expr], pl.DataFrame]
    # The rows that come out; all unless told.
    rows: pl.Expr | None = None


def streaming(frame: pl.LazyFrame) -> pl.DataFrame:
    """Collect in morsels."""
    return frame.collect(engine="streaming")


def through_parquet(frame: pl.LazyFrame, folder: Path) -> pl.DataFrame:
    """Collect into a file, and read it."""
    frame.sink_parquet(folder / "sunk.parquet")
    return pl.read_parquet(folder / "sunk.parquet")


def out_of_groups(frame: pl.DataFrame) -> pl.DataFrame:
    """One row a point again."""
    return frame.select("row", "answer").explode("row", "answer").sort("row")


def contexts(folder: Path) -> list[Context]:
    """All of them; files go to `folder`."""
    row = pl.col("row")
    keep = pl.col("keep")
    matched = pl.col("expected").is_not_null()
    middle = row.is_between(7, pl.len() - 4)

    def select(frame: pl.DataFrame, e: pl.Expr) -> pl.LazyFrame:
        return frame.lazy().select("row", answer=e)

    def groups(frame: pl.DataFrame, e: pl.Expr) -> pl.LazyFrame:
        return frame.lazy().group_by("group").agg("row", answer=e)

    def when(frame: pl.DataFrame, e: pl.Expr) -> pl.LazyFrame:
        then = pl.when(keep).then(e).otherwise(pl.col("expected"))
        return frame.lazy().select("row", answer=then)

    def when_matched(frame: pl.DataFrame, e: pl.Expr) -> pl.LazyFrame:
        then = pl.when(e.is_null()).then(pl.lit(None)).otherwise(e)
        return frame.lazy().select("row", answer=then)

    def over(frame: pl.DataFrame, e: pl.Expr) -> pl.LazyFrame:
        return frame.lazy().with_columns(answer=e.over("group"))

    def filtered(frame: pl.DataFrame, e: pl.Expr) -> pl.LazyFrame:
        return frame.lazy().filter(keep).select("row", answer=e)

    def filter_by_answer(frame: pl.DataFrame, e: pl.Expr) -> pl.LazyFrame:
        return frame.lazy().filter(e.is_not_null()).select("row", answer="expected")

    def inner(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.slice(7, max(0, frame.height - 10))

    def lazy_inner(frame: pl.DataFrame, e: pl.Expr) -> pl.LazyFrame:
        return frame.lazy().slice(7, max(0, frame.height - 10)).select("row", answer=e)

    return [
        Context("select", lambda f, e: f.select("row", answer=e)),
        Context("with_columns", lambda f, e: f.with_columns(answer=e)),
        Context("lazy", lambda f, e: select(f, e).collect()),
        Context("in-memory", lambda f, e: select(f, e).collect(engine="in-memory")),
        Context("streaming", lambda f, e: streaming(select(f, e))),
        Context("sink_parquet", lambda f, e: through_parquet(select(f, e), folder)),
        Context("chunks", lambda f, e: in_chunks(f).select("row", answer=e)),
        Context("chunks, streaming", lambda f, e: streaming(select(in_chunks(f), e))),
        Context("chunks, rechunked", lambda f, e: in_chunks(f).rechunk().select("row", answer=e)),
        Context("slice", lambda f, e: inner(f).select("row", answer=e), middle),
        Context("slice, streaming", lambda f, e: streaming(lazy_inner(f, e)), middle),
        Context("filter", lambda f, e: filtered(f, e).collect(engine="in-memory"), keep),
        Context("filter, streaming", lambda f, e: streaming(filtered(f, e)), keep),
        Context("filter by answer", lambda f, e: filter_by_answer(f, e).collect(), matched),
        Context("when", lambda f, e: when(f, e).collect(engine="in-memory")),
        Context("when, streaming", lambda f, e: streaming(when(f, e))),
        Context("when matched", lambda f, e: when_matched(f, e).collect()),
        Context("over", lambda f, e: over(f, e).collect(engine="in-memory")),
        Context("over, streaming", lambda f, e: streaming(over(f, e))),
        Context("group_by", lambda f, e: out_of_groups(groups(f, e).collect(engine="in-memory"))),
        Context("group_by, streaming", lambda f, e: out_of_groups(streaming(groups(f, e)))),
    ]


NAMES = [context.name for context in contexts(Path())]


def context_called(name: str, folder: Path) -> Context:
    """The context of that name."""
    return next(context for context in contexts(folder) if context.name == name)
