"""The notebooks are made of their cells, and run."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from subprocess import CompletedProcess

import pytest

Script = Callable[..., CompletedProcess[str]]
NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
PICTURES = {"fold": 2, "kmeans": 3, "ladder": 3, "shade": 3, "split": 2, "survey": 4}
"""How many each notebook draws."""


def cells(path: Path) -> list[tuple[str, str]]:
    """Return kind and text of every cell."""
    document = json.loads(path.read_text())
    return [(cell["cell_type"], "".join(cell["source"])) for cell in document["cells"]]


@pytest.fixture(autouse=True)
def jupyter(needed: Callable[[str | None], None]) -> None:
    for package in ("nbformat", "nbclient", "ipykernel", "matplotlib"):
        if find_spec(package) is None:
            needed(f"{package} is not installed")


def test_there_are_all_notebooks() -> None:
    made = {path.name.removesuffix("_cells.py") for path in NOTEBOOKS.glob("*_cells.py")}
    assert made == set(PICTURES)


@pytest.mark.parametrize("name", PICTURES)
def test_the_notebook_is_what_its_cells_say(name: str, script: Script, tmp_path: Path) -> None:
    done = script("notebooks/build_ladder.py", name, "--out", tmp_path / "built.ipynb")
    assert done.returncode == 0, done.stderr
    assert cells(NOTEBOOKS / f"{name}.ipynb") == cells(tmp_path / "built.ipynb")
    kept = json.loads((NOTEBOOKS / f"{name}.ipynb").read_text())
    assert any(cell.get("outputs") for cell in kept["cells"])


@pytest.mark.parametrize("name", PICTURES)
def test_the_notebook_runs(name: str, script: Script, tmp_path: Path) -> None:
    out = tmp_path / "run.ipynb"
    done = script("notebooks/build_ladder.py", name, "--execute", "--out", out, LADDER_QUICK="1")
    assert done.returncode == 0, done.stderr
    document = json.loads(out.read_text())
    code = [cell for cell in document["cells"] if cell["cell_type"] == "code"]
    assert all(cell["execution_count"] for cell in code)
    outputs = [output for cell in code for output in cell["outputs"]]
    assert not [output for output in outputs if output.get("name") == "stderr"]
    assert sum("image/png" in output.get("data", {}) for output in outputs) == PICTURES[name]
