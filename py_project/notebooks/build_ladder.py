"""Write ladder.ipynb from ladder_cells.py, which has its cells in the percent format.

    python py_project/notebooks/build_ladder.py             # the cells, without outputs
    python py_project/notebooks/build_ladder.py --execute   # with outputs; takes some minutes
    python py_project/notebooks/build_ladder.py kmeans      # kmeans.ipynb from kmeans_cells.py
    LADDER_QUICK=1 python py_project/notebooks/build_ladder.py --execute --out quick.ipynb

Needs nbformat; --execute also needs nbclient, ipykernel and matplotlib.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

HERE = Path(__file__).parent
CELLS = "_cells.py"
MARKDOWN = " [markdown]"


def names() -> list[str]:
    """Return the names of the notebooks that have a file of cells."""
    return sorted(path.name.removesuffix(CELLS) for path in HERE.glob(f"*{CELLS}"))


def build(name: str) -> NotebookNode:
    """Return a notebook without outputs; the same cells give the same file."""
    notebook = new_notebook()
    notebook.metadata["kernelspec"] = {
        "display_name": "Python 3",
        "language": "python",
        "name": "python3",
    }
    _, *cells = re.split(r"^# %%", (HERE / f"{name}{CELLS}").read_text(), flags=re.MULTILINE)
    for number, cell in enumerate(cells):
        kind, _, text = cell.partition("\n")
        text = text.strip("\n")
        if kind == MARKDOWN:
            text = re.sub(r"^# ?", "", text, flags=re.MULTILINE)
        new = new_markdown_cell if kind == MARKDOWN else new_code_cell
        notebook.cells.append(new(text, id=f"cell-{number:02}"))
    return notebook


def execute(notebook: NotebookNode) -> None:
    """Run all cells and keep their outputs. Raises the exception of a cell that fails."""
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient

    with tempfile.TemporaryDirectory() as folder:
        # Over a socket file, so that no ports are opened.
        manager = AsyncKernelManager(transport="ipc", ip=f"{folder}/kernel")
        resources = {"metadata": {"path": str(HERE)}}
        NotebookClient(
            notebook, km=manager, timeout=1800, resources=resources, record_timing=False
        ).execute()
    # The exact version of the interpreter depends on the machine; the outputs include it.
    notebook.metadata.pop("language_info", None)


def main(arguments: list[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description="Write a notebook from its cells.")
    parser.add_argument(
        "name", nargs="?", choices=names(), default="ladder", help="the notebook (ladder)"
    )
    parser.add_argument("--execute", action="store_true", help="run the cells, keep the outputs")
    parser.add_argument("--out", type=Path, help="output file (NAME.ipynb in the same folder)")
    given = parser.parse_args(arguments)
    notebook = build(given.name)
    if given.execute:
        execute(notebook)
    nbformat.validate(notebook)
    nbformat.write(notebook, given.out or HERE / f"{given.name}.ipynb")
    return 0


if __name__ == "__main__":
    sys.exit(main())
