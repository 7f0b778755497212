"""The comparisons of the ladders of time warping, intersections and shading find what is wrong."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ladder import kernels
from ladder.dtw import agree as dtw_agree
from ladder.dtw.example import sines
from ladder.intersections import agree as intersections_agree
from ladder.intersections.example import grid
from ladder.intersections.versions import table
from ladder.plain import Plain
from ladder.shade import agree as shade_agree
from ladder.version import Version


def named(kernel: str, name: str) -> Version:
    return kernels.part(kernel, "versions").VERSIONS[name]


def test_a_wrong_distance_is_found() -> None:
    example = sines(3, 20)
    found = np.asarray(named("dtw", "dtw_py_scratch").run(example))
    expected = dtw_agree.by_definition(example)
    assert dtw_agree.problem(found, expected) is None
    wrong = found * [1.0, 1.0 + 1e-8, 1.0]
    assert "distance 1 is" in str(dtw_agree.problem(wrong, expected))
    assert "(2,) distances, expected (3,)" in str(dtw_agree.problem(found[1:], expected))
    squares = dtw_agree.by_definition(example, squared=True)
    assert dtw_agree.problem(found, squares) is not None


def test_wrong_crossings_are_found() -> None:
    example = grid(3, 9)
    expected = table(named("intersections", "intersections_py_scratch").run(example))
    assert len(expected) >= 9
    problem = intersections_agree.problem
    assert problem(expected, expected) is None
    assert "crossings, expected" in str(problem(expected[1:], expected))
    moved = expected + np.array([0.0, 0.0, 1e-8, 0.0])
    assert "a crossing is" in str(problem(moved, expected))
    other = expected.copy()
    other[0, 1] += 1
    assert "other pairs" in str(problem(other, expected))


def test_a_pixel_more_is_found() -> None:
    version = named("shade", "shade_np_scratch")
    assert isinstance(version.family, Plain)
    read = version.family.read

    def brighter(result: object) -> np.ndarray:
        levels = read(result)
        levels[7] += 1
        return levels

    wrong = replace(version, family=replace(version.family, read=brighter))
    findings = shade_agree.compare([named("shade", "shade_py_classes"), version, wrong])
    bad = [finding.text for finding in findings if not finding.good]
    assert len(bad) == len(shade_agree.EXAMPLES)
    assert all("1 of" in text and "rows differ" in text for text in bad)
