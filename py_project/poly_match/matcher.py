"""``Matcher``: polygons and a rule, prepared once and asked about columns and tables."""

from __future__ import annotations

import math
from functools import partial
from time import sleep
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from poly_match import _plugin
from poly_match.arrays import points_series, speaks_arrow
from poly_match.crs import points_check, warn_of_degrees
from poly_match.geometries import is_geopandas
from poly_match.ids import gatherer
from poly_match.options import Options
from poly_match.points import names_in, point_names, points_in, series_as_points
from poly_match.polygons import polygons_of, restored
from poly_match.sealed import sealed

if TYPE_CHECKING:
    from poly_match.options import Center, Invalid, Metric, Predicate
    from poly_match.points import PointColumns
    from poly_match.polygons import IntoPolygons, Polygons


class IndexStats(NamedTuple):
    """What the index of a matcher consists of."""

    cells: int
    """Cells of both levels."""
    empty: int
    """Cells that no polygon qualifies in."""
    settled: int
    """Cells with one answer for all their points."""
    contested: int
    """Cells with a list of polygons to test."""
    split: int
    """Cells of the first level that lead to the second."""
    entries: int
    """Entries of all lists."""
    bytes: int
    """Memory of the index."""


class Matcher:
    """Polygons and a rule, measured and ranked once, and asked about columns and tables.

    What :func:`poly_match.poly_match` answers, outside of Polars' queries: for Arrow data of any
    library that speaks the PyCapsule interface, for numpy, and as a function of tables for the
    ``map_batches`` of others. It may be shared between threads, lets go of the interpreter while it
    works, and can be pickled: what is sent are the polygons, not the index.

    Parameters
    ----------
    polygons, max_dist, k, predicate, center, by, descending, id, details, metric, invalid
        As in :func:`poly_match.poly_match`.
    index_bytes
        What the index may take, by default 48 MiB. Less means more tests a point, never other
        answers.
    point
        Where a table has its points, for calls: one column, or a pair of numeric ones, x first. By
        default as :func:`poly_match.match_parquet` finds them.
    name
        The column that is appended to a table.

    Raises
    ------
    ValueError, InvalidOperationError, ColumnNotFoundError
        As :func:`poly_match.poly_match`.

    Examples
    --------
    >>> import polars as pl
    >>> import poly_match as pm
    >>> zones = pl.DataFrame(
    ...     {
    ...         "x": [[0, 4, 4, 0], [1, 2, 2, 1]],
    ...         "y": [[0, 0, 4, 4], [1, 1, 2, 2]],
    ...         "zone": ["city", "park"],
    ...     }
    ... )
    >>> m = pm.Matcher(zones, max_dist=3.0, id="zone", name="zone")
    >>> m.match(pl.Series([[2.0, 2.0], [4.0, 4.0], [9.0, 9.0]])).to_list()
    ['park', 'city', None]
    >>> m(pl.DataFrame({"x": [2.0, 9.0], "y": [2.0, 9.0]}))
    shape: (2, 3)
    ┌─────┬─────┬──────┐
    │ x   ┆ y   ┆ zone │
    │ --- ┆ --- ┆ ---  │
    │ f64 ┆ f64 ┆ str  │
    ╞═════╪═════╪══════╡
    │ 2.0 ┆ 2.0 ┆ park │
    │ 9.0 ┆ 9.0 ┆ null │
    └─────┴─────┴──────┘

    Ray Data, and anything else that hands out batches of Arrow:
    ``dataset.map_batches(m, batch_format="pyarrow")``.
    """

    def __init__(
        self,
        polygons: IntoPolygons,
        *,
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
        index_bytes: int | None = None,
        point: PointColumns = None,
        name: str = "polygon",
    ) -> None:
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
        if index_bytes is not None and index_bytes < 0:
            msg = f"index_bytes: expected at least 0, got {index_bytes}"
            raise ValueError(msg)
        parsed = polygons_of(polygons, options)
        self._prepare(parsed, options, index_bytes, point_names(point), name)

    def _prepare(
        self,
        polygons: Polygons,
        options: Options,
        index_bytes: int | None,
        point: list[str],
        name: str,
    ) -> None:
        self._polygons = polygons
        self._options = options
        self._index_bytes = index_bytes
        self._point = point
        self._name = name
        self._check = points_check(polygons, options)
        ids = polygons.ids(options)
        self._gather = None if ids is None else gatherer(ids, options.details)
        self._matcher = _plugin.Matcher(
            polygons.parsed,
            polygons.ranking(options),
            options,
            polygons.arrow_ids(options),
            index_bytes,
            partial(warn_of_degrees, options),
        )

    def __reduce__(self) -> tuple[Any, ...]:
        polygons = self._polygons.only(self._options).state()
        prepared = self._options, self._index_bytes, self._point, self._name
        return sealed(_restored, polygons, *prepared)

    def __repr__(self) -> str:
        default = Options()._asdict()
        given = self._options._asdict().items()
        told = "".join(f", {name}={value!r}" for name, value in given if value != default[name])
        return f"<Matcher: {len(self._polygons):,} polygons{told}>"

    @property
    def polygons(self) -> Polygons:
        """The polygons."""
        return self._polygons

    def match(self, points: Any) -> Any:
        """For each point, the best polygon that qualifies.

        Parameters
        ----------
        points
            A Polars Series in one of the dtypes of :func:`poly_match.poly_match`; an Arrow array
            or stream of arrays (PyCapsule) in one of the corresponding types; a numpy array of
            shape ``(n, 2)``; a tuple of the x and the y, each an array of any of these kinds; a
            ``GeoSeries`` or a numpy array of shapely points.

        Returns
        -------
        Series, ArrowArray or ArrowStream
            For a Series, or a pair of them, a Series; for a stream a stream, which reads the
            points as it is read, once; for all else an Arrow array. The last two are for whoever
            speaks the PyCapsule interface: ``pyarrow.array(...)``, ``polars.Series(...)``.

        Raises
        ------
        TypeError
            If the points are none of these.
        polars.exceptions.InvalidOperationError
            If they have a dtype that holds no points.
        ValueError
            If a row holds no point, with its number. From a stream it comes when that is read.

        Examples
        --------
        >>> import numpy as np
        >>> import polars as pl
        >>> import poly_match as pm
        >>> m = pm.Matcher(pl.DataFrame({"x": [[0, 2, 1]], "y": [[0, 0, 2]]}), predicate="covers")
        >>> m.match(np.array([[1.0, 1.0], [9.0, 9.0]]))
        <ArrowArray: 2 rows of UInt32>
        >>> pl.Series(m.match(np.array([[1.0, 1.0], [9.0, 9.0]]))).to_list()
        [0, None]
        """
        if speaks_arrow(points):
            return self._matcher.match_arrow(points)
        series = points_series(points)
        if _is_polars(points):
            return self._match_series(series)
        return self._matcher.match_to_arrow(series_as_points(series, self._check))

    def candidates(self, points: Any) -> Any:
        """For each point, the row numbers of all polygons that qualify, the best first.

        Parameters
        ----------
        points
            As for :meth:`match`.

        Returns
        -------
        Series, ArrowArray or ArrowStream
            Lists, as :func:`poly_match.candidates` gives them, in the form of :meth:`match`.
        """
        if speaks_arrow(points):
            return self._matcher.candidates_arrow(points)
        series = points_series(points)
        if _is_polars(points):
            return self._matcher.candidates_series(series_as_points(series, self._check))
        return self._matcher.candidates_to_arrow(series_as_points(series, self._check))

    def __call__(self, table: Any, *, point: PointColumns = None, name: str | None = None) -> Any:
        """Append the answers to a table.

        Parameters
        ----------
        table
            A Polars DataFrame; a Table, RecordBatch or RecordBatchReader of pyarrow; a DataFrame
            of pandas or GeoPandas; any other Arrow table or stream (PyCapsule).
        point, name
            As for the class, whose values are the default.

        Returns
        -------
        DataFrame, Table, RecordBatch, RecordBatchReader or ArrowStream
            What came, and one more column. A reader is read as the answer is, and so is an Arrow
            table of another library, whose answer is an :class:`ArrowStream`.

        Raises
        ------
        ValueError
            If the table has the column already, or its points are not found.
        """
        names = self._point if point is None else point_names(point)
        name = self._name if name is None else name
        if isinstance(table, pl.DataFrame):
            if name in table.columns:
                msg = f"name: the table has a column {name!r} already"
                raise ValueError(msg)
            return table.hstack([self._match_series(points_in(table, names)).alias(name)])
        if _library(table) in {"pandas", "geopandas"}:
            return self._pandas(table, names, name)
        if not speaks_arrow(table):
            msg = f"table: expected a table of Polars, Arrow or pandas, got {type(table).__name__}"
            raise TypeError(msg)
        answered = self._matcher.match_table(table, names, name)
        return _as_pyarrow(answered, table) if _library(table) == "pyarrow" else answered

    def build_index(self) -> None:
        """Build the index now, if the rule has one; else the first large question builds it."""
        self._matcher.build_index()

    @property
    def index_stats(self) -> IndexStats | None:
        """What the index consists of; ``None`` while there is none."""
        stats = self._matcher.index_stats()
        return None if stats is None else IndexStats(*stats)

    def _match_series(self, points: pl.Series) -> pl.Series:
        answers = self._matcher.match_series(series_as_points(points, self._check))
        return answers if self._gather is None else self._gather(answers)

    def _pandas(self, frame: Any, names: list[str], name: str) -> Any:
        if name in frame.columns:
            msg = f"name: the table has a column {name!r} already"
            raise ValueError(msg)
        if not names and is_geopandas(frame):
            points: Any = frame.geometry
        else:
            found = names_in(frame.columns, lambda name: frame[name].dtype.kind in "iuf", names)
            if len(found) == 2:
                points = tuple(frame[name].to_numpy("float64", na_value=math.nan) for name in found)
            else:
                points = frame[found[0]]
                points = points if is_geopandas(points) else pl.Series(found[0], points.tolist())
        answers = self._match_series(points_series(points))
        column = answers.to_pandas(use_pyarrow_extension_array=True).array
        return frame.assign(**{name: column})


def _restored(polygons: tuple[Any, ...], *prepared: Any) -> Matcher:
    matcher = Matcher.__new__(Matcher)
    matcher._prepare(restored(*polygons), *prepared)
    return matcher


def _is_polars(points: object) -> bool:
    if isinstance(points, tuple):
        return all(isinstance(axis, pl.Series) for axis in points)
    return isinstance(points, pl.Series)


def _library(table: object) -> str:
    return type(table).__module__.partition(".")[0]


def _as_pyarrow(answered: object, like: Any) -> Any:
    """The stream as what came."""
    import pyarrow as pa

    if isinstance(like, pa.RecordBatchReader):
        return pa.RecordBatchReader.from_stream(answered)
    try:
        if isinstance(like, pa.RecordBatch):
            return pa.RecordBatchReader.from_stream(answered).read_next_batch()
        return pa.table(answered)
    except pa.ArrowException:
        # Where Ctrl-C was the reason, it raises here.
        sleep(0)
        raise
