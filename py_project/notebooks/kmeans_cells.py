"""The cells of kmeans.ipynb; build_ladder.py builds the notebook from them."""

# ruff: noqa: E402

# %% [markdown]
# # k-means: from two loops to boxes of points
#
# The points are in blobs. k-means finds `k` centroids such that points are close to the nearest
# centroid. It assigns each point to its nearest centroid, moves each centroid to the mean of its
# points, and repeats.
#
# This notebook runs the versions of `ladder/kmeans`, all from the same centroids and with the same
# number of iterations. All times in the output were measured when this notebook ran.

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
import polars as pl

import poly_match as pm
from ladder.kmeans.example import blobs, of_form
from ladder.kmeans.versions import VERSIONS
from ladder.timing import Budget, measure

BUDGET = Budget(0.1, 1) if QUICK else Budget(2.0, 3)

# %% [markdown]
# ## The data
#
# 10,000 points around five places, which are so close that the blobs overlap. The crosses are the
# initial centroids of all versions.

# %%
example = of_form("10k-2-5", quick=QUICK)
figure, axes = plt.subplots(figsize=(5, 5))
axes.plot(*example.points.T, ".", color="#555555", markersize=1)
axes.plot(*example.start.T, "x", color="#d7694a", markersize=10, markeredgewidth=2)
axes.set_aspect("equal")
plt.show()

# %% [markdown]
# ## Result
#
# The expression returns a label for each row; the fit also returns the centroids.

# %%
frame = pl.DataFrame(example.points, schema=["x", "y"])
print(frame.with_columns(cluster=pm.kmeans(pl.struct("x", "y"), 5, seed=1)).head(3))

fit = pm.fit_kmeans(frame, 5, init=example.start)
print(f"{fit.iterations} iterations, inertia {fit.inertia:.6g}")

figure, axes = plt.subplots(figsize=(5, 5))
axes.scatter(*example.points.T, c=fit.labels.to_numpy(), s=1, cmap="tab10")
axes.plot(*fit.centroids.to_numpy().T, "x", color="black", markersize=10, markeredgewidth=2)
axes.set_aspect("equal")
plt.show()

# %% [markdown]
# ## The steps
#
# In pure Python there are two loops, with the distance between two points inside them.

# %%
from ladder.kmeans import kmeans_np_scratch, kmeans_py_scratch

print(inspect.getsource(kmeans_py_scratch.nearest))
print(inspect.getsource(kmeans_py_scratch.means))

# %% [markdown]
# NumPy processes a block of points and all centroids at once. The expanded formula of the squared
# distance is mostly a product of two matrices.

# %%
print(inspect.getsource(kmeans_np_scratch.nearest))

# %% [markdown]
# ## Are the answers correct?
#
# From the same start and after the same number of iterations all versions have the same centroids,
# except for rounding. Inertia must be equal within 1e-9, labels must be equal except for ties.
# linfa moves its centroids slightly differently.

# %%
notebook.show_answers("kmeans")

# %% [markdown]
# ## Times of the versions
#
# Twenty iterations each. A form is points-dimensions-clusters.

# %%
times = notebook.times("kmeans", BUDGET, quick=QUICK)
times.with_columns(pl.selectors.float().round(2))

# %%
notebook.draw(times)
plt.show()

# %% [markdown]
# ## How the engine works
#
# It does not test each point in each iteration. Points are sorted into small boxes once, and the
# sum of the points of each box is stored. In an iteration the engine finds, for each box, the
# centroids that can be nearest to any point in it. Mostly there is only one, and then the sum is
# enough. Only if the border between two clusters crosses a box are its points tested.
#
# This works if boxes are small compared with clusters. In many dimensions they are not, and the
# engine uses the loop over all points and centroids, written for wide registers.

# %%
for dims in (2, 24):
    given = blobs(3_000 if QUICK else 300_000, dims, 5)
    for name in ("kmeans_py_sklearn", "kmeans_rs_engine"):
        timing = measure(VERSIONS[name], given, f"{dims} dimensions", BUDGET)
        print(f"{timing.form:13} {name:18} {timing.median_ms:9.2f} ms")

# %% [markdown]
# ## Summary
#
# - Times can be compared only with the same start and the same number of iterations.
# - Lloyd's algorithm gives the same answer for any way of computing it. Work with a known result
#   can be skipped.
# - Sums have a fixed order: the answer is the same with one thread and with many.
