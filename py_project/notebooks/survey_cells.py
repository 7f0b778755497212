"""The cells of survey.ipynb; build_ladder.py makes the notebook of them."""

# ruff: noqa: E402

# %% [markdown]
# # Surveys: where lines cross, and how their traces fit
#
# Two kernels that seismic surveys ask for. Dynamic time warping says how one trace is to be bent to
# fit another; intersections say where two lines have a trace in common. The versions are those of
# `ladder/dtw` and `ladder/intersections`. Every time printed here was measured while this notebook
# ran.

# %%
import os
import sys

sys.path.append("..")

# Before numpy: importing the ladder pins BLAS to one thread.
from ladder import machine, notebook

QUICK = bool(os.environ.get("LADDER_QUICK"))
print(*(f"{name}: {value}" for name, value in machine.description().items()), sep="\n")

# %%
import inspect

import matplotlib.pyplot as plt
import numpy as np
import polars as pl
from matplotlib.collections import LineCollection

import poly_match as pm
from ladder.dtw import dtw_np_scratch, dtw_py_scratch
from ladder.dtw.example import sines
from ladder.intersections import intersections_py_bisect
from ladder.intersections.example import grid
from ladder.intersections.versions import VERSIONS
from ladder.timing import Budget

BUDGET = Budget(0.1, 1) if QUICK else Budget(2.0, 3)

# %% [markdown]
# ## Two series, and the path between them

# %%
pair = sines(1, 200)
a, b = pair.a[0], pair.b[0] + 3.0
found = pl.select(distance=pm.dtw(a, b - 3.0), path=pm.dtw_path(a, b - 3.0))
path = found["path"].explode().struct.unnest().to_numpy().astype(int)
print(f"distance {found['distance'][0]:.3f}, value by value {np.abs(pair.a - pair.b).sum():.3f}")

figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.5), width_ratios=(2, 1))
links = [[(i, a[i]), (j, b[j])] for i, j in path[::2]]
left.add_collection(LineCollection(links, colors="#cccccc", linewidths=0.6))
left.plot(a, color="#1f5a8a", label="a")
left.plot(b, color="#b07d2b", label="b, moved up")
left.set_ylim(-2.0)
left.legend(frameon=False, loc="lower left", ncols=2)
right.plot(path[:, 1], path[:, 0], color="#1f5a8a")
right.plot([0, 199], [0, 199], color="#cccccc", linewidth=0.8)
right.set(xlabel="value of b", ylabel="value of a", aspect="equal")
plt.show()

# %% [markdown]
# The same within windows: the path may leave the diagonal by so many values.

# %%
windows = [0, 2, 5, 10, 20, 40, None]
print(
    pl.DataFrame(
        {
            "window": windows,
            "distance": [pl.select(pm.dtw(a, b - 3.0, window=w)).item() for w in windows],
        }
    )
)

# %% [markdown]
# ### The steps
#
# Two rows of the matrix; each cell needs the one before it:

# %%
print(inspect.getsource(dtw_py_scratch.distance))

# %% [markdown]
# numpy needs cells that do not need each other. Those of a diagonal do not, and what is here a call
# for each diagonal is in the engine a loop that the processor does several cells at a time:

# %%
print(inspect.getsource(dtw_np_scratch.distance))

# %% [markdown]
# ### Are the answers right?
#
# aeon adds up squares, so it is held against the matrix of squares.

# %%
notebook.show_answers("dtw")

# %% [markdown]
# ### Each version timed
#
# A form is the samples of one pair, or pairs-samples.

# %%
times = notebook.times("dtw", BUDGET, quick=QUICK)
times.with_columns(pl.selectors.float().round(3))

# %%
notebook.draw(times)
plt.show()

# %% [markdown]
# ## Lines that cross

# %%
example = grid(8, 40)
(traces,) = VERSIONS["intersections_rs_engine"].make(example).arguments
names = {"survey": "survey", "profile": "profile", "index": "trace"}
crossings = pm.intersections(traces, **names, x="x", y="y")
print(crossings.head(3))

figure, axes = plt.subplots(figsize=(5, 5))
for color, lines in (("#1f5a8a", example.first), ("#b07d2b", example.second)):
    for line in lines:
        axes.plot(*line.T, color=color, linewidth=0.8)
axes.scatter(crossings["x"], crossings["y"], s=22, facecolors="none", edgecolors="#b03030")
axes.set(aspect="equal", xlabel="x", ylabel="y", title=f"{len(crossings)} crossings")
plt.show()

# %% [markdown]
# ### The steps
#
# Each segment against each is the definition. Boxes around halves of a line leave most pairs out:

# %%
print(inspect.getsource(intersections_py_bisect.crossings))

# %% [markdown]
# The engine casts all segments into the cells of a grid. A cell that only one survey passes through
# is done; only in the others are segments held against each other.
#
# ### Are the answers right?

# %%
notebook.show_answers("intersections")

# %% [markdown]
# ### Each version timed
#
# A form is the segments of all lines, 50 along x and 50 along y.

# %%
times = notebook.times("intersections", BUDGET, quick=QUICK)
times.with_columns(pl.selectors.float().round(2))

# %%
notebook.draw(times)
plt.show()
