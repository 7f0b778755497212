"""The compiled part of poly_match."""

from collections.abc import Callable

import polars as pl

def cache_clear() -> None:
    """Let go of all matchers and of the counts."""

def cache_info() -> tuple[int, int, int, int]:
    """Hits, builds, capacity and entries now."""

def is_points(column: pl.Series) -> bool:
    """Whether a column of this dtype can be read as points."""

def is_wkb_polygons(column: pl.Series) -> bool:
    """Whether a column of this dtype can be read as WKB polygons."""

def is_xy_polygons(column: pl.Series) -> bool:
    """Whether a column of this dtype can be the x or the y of polygons."""

def match_parquet(
    points: str,
    polygons: str,
    output: str,
    *,
    point: list[str],
    max_dist: float,
    name: str,
    progress: Callable[[int, int, int], object] | None,
) -> tuple[int, int, int, int, float]:
    """Run the batch job: rows, matched, null points, polygons, seconds."""
