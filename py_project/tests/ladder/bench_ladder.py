"""The ladder as pytest-benchmark groups: one per form, the versions side by side.

Not collected by a plain run, since its name is not a test's. To run it:

    pytest py_project/tests/ladder/bench_ladder.py --benchmark-group-by=group
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ladder.match import example as examples
from ladder.match.versions import VERSIONS
from ladder.version import Version

CASES = [(name, form) for form in ("cached", "fresh") for name in VERSIONS]


@pytest.mark.parametrize(
    ("name", "form"),
    [(name, form) for name, form in CASES if form in VERSIONS[name].forms],
)
def test_original_example(
    benchmark: Any, runnable: Callable[[str], Version], name: str, form: str
) -> None:
    """100 points and 1,000 polygons that know centre and area, or do not."""
    version, example = runnable(name), examples.original()
    given = version.make(example)
    benchmark.group = f"match, original example, {form}"
    if form == "cached":
        version.warm(given)
        benchmark(version.main, given.polygons, given.points, given.max_dist)
        return

    def renewed() -> tuple[tuple[Any, ...], dict[str, Any]]:
        again = version.renew(example, given)
        return (again.polygons, again.points, again.max_dist), {}

    benchmark.pedantic(version.main, setup=renewed, rounds=20, warmup_rounds=1)


@pytest.mark.parametrize("name", ["v1.6-blocks", "v1.6-ranked", "v5", "v6-prepared"])
def test_ten_thousand_points(benchmark: Any, runnable: Callable[[str], Version], name: str) -> None:
    """10,000 points and 1,000 polygons, the versions that take less than a second."""
    version = runnable(name)
    given = version.make(examples.uniform(10_000))
    version.warm(given)
    benchmark.group = "match, 10,000 points, cached"
    benchmark(version.main, given.polygons, given.points, given.max_dist)
