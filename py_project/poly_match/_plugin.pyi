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

def prepare(polygons: pl.Series, max_dist: float, descending: bool) -> str:
    """Parse and rank polygons, keep them, and give their fingerprint in hexadecimal."""
