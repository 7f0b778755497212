"""k-means as an expression, and as a fit that is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, overload

import polars as pl
from polars.exceptions import InvalidOperationError

from poly_match import _plugin
from poly_match.dtypes import VECTORS_WANTED, vectors_as
from poly_match.kernel import column, count, expression, flag, number, read, signed_seed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

Init: TypeAlias = 'Literal["k-means++", "random"] | ArrayLike | pl.Series | pl.DataFrame'
"""How to start: a word; or centroids as an array (k, d), a Series of points or a frame."""

Points: TypeAlias = "pl.Series | pl.DataFrame | NDArray[Any] | Sequence[Sequence[float]]"
"""Points that are there: a Series, a frame with a column for each dimension, an array (n, d)."""


def kmeans(
    points: str | pl.Expr | pl.Series,
    k: int,
    *,
    init: Init = "k-means++",
    max_iter: int = 300,
    tol: float = 1e-6,
    n_init: int = 1,
    seed: int | None = None,
    by_appearance: bool = False,
) -> pl.Expr:
    """For each point, the number of its cluster.

    Lloyd's algorithm: each point goes to the nearest of ``k`` centroids, of equally near ones the
    first; each centroid goes to the mean of its points; until the centroids together move less than
    ``tol``. The fit sees the whole column, or in ``over`` and ``group_by`` the whole group.

    Parameters
    ----------
    points
        Column name, expression or Series of points in d dimensions, d from 1 to 64: a ``Struct`` of
        d numeric fields, ``Array(numeric, d)``, ``List(numeric)`` with d values in each row, or
        numbers alone, for d = 1.
    k
        Number of clusters; at least 1, at most the number of points.
    init
        ``"k-means++"``: points drawn one after the other, each with a chance in proportion to its
        squared distance from the nearest drawn before; of ``2 + ln k`` candidates that one which
        leaves the least sum of squared distances. ``"random"``: different points, all equally
        likely. Or the centroids to start from, as an array of shape (k, d), a Series of points or a
        frame with a column for each dimension.
    max_iter
        Most times that the centroids are moved.
    tol
        The centroids have come to rest when the root of the sum of their squared moves is strictly
        less than this; in the unit of the coordinates. With 0 they move until none does.
    n_init
        How often to start anew; the fit with the least inertia is kept. Must be 1 where ``init`` is
        an array.
    seed
        What is drawn follows from this, 0 to 2**64 - 1, whatever the number of threads. ``None``
        draws a seed when the expression is made. Nothing is drawn where ``init`` is an array.
    by_appearance
        Number the clusters in the order in which they first appear in the column.

    Returns
    -------
    Expr
        ``UInt32`` from 0 to k - 1, one a row, called as the points are. Null where the point is
        null or has a coordinate that is null, NaN or infinite; such points do not count.

    Raises
    ------
    TypeError
        If an option is of a kind that it does not take; the error says which it takes.
    ValueError
        If ``k``, ``max_iter`` or ``n_init`` is less than 1, ``tol`` is negative or NaN, ``seed``
        is out of range, or ``init`` is neither a known word nor k finite centroids.
    polars.exceptions.InvalidOperationError
        If the points have another dtype, when the query is planned.
    polars.exceptions.ComputeError
        When the query runs: if there are fewer points than clusters (unless there is none at all),
        lists of different lengths, centroids of another dimension, or coordinates whose squared
        distances do not fit a 64-bit float.

    Notes
    -----
    A cluster that becomes empty is set to the point that is farthest from its centroid, of equally
    far ones the first, taken from a cluster that has others; if all points lie on their centroids
    it stays where it is.

    Examples
    --------
    >>> import polars as pl
    >>> import poly_match as pm
    >>> frame = pl.DataFrame({"x": [0.0, 9.0, 1.0, None], "y": [0.0, 9.0, 0.0, 5.0]})
    >>> start = [[0.0, 0.0], [9.0, 9.0]]
    >>> frame.with_columns(cluster=pm.kmeans(pl.struct("x", "y"), 2, init=start))
    shape: (4, 3)
    ┌──────┬─────┬─────────┐
    │ x    ┆ y   ┆ cluster │
    │ ---  ┆ --- ┆ ---     │
    │ f64  ┆ f64 ┆ u32     │
    ╞══════╪═════╪═════════╡
    │ 0.0  ┆ 0.0 ┆ 0       │
    │ 9.0  ┆ 9.0 ┆ 1       │
    │ 1.0  ┆ 0.0 ┆ 0       │
    │ null ┆ 5.0 ┆ null    │
    └──────┴─────┴─────────┘
    """
    options = _options(k, init, max_iter, tol, n_init, seed, by_appearance)
    return expression("kmeans", column("points", points), vectors_as, VECTORS_WANTED, options)


def fit_kmeans(
    points: Points,
    k: int,
    *,
    init: Init = "k-means++",
    max_iter: int = 300,
    tol: float = 1e-6,
    n_init: int = 1,
    seed: int | None = None,
    by_appearance: bool = False,
) -> KMeansFit:
    """Fit ``k`` centroids to points, and keep them.

    Parameters
    ----------
    points
        A Series of points as for :func:`kmeans`, a frame with a column for each dimension, an array
        of shape (n, d), or an Arrow array.
    k, init, max_iter, tol, n_init, seed, by_appearance
        As for :func:`kmeans`.

    Returns
    -------
    KMeansFit
        Centroids, labels, inertia and iterations.

    Raises
    ------
    TypeError
        If the points are a column name, an expression or a lazy frame; else as :func:`kmeans`.
    ValueError
        As :func:`kmeans`, and for what is wrong with the points.
    polars.exceptions.InvalidOperationError
        If the points have another dtype.

    Examples
    --------
    >>> import poly_match as pm
    >>> fit = pm.fit_kmeans([[0.0, 0.0], [9.0, 9.0], [1.0, 0.0]], 2, init=[[0.0, 0.0], [9.0, 9.0]])
    >>> fit.centroids.to_list()
    [[0.5, 0.0], [9.0, 9.0]]
    >>> fit.inertia, fit.iterations
    (0.5, 2)
    >>> fit.predict([[7.0, 7.0]]).to_list()
    [1]
    """
    options = _options(k, init, max_iter, tol, n_init, seed, by_appearance)
    column = read(_series("points", points), vectors_as, VECTORS_WANTED)
    values, dims, labels, inertia, iterations = _plugin.fit_kmeans(column, options)
    centroids = pl.Series("centroid", values, dtype=pl.Float64).reshape((-1, dims))
    return KMeansFit(centroids, labels, inertia, iterations)


@dataclass(frozen=True, eq=False)
class KMeansFit:
    """Centroids, and what they were found from. Can be pickled."""

    centroids: pl.Series
    """``Array(Float64, d)``, in the order of the labels; ``to_numpy()`` has the shape (k, d)."""
    labels: pl.Series
    """``UInt32``: for each row the nearest centroid, null where the point is null or not finite."""
    inertia: float
    """Sum of the squared distances of the points from their centroids."""
    iterations: int
    """How often the centroids were moved."""

    @overload
    def predict(self, points: str | pl.Expr) -> pl.Expr: ...
    @overload
    def predict(self, points: Points) -> pl.Series: ...
    def predict(self, points: Any) -> pl.Expr | pl.Series:
        """For each point, the number of the nearest centroid; of equally near ones the first.

        Parameters
        ----------
        points
            As for :func:`fit_kmeans`; or a column name or expression, for an answer as an
            expression. Each row's answer depends on that row alone.

        Returns
        -------
        Series or Expr
            ``UInt32``; null where the point is null or not finite.

        Raises
        ------
        ValueError
            If the points have another dimension than the centroids.
        polars.exceptions.InvalidOperationError
            If the points have another dtype.
        polars.exceptions.ComputeError
            Instead of both when an expression runs.
        """
        centroids = {"values": self.centroids.explode().to_list(), "dims": self._dims}
        if isinstance(points, (str, pl.Expr)):
            return expression(
                "predict_kmeans", points, vectors_as, VECTORS_WANTED, centroids, is_elementwise=True
            )
        column = read(_series("points", points), vectors_as, VECTORS_WANTED)
        return _plugin.predict_kmeans(column, centroids)

    @property
    def _dims(self) -> int:
        return int(self.centroids.dtype.shape[0])  # type: ignore[attr-defined]


def _options(
    k: int,
    init: Init,
    max_iter: int,
    tol: float,
    n_init: int,
    seed: int | None,
    by_appearance: bool,
) -> dict[str, Any]:
    options = {
        "k": count("k", k, 1, 2**32 - 1),
        "init": init if isinstance(init, str) else "",
        "centroids": None if isinstance(init, str) else _centroids(init),
        "max_iter": count("max_iter", max_iter, 1),
        "tol": number("tol", tol, "a number of at least 0"),
        "n_init": count("n_init", n_init, 1),
        "seed": signed_seed(seed),
        "by_appearance": flag("by_appearance", by_appearance),
    }
    _plugin.check_kmeans(options)
    return options


def _centroids(init: Any) -> dict[str, Any]:
    wanted = "init: expected 'k-means++', 'random' or centroids as an array (k, d)"
    if init is None or not hasattr(type(init), "__len__"):
        msg = f"{wanted}, got {init!r}"
        raise TypeError(msg)
    try:
        series = read(_series("init", init), vectors_as, VECTORS_WANTED)
    except InvalidOperationError as error:
        msg = f"{wanted}: {error}"
        raise ValueError(msg) from None
    if isinstance(series.dtype, pl.Struct):
        rows = series.struct.unnest().rows()
    elif series.dtype.is_nested():
        rows = series.to_list()
    else:
        rows = [(value,) for value in series]
    dims = {None if row is None else len(row) for row in rows}
    if len(dims) > 1 or None in dims or any(value is None for row in rows for value in row):
        msg = "init: expected centroids of one dimension each, with no null"
        raise ValueError(msg)
    values = [float(value) for row in rows for value in row]
    return {"values": values, "dims": dims.pop() if dims else 1}


def _series(name: str, points: Any) -> pl.Series:
    if isinstance(points, (str, pl.Expr, pl.LazyFrame)):
        msg = (
            f"{name}: expected a Series, a frame or an array, got {type(points).__name__}: "
            "a fit sees all points at once"
        )
        raise TypeError(msg)
    if isinstance(points, pl.DataFrame):
        return points.to_struct(name)
    if isinstance(points, pl.Series):
        return points
    try:
        if points is None or isinstance(points, (bool, int, float, bytes)):
            raise TypeError
        return pl.Series(name, points)
    except (TypeError, ValueError) as error:
        msg = f"{name}: expected a Series, a frame or an array (n, d), got {type(points).__name__}"
        raise TypeError(f"{msg}: {error}" if str(error) else msg) from None
