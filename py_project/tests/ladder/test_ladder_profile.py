"""Samples are read, cut and drawn as they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from xml.etree import ElementTree

import pytest

from ladder import flame, stacks

Script = Callable[..., CompletedProcess[str]]
RAW = """\
<module> (measure.py:80);main (ladder/match/v2.py:27);find (v2.rs:9);0x7f3a (?) 3
<module> (measure.py:80);main (ladder/match/v2.py:27);find (v2.rs:9);alloc<[f64; 2]> (vec.rs:1) 5
<module> (measure.py:80);main (ladder/match/v2.py:28);find (v2.rs:12) 1
<module> (measure.py:80);main (ladder/match/v2.py:27);malloc (x86_64/libc.so.6) 1
<module> (measure.py:3);_find_and_load (importlib) 90
"""


def sampled(tmp_path: Path) -> Counter[stacks.Stack]:
    (tmp_path / "raw.txt").write_text(RAW)
    return stacks.read(tmp_path / "raw.txt")


def test_stacks_are_cut_to_what_was_timed(tmp_path: Path) -> None:
    read = sampled(tmp_path)
    assert read.total() == 100
    timed = stacks.below(read, lambda frame: frame.startswith("main ("))
    assert timed.total() == 10
    assert timed["main (ladder/match/v2.py:27)", "find (v2.rs:9)"] == 3, "an address has no name"
    assert timed["main (ladder/match/v2.py:27)", "find (v2.rs:9)", "alloc (vec.rs:1)"] == 5
    assert timed["main (ladder/match/v2.py:27)", "malloc (libc)"] == 1


def test_shares_add_up_the_lines_of_a_function(tmp_path: Path) -> None:
    timed = stacks.below(sampled(tmp_path), lambda frame: frame.startswith("main ("))
    shares = {name: (inclusive, own) for name, inclusive, own in stacks.shares(timed)}
    assert shares["main (ladder/match/v2.py)"] == (1.0, 0.0)
    assert shares["find (v2.rs)"] == (0.9, 0.4)
    assert shares["alloc (vec.rs)"] == (0.5, 0.5)


def test_recursion_counts_once() -> None:
    shares = stacks.shares(Counter({("a (x.py:1)", "a (x.py:2)", "a (x.py:1)"): 4}))
    assert shares == [("a (x.py)", 1.0, 1.0)]


def test_small_frames_count_for_their_callers() -> None:
    kept = stacks.pruned(Counter({("a", "b"): 98, ("a", "c", "d"): 2}), 0.05)
    assert kept == {("a", "b"): 98, ("a",): 2}


def test_mangled_names_are_readable() -> None:
    legacy = "_$LT$numpy..array..PyArray$LT$T$GT$$u20$as$u20$T$GT$::get::h336a1d213ea3ced4"
    assert stacks.readable(f"{legacy} (a/b.abi3.so)") == "<numpy::array::PyArray<T> as T>::get (b)"
    assert stacks.readable("0x2 (?)") == ""
    assert stacks.readable("main.<listcomp> (a.py:2)") == "main.<listcomp> (a.py:2)"
    assert stacks.readable("norm (numpy/linalg/_linalg.py:27)") == (
        "norm (numpy/linalg/_linalg.py:27)"
    )


def test_the_graph_shows_every_frame_with_its_share(tmp_path: Path) -> None:
    timed = stacks.below(sampled(tmp_path), lambda frame: frame.startswith("main ("))
    drawn = flame.svg(timed, "a < b")
    root = ElementTree.fromstring(drawn)
    titles = [title.text for title in root.iter("{http://www.w3.org/2000/svg}title")]
    assert titles == [
        "all: 100.0%",
        "main (ladder/match/v2.py): 100.0%",
        "find (v2.rs): 90.0%",
        "alloc (vec.rs): 50.0%",
        "malloc (libc): 10.0%",
    ]
    assert flame.kind("find (v2.rs)") == "Rust"
    assert flame.kind("main (ladder/match/v2.py)") == "Python"
    assert flame.kind("malloc (libc)") == "numpy and interpreter"


@pytest.mark.usefixtures("py_spy")
def test_a_version_can_be_profiled(script: Script, tmp_path: Path) -> None:
    done = script(
        "profile_all.py", "v1", "--form", "cached", "--seconds", 1, "--out", tmp_path / "graphs"
    )
    assert done.returncode == 0, done.stderr
    assert "find_close_polygons (ladder/match/v1.py)" in done.stdout
    graph = (tmp_path / "graphs" / "match-v1-cached.svg").read_text()
    assert "norm (numpy/linalg/_linalg.py)" in graph
    assert len(graph) < 200_000


def test_a_wrong_name_lists_the_versions(script: Script) -> None:
    done = script("profile_all.py", "v7")
    assert done.returncode == 2
    assert "versions are: v1, v1.5" in done.stderr
