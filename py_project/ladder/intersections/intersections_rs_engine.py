"""The engine: a frame of traces in, a frame of crossings out."""

from __future__ import annotations

import polars as pl

from poly_match import intersections


def main(traces: pl.DataFrame) -> pl.DataFrame:
    """Return the crossings."""
    return intersections(traces, survey="survey", profile="profile", x="x", y="y", index="trace")
