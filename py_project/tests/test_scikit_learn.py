"""What the further kernels share with scikit-learn is equal."""

from __future__ import annotations

from collections import Counter

import numpy as np
import polars as pl
import pytest
from sklearn.cluster import KMeans
from sklearn.model_selection import StratifiedKFold, train_test_split

import poly_match as pm


@pytest.mark.parametrize("max_iter", [1, 2, 5, 40])
@pytest.mark.parametrize(("dims", "k"), [(2, 5), (8, 12)])
def test_inertia_is_that_of_scikit_learn(max_iter: int, dims: int, k: int) -> None:
    random = np.random.default_rng(k)
    points = random.normal(size=(3_000, dims)) + random.integers(0, 4, (3_000, 1))
    start = points[:k].copy()
    other = KMeans(k, init=start, n_init=1, max_iter=max_iter, tol=0.0).fit(points)
    fit = pm.fit_kmeans(points, k, init=start, max_iter=max_iter, tol=0.0)
    assert fit.iterations == other.n_iter_
    assert fit.inertia == pytest.approx(other.inertia_, rel=1e-9)
    np.testing.assert_allclose(fit.centroids.to_numpy(), other.cluster_centers_, rtol=1e-9)
    # Labels differ only where a point is as near to both centroids.
    mine, its = (fit.centroids.to_numpy()[labels] for labels in (fit.labels, other.labels_))
    distances_2 = (((points - centers) ** 2).sum(axis=1) for centers in (mine, its))
    np.testing.assert_allclose(*distances_2, rtol=1e-9)


@pytest.fixture
def labels() -> np.ndarray:
    return np.random.default_rng(3).integers(0, 9, 1_000)


def folds_of_scikit_learn(labels: np.ndarray) -> list[int]:
    folds = np.empty(len(labels), dtype=int)
    for number, (_, test) in enumerate(StratifiedKFold(7).split(labels, labels)):
        folds[test] = number
    return folds.tolist()


def test_folds_without_a_shuffle_are_the_same(labels: np.ndarray) -> None:
    frame = pl.DataFrame({"label": labels})
    folds = frame.select(pm.stratified_fold("label", 7, shuffle=False)).to_series()
    assert folds.to_list() == folds_of_scikit_learn(labels)


def test_folds_have_as_many_of_each_class(labels: np.ndarray) -> None:
    """In which folds a class has one row more is drawn here, and fixed there."""
    frame = pl.DataFrame({"label": labels})
    folds = frame.select(pm.stratified_fold("label", 7, seed=1)).to_series().to_list()
    expected = folds_of_scikit_learn(labels)
    assert folds != expected
    counts = [Counter(zip(labels, numbers, strict=True)) for numbers in (folds, expected)]
    for label in set(labels):
        ours, theirs = (sorted(count[label, fold] for fold in range(7)) for count in counts)
        assert ours == theirs
    assert sorted(Counter(folds).values()) == sorted(Counter(expected).values())


@pytest.mark.parametrize("test_size", [0.33, 0.5, 17, 200])
def test_a_split_has_the_same_totals(labels: np.ndarray, test_size: float) -> None:
    frame = pl.DataFrame({"label": labels})
    parts = frame.select(pm.stratified_split("label", test_size=test_size, seed=1)).to_series()
    train, test = train_test_split(labels, test_size=test_size, stratify=labels, random_state=1)
    assert (len(train), len(test)) == ((parts == "train").sum(), (parts == "test").sum())
    # Of equal remainders it draws one: no class is off by more than that row.
    for label, count in Counter(test).items():
        mine = ((frame["label"] == label) & (parts == "test")).sum()
        assert abs(mine - count) <= 1
