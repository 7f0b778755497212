"""The compiled part of poly_match."""

from collections.abc import Callable
from typing import Any

import polars as pl

from poly_match.options import Options
from poly_match.settings import Settings

class ArrowArray:
    """An Arrow array."""

    def __len__(self) -> int: ...
    def __arrow_c_schema__(self) -> object: ...
    def __arrow_c_array__(
        self, requested_schema: object | None = None
    ) -> tuple[object, object]: ...

class ArrowStream:
    """A stream of Arrow arrays, or of record batches as structs, that is read once."""

    def __arrow_c_schema__(self) -> object: ...
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...

class ArrowTable:
    """A table as it came, in its own types."""

    def __init__(self, table: object) -> None: ...
    @property
    def columns(self) -> list[str]: ...
    def __getitem__(self, name: str) -> ArrowStream: ...
    def column(self, name: str) -> ArrowStream: ...
    def extension(self, name: str) -> tuple[str, str | None] | None: ...
    def select(self, names: list[str]) -> ArrowTable: ...

class Kept:
    """Keeps a matcher between queries, as long as it is there."""

    def __init__(self, key: str) -> None: ...

class ParsedPolygons:
    """A column of polygons, parsed, with its fingerprint."""

    def __init__(
        self,
        columns: list[pl.Series],
        invalid: str,
        extension: tuple[str, str | None] | None,
        crs: str | None,
    ) -> None: ...
    def __len__(self) -> int: ...
    def bounds(self) -> tuple[float, float, float, float] | None: ...
    def areas(self) -> pl.Series: ...
    def centers(self, center: str) -> pl.Series: ...
    def invalid_rows(self) -> pl.Series: ...
    def crs(self) -> tuple[str, bool | None] | None: ...
    def crs_text(self) -> str | None: ...
    def edges(self) -> str: ...

class Ranking:
    """What polygons are ranked by, with its fingerprint."""

    def __init__(self, by: pl.Series, descending: bool) -> None: ...

class Matcher:
    """Polygons and a rule, measured and ranked."""

    def __init__(
        self,
        polygons: ParsedPolygons,
        ranking: Ranking | None,
        options: Options,
        ids: object | None,
        index_bytes: int | None,
        degrees: Callable[[bool], object],
    ) -> None: ...
    def match_series(self, points: pl.Series) -> pl.Series: ...
    def match_to_arrow(self, points: pl.Series) -> ArrowArray: ...
    def match_arrow(self, points: object) -> ArrowArray | ArrowStream: ...
    def match_table(self, table: object, point: list[str], name: str) -> ArrowStream: ...
    def candidates_series(self, points: pl.Series) -> pl.Series: ...
    def candidates_to_arrow(self, points: pl.Series) -> ArrowArray: ...
    def candidates_arrow(self, points: object) -> ArrowArray | ArrowStream: ...
    def build_index(self) -> None: ...
    def index_stats(self) -> list[int] | None: ...

def cache_clear() -> None:
    """Let go of all matchers and of the counts."""

def cache_info() -> tuple[int, int, int, int]:
    """Hits, builds, capacity and entries now."""

def check_crs(name: str, metadata: str | None, polygons: str | None) -> bool | None:
    """Raise ``ValueError`` where points are in another CRS; tell whether theirs is in degrees."""

def check_crs_text(parameter: str, text: str) -> None:
    """Raise ``ValueError`` for a text that is no CRS."""

def check_order(first: str, second: str) -> None:
    """Raise ``ValueError`` for the names of two coordinates that have the latitude first."""

def check_settings(settings: Settings) -> None:
    """Raise ``ValueError`` for settings that cannot be."""

def check_fold(options: dict[str, Any]) -> None:
    """Raise what is wrong with the options of folds."""

def check_kmeans(options: dict[str, Any]) -> None:
    """Raise what is wrong with the options of a fit."""

def check_options(options: Options) -> None:
    """Raise ``ValueError`` for options that make no rule."""

def check_scene(scene: dict[str, list[float]]) -> None:
    """Raise what is wrong with a scene."""

def check_split(options: dict[str, Any]) -> None:
    """Raise what is wrong with the options of a split."""

def describe(path: str, point: list[str]) -> dict[str, Any]:
    """Tell what is in a file."""

def dtw(a: pl.Series, b: pl.Series, window: int | None, path: bool) -> pl.Series:
    """Compare two columns of series: distances, or paths."""

def fit_kmeans(
    points: pl.Series, options: dict[str, Any]
) -> tuple[list[float], int, pl.Series, float, int]:
    """Fit: centroids one after the other, their dimension, labels, inertia, iterations."""

def intersections(
    survey: pl.Series,
    profile: pl.Series,
    index: pl.Series,
    x: pl.Series,
    y: pl.Series,
    within: bool,
) -> list[pl.Series]:
    """Find crossings: rows of the traces t11, t12, t21, t22; x and y."""

def match_parquet(
    points: str,
    polygons: str,
    output: str,
    *,
    point: list[str],
    points_crs: str | None,
    polygons_crs: str | None,
    options: Options,
    name: str,
    settings: Settings,
    counts: str | None,
    picture: tuple[str, int, list[list[int]], list[int]] | None,
    progress: Callable[[int, int, int], object] | None,
) -> dict[str, Any]:
    """Run the batch job: the fields of a summary, and whether it is in degrees."""

def read_polygons(
    path: str, file_format: str, invalid: str, crs: str | None
) -> tuple[ParsedPolygons, ArrowTable]:
    """Read a file: the polygons, and all columns, these as ``geometry`` among them."""

def write_whole(path: str, content: bytes, overwrite: bool) -> None:
    """Write a file as the job writes its outputs: whole or not at all."""

def shade(x: pl.Series, y: pl.Series, scene: dict[str, list[float]]) -> pl.Series:
    """Levels of pixels."""

def without_views(column: object) -> ArrowStream:
    """A column with its strings and bytes behind 64-bit offsets, in the place of views."""

def predict_kmeans(points: pl.Series, centroids: dict[str, Any]) -> pl.Series:
    """Find the nearest centroid of each point."""

def prepare(
    polygons: ParsedPolygons, ranking: Ranking | None, options: Options, candidates: bool
) -> tuple[str, bytes | None, Kept]:
    """Make what an expression needs: its key, the matcher if that is small and all, its keeper."""
