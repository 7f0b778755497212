"""The cells of fold.ipynb; build_ladder.py builds the notebook from them."""

# ruff: noqa: E402

# %% [markdown]
# # Stratified folds
#
# Each row goes to one of `n` folds, and each class is distributed evenly over them. The versions
# are those of `ladder/fold` (stratif2 of the exercise). All times in the output were measured when
# this notebook ran.

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
from ladder.fold.example import made
from ladder.timing import Budget

BUDGET = Budget(0.1, 1) if QUICK else Budget(1.0, 3)

# %% [markdown]
# ## Data and result
#
# Within a class the sizes of two folds differ by at most one. The same is true for all rows.

# %%
frame = pl.DataFrame({"label": made(1_003, 5, 4).labels})
folds = frame.with_columns(fold=pm.stratified_fold("label", 4, seed=1))
print(folds.head(4))
table = folds.group_by("label").agg(
    (pl.col("fold") == fold).sum().alias(f"fold {fold}") for fold in range(4)
)
table = table.sort("label")
print(table)
print(table.select(pl.exclude("label").sum()))

# %%
figure, axes = plt.subplots(figsize=(6, 3))
left = [0] * 4
for label, *counts in table.rows():
    axes.barh(range(4), counts, left=left, label=f"class {label}")
    left = [before + count for before, count in zip(left, counts, strict=True)]
axes.set_yticks(range(4), table.columns[1:])
axes.set_xlabel("rows")
axes.legend(frameon=False, fontsize=7, loc="center left", bbox_to_anchor=(1, 0.5))
plt.show()

# %% [markdown]
# ## The steps
#
# Each class has a list of rows, which is shuffled and assigned to folds in turn. The next class
# continues where the previous class ended, which keeps the total fold sizes equal.

# %%
from ladder.fold import stratif2_py_scratch

print(inspect.getsource(stratif2_py_scratch.main))

# %% [markdown]
# ## Are the answers correct?

# %%
notebook.show_answers("fold")

# %% [markdown]
# ## Times of the versions
#
# A form is rows-classes-folds. scikit-learn returns each fold as two arrays of row numbers, one of
# them almost as long as the column, so its time grows with the number of folds.

# %%
times = notebook.times("fold", BUDGET, quick=QUICK)
times.with_columns(pl.selectors.float().round(2))

# %%
notebook.draw(times)
plt.show()

# %% [markdown]
# ## How the engine works
#
# It works as for a split: it numbers and counts the classes, lists the folds of each class,
# shuffles them, and assigns them to the rows in a second pass. The number of folds does not change
# these steps.
