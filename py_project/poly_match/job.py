"""The batch job: Parquet to Parquet."""

from __future__ import annotations

import os
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from poly_match import _plugin, tally
from poly_match.crs import crs_text, warn_of_degrees, warn_of_edges
from poly_match.options import Options
from poly_match.points import point_names
from poly_match.progress import Progress, Told
from poly_match.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from poly_match.options import Center, Invalid, Metric, Predicate
    from poly_match.points import PointColumns
    from poly_match.settings import OnError


class Skipped(NamedTuple):
    """A file of points that was left out."""

    file: str
    """Its path."""
    row_group: int | None
    """The row group with which something is wrong, if it is known, from 0."""
    error: str
    """What is wrong, in one line that names the file."""


@dataclass(frozen=True)
class Summary:
    """What a job did."""

    rows: int
    """Rows read and written."""
    matched: int
    """Rows with an answer."""
    null_points: int
    """Rows without a point: null, NaN or infinite, with haversine a latitude outside -90 to 90."""
    polygons: int
    """Rows of the polygons' table."""
    point: tuple[str, ...]
    """The columns that hold the points: one, or x and y."""
    seconds: float
    """Wall time of the whole job."""
    files: int
    """Files read and written."""
    resumed: int
    """Files that a former job had finished; their rows are not counted."""
    skipped: tuple[Skipped, ...]
    """Files that were left out, with ``on_error="skip-file"``."""

    @property
    def matched_share(self) -> float:
        """Rows with an answer in all rows, from 0 to 1; 0 without rows."""
        return self.matched / self.rows if self.rows else 0.0

    @property
    def rows_per_second(self) -> float:
        """Rows in the wall time of the whole job."""
        return self.rows / self.seconds if self.seconds else 0.0


def match_parquet(
    points: str | os.PathLike[str],
    polygons: str | os.PathLike[str],
    output: str | os.PathLike[str],
    *,
    point: PointColumns = None,
    points_crs: Any = None,
    polygons_crs: Any = None,
    max_dist: float | None = None,
    k: int | None = None,
    predicate: Predicate = "center",
    center: Center = "vertex_mean",
    by: str | None = None,
    descending: bool = False,
    id: str | None = None,  # noqa: A002
    details: bool = False,
    metric: Metric = "euclidean",
    invalid: Invalid = "raise",
    name: str = "polygon",
    compression: str | None = None,
    row_group_size: int | None = None,
    overwrite: bool = False,
    resume: bool = False,
    on_error: OnError = "raise",
    infer_types: bool = False,
    memory: int | str = "256MiB",
    counts: str | os.PathLike[str] | None = None,
    picture: str | os.PathLike[str] | None = None,
    progress: bool | Callable[[Progress], None] = True,
) -> Summary:
    """Append the best polygon to each row of one or more Parquet files of points.

    The output has the rows and columns of ``points``, in order and untouched, and a last column
    ``name``: what :func:`poly_match.poly_match` answers, by default the row number in ``polygons``
    as ``UInt32``, null where there is none. The points alone are decoded; all other columns are
    copied as they are encoded, row group by row group, so memory does not grow with their number.
    Compression, row groups, statistics and metadata of ``points`` are kept.

    Parameters
    ----------
    points
        Parquet file of points; a directory, in which all files are taken, those in directories
        below it too; or a pattern with ``*``, ``?``, ``[...]`` and ``**``. Names that begin with a
        dot or an underscore are hidden. All files have the same columns. CSV (``.csv``) and Arrow
        IPC (``.arrow``, ``.feather``, ``.ipc``) are read and written as well.
        Here and in the two following, ``s3://``, ``gs://`` and ``az://`` are objects of a store.
    polygons
        GeoParquet; plain Parquet with list columns ``x`` and ``y``, or ``geometry``; or a GeoJSON
        FeatureCollection, called ``.geojson`` or ``.json``.
    output
        File to write; for a directory or a pattern the directory for files of the same names. Each
        file appears whole, or not at all.
    point
        A pair of numeric columns, x first, or one column in a form that the expression takes.
        By default the geometry column of GeoParquet, else the first that is there, in any case of
        letters: numeric ``x`` and ``y``, ``lon`` and ``lat``, ``lng`` and ``lat``, ``longitude``
        and ``latitude``; ``geometry``; ``point``.
    points_crs, polygons_crs
        The coordinate reference system of the points or the polygons, in place of the one that
        their files name, if they do: as ``crs`` of :class:`Polygons`. Nothing is reprojected.
    max_dist, k, predicate, center, by, descending, id, details, metric, invalid
        As in :func:`poly_match.poly_match`.
    name
        Name of the column to append.
    compression
        ``"none"``, ``"snappy"``, ``"lz4"``, ``"zstd"``, ``"gzip"`` or ``"brotli"``, the last three
        with a level if wanted, as ``"zstd:9"``: all columns are written anew. By default as in
        ``points``.
    row_group_size
        Rows of a row group, at least 1: all columns are written anew. By default as in ``points``.
    overwrite
        Replace outputs that are there already; by default that is refused. Other files in the
        directory stay.
    resume
        For directories: go on with a job that was stopped. Files that it has finished are not done
        again, unless they have changed since; all others are written. Refused if that job had other
        polygons or options.
    on_error
        What becomes of a file of points that cannot be read: ``"raise"``, or ``"skip-file"``, which
        leaves it out and goes on.
    infer_types
        Give the columns of CSV the types that all their fields allow, where ``output`` is Parquet
        or Arrow: numbers, booleans, dates, timestamps. By default all columns but those of the
        points stay text, so that ``02134`` is ``"02134"``.
    memory
        What buffers shall take, in bytes or as ``"512MB"``: it decides how many files and row
        groups are worked on at once. Polygons and their index come on top of it.
    counts
        File to write, ``.parquet`` or ``.csv``: how many points each polygon won. A row for each
        polygon, with its ``row``, the column ``id`` if there is one, and ``points``.
    picture
        File to write, ``.png``: the points in the colours of their polygons, by cells of a grid,
        and the outlines of the polygons over them. Needs the extra ``poly-match[plot]``. Neither
        this nor ``counts`` goes with ``resume``.
    progress
        ``True`` for a bar on standard error, or a line every few seconds if that is no terminal; or
        a function that is called with a :class:`Progress` about ten times a second. What it raises
        stops the job.

    Returns
    -------
    Summary
        Rows, matched rows, null points, polygons, seconds, files, and those left out.

    Raises
    ------
    ValueError
        If an option has a value that it cannot take, a column is missing or there already, the
        output is an input, or a row or a file cannot be read: with the option, or the file, the
        column and the row.
    polars.exceptions.InvalidOperationError
        If a column has a dtype that holds no points or no polygons.
    FileExistsError
        If an output is there already, without ``overwrite`` or ``resume``.
    OSError
        If a file cannot be opened, read or written.
    KeyboardInterrupt
        On Ctrl-C, within a second. Nothing is left behind but files that were finished.
    ModuleNotFoundError
        If ``picture`` is asked for without the extra.

    Examples
    --------
    >>> import polars as pl
    >>> import poly_match as pm
    >>> pl.DataFrame({"x": [2.0, 9.0], "y": [2.0, 9.0]}).write_parquet("points.parquet")
    >>> pl.DataFrame({"x": [[1, 2, 2, 1]], "y": [[1, 1, 2, 2]]}).write_parquet("zones.parquet")
    >>> done = pm.match_parquet("points.parquet", "zones.parquet", "out.parquet", max_dist=3.0)
    >>> done.rows, done.matched
    (2, 1)
    >>> pl.read_parquet("out.parquet")
    shape: (2, 3)
    ┌─────┬─────┬─────────┐
    │ x   ┆ y   ┆ polygon │
    │ --- ┆ --- ┆ ---     │
    │ f64 ┆ f64 ┆ u32     │
    ╞═════╪═════╪═════════╡
    │ 2.0 ┆ 2.0 ┆ 0       │
    │ 9.0 ┆ 9.0 ┆ null    │
    └─────┴─────┴─────────┘
    """
    columns = point_names(point)
    points_text = crs_text(points_crs, "points_crs")
    polygons_text = crs_text(polygons_crs, "polygons_crs")
    options = Options(
        max_dist=max_dist,
        k=k,
        predicate=predicate,
        center=center,
        by=by,
        descending=descending,
        id=id,
        details=details,
        metric=metric,
        invalid=invalid,
    ).checked()
    settings = Settings(
        compression=compression,
        row_group_size=row_group_size,
        overwrite=overwrite,
        resume=resume,
        on_error=on_error,
        infer_types=infer_types,
        memory=memory,
    ).checked()
    tally.check(counts, picture)
    with Told() if progress is True else nullcontext(progress) as told:

        def on_progress(rows: int, total: int, matched: int) -> None:
            if callable(told):
                told(Progress(rows, total, matched))

        done = _plugin.match_parquet(
            os.fspath(points),
            os.fspath(polygons),
            os.fspath(output),
            point=columns,
            points_crs=points_text,
            polygons_crs=polygons_text,
            options=options,
            name=name,
            settings=settings,
            counts=None if counts is None else os.fspath(counts),
            picture=None if picture is None else (os.fspath(picture), *tally.picture_options()),
            progress=on_progress if progress else None,
        )
    warn_of_degrees(options, done.pop("geographic"))
    warn_of_edges(options, done.pop("edges"))
    told, drawn = done.pop("counts"), done.pop("picture")
    if counts is not None:
        tally.write_counts(counts, told, polygons, id, invalid, overwrite, polygons_text)
    if picture is not None:
        tally.write_picture(picture, drawn, polygons, invalid, overwrite, polygons_text)
    skipped = tuple(Skipped(*left) for left in done.pop("skipped"))
    point_columns = tuple(done.pop("point"))
    return Summary(**done, point=point_columns, skipped=skipped)
