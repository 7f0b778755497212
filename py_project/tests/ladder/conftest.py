"""What the ladder's tests share."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]

# At the end: an installed poly_match goes before the sources, which may be without their compiled
# part.
if str(PROJECT) not in sys.path:
    sys.path.append(str(PROJECT))

from ladder.machine import in_ci  # noqa: E402
from ladder.match.versions import VERSIONS  # noqa: E402
from ladder.version import Version  # noqa: E402


def _needed(reason: str | None) -> None:
    if reason and in_ci():
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)


@pytest.fixture
def needed() -> Callable[[str | None], None]:
    """Skip with the reason if there is one; fail in CI, where everything is there."""
    return _needed


@pytest.fixture
def py_spy() -> None:
    """Skip, or fail in CI, where nothing can be profiled."""
    if shutil.which("py-spy", path=sysconfig.get_path("scripts")) is None:
        _needed("py-spy is not installed")
    if sys.platform != "linux":
        _needed("native frames need Linux")


@pytest.fixture
def runnable() -> Callable[[str], Version]:
    """Return the version of a name, or skip the test with the reason why it cannot run."""

    def runnable(name: str) -> Version:
        _needed(VERSIONS[name].missing())
        return VERSIONS[name]

    return runnable


@pytest.fixture(params=list(VERSIONS))
def version(request: pytest.FixtureRequest, runnable: Callable[[str], Version]) -> Version:
    """Every version in turn."""
    return runnable(request.param)


@pytest.fixture(params=[name for name, version in VERSIONS.items() if version.correct])
def correct(request: pytest.FixtureRequest, runnable: Callable[[str], Version]) -> Version:
    """Every version in turn that is right everywhere."""
    return runnable(request.param)


@pytest.fixture
def script(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run one of the project's scripts, from elsewhere, with warnings as errors."""

    def run(name: str, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
        # What this process runs under should not decide what a script does.
        inherited = {key: value for key, value in os.environ.items() if key != "CI"}
        return subprocess.run(
            [sys.executable, "-W", "error", str(PROJECT / name), *map(str, arguments)],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
            env={**inherited, **environment},
        )

    return run
