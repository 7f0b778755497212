"""The cells of kmeans.ipynb; build_ladder.py makes the notebook of them."""

# ruff: noqa: E402

# %% [markdown]
# # k-means: from two loops to boxes of points
#
# Points in blobs. Find `k` centroids such that points lie close to the nearest of them: send each
# point to its nearest centroid, each centroid to the mean of its points, and again.
#
# This notebook runs the versions of `ladder/kmeans`, all from the same centroids and for as many
# iterations. Every time printed here was measured while it ran.

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
# 10,000 points around five places, near enough to each other that their edges mix. The crosses are
# the points that all versions start from.

# %%
example = of_form("10k-2-5", quick=QUICK)
figure, axes = plt.subplots(figsize=(5, 5))
axes.plot(*example.points.T, ".", color="#555555", markersize=1)
axes.plot(*example.start.T, "x", color="#d7694a", markersize=10, markeredgewidth=2)
axes.set_aspect("equal")
plt.show()

# %% [markdown]
# ## What comes out
#
# As an expression, a label for each row; as a fit, the centroids too.

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
# In pure Python it is two loops, and a distance of two points in the middle of them.

# %%
from ladder.kmeans import kmeans_np_scratch, kmeans_py_scratch

print(inspect.getsource(kmeans_py_scratch.nearest))
print(inspect.getsource(kmeans_py_scratch.means))

# %% [markdown]
# numpy takes a block of points and all centroids at once. Written out, the squared distance is
# mostly a product of two matrices.

# %%
print(inspect.getsource(kmeans_np_scratch.nearest))

# %% [markdown]
# ## Are the answers right?
#
# From the same start all have the same centroids after as many iterations, but for rounding:
# inertia must be equal within 1e-9, labels but for ties. linfa moves its centroids a little
# otherwise.

# %%
notebook.show_answers("kmeans")

# %% [markdown]
# ## Each version timed
#
# Twenty iterations each. A form is points-dimensions-clusters.

# %%
times = notebook.times("kmeans", BUDGET, quick=QUICK)
times.with_columns(pl.selectors.float().round(2))

# %%
notebook.draw(times)
plt.show()

# %% [markdown]
# ## What the engine does
#
# It does not look at each point in each iteration. Points are sorted into small boxes once, and of
# each box the sum of its points is known. In an iteration a box is asked which centroids can be
# nearest to any point in it. Mostly that is one, and then its sum is all that is needed; only where
# the border between two clusters runs through a box are its points looked at.
#
# That holds as long as boxes are small beside clusters: in many dimensions they are not, and what
# is left is the loop over all points and centroids, made for wide registers.

# %%
for dims in (2, 24):
    given = blobs(3_000 if QUICK else 300_000, dims, 5)
    for name in ("kmeans_py_sklearn", "kmeans_rs_engine"):
        timing = measure(VERSIONS[name], given, f"{dims} dimensions", BUDGET)
        print(f"{timing.form:13} {name:18} {timing.median_ms:9.2f} ms")

# %% [markdown]
# ## What to take along
#
# - The same start and the same number of iterations, or times tell nothing.
# - Lloyd's algorithm gives the same answer however it is computed. What may be left out is work
#   whose outcome is known.
# - Sums in a fixed order: the answer is the same with one thread and with many.
