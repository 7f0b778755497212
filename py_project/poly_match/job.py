"""The batch job: Parquet to Parquet."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from tqdm import tqdm

from poly_match import _plugin
from poly_match.rule import check_rule

if TYPE_CHECKING:
    from collections.abc import Callable


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
    point: str | tuple[str, str] | None = None,
    max_dist: float | None = None,
    by: str | None = None,
    descending: bool = False,
    name: str = "polygon",
    progress: bool | Callable[[Progress], None] = True,
) -> Summary:
    """Append the best polygon to each row of a Parquet file of points.

    The output has the rows and columns of ``points``, in order and untouched, and a last column
    ``name`` of dtype ``UInt32``: the row number in ``polygons``, null where there is none. The rule
    is that of :func:`poly_match.poly_match`. Points are read, matched and written batch by batch,
    so memory does not grow with their number. Compression and metadata of ``points`` are kept.

    Parameters
    ----------
    points
        Parquet file of points.
    polygons
        Parquet file with list columns ``x`` and ``y``, or WKB in ``geometry``.
    output
        File to write. It appears whole, or not at all; a file of that name is replaced.
    point
        A pair of numeric columns, x first, or one column in a form that the expression takes.
        By default ``x`` and ``y`` if both are there, else ``geometry``, else ``point``.
    max_dist
        Bound on the distance, in the unit of the coordinates: strictly less. There is no default.
    by, descending
        Rank by this numeric column of the polygons instead of by area, as in the expression.
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
        If ``max_dist`` is missing, negative or NaN, a column is missing or there already, the
        output is an input, or a row or a file cannot be read: with the file, the column and the
        row.
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
    columns = [] if point is None else [point] if isinstance(point, str) else list(point)
    if not (point is None or isinstance(point, str) or len(columns) == 2):
        msg = f"point: expected one column name or a pair of them, got {point!r}"
        raise ValueError(msg)
    max_dist = check_rule(max_dist, by, descending)
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
        summary = _plugin.match_parquet(
            os.fspath(points),
            os.fspath(polygons),
            os.fspath(output),
            point=columns,
            max_dist=max_dist,
            by=by,
            descending=descending,
            name=name,
            progress=on_progress if progress else None,
        )
    return Summary(*summary)
