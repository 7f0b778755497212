"""The batch job: Parquet to Parquet."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from tqdm import tqdm

from poly_match import _plugin
from poly_match.crs import warn_of_degrees
from poly_match.options import Options
from poly_match.points import point_names

if TYPE_CHECKING:
    from collections.abc import Callable

    from poly_match.options import Center, Invalid, Metric, Predicate
    from poly_match.points import PointColumns


class Progress(NamedTuple):
    """How far a job is."""

    rows: int
    """Rows written."""
    total: int
    """Rows of the input."""
    matched: int
    """Rows written with an answer."""


@dataclass(frozen=True)
class Summary:
    """What a job did."""

    rows: int
    """Rows read and written."""
    matched: int
    """Rows with an answer."""
    null_points: int
    """Rows whose point is null, NaN or infinite."""
    polygons: int
    """Rows of the polygons' table."""
    seconds: float
    """Wall time of the whole job."""

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
    progress: bool | Callable[[Progress], None] = True,
) -> Summary:
    """Append the best polygon to each row of a Parquet file of points.

    The output has the rows and columns of ``points``, in order and untouched, and a last column
    ``name``: what :func:`poly_match.poly_match` answers, by default the row number in ``polygons``
    as ``UInt32``, null where there is none. Points are read, matched and written batch by batch,
    so memory does not grow with their number. Compression and metadata of ``points`` are kept.

    Parameters
    ----------
    points
        Parquet file of points.
    polygons
        GeoParquet; plain Parquet with list columns ``x`` and ``y``, or ``geometry``; or a GeoJSON
        FeatureCollection, called ``.geojson`` or ``.json``.
    output
        File to write. It appears whole, or not at all; a file of that name is replaced.
    point
        A pair of numeric columns, x first, or one column in a form that the expression takes.
        By default the geometry column of GeoParquet, else ``x`` and ``y`` if both are there, else
        ``geometry``, else ``point``.
    max_dist, k, predicate, center, by, descending, id, details, metric, invalid
        As in :func:`poly_match.poly_match`.
    name
        Name of the column to append.
    progress
        ``True`` for a bar on standard error if that is a terminal, or a function that is called
        with a :class:`Progress` about ten times a second. What it raises stops the job.

    Returns
    -------
    Summary
        Rows, matched rows, null points, polygons and seconds.

    Raises
    ------
    ValueError
        If an option has a value that it cannot take, a column is missing or there already, the
        output is an input, or a row or a file cannot be read: with the option, or the file, the
        column and the row.
    polars.exceptions.InvalidOperationError
        If a column has a dtype that holds no points or no polygons.
    OSError
        If a file cannot be opened, read or written.
    KeyboardInterrupt
        On Ctrl-C, within a second. Nothing is left behind.

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
    # `disable=None` draws no bar where standard error is no terminal.
    bar = tqdm(
        unit=" rows", unit_scale=True, leave=False, disable=None if progress is True else True
    )

    def on_progress(rows: int, total: int, matched: int) -> None:
        if callable(progress):
            progress(Progress(rows, total, matched))
        bar.total = total
        bar.set_postfix(matched=f"{matched / rows:.1%}" if rows else "", refresh=False)
        bar.update(rows - bar.n)

    with bar:
        done = _plugin.match_parquet(
            os.fspath(points),
            os.fspath(polygons),
            os.fspath(output),
            point=columns,
            options=options,
            name=name,
            progress=on_progress if progress else None,
        )
    warn_of_degrees(options, done[5])
    return Summary(*done[:5])
