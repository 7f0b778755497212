"""The comparison finds what is wrong."""

from __future__ import annotations

import numpy as np
import pytest

from ladder.match import agree, v1_6
from ladder.match import example as examples
from ladder.match.inputs import NONE
from ladder.match.v1 import shoelace
from ladder.match.versions import VERSIONS


@pytest.fixture
def rows() -> np.ndarray:
    return VERSIONS["v1"].answer(examples.distinct_areas())


def test_a_right_answer_has_no_problem(rows: np.ndarray) -> None:
    assert agree.problem(examples.distinct_areas(), rows) is None


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (NONE, "point 7: none, but"),
        (1000, "there is no polygon 1000"),
        (-2, "there is no polygon -2"),
    ],
)
def test_a_wrong_pick_is_a_problem(rows: np.ndarray, wrong: int, says: str) -> None:
    rows[7] = wrong
    assert says in str(agree.problem(examples.distinct_areas(), rows))


def test_a_far_pick_and_a_larger_pick_are_problems(rows: np.ndarray) -> None:
    example = examples.distinct_areas()
    centers = np.array([(x.mean(), y.mean()) for x, y in zip(example.xs, example.ys, strict=True)])
    areas = [shoelace(x, y) for x, y in zip(example.xs, example.ys, strict=True)]
    distances = np.hypot(*(centers - example.points[7]).T)
    near = np.flatnonzero(distances < example.max_dist)

    rows[7] = distances.argmax()
    assert " away" in str(agree.problem(example, rows))
    rows[7] = max(near, key=areas.__getitem__)
    assert "the smallest is" in str(agree.problem(example, rows))


def test_lengths_are_compared(rows: np.ndarray) -> None:
    assert "rows for 100 points" in str(agree.problem(examples.distinct_areas(), rows[1:]))
    assert "expected (100,)" in str(agree.difference(rows[1:], rows))


def test_a_difference_tells_where(rows: np.ndarray) -> None:
    other = rows.copy()
    assert agree.difference(other, rows) is None
    other[[3, 9]] = NONE
    text = str(agree.difference(other, rows))
    assert text.startswith("2 of 100 rows differ, the first at point 3: -1, expected ")


def test_all_findings_are_good_and_say_what_cannot_run() -> None:
    findings = agree.compare(VERSIONS.values())
    assert [finding.text for finding in findings if not finding.good] == []
    texts = [finding.text for finding in findings]
    assert any("polygon 0 for 20 points, as published" in text for text in texts)
    for name, version in VERSIONS.items():
        said = [text for text in texts if text.startswith((f"{name}:", f"{name} cannot run"))]
        assert len(said) >= (3 if version.missing() is None else 1), name


def test_a_wrong_version_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(v1_6, "main", lambda polygons, points, max_dist: np.zeros(100, dtype=int))
    findings = agree.compare([VERSIONS["v1"], VERSIONS["v1.6"]])
    bad = {finding.text.split(":")[0] for finding in findings if not finding.good}
    assert bad == {"v1.6"}
