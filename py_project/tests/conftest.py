"""What all tests share: how they are drawn, where the real data is, that no skip is silent."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

import poly_match as pm
from poly_match import _plugin

IN_CI = os.environ.get("CI", "").lower() not in {"", "0", "false"}
DATA_VARIABLE = "POLY_MATCH_DATA"

HAS_SPARK = find_spec("pyspark") is not None
PROJECT = Path(__file__).parents[1]
OF_SPARK = {PROJECT / "tests" / "spark", PROJECT / "poly_match" / "spark.py"}

# Tests import `forms`, `jobs`, `reference` and so on from here, whatever pytest's import mode is.
sys.path.insert(0, str(Path(__file__).parent))

settings.register_profile("local", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if IN_CI else "local")


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of the real data."""
    folder = os.environ.get(DATA_VARIABLE)
    if not folder:
        pytest.skip(f"{DATA_VARIABLE} does not name a folder: real data is not tested")
    path = Path(folder)
    assert path.is_dir(), f"{DATA_VARIABLE}={folder} is not a folder"
    return path


@pytest.fixture
def fresh_cache() -> Iterator[None]:
    """No matcher is kept from another test, nor for the next."""
    pm.cache_clear()
    yield
    pm.cache_clear()


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to be in, with `points.parquet` and `zones.parquet`."""
    import jobs

    monkeypatch.chdir(tmp_path)
    jobs.write_points(jobs.POINTS)
    jobs.write_zones()
    return tmp_path


class HouseRules:
    """Rules that hold outside this folder too: a `conftest.py` rules its own folder only."""

    def __init__(self) -> None:
        self.skipped: dict[str, int] = {}

    @pytest.fixture(autouse=True)
    def _doctest_place(
        self, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Doctests write their files into a folder of their own."""
        if isinstance(request.node, pytest.DoctestItem):
            monkeypatch.chdir(request.getfixturevalue("tmp_path"))

    def pytest_ignore_collect(self, collection_path: Path) -> bool | None:
        """What runs Spark is left to its own environment, see the Makefile."""
        return True if collection_path in OF_SPARK and not HAS_SPARK else None

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self) -> Generator[None, Any, Any]:
        """Look at each test."""
        return self._told((yield))

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self) -> Generator[None, Any, Any]:
        """Look at each file: it may be skipped as a whole."""
        return self._told((yield))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Tell why tests were skipped, asked or not."""
        for reason, count in self.skipped.items():
            terminalreporter.write_line(f"{count} skipped: {reason}", yellow=True)

    def _told(self, report: Any) -> Any:
        """Keep the reason of a skip; in CI make it a failure."""
        if report.skipped:
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
            reason = str(reason).removeprefix("Skipped: ")
            self.skipped[reason] = self.skipped.get(reason, 0) + 1
            if IN_CI:
                report.outcome = "failed"
                report.longrepr = f"in CI a skip is a failure: {reason}"
        return report


def pytest_configure(config: pytest.Config) -> None:
    """Put the rules in force."""
    config.pluginmanager.register(HouseRules(), "poly-match-house-rules")


@pytest.fixture(params=["in the options", "as a literal"])
def travel(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """How polygons get into the plan: few of them in its options, more of them as a literal."""
    if request.param == "as a literal":
        prepare = _plugin.prepare

        def without_matcher(*given: Any) -> tuple[str, None, _plugin.Kept]:
            fingerprint, _, kept = prepare(*given)
            return fingerprint, None, kept

        monkeypatch.setattr(_plugin, "prepare", without_matcher)
    return str(request.param)
