"""For each point, the best polygon among those that qualify: a batch engine over Arrow.

>>> import polars as pl
>>> import poly_match as pm
>>> polygons = pl.DataFrame(
...     {
...         "x": [[-1.0, 1.0, 1.0, -1.0], [-0.5, 0.5, 0.5, -0.5]],
...         "y": [[-1.0, -1.0, 1.0, 1.0], [-0.5, -0.5, 0.5, 0.5]],
...     }
... )
>>> points = pl.DataFrame({"x": [3.0, 3.0, None], "y": [0.0, 4.0, 0.0]})
>>> points.with_columns(zone=pm.poly_match(pl.struct("x", "y"), polygons, max_dist=5.0))
shape: (3, 3)
┌──────┬─────┬──────┐
│ x    ┆ y   ┆ zone │
│ ---  ┆ --- ┆ ---  │
│ f64  ┆ f64 ┆ u32  │
╞══════╪═════╪══════╡
│ 3.0  ┆ 0.0 ┆ 1    │
│ 3.0  ┆ 4.0 ┆ null │
│ null ┆ 0.0 ┆ null │
└──────┴─────┴──────┘
"""

from __future__ import annotations

from poly_match import spark
from poly_match._plugin import ArrowArray, ArrowStream
from poly_match.cache import CacheInfo, cache_clear, cache_info
from poly_match.candidates import candidates
from poly_match.crs import DegreesWarning, EdgesWarning
from poly_match.dtw import dtw, dtw_path
from poly_match.expression import poly_match
from poly_match.intersections import intersections
from poly_match.job import Skipped, Summary, match_parquet
from poly_match.kmeans import KMeansFit, fit_kmeans, kmeans
from poly_match.matcher import IndexStats, Matcher
from poly_match.polygons import Polygons
from poly_match.progress import Progress
from poly_match.shade import shade
from poly_match.stratify import stratified_fold, stratified_split

__all__ = [
    "ArrowArray",
    "ArrowStream",
    "CacheInfo",
    "DegreesWarning",
    "EdgesWarning",
    "IndexStats",
    "KMeansFit",
    "Matcher",
    "Polygons",
    "Progress",
    "Skipped",
    "Summary",
    "cache_clear",
    "cache_info",
    "candidates",
    "dtw",
    "dtw_path",
    "fit_kmeans",
    "intersections",
    "kmeans",
    "match_parquet",
    "poly_match",
    "shade",
    "spark",
    "stratified_fold",
    "stratified_split",
]
__version__ = "0.1.0"
