"""The versions of the match, in order."""

from __future__ import annotations

from ladder.match import memory
from ladder.match.inputs import Frames, Objects, PreparedFrames, numbered_pairs, numbers, pairs
from ladder.needs import ENGINE, PORTS
from ladder.version import Version

FORMS = ("cached", "fresh")
"""Polygons with cached center and area from an earlier iteration, or new polygons."""

NOTES = (
    "* figures published by the exercise, from another machine, with cached polygons.",
    "In brackets after a version: its number in the exercise's own numbering.",
    "cached: polygons have center and area from an earlier iteration. fresh: new polygons.",
    "Speed-ups are ratios of medians. v1 to v5 use one thread; v6 uses the threads of Polars.",
)
"""Lines below the table."""

_PYTHON = Objects(matrix=False, read=pairs)

VERSIONS: dict[str, Version] = {
    version.name: version
    for version in (
        Version(
            name="v1",
            what="pure Python, numpy arrays in objects",
            module="ladder.match.v1",
            other="v0",
            forms=FORMS,
            family=_PYTHON,
            memory=memory.lists,
            published=1.0,
        ),
        Version(
            name="v1.5",
            what="numpy distances, one polygon at a time",
            module="ladder.match.v1_5",
            forms=FORMS,
            family=_PYTHON,
            memory=memory.lists_and_distances,
            published=7.02,
        ),
        Version(
            name="v1.6-published",
            what="all numpy; polygon 0 if none is near",
            module="ladder.match.v1_6",
            entry="main_published",
            forms=FORMS,
            family=Objects(matrix=True, read=numbered_pairs),
            memory=memory.matrices,
            published=56.68,
            correct=False,
        ),
        Version(
            name="v1.6",
            what="all numpy, corrected",
            module="ladder.match.v1_6",
            forms=FORMS,
            family=Objects(matrix=True, read=numbers),
            memory=memory.matrices,
        ),
        Version(
            name="v1.6-blocks",
            what="all numpy, a block of points at a time",
            module="ladder.match.v1_6",
            entry="main_blocks",
            forms=FORMS,
            family=Objects(matrix=True, read=numbers),
            memory=memory.blocks,
        ),
        Version(
            name="v1.6-ranked",
            what="numpy, optimized: squares, sorted by area, blocks",
            module="ladder.match.v1_6",
            entry="main_ranked",
            forms=FORMS,
            family=Objects(matrix=True, read=numbers),
            memory=memory.blocks,
        ),
        Version(
            name="v2",
            what="find_close_polygons in Rust, line by line",
            module="ladder.match.v2",
            needs=PORTS,
            other="v1",
            forms=FORMS,
            family=_PYTHON,
            memory=memory.lists,
            published=12.50,
        ),
        Version(
            name="v3",
            what="Polygon is a Rust class",
            module="ladder.match.v3",
            needs=PORTS,
            other="v2",
            forms=FORMS,
            family=_PYTHON,
            memory=memory.lists,
            published=46.53,
        ),
        Version(
            name="v4",
            what="no allocation in the loop, squared distance",
            module="ladder.match.v4",
            needs=PORTS,
            other="v3",
            forms=FORMS,
            family=_PYTHON,
            memory=memory.lists,
            published=101.16,
        ),
        Version(
            name="v5",
            what="outer loop in Rust, centers read once",
            module="ladder.match.v5",
            needs=PORTS,
            other="v4",
            forms=FORMS,
            family=Objects(matrix=True, read=pairs),
            memory=memory.lists,
            published=362.23,
        ),
        Version(
            name="v6-oneshot",
            what="the engine, from the columns each time",
            module="ladder.match.v6",
            entry="main_oneshot",
            needs=ENGINE,
            forms=("fresh",),
            family=Frames(),
            memory=memory.columns,
        ),
        Version(
            name="v6-prepared",
            what="the engine, expression and index kept",
            module="ladder.match.v6",
            entry="main_prepared",
            needs=ENGINE,
            forms=("cached",),
            family=PreparedFrames(),
            memory=memory.columns,
        ),
    )
}

BASELINE = "v1"
PUBLISHED_BASELINE_MS = 293.41
"""The time of v1 on the machine of the exercise."""

COMPARISONS = (
    # version, its form, other version, its form: the same kind of polygons
    ("v6-oneshot", "fresh", "v1", "cached"),
    ("v6-oneshot", "fresh", "v1", "fresh"),
    ("v6-oneshot", "fresh", "v5", "fresh"),
    ("v6-prepared", "cached", "v1", "cached"),
    ("v6-prepared", "cached", "v5", "cached"),
)
"""Ratios that are printed below the table."""

SCALE_COMPARISONS = (
    ("v6-prepared", "v1.6-blocks"),
    ("v6-prepared", "v1.6-ranked"),
    ("v6-oneshot", "v1.6-ranked"),
)
"""Ratios that are printed for every number of points at which both ran."""
