"""The compiled part of poly_match."""

from collections.abc import Callable

import polars as pl

def cache_clear() -> None:
    """Let go of all matchers and of the counts."""

def cache_info() -> tuple[int, int, int, int]:
    """Hits, builds, capacity and entries now."""

def match_parquet(
    points: str,
    polygons: str,
    output: str,
    *,
    point: list[str],
    max_dist: float,
    by: str | None,
    descending: bool,
    name: str,
    progress: Callable[[int, int, int], object] | None,
) -> tuple[int, int, int, int, float]:
    """Run the batch job: rows, matched, null points, polygons, seconds."""

def prepare(polygons: pl.Series, max_dist: float, descending: bool) -> tuple[str, bytes | None]:
    """Parse and rank polygons, keep the matcher, give its key, and itself if it is small."""
