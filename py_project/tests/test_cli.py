"""The command `poly-match match` as a user meets it: in a process of its own."""

from __future__ import annotations

import json
import os
import re
import shutil
import struct
import subprocess
import sys
import sysconfig
from importlib.metadata import version
from pathlib import Path

import polars as pl
import pytest

# Which point is won by which polygon with max_dist 2.5, by hand. The polygons: a square of side 4
# around (0, 0); one of side 1 around (0.5, 0), and its twin; one of side 1 around (10, 0).
CORNERS = ((-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5))
SQUARES = [(0.0, 0.0, 4.0), (0.5, 0.0, 1.0), (0.5, 0.0, 1.0), (10.0, 0.0, 1.0)]
POINTS: list[tuple[float | None, float | None, int | None]] = [
    (0.0, 0.0, 1),  # all but the last are near: the smaller area, then the lower row
    (-2.0, 0.0, 0),  # exactly 2.5 from the small ones: not near enough
    (100.0, 100.0, None),
    (None, 0.0, None),
    (float("nan"), 0.0, None),
    (9.0, 1.0, 3),
]
ANSWERS = [answer for _, _, answer in POINTS]


def run(*words: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    # Elsewhere than the checkout: Python would take the sources there for the package.
    command = [sys.executable, "-m", "poly_match", *map(str, words)]
    return subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, timeout=120, check=False
    )


def complaint(result: subprocess.CompletedProcess[str], code: int) -> str:
    """The one line on stderr of a command that failed as it should."""
    assert result.returncode == code, result.stderr
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith("poly-match: error: ")
    return lines[0].removeprefix("poly-match: error: ")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A directory with points.parquet and polygons.parquet."""
    x, y, _ = zip(*POINTS, strict=True)
    points = pl.DataFrame({"id": range(len(POINTS)), "x": x, "y": y}, strict=False)
    points.write_parquet(tmp_path / "points.parquet")
    pl.DataFrame(
        {
            "x": [[x + side * u for u, _ in CORNERS] for x, _, side in SQUARES],
            "y": [[y + side * v for _, v in CORNERS] for _, y, side in SQUARES],
        }
    ).write_parquet(tmp_path / "polygons.parquet")
    return tmp_path


def match(place: Path, *more: object, points: str = "points.parquet") -> pl.DataFrame:
    result = run(
        "match",
        points,
        "polygons.parquet",
        "-o",
        "out.parquet",
        "--max-dist",
        2.5,
        *more,
        cwd=place,
    )
    assert (result.returncode, result.stderr) == (0, "")
    return pl.read_parquet(place / "out.parquet")


def test_appends_the_answers_and_keeps_the_rest(place: Path) -> None:
    matched = match(place)
    assert matched.columns == ["id", "x", "y", "polygon"]
    assert matched.schema["polygon"] == pl.UInt32
    assert matched["polygon"].to_list() == ANSWERS
    assert matched.drop("polygon").equals(pl.read_parquet(place / "points.parquet"))


def test_columns_and_name_by_option(place: Path) -> None:
    points = pl.read_parquet(place / "points.parquet").rename({"x": "lon", "y": "lat"})
    points.write_parquet(place / "cities.parquet")
    words = ("--x", "lon", "--y", "lat", "--name", "zone")
    matched = match(place, *words, points="cities.parquet")
    assert matched.columns == ["id", "lon", "lat", "zone"]
    assert matched["zone"].to_list() == ANSWERS


def wkb(x: float | None, y: float | None) -> bytes | None:
    return None if x is None else struct.pack("<BIdd", 1, 1, x, y)


@pytest.mark.parametrize("form", ["struct", "list", "array", "wkb"])
def test_geometry_column(place: Path, form: str) -> None:
    pairs = [(x, y) for x, y, _ in POINTS]
    lists = pl.Series([None if x is None else [x, y] for x, y in pairs], dtype=pl.List(pl.Float64))
    column = {
        "struct": pl.DataFrame(pairs, schema=["x", "y"], orient="row", strict=False).to_struct(),
        "list": lists,
        "array": lists.list.to_array(2),
        "wkb": pl.Series([wkb(x, y) for x, y in pairs], dtype=pl.Binary),
    }[form]
    pl.DataFrame({"place": column}).write_parquet(place / "cities.parquet")
    matched = match(place, "--geometry", "place", points="cities.parquet")
    assert matched["polygon"].to_list() == ANSWERS


def test_no_rows(place: Path) -> None:
    pl.read_parquet(place / "points.parquet").clear().write_parquet(place / "none.parquet")
    matched = match(place, points="none.parquet")
    assert (matched.height, matched.schema["polygon"]) == (0, pl.UInt32)


WORDS = ("match", "points.parquet", "polygons.parquet", "-o", "out.parquet", "--max-dist", 2.5)


def test_closing_line(place: Path) -> None:
    result = run(*WORDS, cwd=place)
    line = r"6 rows, 3 matched \(50\.0%\) in [\d.]+ s, [\d,]+ rows/s -> out\.parquet\n"
    assert re.fullmatch(line, result.stdout), result.stdout


def test_json(place: Path) -> None:
    result = run(*WORDS, "--json", cwd=place)
    summary = json.loads(result.stdout)
    known = {"event": "summary", "rows": 6, "matched": 3, "matched_share": 0.5, "polygons": 4}
    assert summary["output"] == "out.parquet"
    assert known.items() <= summary.items()
    assert summary["null_points"] in (1, 2)  # the NaN is no null
    assert summary["seconds"] >= 0


def test_json_without_rows_is_still_json(place: Path) -> None:
    pl.read_parquet(place / "points.parquet").clear().write_parquet(place / "points.parquet")

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    summary = json.loads(run(*WORDS, "--json", cwd=place).stdout, parse_constant=refuse)
    assert (summary["rows"], summary["matched"]) == (0, 0)


def test_quiet(place: Path) -> None:
    result = run(*WORDS, "--quiet", cwd=place)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert (place / "out.parquet").exists()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--x", "lon"], "--x needs --y too"),
        (["--y", "lat"], "--y needs --x too"),
        (["--x", "lon", "--y", "lat", "--geometry", "place"], "--geometry cannot be combined"),
        (["--max-dist", "-1"], "--max-dist: must be a number >= 0, not '-1'"),
        (["--max-dist", "nan"], "--max-dist: must be a number >= 0, not 'nan'"),
        (["--max-dist", "far"], "--max-dist: must be a number >= 0, not 'far'"),
        (["--max-dist"], "--max-dist: expected one argument"),
        (["--radius", "3"], "unrecognized arguments: --radius 3"),
        (["--max", "1"], "unrecognized arguments: --max 1"),
        (["--compression", "zip"], "--compression: expected 'none', 'snappy', 'lz4', 'zstd', "),
        (["--row-group-size", "0"], "--row-group-size: must be a whole number >= 1, not '0'"),
        (
            ["--memory", "much"],
            "--memory: expected a number of bytes, as in '512MB' or '1GiB', got",
        ),
        (["--memory", "0"], "--memory: expected at least 1 byte, got 0"),
        (["--on-error", "skip"], "--on-error: invalid choice: 'skip'"),
        (["--resume", "--overwrite"], "--resume: goes on with what overwrite would do again"),
    ],
)
def test_wrong_words(place: Path, more: list[str], said: str) -> None:
    assert said in complaint(run(*WORDS, *more, cwd=place), 2)
    assert not (place / "out.parquet").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "COMMAND"),
        (["mach"], "'mach'"),
        (["match"], "POINTS, POLYGONS, -o/--output"),
        (["match", "points.parquet", "polygons.parquet", "--max-dist", "1"], "-o/--output"),
    ],
)
def test_words_that_are_missing(tmp_path: Path, words: list[str], said: str) -> None:
    assert said in complaint(run(*words, cwd=tmp_path), 2)


def break_nothing(place: Path) -> None:
    pass


def remove_points(place: Path) -> None:
    (place / "points.parquet").unlink()


def remove_polygons(place: Path) -> None:
    (place / "polygons.parquet").unlink()


def make_points_a_directory(place: Path) -> None:
    (place / "points.parquet").unlink()
    (place / "points.parquet").mkdir()


def write_text_as_points(place: Path) -> None:
    (place / "points.parquet").write_text("x,y\n1,2\n" * 100)


def empty_the_polygons(place: Path) -> None:
    (place / "polygons.parquet").write_bytes(b"")


def cut_the_points(place: Path) -> None:
    whole = (place / "points.parquet").read_bytes()
    (place / "points.parquet").write_bytes(whole[: len(whole) // 2])


def garble_the_points(place: Path) -> None:
    """A good footer, bad pages: found only while the rows are read."""
    frame = pl.DataFrame({"x": [i * 0.1 for i in range(50_000)]}).with_columns(y=pl.col("x"))
    frame.write_parquet(place / "points.parquet", row_group_size=10_000, compression="zstd")
    whole = bytearray((place / "points.parquet").read_bytes())
    start, end = len(whole) * 3 // 10, len(whole) * 7 // 10  # the pages of the third of 5 groups
    whole[start:end] = b"\xff" * (end - start)
    (place / "points.parquet").write_bytes(whole)


def rename_y(place: Path) -> None:
    pl.read_parquet(place / "points.parquet").rename({"y": "why"}).write_parquet(
        place / "points.parquet"
    )


def make_x_text(place: Path) -> None:
    frame = pl.read_parquet(place / "points.parquet").with_columns(pl.col("x").cast(pl.String))
    frame.write_parquet(place / "points.parquet")


def drop_ring_y(place: Path) -> None:
    pl.read_parquet(place / "polygons.parquet").drop("y").write_parquet(place / "polygons.parquet")


def shorten_a_ring(place: Path) -> None:
    frame = pl.read_parquet(place / "polygons.parquet")
    short = pl.when(pl.int_range(pl.len()) == 2).then(pl.all().list.head(2)).otherwise(pl.all())
    frame.select(short).write_parquet(place / "polygons.parquet")


@pytest.mark.parametrize(
    ("spoil", "more", "said"),
    [
        (remove_points, [], ["points.parquet"]),
        (remove_polygons, [], ["polygons.parquet"]),
        (make_points_a_directory, [], ["points.parquet"]),
        (write_text_as_points, [], ["points.parquet"]),
        (empty_the_polygons, [], ["polygons.parquet"]),
        (cut_the_points, [], ["points.parquet"]),
        (garble_the_points, [], ["points.parquet: row group "]),
        (rename_y, [], ["points.parquet"]),
        (make_x_text, [], ["points.parquet", "x"]),
        (drop_ring_y, [], ["polygons.parquet"]),
        (shorten_a_ring, [], ["polygons.parquet", "2"]),
        (break_nothing, ["--x", "lon", "--y", "lat"], ["points.parquet", "lon"]),
        (break_nothing, ["--geometry", "place"], ["points.parquet", "place"]),
        (break_nothing, ["--name", "id"], ["id"]),
        (break_nothing, ["--resume"], ["resume: a single file"]),
        (break_nothing, ["-o", "out.csv", "--compression", "zstd"], ["compression: is for "]),
        (break_nothing, ["-o", "no-such-directory/out.parquet"], ["no-such-directory"]),
        (break_nothing, ["-o", "points.parquet/out.parquet"], ["points.parquet"]),
        (break_nothing, ["-o", "."], [".", "directory"]),
        (break_nothing, ["-o", "points.parquet"], ["points.parquet is one of the inputs"]),
        (
            break_nothing,
            ["-o", "../{here}/polygons.parquet"],
            ["polygons.parquet is one of the inputs"],
        ),
    ],
)
def test_failures_say_what_and_where(place: Path, spoil, more: list[str], said: list[str]) -> None:
    spoil(place)
    before = {path.name: path.is_file() and path.read_bytes() for path in place.iterdir()}
    message = complaint(run(*WORDS, *(word.format(here=place.name) for word in more), cwd=place), 1)
    for words in said:
        assert words in message
    # Neither an output nor a part of one, and the inputs as they were.
    after = {path.name: path.is_file() and path.read_bytes() for path in place.iterdir()}
    assert after == before


def test_an_input_by_another_name_is_not_overwritten(place: Path) -> None:
    before = (place / "points.parquet").read_bytes()
    os.symlink(place / "points.parquet", place / "other.parquet")
    message = complaint(run(*WORDS, "-o", "other.parquet", cwd=place), 1)
    assert "is one of the inputs" in message
    assert (place / "points.parquet").read_bytes() == before


def test_a_second_name_of_an_input_becomes_a_file_of_its_own(place: Path) -> None:
    before = (place / "points.parquet").read_bytes()
    os.link(place / "points.parquet", place / "other.parquet")
    assert run(*WORDS, "-o", "other.parquet", "--overwrite", cwd=place).returncode == 0
    assert (place / "points.parquet").read_bytes() == before
    assert (place / "other.parquet").read_bytes() != before


def test_only_files_are_replaced(place: Path) -> None:
    """A pipe stands for every special file, /dev/null above all."""
    os.mkfifo(place / "pipe")
    message = complaint(run(*WORDS, "-o", "pipe", cwd=place), 1)
    assert message == "output: pipe is no ordinary file"
    assert (place / "pipe").is_fifo()


def test_a_failure_leaves_the_former_output(place: Path) -> None:
    match(place)
    before = (place / "out.parquet").read_bytes()
    garble_the_points(place)
    complaint(run(*WORDS, "--overwrite", cwd=place), 1)
    assert (place / "out.parquet").read_bytes() == before


def run_code(code: str, place: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=place,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_interrupt(place: Path) -> None:
    """Ctrl-C in the middle of the job, sent from its own first progress report."""
    rows = pl.DataFrame({"x": [0.0], "y": [0.0]}).select(pl.all().repeat_by(2_000_000).explode())
    rows.write_parquet(place / "points.parquet", row_group_size=100_000)
    before = sorted(path.name for path in place.iterdir())
    code = f"""
import os, signal, sys
from poly_match import cli
job = cli.match.match_parquet
def interrupted(*args, **keywords):
    keywords["progress"] = lambda report: os.kill(os.getpid(), signal.SIGINT)
    return job(*args, **keywords)
cli.match.match_parquet = interrupted
sys.exit(cli.main({[str(word) for word in WORDS]}))
"""
    result = run_code(code, place)
    assert (result.returncode, result.stdout) == (130, "")
    assert result.stderr == "poly-match: interrupted\n"
    assert sorted(path.name for path in place.iterdir()) == before


def test_a_reader_that_goes_away(place: Path) -> None:
    command = [sys.executable, "-m", "poly_match", *map(str, WORDS)]
    read, write = os.pipe()
    os.close(read)
    try:
        result = subprocess.run(
            command, cwd=place, stdout=write, stderr=subprocess.PIPE, timeout=120, check=False
        )
    finally:
        os.close(write)
    assert (result.returncode, result.stderr) == (1, b"")


# Makes modules look as if they were not installed, from before Polars looks for them.
HIDE = """
import sys
from importlib.machinery import PathFinder
class Without(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name.partition(".")[0] in ("numpy", "matplotlib"):
            return None
        return super().find_spec(name, path, target)
sys.meta_path[sys.meta_path.index(PathFinder)] = Without
from poly_match import cli
"""


def test_match_needs_no_extra(place: Path) -> None:
    result = run_code(HIDE + f"sys.exit(cli.main({[str(word) for word in WORDS]}))", place)
    assert (result.returncode, result.stderr) == (0, "")
    assert pl.read_parquet(place / "out.parquet")["polygon"].to_list() == ANSWERS


@pytest.mark.parametrize(
    ("example", "missing"), [("city", "numpy and matplotlib"), ("original", "numpy")]
)
def test_demo_says_what_to_install(tmp_path: Path, example: str, missing: str) -> None:
    result = run_code(HIDE + f"sys.exit(cli.main(['demo', '--example', '{example}']))", tmp_path)
    message = complaint(result, 1)
    assert message == f"the demo needs {missing}: pip install 'poly-match[demo]'"
    assert list(tmp_path.iterdir()) == []


def test_version(tmp_path: Path) -> None:
    result = run("--version", cwd=tmp_path)
    assert (result.returncode, result.stdout) == (0, f"poly-match {version('poly-match')}\n")


@pytest.mark.parametrize("words", [["--help"], ["match", "--help"], ["demo", "--help"]])
def test_help(tmp_path: Path, words: list[str]) -> None:
    result = run(*words, cwd=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith(" ".join(["usage: poly-match", *words[:-1]]))


def test_the_command_is_installed(place: Path) -> None:
    command = shutil.which("poly-match", path=sysconfig.get_path("scripts"))
    assert command is not None, "the distribution installs no poly-match beside this Python"
    words = [command, *map(str, WORDS)]
    result = subprocess.run(
        words, cwd=place, capture_output=True, text=True, timeout=120, check=False
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert pl.read_parquet(place / "out.parquet")["polygon"].to_list() == ANSWERS
