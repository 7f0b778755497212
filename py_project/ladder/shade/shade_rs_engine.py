"""The engine: columns of pixels in, a column of levels out, through a Polars expression."""

from __future__ import annotations

import polars as pl

from poly_match import shade


def main(pixels: pl.DataFrame, size: tuple[int, int]) -> pl.Series:
    """Return the levels of all pixels."""
    return pixels.select(shade("x", "y", size=size)).to_series()
