"""measure.py works for each version and says which there are for a wrong name."""

from __future__ import annotations

import re
from collections.abc import Callable
from subprocess import CompletedProcess

import pytest

from ladder.match.versions import VERSIONS
from ladder.version import Version

Script = Callable[..., CompletedProcess[str]]
TIMED = re.compile(
    r"^(cached|fresh): (\d+\.\d+) ms per iteration on average, (\d+\.\d+) ms median, "
    r"(\d+) iterations$",
    re.MULTILINE,
)


def test_each_version(version: Version, script: Script) -> None:
    done = script("measure.py", version.name, "--quick")
    assert (done.returncode, done.stderr) == (0, "")
    assert "100 points, 1,000 polygons" in done.stdout
    timed = TIMED.findall(done.stdout)
    assert tuple(form for form, *_ in timed) == version.forms
    for _, mean, median, iterations in timed:
        assert float(mean) > 0.0
        assert float(median) > 0.0
        assert int(iterations) >= 2


def test_a_wrong_name_lists_the_versions(script: Script) -> None:
    done = script("measure.py", "v7")
    assert done.returncode == 2
    assert done.stdout == ""
    assert "there is no version 'v7'" in done.stderr
    assert all(name in done.stderr for name in VERSIONS)
    assert "Traceback" not in done.stderr


def test_a_wrong_kernel_lists_the_kernels(script: Script) -> None:
    done = script("measure.py", "v1", "--kernel", "knit")
    assert done.returncode == 2
    assert "kernels are: dtw, fold, intersections, kmeans, match, shade, split" in done.stderr


@pytest.mark.parametrize(
    ("name", "form", "has"),
    [("v6-oneshot", "cached", "fresh"), ("v6-prepared", "fresh", "cached")],
)
def test_a_form_that_a_version_has_not(
    script: Script, runnable: Callable[[str], Version], name: str, form: str, has: str
) -> None:
    done = script("measure.py", runnable(name).name, "--form", form)
    assert done.returncode == 2
    assert f"{name} is measured {has} only" in done.stderr


@pytest.mark.parametrize("example", ["distinct", "far"])
def test_other_examples(script: Script, example: str) -> None:
    done = script("measure.py", "v1.6", "--quick", "--example", example, "--form", "cached")
    assert done.returncode == 0
    assert len(TIMED.findall(done.stdout)) == 1


def test_more_points(script: Script) -> None:
    done = script("measure.py", "v1.6", "--quick", "--example", "uniform", "--points", 1234)
    assert "1,234 points, 1,000 polygons" in done.stdout
