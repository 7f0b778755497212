"""The cells of survey.ipynb; build_ladder.py builds the notebook from them."""

# ruff: noqa: E402

# %% [markdown]
# # Surveys: where lines cross, and how their traces fit
#
# Seismic surveys need these two kernels. Dynamic time warping finds how to stretch one trace to fit
# another; intersections are the places where two lines have a trace in common. The versions are
# those of `ladder/dtw` and `ladder/intersections`. All times in the output were measured when this
# notebook ran.

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
# The same with windows, which limit how far the path may leave the diagonal, in values:

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
# Two rows of the matrix; each cell depends on the cell before it:

# %%
print(inspect.getsource(dtw_py_scratch.distance))

# %% [markdown]
# NumPy needs independent cells, and the cells of a diagonal are independent. Here each diagonal is
# one call; in the engine it is a loop in which the processor computes several cells at a time:

# %%
print(inspect.getsource(dtw_np_scratch.distance))

# %% [markdown]
# ### Are the answers correct?
#
# aeon sums squares, so it is compared with the matrix of squares.

# %%
notebook.show_answers("dtw")

# %% [markdown]
# ### Times of the versions
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
# By definition each segment is tested against each. Boxes around halves of a line skip most pairs:

# %%
print(inspect.getsource(intersections_py_bisect.crossings))

# %% [markdown]
# The engine puts all segments into the cells of a grid. A cell with segments of only one survey has
# no crossing; only in the other cells are segments tested against each other.
#
# ### Are the answers correct?

# %%
notebook.show_answers("intersections")

# %% [markdown]
# ### Times of the versions
#
# A form is the total of segments of all lines, 50 along x and 50 along y.

# %%
times = notebook.times("intersections", BUDGET, quick=QUICK)
times.with_columns(pl.selectors.float().round(2))

# %%
notebook.draw(times)
plt.show()
