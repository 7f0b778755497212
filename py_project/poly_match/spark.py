"""``match`` on Spark: the polygons travel to the workers once, the points stay where they are."""

from __future__ import annotations

import pickle
from functools import partial
from hashlib import sha256
from itertools import chain
from threading import Lock
from typing import TYPE_CHECKING, Any

from poly_match.matcher import Matcher
from poly_match.spark_types import answer_types, places_of, points_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa
    from pyspark.sql import DataFrame

    from poly_match.options import Center, Invalid, Metric, Predicate
    from poly_match.points import PointColumns
    from poly_match.polygons import IntoPolygons

# How many matchers a Python worker keeps for the next task: jobs take turns in one worker.
_KEPT = 4
_kept: dict[str, Matcher] = {}
_lock = Lock()


def match(
    df: DataFrame,
    polygons: IntoPolygons,
    *,
    point: PointColumns = ("x", "y"),
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
) -> DataFrame:
    """Append the best polygon of each row to a Spark frame.

    The answers are those of :func:`poly_match.poly_match`. The polygons are parsed here, sent once
    to each executor, and indexed once in each Python worker; the rows are answered where they are,
    partition by partition, without a shuffle. As all of Spark's frames the result is lazy.

    Parameters
    ----------
    df
        A frame of Spark 3.5 or later, classic or Connect.
    polygons, max_dist, k, predicate, center, by, descending, id, details, metric, invalid
        As in :func:`poly_match.poly_match`. The polygons are held in the memory of the driver and
        of each Python worker.
    point
        Two numeric columns, x first; or one column: a ``struct`` of two numeric fields (x, then
        y), an ``array`` of 2 numbers, or ``binary`` WKB or EWKB. ``None`` takes the first
        that is there, in any case of letters: numeric ``x`` and ``y``, ``lon`` and ``lat``, ``lng``
        and ``lat``, ``longitude`` and ``latitude``; ``geometry``; ``point``. Names that are given
        are found as Spark finds them, in any case of letters unless ``spark.sql.caseSensitive`` is
        set.
    name
        The column that is appended.

    Returns
    -------
    DataFrame
        The columns of ``df`` as they are, and one more: a ``bigint`` row number, the type of
        ``id``, or a ``struct`` of ``index`` or ``id``, ``distance`` and ``area``. Spark has no
        unsigned integers: they are answered in the types that it reads them from Parquet in. Rows
        stay in their partitions, in their order.

    Raises
    ------
    TypeError
        If ``df`` is no Spark frame.
    ValueError, InvalidOperationError, ColumnNotFoundError
        Here, before any job is run: as :func:`poly_match.poly_match`, if ``df`` has a column
        ``name`` already, if it has no column ``point``, or one that holds no points, or if Spark
        has no type for ``id``.
    pyspark.errors.PythonException
        When the job runs, if a row holds no point: its message has a line with the partition, the
        column, the row within the partition (from 0) and what was expected.

    Notes
    -----
    Each Python worker needs this package. Through Spark Connect, which has no broadcast, the
    polygons travel within the plan, whose size its server bounds (128 MiB by default).

    Examples
    --------
    >>> import polars as pl
    >>> import poly_match as pm
    >>> from pyspark.sql import SparkSession
    >>> spark = SparkSession.builder.getOrCreate()
    >>> zones = pl.DataFrame(
    ...     {
    ...         "x": [[0, 4, 4, 0], [1, 2, 2, 1]],
    ...         "y": [[0, 0, 4, 4], [1, 1, 2, 2]],
    ...         "zone": ["city", "park"],
    ...     }
    ... )
    >>> pings = spark.createDataFrame([(2.0, 2.0), (4.0, 4.0), (9.0, 9.0)], ["x", "y"])
    >>> pm.spark.match(pings, zones, max_dist=3.0, id="zone", name="zone").show()
    +---+---+----+
    |  x|  y|zone|
    +---+---+----+
    |2.0|2.0|park|
    |4.0|4.0|city|
    |9.0|9.0|NULL|
    +---+---+----+
    <BLANKLINE>
    """
    if not hasattr(df, "mapInArrow"):
        msg = f"df: expected a Spark DataFrame, got {type(df).__name__}"
        raise TypeError(msg)
    from pyspark.sql.types import StructField, StructType

    schema = df.schema
    as_named = df.sparkSession.conf.get("spark.sql.caseSensitive") == "true"
    if places_of(schema, name, as_named):
        msg = f"name: the frame has a column {name!r} already"
        raise ValueError(msg)
    matcher = Matcher(
        polygons,
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
        point=points_in(schema, point, as_named),
        name=name,
    )
    answer, spark_answer = answer_types(matcher, id)
    sent: Any = _Sent(matcher)
    if ".connect." not in type(df).__module__:
        sent = df.sparkSession.sparkContext.broadcast(sent)
    # By their places: Spark would look for a column "a.b" in a column "a".
    placed = df.toDF(*(f"_{place}" for place in range(len(schema))))
    answered = partial(_answered, sent, schema.names, answer)
    fields = [*schema.fields, StructField(name, spark_answer)]
    return placed.mapInArrow(answered, StructType(fields))


class _Sent:
    """A matcher on its way to the workers."""

    def __init__(self, matcher: Matcher) -> None:
        self._pickled = pickle.dumps(matcher)
        self._key = sha256(self._pickled).hexdigest()

    @property
    def value(self) -> _Sent:
        """Itself, as of a broadcast."""
        return self

    def matcher(self) -> Matcher:
        """The matcher, built once in a process."""
        with _lock:
            # The latest is the last.
            matcher = _kept.pop(self._key, None) or pickle.loads(self._pickled)
            _kept[self._key] = matcher
            if len(_kept) > _KEPT:
                del _kept[next(iter(_kept))]
            return matcher


def _answered(
    sent: Any, names: list[str], answer: pa.DataType, batches: Iterator[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    """Answer for a partition, in a worker."""
    import pyarrow as pa
    from pyspark import TaskContext

    first = next(batches, None)
    if first is None:
        return
    # Spark cannot read batches with two columns of one name.
    places = [*first.schema.names, "answer"]
    named = (batch.rename_columns(names) for batch in chain([first], batches))
    # As one stream, whose rows are counted from its start.
    stream = pa.RecordBatchReader.from_batches(first.rename_columns(names).schema, named)
    try:
        for batch in sent.value.matcher()(stream):
            answers = batch.column(len(names)).cast(answer)
            yield batch.set_column(len(names), "answer", answers).rename_columns(places)
    except ValueError as error:
        message = str(error).removeprefix("External error: ")
        msg = f"partition {TaskContext.get().partitionId()}: {message}"
        raise ValueError(msg) from None
