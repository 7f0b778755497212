"""The options: the same at every door, and what is no rule is refused by name, there and then."""

from __future__ import annotations

import inspect
import math
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import numpy as np
import polars as pl
import pytest
from polars.exceptions import ColumnNotFoundError

import poly_match as pm
from poly_match import _plugin, cli
from poly_match.cli.parser import parse
from poly_match.options import Center, Invalid, Metric, Options, Predicate
from poly_match.settings import Settings

ZONES = pl.DataFrame({"x": [[0, 4, 4, 0]], "y": [[0, 0, 4, 4]], "name": ["a"], "rank": [1]})
OF_ANSWERS = {"id", "details"}
SIGNATURES: dict[str, Callable[..., Any]] = {
    "poly_match": pm.poly_match,
    "accessor": type(pl.col("point").poly_match).__call__,  # type: ignore[attr-defined]
    "candidates": pm.candidates,
    "Matcher": pm.Matcher.__init__,
    "match_parquet": pm.match_parquet,
    "spark.match": pm.spark.match,
}
DOORS: dict[str, Callable[..., Any]] = {
    "poly_match": lambda **options: pm.poly_match("point", ZONES, **options),
    "accessor": lambda **options: pl.col("point").poly_match(ZONES, **options),  # type: ignore[attr-defined]
    "candidates": lambda **options: pm.candidates("point", ZONES, **options),
    "Matcher": lambda **options: pm.Matcher(ZONES, **options),
    "match_parquet": lambda **options: pm.match_parquet("no", "no", "no", **options),
    "prepared": lambda **options: pm.poly_match("point", pm.Polygons(ZONES), **options),
}
at_every_door = pytest.mark.parametrize("door", DOORS)


def options_of(door: str) -> dict[str, Any]:
    """The names and defaults of the options of a door, in its order."""
    parameters = inspect.signature(SIGNATURES[door]).parameters.values()
    return {p.name: p.default for p in parameters if p.name in Options._fields}


def test_the_options_are_those_of_the_contract() -> None:
    """Names, order and defaults."""
    assert Options()._asdict() == {
        "max_dist": None,
        "k": None,
        "predicate": "center",
        "center": "vertex_mean",
        "by": None,
        "descending": False,
        "id": None,
        "details": False,
        "metric": "euclidean",
        "invalid": "raise",
    }


@pytest.mark.parametrize("door", SIGNATURES)
def test_every_door_takes_them(door: str) -> None:
    """By keyword alone; those that say what is answered only where there is one answer."""
    wanted = Options()._asdict()
    if door == "candidates":
        wanted = {name: default for name, default in wanted.items() if name not in OF_ANSWERS}
    assert list(options_of(door).items()) == list(wanted.items())
    parameters = inspect.signature(SIGNATURES[door]).parameters.values()
    given = [p for p in parameters if p.name in wanted]
    assert {p.kind for p in given} == {inspect.Parameter.KEYWORD_ONLY}
    # Annotated alike, so that type checkers say the same everywhere.
    annotations = {p.name: p.annotation for p in given}
    ours = inspect.signature(pm.poly_match).parameters
    assert annotations == {name: ours[name].annotation for name in annotations}


def test_the_command_takes_them() -> None:
    """As long options, with their defaults and choices."""
    words = ["match", "a", "b", "-o", "c", "--max-dist", "1"]
    given = vars(parse(words))
    assert {name: given[name] for name in Options._fields} == Options(max_dist=1.0)._asdict()
    choices = {"predicate": Predicate, "center": Center, "metric": Metric, "invalid": Invalid}
    for name, values in choices.items():
        for value in get_args(values):
            more = [f"--{name}", value]
            if value == "covers":
                words = words[:-2]
            assert vars(parse([*words, *more]))[name] == value
            words = ["match", "a", "b", "-o", "c", "--max-dist", "1"]
    more = ["--k", "3", "--by", "rank", "--descending", "--id", "name", "--details"]
    expected = Options(max_dist=1.0, k=3, by="rank", descending=True, id="name", details=True)
    given = vars(parse([*words, *more]))
    assert Options(*(given[name] for name in Options._fields)) == expected


def test_the_job_and_the_command_take_the_same_settings() -> None:
    """How a job writes: names, order and defaults."""
    parameters = inspect.signature(pm.match_parquet).parameters
    wanted = Settings()._asdict()
    assert {n: p.default for n, p in parameters.items() if n in wanted} == wanted
    assert [name for name in parameters if name in wanted] == list(wanted)
    words = ["match", "a", "b", "-o", "c", "--max-dist", "1"]
    given = vars(parse(words))
    assert {name: given[name] for name in wanted} == wanted
    others = {"counts", "picture", "name"}
    assert {name: parameters[name].default for name in others} == {n: given[n] for n in others}
    more = ["--compression", "zstd:9", "--row-group-size", "5", "--overwrite", "--memory", "1GB"]
    given = vars(parse([*words, *more, "--on-error", "skip-file"]))
    expected = Settings("zstd:9", 5, overwrite=True, on_error="skip-file", memory="1GB")
    assert Settings(*(given[name] for name in wanted)) == expected
    assert vars(parse([*words, "--resume"]))["resume"] is True


NO_SETTINGS: list[tuple[dict[str, Any], str]] = [
    ({"compression": "zip"}, "compression: expected 'none', 'snappy', 'lz4', 'zstd', 'gzip' or "),
    ({"compression": "zstd:99"}, "compression: expected 'none', "),
    ({"row_group_size": 0}, "row_group_size: expected at least 1, got 0"),
    ({"memory": "much"}, "memory: expected a number of bytes, as in '512MB' or '1GiB', got 'much'"),
    ({"memory": 0}, "memory: expected at least 1 byte, got 0"),
    ({"on_error": "skip"}, "on_error: expected 'raise' or 'skip-file', got 'skip'"),
    ({"resume": True, "overwrite": True}, "resume: goes on with what overwrite would do again"),
]


@pytest.mark.parametrize(("settings", "text"), NO_SETTINGS, ids=lambda value: str(value))
def test_what_is_no_setting(settings: dict[str, Any], text: str) -> None:
    """Said before anything is read."""
    with pytest.raises(ValueError, match=f"^{re.escape(text)}"):
        pm.match_parquet("no", "no", "no", max_dist=1.0, **settings)


def test_the_choices_are_those_of_the_plugin() -> None:
    """What type checkers know, and what is taken."""
    choices = {"predicate": Predicate, "center": Center, "metric": Metric, "invalid": Invalid}
    for name, values in choices.items():
        for value in get_args(values):
            options = Options(**{"max_dist": None if value == "covers" else 1.0, name: value})
            _plugin.check_options(options)
        expected = " or ".join(f"'{value}'" for value in get_args(values))
        with pytest.raises(ValueError, match=f"^{name}: expected {expected}, got 'other'$"):
            _plugin.check_options(Options(**{"max_dist": 1.0, name: "other"}))


NO_RULES: list[tuple[dict[str, Any], str]] = [
    ({}, "max_dist: expected a distance, or k"),
    ({"by": "rank"}, "max_dist: expected a distance, or k"),
    ({"max_dist": math.nan}, "max_dist: expected a distance of at least 0, got NaN"),
    ({"max_dist": -1.0}, "max_dist: expected a distance of at least 0, got -1"),
    ({"max_dist": -1, "k": 1}, "max_dist: expected a distance of at least 0, got -1"),
    ({"k": 0}, "k: expected at least 1, got 0"),
    ({"k": -3}, "k: expected at least 1, got -3"),
    ({"k": 0, "max_dist": 1.0}, "k: expected at least 1, got 0"),
    (
        {"max_dist": 1.0, "predicate": "within"},
        "predicate: expected 'center' or 'covers', got 'within'",
    ),
    (
        {"max_dist": 1.0, "center": "middle"},
        "center: expected 'vertex_mean' or 'centroid', got 'middle'",
    ),
    (
        {"max_dist": 1.0, "metric": "manhattan"},
        "metric: expected 'euclidean' or 'haversine', got 'manhattan'",
    ),
    ({"max_dist": 1.0, "invalid": "drop"}, "invalid: expected 'raise' or 'skip', got 'drop'"),
    ({"max_dist": 1.0, "descending": True}, "descending: there is no `by` to turn around"),
    (
        {"predicate": "covers", "max_dist": 1.0},
        "max_dist: predicate='covers' has no bound on the distance",
    ),
    ({"predicate": "covers", "k": 1}, "k: predicate='covers' has no bound on the distance"),
    (
        {"predicate": "covers", "center": "centroid"},
        "center: predicate='covers' measures no distance, unless details=True",
    ),
]


@at_every_door
@pytest.mark.parametrize(("options", "text"), NO_RULES, ids=lambda value: str(value))
def test_what_is_no_rule(options: dict[str, Any], text: str, door: str) -> None:
    """Said before anything is read; no option is taken and ignored."""
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$") as caught:
        DOORS[door](**options)
    assert type(caught.value) is ValueError


@pytest.mark.parametrize(("options", "text"), NO_RULES, ids=lambda value: str(value))
def test_what_is_no_rule_on_the_command_line(
    options: dict[str, Any], text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line that names the flag; exit code 2."""
    words = ["match", "points.parquet", "zones.parquet", "-o", "out.parquet"]
    for name, value in options.items():
        words += [f"--{name.replace('_', '-')}"] + ([] if value is True else [str(value)])
    with pytest.raises(SystemExit) as caught:
        cli.main(words)
    assert caught.value.code == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert len(told.err.splitlines()) == 1
    assert "--" + text.partition(":")[0].replace("_", "-") in told.err


@at_every_door
def test_the_distance_to_a_centre_may_be_asked_for_with_covers(door: str) -> None:
    """The center means something then."""
    options = {"predicate": "covers", "center": "centroid", "metric": "haversine"}
    if door == "candidates":
        with pytest.raises(TypeError, match="details"):
            DOORS[door](**options, details=True)
    elif door == "match_parquet":
        with pytest.raises(FileNotFoundError):
            DOORS[door](**options, details=True)
    else:
        DOORS[door](**options, details=True)


@at_every_door
@pytest.mark.parametrize(
    "options",
    [
        {"max_dist": "5"},
        {"max_dist": [5.0]},
        {"k": 1.0},
        {"k": "1"},
        {"max_dist": 1.0, "by": 0},
        {"max_dist": 1.0, "predicate": None},
        {"max_dist": 1.0, "by": "rank", "descending": "no"},
        {"max_dist": 1.0, "radius": 2.0},
    ],
    ids=str,
)
def test_values_of_another_type(options: dict[str, Any], door: str) -> None:
    """Nothing is converted that is none."""
    with pytest.raises(TypeError):
        DOORS[door](**options)


def test_numbers_of_numpy() -> None:
    """And integers of any size."""
    for k in (np.int64(1), np.uint8(1), 10**30):
        got = pl.select(pm.poly_match(pl.Series([[1.0, 1.0]]), ZONES, k=k))
        assert got.item() == 0
    for far in (np.float32(5.0), np.int64(5), 5):
        got = pl.select(pm.poly_match(pl.Series([[1.0, 1.0]]), ZONES, max_dist=far))
        assert got.item() == 0


@pytest.mark.parametrize("name", ["by", "id"])
@pytest.mark.parametrize("door", ["poly_match", "accessor", "Matcher", "prepared"])
def test_a_column_that_is_not_there(door: str, name: str) -> None:
    """It is named, and so are those that are."""
    text = f"^{name}: the polygons have no column 'size'; the columns are \\['x', 'y', "
    with pytest.raises(ColumnNotFoundError, match=text):
        DOORS[door](max_dist=1.0, **{name: "size"})


@pytest.mark.parametrize("name", ["by", "id"])
def test_a_column_that_is_not_in_the_file(tmp_path: Path, name: str) -> None:
    """The job and the command name the file too."""
    pl.DataFrame({"x": [1.0], "y": [1.0]}).write_parquet(tmp_path / "points.parquet")
    ZONES.write_parquet(tmp_path / "zones.parquet")
    files = [tmp_path / f"{name}.parquet" for name in ("points", "zones", "out")]
    text = "zones.parquet: no column 'size'; the columns are: x, y, name, rank"
    with pytest.raises(ValueError, match=text):
        pm.match_parquet(*files, max_dist=1.0, **{name: "size"})
    command = [sys.executable, "-m", "poly_match", "match", *files[:2], "-o", files[2]]
    command += ["--max-dist", "1", f"--{name}", "size"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    assert text in done.stderr
    assert not files[2].exists()
