"""A version climbs as far as its limits, and the reason is told where it stops."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ladder.match import example as examples
from ladder.match.versions import VERSIONS
from ladder.results import Point
from ladder.scale import Limits, climb, refusal
from ladder.timing import Budget

ONCE = Budget(0.0, 1)
PYTHON = {name: VERSIONS[name] for name in ("v1.6", "v1.6-blocks", "v1.6-ranked")}


def test_sizes_are_climbed_in_order() -> None:
    points = list(climb(PYTHON, examples.uniform, (30, 60), Limits(), ONCE))
    assert [(point.version, point.n_points) for point in points] == [
        (name, size) for size in (30, 60) for name in PYTHON
    ]
    assert all(point.milliseconds and point.iterations == 1 for point in points)
    assert not any(point.reason for point in points)


def test_too_much_memory_is_a_reason() -> None:
    limits = Limits(memory=10e6)
    first, *others = climb(PYTHON, examples.uniform, (400,), limits, ONCE)
    assert first == Point("v1.6", 400, reason="needs about 0 GB of memory")
    at_10m = VERSIONS["v1.6"].memory(10_000_000, 1000)
    assert at_10m == pytest.approx(400e9)
    assert VERSIONS["v1.6-blocks"].memory(10_000_000, 1000) < 1e9
    assert all(point.reason for point in others), "a block has 20 MB"


def test_too_much_time_is_a_reason() -> None:
    version, example = VERSIONS["v1"], examples.uniform(1000)
    before = Point("v1", 100, milliseconds=150.0, iterations=5)
    assert refusal(version, example, before, Limits(seconds=1.4)) == "would take about 2 seconds"
    assert refusal(version, example, before, Limits(seconds=1.6)) == ""
    assert refusal(version, example, None, Limits(seconds=0.0)) == ""
    for milliseconds, says in ((6e4, "10 minutes"), (6e6, "17 hours")):
        slow = replace(before, milliseconds=milliseconds)
        assert refusal(version, example, slow, Limits()) == f"would take about {says}"


def test_versions_that_differ_are_not_timed() -> None:
    class Wrong(type(VERSIONS["v1.6"].family)):
        def rows(self, given: object, result: np.ndarray) -> np.ndarray:
            return result * 0

    family = VERSIONS["v1.6"].family
    wrong = replace(VERSIONS["v1.6"], name="wrong", family=Wrong(family.matrix, family.read))
    with pytest.raises(ValueError, match=r"wrong and v1\.6 differ on 30 points"):
        list(
            climb(
                {"v1.6": VERSIONS["v1.6"], "wrong": wrong}, examples.uniform, (30,), Limits(), ONCE
            )
        )
