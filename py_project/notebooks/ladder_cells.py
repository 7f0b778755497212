"""The cells of ladder.ipynb; build_ladder.py builds the notebook from them."""

# ruff: noqa: E402

# %% [markdown]
# # The ladder: from pure Python to an engine
#
# A hundred points, a thousand polygons. For every point: of the polygons whose center is closer
# than 10, which is the smallest?
#
# The exercise is small enough to read in a minute, and slow enough in plain Python to be worth
# profiling. This notebook goes through it version by version, with the code of `ladder/match`. All
# times in the output were measured when this notebook ran.

# %%
import os
import sys

sys.path.append("..")

# Before numpy: importing the ladder pins BLAS to one thread.
from ladder import machine

QUICK = bool(os.environ.get("LADDER_QUICK"))
print(*(f"{name}: {value}" for name, value in machine.description().items()), sep="\n")

# %%
import inspect

import matplotlib.pyplot as plt
import numpy as np
import polars as pl

from ladder.match import agree
from ladder.match import example as examples
from ladder.match.versions import VERSIONS
from ladder.scale import Limits, climb
from ladder.timing import Budget, measure

BUDGET = Budget(0.1, 2) if QUICK else Budget(2.0, 5)
RUN = [version for version in VERSIONS.values() if version.missing() is None]
MISSING = [reason for version in VERSIONS.values() if (reason := version.missing())]
print(*MISSING, sep="\n")

# %% [markdown]
# ## The example
#
# Points and polygons lie in a square of 100 by 100. All polygons are moved copies of one shape.

# %%
example = examples.original()
centers = np.array([(x.mean(), y.mean()) for x, y in zip(example.xs, example.ys, strict=True)])
rows = VERSIONS["v1"].answer(example)

figure, axes = plt.subplots(figsize=(6, 6))
for x, y in zip(example.xs, example.ys, strict=True):
    axes.fill(x, y, color="#b9cfe0")
axes.plot(*example.points.T, ".", color="#555555", markersize=4)
at = 42
axes.add_patch(plt.Circle(example.points[at], example.max_dist, fill=False, color="#d7694a"))
axes.plot(*example.points[at], "o", color="#d7694a")
axes.plot(*np.array([example.points[at], centers[rows[at]]]).T, color="#d7694a")
axes.set_aspect("equal")
near = np.hypot(*(centers - example.points[at]).T) < example.max_dist
axes.set_title(f"point {at}: {near.sum()} near")
plt.show()

# %% [markdown]
# ## v1: pure Python
#
# A class that contains arrays, and two loops.

# %%
from ladder.match import v1

print(inspect.getsource(v1.find_close_polygons))
print(inspect.getsource(v1.select_best_polygon))

# %%
readings = {}


def clock(name, form="cached"):
    """Measure a version on the original example, and keep the reading."""
    timing = readings[name, form] = measure(VERSIONS[name], example, form, BUDGET)
    base = readings["v1", "cached"]
    print(f"{name:15} {form:6} {timing.median_ms:9.3f} ms {timing.speed_up_over(base):9.1f} x v1")


clock("v1")

# %% [markdown]
# There are a hundred thousand calls of `np.linalg.norm`, each for two numbers. NumPy is made for
# few calls on many numbers, so the first idea is to swap the loops: v1.5 computes all distances to
# one polygon at a time, v1.6 computes the whole matrix at once.

# %%
for name in ("v1.5", "v1.6-published"):
    clock(name)

# %% [markdown]
# ### An error in v1.6
#
# v1.6 takes the `argmin` of a column of areas, in which the areas of far polygons are infinite. If
# no polygon is near, the whole column is infinite, and its `argmin` is 0. v1 leaves such a point
# out of its answer; the published v1.6 returns polygon 0. Here every fifth point was moved far
# away:

# %%
far = examples.some_far()
pl.DataFrame(
    {name: VERSIONS[name].answer(far)[:6] for name in ("v1", "v1.6-published", "v1.6")}
).with_row_index("point")

# %% [markdown]
# The correction costs no time. There are two more variants. One works on blocks of points, so that
# memory is bounded. The other uses a better algorithm: it sorts polygons by area once, so that the
# first near polygon is the answer.

# %%
for name in ("v1.6", "v1.6-blocks", "v1.6-ranked"):
    clock(name)

# %% [markdown]
# ## v2 to v5: Rust under Python objects
#
# Most programs are harder to convert to matrices than this one. So these versions keep the objects
# and translate the slow function: v2 is `find_close_polygons`, translated line by line. It looks up
# the attribute `center` of every polygon, as Python does. v3 makes `Polygon` a Rust class, v4
# allocates nothing in the loop, v5 moves the loop over the points to Rust too.

# %%
PORTS = [name for name in ("v2", "v3", "v4", "v5") if VERSIONS[name] in RUN]
for name in PORTS:
    clock(name)

# %% [markdown]
# ## Cached and fresh polygons
#
# All times so far were measured as in the exercise: every iteration uses the same polygons. But a
# polygon caches its area on first access, and up to v2 also its center. From the second iteration
# on, this work is no longer done. With new polygons in every iteration:

# %%
for name in ("v1", "v1.6", *PORTS):
    clock(name, "fresh")

# %%
names = ["v1", "v1.6", *PORTS]
figure, axes = plt.subplots(figsize=(7, 3))
for form, offset in (("cached", -0.2), ("fresh", 0.2)):
    places = np.arange(len(names)) + offset
    axes.bar(places, [readings[name, form].median_ms for name in names], 0.38, label=form)
axes.set_xticks(range(len(names)), names)
axes.set_yscale("log")
axes.set_ylabel("milliseconds")
axes.legend(frameon=False)
plt.show()

# %% [markdown]
# The faster the version, the larger the share of areas computed in Python, one call per polygon. No
# port of the search can remove this cost. So compare figures of the same kind: a program that
# starts from coordinates with *fresh*, a program that keeps prepared polygons with *cached*.
#
# ## v6: columns
#
# There are no objects: polygons are two list columns, points are a struct column, and the answer is
# a column too.

# %%
if "v6-oneshot" in [version.name for version in RUN]:
    from ladder.match import v6

    print(inspect.getsource(v6.main))
    given = VERSIONS["v6-oneshot"].make(example)
    print(given.points.with_columns(best=v6.main(given.polygons, given.points)).head(4))

# %%
V6 = [name for name in ("v6-oneshot", "v6-prepared") if VERSIONS[name] in RUN]
for name in V6:
    clock(name, *VERSIONS[name].forms)

# %% [markdown]
# ## Are the answers correct?
#
# In the original example all areas are equal except for rounding, so the last bits decide which
# polygon is smallest. The sums of NumPy and of another program differ there, and both are correct.

# %%
areas = np.array([v1.shoelace(x, y) for x, y in zip(example.xs, example.ys, strict=True)])
print(f"areas from {areas.min():.17g} to {areas.max():.17g}, {len(set(areas))} different ones")
for version in RUN:
    picks = version.answer(example)
    print(
        f"{version.name:15} picks as v1 does for {(picks == rows).sum():3} of {len(rows)} points; "
        f"by the definition: {agree.problem(example, picks) or 'right'}"
    )

# %% [markdown]
# If areas are distinct there is one correct answer, and all versions agree in every row:

# %%
distinct = examples.distinct_areas()
expected = VERSIONS["v1"].answer(distinct)
for version in RUN:
    print(f"{version.name:15} {agree.difference(version.answer(distinct), expected) or 'equal'}")

# %% [markdown]
# ## More points
#
# The same polygons and growing numbers of points. Each version runs up to its limits.

# %%
SIZES = (100, 1_000) if QUICK else (1_000, 10_000, 100_000, 1_000_000)
LIMITS = Limits(seconds=1.0 if QUICK else 10.0)
points = list(climb(VERSIONS, examples.uniform, SIZES, LIMITS, Budget(0.05, 1)))

figure, axes = plt.subplots(figsize=(7, 4.5))
for version in RUN:
    mine = [p for p in points if p.version == version.name and p.milliseconds is not None]
    axes.plot(
        [p.n_points for p in mine],
        [p.milliseconds for p in mine],
        "o-" if version.name in V6 else ".--",
        label=version.name,
    )
axes.set_xscale("log")
axes.set_yscale("log")
axes.set_xlabel("points")
axes.set_ylabel("milliseconds")
axes.legend(fontsize=7, frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
plt.show()
for point in points:
    if point.reason:
        print(f"{point.version} at {point.n_points:,} points: {point.reason}")

# %% [markdown]
# ## Summary
#
# - Profile first. In v1 almost all of the time is in one line.
# - A port has a cost at the boundary: v2 looks up attributes of objects, checks them and creates
#   temporary arrays, and spends little time comparing distances. v3 to v5 remove this step by step.
# - Check what is not timed. A cache that is filled in the first iteration hides work that a single
#   run has to do.
# - The data layout matters most. With columns there are no objects to access, and with an index
#   there are no candidates to test.
# - Check answers before times, and know where two correct programs may differ.
