"""What the README and the pages of the site show runs, prints what they say, and is what they draw.

A page is one program: its blocks run from the top to the end, in a folder of their own. A block of
text behind a block of code is what that prints, ``...`` standing for anything. A comment above a
block, ``<!-- needs: altair -->``, leaves it out where that is not installed.
"""

from __future__ import annotations

import contextlib
import doctest
import importlib.util
import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
# Spark has an environment of its own, see the Makefile, and its page is for that alone.
HAS_SPARK = importlib.util.find_spec("pyspark") is not None
PAGES = [
    page
    for page in (ROOT / "README.md", *sorted(DOCS.rglob("*.md")))
    if (page.name == "spark.md") == HAS_SPARK
]

_BLOCK = re.compile(
    r"(?:^<!-- needs: (?P<needs>.+?) -->\n)?"
    r"^```(?P<language>python|console)\n(?P<code>.*?)^```$"
    r"(?:\n+```text\n(?P<printed>.*?)^```$)?",
    re.MULTILINE | re.DOTALL,
)


class Block(NamedTuple):
    """A block of code of a page."""

    language: str
    code: str
    line: int
    needs: list[str]
    printed: str

    def run(self, page: str, namespace: dict[str, Any]) -> str:
        """What it prints."""
        if self.language == "console":
            return "".join(map(_output, self.code.splitlines()))
        # With the lines of the page above it, so that errors tell where they are.
        code = compile("\n" * self.line + self.code, page, "exec")
        with contextlib.redirect_stdout(io.StringIO()) as out:
            exec(code, namespace)
        return out.getvalue()

    def expected(self) -> str:
        """What the page says that it prints."""
        if self.language != "console":
            return self.printed
        lines = self.code.splitlines(keepends=True)
        return "".join(line for line in lines if not line.startswith("$ "))


def blocks_of(page: Path) -> Iterator[Block]:
    text = page.read_text(encoding="utf-8")
    for match in _BLOCK.finditer(text):
        # Those of the README's commands that are not shown in full set the project up.
        if match["language"] == "console" and page.parent == ROOT:
            continue
        needs = (match["needs"] or "").replace(",", " ").split()
        line = text.count("\n", 0, match.start("code"))
        yield Block(match["language"], match["code"], line, needs, match["printed"] or "")


# Those of other packages about each other; ours are errors, as everywhere.
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_blocks_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    name = page.relative_to(ROOT).as_posix()
    namespace: dict[str, Any] = {"__name__": "__main__"}
    missing: list[str] = []
    same = doctest.OutputChecker().check_output
    for block in blocks_of(page):
        absent = [need for need in block.needs if importlib.util.find_spec(need) is None]
        if absent:
            missing += [f"line {block.line} needs {', '.join(absent)}"]
            continue
        printed, expected = block.run(name, namespace), block.expected()
        if not same(expected, printed, doctest.ELLIPSIS):
            pytest.fail(f"{name}, line {block.line}: expected\n{expected}\ngot\n{printed}")
    if missing:
        pytest.skip(f"{name}: blocks that were not run: {'; '.join(missing)}")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_no_block_is_overlooked(page: Path) -> None:
    """A fence that is indented, or has options, would not be found."""
    text = page.read_text(encoding="utf-8")
    python = sum(match["language"] == "python" for match in _BLOCK.finditer(text))
    assert python == len(re.findall(r"(?:```|~~~)+ *\{?\.?py", text))
    needs = sum(match["needs"] is not None for match in _BLOCK.finditer(text))
    assert needs == text.count("<!-- needs")


def test_the_pictures_are_what_the_script_draws(tmp_path: Path) -> None:
    subprocess.run([sys.executable, DOCS / "pictures.py", tmp_path], check=True)
    drawn = {path.name: path.read_bytes() for path in tmp_path.glob("*.svg")}
    assert drawn == {path.name: path.read_bytes() for path in (DOCS / "pictures").glob("*")}


def _output(line: str) -> str:
    """What a line of a terminal prints: nothing if it is not a command."""
    if not line.startswith("$ "):
        return ""
    # The command of this environment comes first.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    run = subprocess.run(
        line.removeprefix("$ "),
        shell=True,
        env={**os.environ, "PATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    assert run.returncode == 0, run.stdout
    return run.stdout
