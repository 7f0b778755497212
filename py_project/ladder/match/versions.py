"""The rungs of the ladder for matching, in order."""

from __future__ import annotations

from ladder.match import memory
from ladder.match.inputs import Frames, Objects, PreparedFrames, numbered_pairs, numbers, pairs
from ladder.version import Version

_PORTS = "pip install ./py_project/ladder/rust"
_ENGINE = "poly-match installed"

_PYTHON = Objects(matrix=False, read=pairs)

VERSIONS: dict[str, Version] = {
    version.name: version
    for version in (
        Version(
            name="v1",
            what="pure Python, numpy arrays in objects",
            module="ladder.match.v1",
            other="v0",
            family=_PYTHON,
            memory=memory.lists,
            published=1.0,
        ),
        Version(
            name="v1.5",
            what="numpy distances, one polygon at a time",
            module="ladder.match.v1_5",
            family=_PYTHON,
            memory=memory.lists_and_distances,
            published=7.02,
        ),
        Version(
            name="v1.6-published",
            what="all numpy; polygon 0 where nothing is near",
            module="ladder.match.v1_6",
            entry="main_published",
            family=Objects(matrix=True, read=numbered_pairs),
            memory=memory.matrices,
            published=56.68,
            correct=False,
        ),
        Version(
            name="v1.6",
            what="all numpy, corrected",
            module="ladder.match.v1_6",
            family=Objects(matrix=True, read=numbers),
            memory=memory.matrices,
        ),
        Version(
            name="v1.6-blocks",
            what="all numpy, a block of points at a time",
            module="ladder.match.v1_6",
            entry="main_blocks",
            family=Objects(matrix=True, read=numbers),
            memory=memory.blocks,
        ),
        Version(
            name="v1.6-ranked",
            what="numpy at its best: squares, sorted by area, blocks",
            module="ladder.match.v1_6",
            entry="main_ranked",
            family=Objects(matrix=True, read=numbers),
            memory=memory.blocks,
        ),
        Version(
            name="v2",
            what="find_close_polygons in Rust, line by line",
            module="ladder.match.v2",
            needs=_PORTS,
            other="v1",
            family=_PYTHON,
            memory=memory.lists,
            published=12.50,
        ),
        Version(
            name="v3",
            what="Polygon is a Rust class",
            module="ladder.match.v3",
            needs=_PORTS,
            other="v2",
            family=_PYTHON,
            memory=memory.lists,
            published=46.53,
        ),
        Version(
            name="v4",
            what="no allocation in the loop, squared distance",
            module="ladder.match.v4",
            needs=_PORTS,
            other="v3",
            family=_PYTHON,
            memory=memory.lists,
            published=101.16,
        ),
        Version(
            name="v5",
            what="outer loop in Rust, centres taken once",
            module="ladder.match.v5",
            needs=_PORTS,
            other="v4",
            family=Objects(matrix=True, read=pairs),
            memory=memory.lists,
            published=362.23,
        ),
        Version(
            name="v6-oneshot",
            what="the engine, from the columns each time",
            module="ladder.match.v6",
            entry="main_oneshot",
            needs=_ENGINE,
            family=Frames(),
            memory=memory.columns,
            cached=False,
        ),
        Version(
            name="v6-prepared",
            what="the engine, expression and index kept",
            module="ladder.match.v6",
            entry="main_prepared",
            needs=_ENGINE,
            family=PreparedFrames(),
            memory=memory.columns,
            fresh=False,
        ),
    )
}

BASELINE = "v1"
PUBLISHED_BASELINE_MS = 293.41
"""What v1 took on the machine of the exercise."""

COMPARISONS = (
    # version, its form, against, in the form: like is compared with like
    ("v6-oneshot", "fresh", "v1", "cached"),
    ("v6-oneshot", "fresh", "v1", "fresh"),
    ("v6-oneshot", "fresh", "v5", "fresh"),
    ("v6-prepared", "cached", "v1", "cached"),
    ("v6-prepared", "cached", "v5", "cached"),
)
"""Ratios worth a line of their own."""

SCALE_COMPARISONS = (
    ("v6-prepared", "v1.6-blocks"),
    ("v6-prepared", "v1.6-ranked"),
    ("v6-oneshot", "v1.6-ranked"),
)
"""Ratios worth a line at every number of points where both ran."""
