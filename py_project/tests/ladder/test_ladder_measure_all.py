"""measure_all.py compares, times, and writes."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from ladder.match.versions import VERSIONS

Script = Callable[..., CompletedProcess[str]]
RUNNABLE = [name for name, version in VERSIONS.items() if version.missing() is None]


def test_everything_in_one_run(
    script: Script, tmp_path: Path, needed: Callable[[str | None], None]
) -> None:
    if find_spec("matplotlib") is None:
        needed("matplotlib is not installed")
    done = script(
        "measure_all.py", "match", "--quick", "--rounds", 1, "--scale", "--sizes", 50, 100,
        "--out", tmp_path / "out",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    table = [line for line in done.stdout.splitlines() if line.startswith("| v")]
    for name in RUNNABLE:
        assert sum(line.startswith(f"| {name} ") for line in table) == 2
    for heading in ("Answers", "Times", "Scale", "cached ms", "fresh ms", "published ms*"):
        assert heading in done.stdout
    assert "from another machine" in done.stdout
    assert "362.23" in done.stdout

    written = {path.name: path for path in (tmp_path / "out").iterdir()}
    charts = {f"match-{chart}.{kind}" for chart in ("bars", "scaling") for kind in ("svg", "png")}
    assert set(written) == {"match.csv", "match.json"} | charts
    assert all(path.stat().st_size > 300 for path in written.values())
    with written["match.csv"].open() as file:
        lines = list(csv.DictReader(file))
    assert {line["version"] for line in lines} == set(RUNNABLE)
    assert all(float(line["median_ms"]) > 0.0 for line in lines)
    document = json.loads(written["match.json"].read_text())
    assert document["machine"]["numpy"]
    assert len(document["scale"]) == 2 * len(RUNNABLE)


@pytest.fixture
def without_ports(tmp_path: Path) -> str:
    """A folder that, on the path, makes the Rust ports impossible to import."""
    (tmp_path / "poly_match_ladder.py").write_text("raise ImportError('not for this test')\n")
    return str(tmp_path)


def test_in_ci_every_version_must_run(script: Script, without_ports: str) -> None:
    done = script("measure_all.py", "--quick", CI="true", PYTHONPATH=without_ports)
    assert done.returncode == 1
    assert "in CI every version must run" in done.stderr


def test_elsewhere_the_reason_is_told(script: Script, without_ports: str) -> None:
    done = script("measure_all.py", "--quick", PYTHONPATH=without_ports)
    assert done.returncode == 0
    assert "not run: v2 cannot run here" in done.stdout
    assert "not for this test" in done.stdout


def test_a_wrong_kernel_lists_the_kernels(script: Script) -> None:
    done = script("measure_all.py", "knit")
    assert done.returncode == 2
    kernels = "dtw, fold, intersections, kmeans, match, shade, split"
    assert f"there is no kernel 'knit'; kernels are: {kernels}" in done.stderr
