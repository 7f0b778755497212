"""`kmeans` and `fit_kmeans`: their semantics, through every door."""

from __future__ import annotations

import pickle
from fractions import Fraction
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.exceptions import ComputeError, InvalidOperationError

import poly_match as pm

START = [[0.0, 0.0], [9.0, 9.0]]
FRAME = pl.DataFrame(
    {
        "x": [0.0, 9.0, None, 1.0, 8.0, float("nan"), 9.0, float("inf")],
        "y": [0.0, 9.0, 1.0, 0.0, 9.0, 1.0, 8.0, 1.0],
    }
)
LABELS = [0, 1, None, 0, 1, None, 1, None]


def naive(
    points: np.ndarray, start: np.ndarray, max_iter: int, tol: float
) -> tuple[np.ndarray, np.ndarray, float, int]:
    """Lloyd by the definition; no cluster may become empty."""
    centroids, iterations = start.copy(), 0

    def distances_2() -> np.ndarray:
        return ((points[:, None] - centroids[None]) ** 2).sum(axis=2)

    while iterations < max_iter:
        iterations += 1
        labels = distances_2().argmin(axis=1)
        moved = np.array([points[labels == label].mean(axis=0) for label in range(len(start))])
        shift = np.linalg.norm(moved - centroids)
        centroids = moved
        if shift < tol or shift == 0.0:
            break
    found = distances_2()
    return centroids, found.argmin(axis=1), float(found.min(axis=1).sum()), iterations


def point(form: str) -> pl.Expr:
    """The points of the frame in a form."""
    if form == "struct":
        return pl.struct("x", "y").alias("point")
    pair = pl.concat_list("x", "y").alias("point")
    return pair if form == "list" else pair.list.to_array(2)


@pytest.mark.parametrize("form", ["struct", "array", "list"])
@pytest.mark.parametrize("engine", ["in-memory", "streaming"])
def test_forms_and_engines(form: str, engine: Any) -> None:
    plan = FRAME.lazy().select(point(form)).with_columns(label=pm.kmeans("point", 2, init=START))
    assert plan.collect_schema()["label"] == pl.UInt32
    assert plan.collect(engine=engine)["label"].to_list() == LABELS


def test_numbers_alone_and_other_dtypes() -> None:
    frame = pl.DataFrame({"x": [0, 9, 1, 8]})
    for dtype in (pl.Int8, pl.UInt16, pl.Int64, pl.Float32, pl.Float64, pl.Decimal(9, 2)):
        got = frame.cast(dtype).select(pm.kmeans("x", 2, init=[0.0, 9.0]))
        assert got.to_series().to_list() == [0, 1, 0, 1], dtype


@pytest.mark.parametrize("dims", [1, 2, 3, 17, 64])
def test_dimensions(dims: int) -> None:
    random = np.random.default_rng(dims)
    points = random.normal(size=(500, dims))
    start = points[:4]
    centroids, labels, inertia, iterations = naive(points, start, 6, 0.0)
    fit = pm.fit_kmeans(points, 4, init=start, max_iter=6, tol=0.0)
    assert fit.centroids.dtype == pl.Array(pl.Float64, dims)
    np.testing.assert_allclose(fit.centroids.to_numpy(), centroids, rtol=1e-12, atol=1e-12)
    assert fit.labels.to_list() == labels.tolist()
    assert fit.inertia == pytest.approx(inertia, rel=1e-9)
    assert fit.iterations == iterations


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 4).flatmap(
        lambda dims: st.lists(
            st.lists(st.integers(-9, 9), min_size=dims, max_size=dims), min_size=3, max_size=60
        )
    ),
    st.integers(0, 2**64 - 1),
)
def test_any_fit_is_at_rest_and_repeats(points: list[list[int]], seed: int) -> None:
    array = np.array(points, dtype=float)
    fit = pm.fit_kmeans(array, 3, seed=seed, tol=0.0)
    again = pm.fit_kmeans(array, 3, seed=seed, tol=0.0)
    assert fit.labels.equals(again.labels)
    assert fit.centroids.equals(again.centroids)
    distances = ((array[:, None] - fit.centroids.to_numpy()[None]) ** 2).sum(axis=2)
    assert fit.labels.to_list() == distances.argmin(axis=1).tolist()
    assert fit.inertia == pytest.approx(distances.min(axis=1).sum(), rel=1e-9, abs=1e-12)
    assert fit.predict(array).equals(fit.labels)


def test_tol_is_strict_and_of_all_centroids_together() -> None:
    # Both centroids move by 0.5 in the first iteration, together by the root of 0.5.
    points = [0.0, 1.0, 10.0, 11.0]
    for tol, iterations in ((0.5**0.5, 2), (0.7072, 1), (0.0, 2), (float("inf"), 1)):
        fit = pm.fit_kmeans(points, 2, init=[0.0, 10.0], tol=tol)
        assert fit.iterations == iterations, tol


def test_an_empty_cluster_takes_the_farthest_point() -> None:
    fit = pm.fit_kmeans([0.0, 1.0, 10.0, -10.0], 2, init=[0.5, 99.0], max_iter=1)
    assert fit.centroids.to_list() == [[pytest.approx(11 / 3)], [-10.0]]


def test_by_appearance() -> None:
    points = pl.Series("x", [9.0, 0.0, 9.0, 5.0])
    fit = pm.fit_kmeans(points, 3, init=[0.0, 5.0, 9.0], by_appearance=True)
    assert fit.labels.to_list() == [0, 1, 0, 2]
    assert fit.centroids.to_list() == [[9.0], [0.0], [5.0]]
    plain = pm.fit_kmeans(points, 3, init=[0.0, 5.0, 9.0])
    assert plain.labels.to_list() == [2, 0, 2, 1]


@pytest.mark.parametrize("init", ["k-means++", "random"])
def test_a_seed_decides(init: Any) -> None:
    points = np.random.default_rng(1).normal(size=(2_000, 2))
    labels = [pm.fit_kmeans(points, 7, init=init, seed=seed).labels for seed in (3, 3, 4)]
    assert labels[0].equals(labels[1])
    assert not labels[0].equals(labels[2])
    column = pl.DataFrame({"p": pl.Series(points)}).select(
        pm.kmeans("p", 7, init=init, seed=3).alias("label")
    )
    assert column["label"].to_list() == labels[0].to_list()
    assert pm.fit_kmeans(points, 7, init=init, seed=2**64 - 1).labels.len() == 2_000


def test_a_single_start_finds_clear_blobs() -> None:
    """Nine blobs on a lattice, ten deviations apart: nearly each start finds all of them.

    With one candidate for each centroid 87 of 100 did.
    """
    random = np.random.default_rng(3)
    blob = np.repeat(np.arange(9), 60)
    points = np.stack([blob % 3, blob // 3], axis=1) * 10.0 + random.normal(size=(540, 2))
    fits = (pm.fit_kmeans(points, 9, seed=seed, by_appearance=True) for seed in range(100))
    assert sum(fit.labels.to_list() == blob.tolist() for fit in fits) >= 97


def test_n_init_keeps_the_best() -> None:
    points = np.random.default_rng(2).normal(size=(400, 2))
    ten = pm.fit_kmeans(points, 8, init="random", seed=5, n_init=10).inertia
    one = pm.fit_kmeans(points, 8, init="random", seed=5).inertia
    assert ten < one


def test_without_a_seed_an_expression_stays_the_same() -> None:
    points = pl.DataFrame({"p": pl.Series(np.random.default_rng(1).normal(size=(500, 2)))})
    cluster = pm.kmeans("p", 5)
    assert points.select(cluster).equals(points.select(cluster))


@pytest.mark.parametrize(
    "init",
    [
        START,
        np.array(START),
        np.array(START, dtype=np.float32),
        pl.Series(START),
        pl.DataFrame({"x": [0, 9], "y": [0, 9]}),
        pl.DataFrame({"x": [0, 9], "y": [0, 9]}).to_struct("start"),
    ],
    ids=["lists", "array", "float32", "Series", "frame", "struct"],
)
def test_forms_of_centroids(init: Any) -> None:
    got = FRAME.select(pm.kmeans(pl.struct("x", "y"), 2, init=init).alias("label"))
    assert got["label"].to_list() == LABELS


@pytest.mark.parametrize(
    "points",
    [
        [[0.0, 0.0], [9.0, 9.0]],
        np.array([[0, 0], [9, 9]]),
        pl.DataFrame({"a": [0, 9], "b": [0, 9]}),
        pl.Series([[0, 0], [9, 9]], dtype=pl.Array(pl.Int16, 2)),
        pl.Series([[0, 0], [9, 9]]).to_arrow(),
    ],
    ids=["lists", "array", "frame", "Series", "arrow"],
)
def test_forms_of_points_for_a_fit(points: Any) -> None:
    fit = pm.fit_kmeans(points, 2, init=START)
    assert (fit.labels.to_list(), fit.inertia) == ([0, 1], 0.0)
    assert fit.predict(points).to_list() == [0, 1]


def test_a_group_is_fitted_by_itself() -> None:
    frame = pl.DataFrame({"g": [1, 2, 1, 2, 1, 2], "x": [0.0, 50.0, 1.0, 60.0, 9.0, 61.0]})
    cluster = pm.kmeans("x", 2, seed=1, by_appearance=True).alias("label")
    expected = [0, 0, 0, 1, 1, 1]
    assert frame.select(cluster.over("g"))["label"].to_list() == expected
    for engine in ("in-memory", "streaming"):
        plan = frame.lazy().group_by("g", maintain_order=True).agg(cluster)
        got = plan.collect(engine=engine)
        assert got["label"].to_list() == [[0, 0, 1], [0, 1, 1]]


def test_contexts() -> None:
    frame = FRAME.with_row_index("row")
    cluster = pm.kmeans(pl.struct("x", "y"), 2, init=START)
    assert frame.filter(cluster == 1)["row"].to_list() == [1, 4, 6]
    when = pl.when(pl.col("row") < 4).then(cluster).otherwise(None).alias("label")
    assert frame.select(when)["label"].to_list() == LABELS[:4] + [None] * 4
    chunks = pl.concat([frame[:3], frame[3:4], frame[4:]], rechunk=False)
    assert chunks.select(cluster.alias("label"))["label"].to_list() == LABELS
    # A filter behind the fit must not be pushed before it.
    plan = frame.lazy().with_columns(label=cluster).filter(pl.col("row") > 5)
    assert plan.collect()["label"].to_list() == LABELS[6:]
    # Nor a slice.
    plan = frame.lazy().with_columns(label=cluster)
    assert plan.head(2).collect()["label"].to_list() == LABELS[:2]
    assert plan.tail(2).collect(engine="streaming")["label"].to_list() == LABELS[-2:]
    series = frame.select(point("struct")).to_series()
    assert frame.select(pm.kmeans(series, 2, init=START))["point"].to_list() == LABELS


def test_predict_is_elementwise() -> None:
    fit = pm.fit_kmeans(START, 2, init=START)
    frame = pl.DataFrame({"x": np.arange(300_000) % 10, "y": np.arange(300_000) % 10})
    expected = (frame["x"] > 4).cast(pl.UInt32).to_list()
    plan = frame.lazy().select(label=fit.predict(pl.struct("x", "y")))
    for engine in ("in-memory", "streaming"):
        assert plan.collect(engine=engine)["label"].to_list() == expected
    assert frame.select(p=pl.struct("x", "y")).select(fit.predict("p"))["p"].to_list() == expected


def test_a_fit_can_be_pickled() -> None:
    fit = pickle.loads(pickle.dumps(pm.fit_kmeans(START, 2, init=START)))
    assert fit.predict([[8.0, 8.0], [None, 1.0]]).to_list() == [1, None]
    assert fit.inertia == 0.0


def test_no_points() -> None:
    for frame in (FRAME[:0], FRAME[:4].with_columns(x=pl.lit(None, pl.Float64))):
        got = frame.select(pm.kmeans(pl.struct("x", "y"), 2, seed=1))
        assert got.to_series().to_list() == [None] * len(frame)
    with pytest.raises(ValueError, match="k: expected at most 0, the number of points, got 2"):
        pm.fit_kmeans(FRAME[:0], 2)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"k": 0}, "k: expected at least 1, got 0"),
        ({"k": -3}, "k: expected at least 1, got -3"),
        ({"max_iter": 0}, "max_iter: expected at least 1, got 0"),
        ({"n_init": 0}, "n_init: expected at least 1, got 0"),
        ({"tol": -1.0}, "tol: expected a distance, got -1"),
        ({"tol": float("nan")}, "tol: expected a distance, got NaN"),
        ({"seed": -1}, "seed: expected a number from 0"),
        ({"seed": 2**64}, "seed: expected a number from 0"),
        ({"init": "kmeans"}, "init: expected 'k-means\\+\\+', 'random' or an array"),
        ({"init": [[1.0, 2.0]]}, "init: expected 2 centroids, got 1"),
        ({"init": [[1.0], [float("nan")]]}, "init: centroid 1 has the coordinate NaN"),
        ({"init": [[1.0], [None]]}, "init: expected centroids of one dimension each"),
        ({"init": [[1.0], [1.0, 2.0]]}, "init: expected centroids of one dimension each"),
        ({"init": START, "n_init": 2}, "n_init: 2 starts from the same centroids are one"),
    ],
)
def test_options_are_checked_at_once(options: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        pm.kmeans("point", **{"k": 2, **options})
    with pytest.raises(ValueError, match=says):
        pm.fit_kmeans(START, **{"k": 2, **options})


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"k": 2.5}, r"k: expected a whole number of at least 1, got 2\.5"),
        ({"k": True}, "k: expected a whole number of at least 1, got True"),
        ({"k": "2"}, "k: expected a whole number of at least 1, got '2'"),
        ({"k": None}, "k: expected a whole number of at least 1, got None"),
        ({"max_iter": 10.0}, r"max_iter: expected a whole number of at least 1, got 10\.0"),
        ({"n_init": "auto"}, "n_init: expected a whole number of at least 1, got 'auto'"),
        ({"tol": None}, "tol: expected a number of at least 0, got None"),
        ({"tol": "0.1"}, "tol: expected a number of at least 0, got '0.1'"),
        ({"tol": True}, "tol: expected a number of at least 0, got True"),
        ({"tol": [0.1]}, r"tol: expected a number of at least 0, got \[0\.1\]"),
        ({"tol": 1j}, "tol: expected a number of at least 0, got 1j"),
        ({"seed": 1.0}, r"seed: expected a number from 0 to 2\*\*64 - 1, or None, got 1\.0"),
        ({"seed": False}, "seed: expected a number from 0 .*, got False"),
        ({"seed": np.random.default_rng(1)}, "seed: expected a number from 0 .*, got Generator"),
        ({"by_appearance": "yes"}, "by_appearance: expected True or False, got 'yes'"),
        ({"init": None}, "init: expected 'k-means\\+\\+', 'random' or centroids .*, got None"),
        ({"init": 3}, "init: expected 'k-means\\+\\+', 'random' or centroids .*, got 3"),
        ({"init": pl.col("a")}, "init: expected .*"),
    ],
)
def test_options_of_another_kind(options: dict[str, Any], says: str) -> None:
    with pytest.raises(TypeError, match=f"^{says}"):
        pm.kmeans("point", **{"k": 2, **options})
    with pytest.raises(TypeError, match=f"^{says}"):
        pm.fit_kmeans(START, **{"k": 2, **options})


def test_options_that_are_too_large() -> None:
    for name, most, value in (
        ("k", 2**32 - 1, 2**64),
        ("k", 2**32 - 1, 2**32),
        ("max_iter", 2**63 - 1, 2**63),
        ("n_init", 2**63 - 1, 2**80),
    ):
        with pytest.raises(ValueError, match=f"^{name}: expected at most {most}, got {value}"):
            pm.fit_kmeans(START, **{"k": 2, name: value})
    with pytest.raises(ValueError, match=r"^tol: expected a number .* larger than a 64-bit float"):
        pm.fit_kmeans(START, 2, tol=10**400)
    for dims in (3, 4):
        with pytest.raises((TypeError, ValueError), match=r"^init: expected"):
            pm.fit_kmeans(START, 2, init=np.zeros((2,) * dims))
    with pytest.raises((TypeError, ValueError), match=r"^init: expected"):
        pm.fit_kmeans(START, 2, init=[["a"], ["b"]])


def test_other_kinds_of_points() -> None:
    for points in (None, 7, 0.5, True, b"points", object()):
        with pytest.raises(TypeError, match=r"^points: expected a Series, a frame or an array"):
            pm.fit_kmeans(points, 2)
        with pytest.raises(TypeError, match=r"^points: expected a column name, an expression or a"):
            pm.kmeans(points, 2)


def exact_means(points: list[list[float]], labels: list[int], k: int) -> list[list[float]]:
    """The means of clusters, rounded once."""
    means = []
    for cluster in range(k):
        rows = [row for row, label in zip(points, labels, strict=True) if label == cluster]
        means.append(
            [float(sum(map(Fraction, axis)) / len(rows)) for axis in zip(*rows, strict=True)]
        )
    return means


def test_a_far_point_leaves_its_cluster_as_if_it_had_not_been_there() -> None:
    """The sum of what is left is not that of all less the far point: there the others are lost."""
    fit = pm.fit_kmeans([1.0, 1.0, 1e17], 2, init=[0.0, -1e18], max_iter=1)
    assert fit.centroids.to_list() == [[1.0], [1e17]]


@pytest.mark.parametrize("far", [1e3, 1e17, -1e100, 1e150])
@pytest.mark.parametrize("dims", [1, 2, 5])
@pytest.mark.parametrize("rows", [5, 3_000])
def test_means_of_clusters_that_gave_points_away(far: float, dims: int, rows: int) -> None:
    """Three clusters run empty; each takes a far point of the first, which holds all points."""
    random = np.random.default_rng(rows + dims)
    points = random.uniform(0.5, 1.5, (rows, dims))
    for number, row in enumerate((1, rows // 2, rows - 1)):
        points[row] = far * (1 + number)
    start = np.full((4, dims), 8e153)
    start[0] = 1.0
    fit = pm.fit_kmeans(points, 4, init=start, max_iter=1)
    labels = np.zeros(rows, int)
    # The farthest goes to the first empty cluster.
    labels[[rows - 1, rows // 2, 1]] = 1, 2, 3
    expected = exact_means(points.tolist(), labels.tolist(), 4)
    np.testing.assert_allclose(fit.centroids.to_numpy(), expected, rtol=2e-16 * 2)


def test_whole_numbers_are_wanted() -> None:
    with pytest.raises(TypeError, match=r"k: expected a whole number .*, got 2\.5"):
        pm.kmeans("point", 2.5)  # type: ignore[arg-type]


@pytest.mark.parametrize("points", ["p", pl.col("p"), FRAME.lazy()])
def test_a_fit_sees_points_that_are_there(points: Any) -> None:
    with pytest.raises(TypeError, match=r"points: expected a Series, .* sees all points at once"):
        pm.fit_kmeans(points, 2)


def test_what_is_wrong_with_points() -> None:
    words = pl.DataFrame({"w": ["a", "b"]})
    with pytest.raises(InvalidOperationError, match="'w' has dtype String, expected points"):
        words.lazy().select(pm.kmeans("w", 2)).collect()
    with pytest.raises(InvalidOperationError, match="dtype String, expected points"):
        pm.fit_kmeans(words["w"], 2)
    wide = pl.Series([[0.0] * 65], dtype=pl.Array(pl.Float64, 65))
    with pytest.raises(InvalidOperationError, match="expected points"):
        pm.fit_kmeans(wide, 1)
    with pytest.raises(ComputeError, match="k: expected at most 5, the number of points, got 6"):
        FRAME.select(pm.kmeans(pl.struct("x", "y"), 6))
    ragged = pl.DataFrame({"p": [[1.0, 2.0], [1.0]]})
    with pytest.raises(ComputeError, match="row 1: expected a list of 2 coordinates, got 1"):
        ragged.select(pm.kmeans("p", 1))
    with pytest.raises(ComputeError, match="points of 2 dimensions, centroids of 1"):
        FRAME.select(pm.kmeans(pl.struct("x", "y"), 2, init=[0.0, 1.0]))
    fit = pm.fit_kmeans([0.0, 1.0], 2, seed=1)
    with pytest.raises(ValueError, match="points of 2 dimensions, centroids of 1"):
        fit.predict(START)
    with pytest.raises(ValueError, match="do not fit a 64-bit float"):
        pm.fit_kmeans([1e300, -1e300, 0.0], 1)
