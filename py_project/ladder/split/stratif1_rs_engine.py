"""The engine: a column of labels in, a column of parts out, through a Polars expression."""

from __future__ import annotations

import polars as pl

from poly_match import stratified_split


def main(labels: pl.Series, test_size: float, seed: int) -> pl.Series:
    """Return "train" or "test" for each label."""
    split = stratified_split("label", test_size=test_size, seed=seed)
    return labels.to_frame().select(split).to_series()
