"""The ladders of the further kernels: answers are compared, wrong ones found, versions timed."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from subprocess import CompletedProcess

import numpy as np
import pytest

from ladder import kernels
from ladder.fold import agree as fold_agree
from ladder.fold.example import made as fold_made
from ladder.kmeans import agree as kmeans_agree
from ladder.kmeans.example import blobs
from ladder.plain import Plain
from ladder.split import agree as split_agree
from ladder.split.example import made as split_made
from ladder.version import Version

Script = Callable[..., CompletedProcess[str]]
KERNELS = ("kmeans", "split", "fold", "dtw", "intersections", "shade")
VERSIONS = {
    name: (kernel, version)
    for kernel in KERNELS
    for name, version in kernels.part(kernel, "versions").VERSIONS.items()
}


@pytest.mark.parametrize("kernel", KERNELS)
def test_all_answers_are_good(kernel: str) -> None:
    versions = kernels.part(kernel, "versions").VERSIONS
    findings = kernels.part(kernel, "agree").compare(versions.values())
    assert [finding.text for finding in findings if not finding.good] == []
    for name, version in versions.items():
        said = [finding for finding in findings if finding.text.startswith(name)]
        assert len(said) >= (3 if version.missing() is None else 1), name


@pytest.mark.parametrize("kernel", KERNELS)
def test_a_version_is_measured(kernel: str, script: Script) -> None:
    # The first is there everywhere; all of them are measured below.
    name, version = next(iter(kernels.part(kernel, "versions").VERSIONS.items()))
    done = script("measure.py", name, "--quick", "--form", version.forms[0])
    assert (done.returncode, done.stderr) == (0, "")
    assert "ms per iteration on average" in done.stdout


@pytest.mark.parametrize("kernel", KERNELS)
def test_everything_in_one_run(kernel: str, script: Script, tmp_path: Path) -> None:
    missing = [v.optional for of, v in VERSIONS.values() if of == kernel and v.missing()]
    # In CI, too, what is optional may be missing.
    ci = {"CI": "true"} if all(missing) else {}
    out = tmp_path / "out"
    done = script("measure_all.py", kernel, "--quick", "--rounds", 1, "--out", out, **ci)
    assert done.returncode == 0, done.stderr
    runnable = [name for name, (of, v) in VERSIONS.items() if of == kernel and not v.missing()]
    for name in runnable:
        assert sum(line.startswith(f"| {name} ") for line in done.stdout.splitlines()) == 1
    assert "published" not in done.stdout
    with (tmp_path / "out" / f"{kernel}.csv").open() as file:
        lines = list(csv.DictReader(file))
    forms = {(line["version"], line["form"]) for line in lines}
    assert forms == {(name, form) for name in runnable for form in VERSIONS[name][1].forms}
    document = json.loads((tmp_path / "out" / f"{kernel}.json").read_text())
    assert document["timings"][0]["speed_up"] is not None
    if find_spec("matplotlib"):
        assert (tmp_path / "out" / f"{kernel}-bars.svg").stat().st_size > 300


@pytest.mark.parametrize("kernel", KERNELS)
def test_sizes_are_in_the_forms(kernel: str, script: Script) -> None:
    done = script("measure_all.py", kernel, "--scale", "--quick")
    assert done.returncode == 2
    assert f"{kernel} has its sizes in its forms" in done.stderr


def test_entries_are_where_profiles_begin() -> None:
    for name, (_, version) in VERSIONS.items():
        if version.missing() is None:
            assert version.main.__module__ == version.module, name


def test_an_unknown_example_lists_them(script: Script) -> None:
    done = script("measure.py", "kmeans_np_scratch", "--example", "knit")
    assert done.returncode == 2
    assert "there is no example 'knit' of kmeans; examples are: tiny" in done.stderr
    done = script("measure.py", "stratif1_np_scratch", "--example", "knit")
    assert "examples are: none with a name" in done.stderr


def test_a_wrong_fit_is_found() -> None:
    example = blobs(300, 2, 3, max_iter=2)
    version = kernels.part("kmeans", "versions").VERSIONS["kmeans_np_scratch"]
    centroids, labels, inertia, iterations = version.run(example)
    expected = centroids, labels, inertia, iterations
    assert kmeans_agree.by_definition(example, expected) is None
    assert kmeans_agree.problem(example, expected, expected) is None
    moved = labels.copy()
    moved[7] = (moved[7] + 1) % 3
    wrong = (centroids, moved, inertia, iterations)
    assert "1 labels differ" in str(kmeans_agree.problem(example, wrong, expected))
    assert "1 points are not with" in str(kmeans_agree.by_definition(example, wrong))
    wrong = (centroids, labels, inertia * (1 + 1e-8), iterations)
    assert "inertia" in str(kmeans_agree.problem(example, wrong, expected))
    assert "add up to" in str(kmeans_agree.by_definition(example, wrong))
    wrong = (centroids, labels, inertia, 3)
    assert "3 iterations, expected 2" in str(kmeans_agree.problem(example, wrong, expected))


def _changed(version: Version, change: Callable[[np.ndarray], np.ndarray]) -> Plain:
    """A version's family with its answer changed."""
    assert isinstance(version.family, Plain)
    read = version.family.read
    return replace(version.family, read=lambda result: change(read(result)))


def test_a_wrong_split_is_found() -> None:
    example = split_made(1_000, 5)
    version = kernels.part("split", "versions").VERSIONS["stratif1_np_scratch"]
    parts = version.answer(example)
    assert split_agree.problem(example, parts) is None

    def says(change: Callable[[np.ndarray], object]) -> str:
        wrong = parts.copy()
        change(wrong)
        return str(split_agree.problem(example, wrong))

    first, second = (np.flatnonzero(example.labels == label) for label in (0, 1))
    tests, trains = first[parts[first] == 1], second[parts[second] == 0]
    assert "rows for the test, expected 330" in says(lambda wrong: wrong.put(tests[:1], 0))
    assert "a part that is neither" in says(lambda wrong: wrong.put([3], 2))

    def swap(count: int) -> Callable[[np.ndarray], None]:
        def change(wrong: np.ndarray) -> None:
            wrong[tests[:count]], wrong[trains[:count]] = 0, 1

        return change

    assert "a row or more off its share" in says(swap(2))
    assert "a smaller remainder" in says(swap(1)) or "off its share" in says(swap(1))
    assert "rows for 1000 labels" in str(split_agree.problem(example, parts[1:]))
    zero = replace(version, family=_changed(version, lambda rows: 0 * rows))
    assert not all(finding.good for finding in split_agree.compare([zero]))


def test_wrong_folds_are_found() -> None:
    example = fold_made(1_000, 5, 4)
    version = kernels.part("fold", "versions").VERSIONS["stratif2_py_scratch"]
    folds = version.answer(example)
    assert fold_agree.problem(example, folds) is None
    wrong = folds.copy()
    wrong[np.flatnonzero(example.labels == 0)[:9]] = 0
    assert "within a class" in str(fold_agree.problem(example, wrong))
    assert "a fold that is not one of 4" in str(fold_agree.problem(example, folds + 1))
    # Each class by itself from fold 0 on: in all, the first folds have too many.
    three = fold_made(999, 5, 4)
    alone = np.empty(999, dtype=np.int64)
    for label in range(5):
        rows = np.flatnonzero(three.labels == label)
        alone[rows] = np.minimum(np.arange(len(rows)) % 4, 3)
    spread = np.ptp(np.bincount(alone))
    assert (fold_agree.problem(three, alone) is None) == (spread <= 1)
    constant = replace(version, family=_changed(version, lambda rows: 0 * rows))
    assert not all(finding.good for finding in fold_agree.compare([constant]))


@pytest.mark.usefixtures("py_spy")
def test_a_scratch_version_can_be_profiled(script: Script, tmp_path: Path) -> None:
    done = script(
        "profile_all.py", "kmeans_py_scratch", "--kernel", "kmeans", "--example", "tiny",
        "--seconds", 1, "--out", tmp_path / "graphs",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "nearest (ladder/kmeans/kmeans_py_scratch.py)" in done.stdout
    assert (tmp_path / "graphs" / "kmeans-kmeans_py_scratch-10k-2-5.svg").exists()
