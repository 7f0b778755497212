"""The cells of split.ipynb; build_ladder.py builds the notebook from them."""

# ruff: noqa: E402

# %% [markdown]
# # The stratified split: the same cost for any number of classes
#
# A third of the rows is for the test, the rest is for training, and each class has its share in
# both. The versions are those of `ladder/split` (stratif1 of the exercise). All times in the output
# were measured when this notebook ran.

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
from ladder.split.example import made
from ladder.timing import Budget

BUDGET = Budget(0.1, 1) if QUICK else Budget(2.0, 3)

# %% [markdown]
# ## Data and result

# %%
frame = pl.DataFrame({"label": made(10_000, 6).labels})
parts = frame.with_columns(part=pm.stratified_split("label", test_size=0.33, seed=1))
print(parts.head(4))
shares = (
    parts.group_by("label")
    .agg(rows=pl.len(), test=(pl.col("part") == "test").sum())
    .with_columns(share=pl.col("test") / pl.col("rows"))
    .sort("label")
)
print(shares)
print("for the test:", shares["test"].sum(), "of", len(parts))

# %%
figure, axes = plt.subplots(figsize=(6, 3))
labels = shares["label"].to_list()
axes.bar(labels, shares["rows"], color="#b9cfe0", label="train")
axes.bar(labels, shares["test"], color="#1f5a8a", label="test")
for label, rows, share in shares.select("label", "rows", "share").rows():
    axes.annotate(f"{share:.1%}", (label, rows), ha="center", va="bottom", fontsize=8)
axes.set_xlabel("class")
axes.set_ylabel("rows")
axes.legend(frameon=False)
plt.show()

# %% [markdown]
# Quotas are not integers: 33% of a class of 1,001 rows is 330.33. Each class gets the integer part,
# and the missing rows go to the classes with the largest remainders, so that both totals are exact.
#
# ## The steps
#
# Each class has a list of rows, from which a sample is drawn:

# %%
from ladder.split import stratif1_np_scratch, stratif1_py_scratch

print(inspect.getsource(stratif1_py_scratch.main))

# %% [markdown]
# NumPy has no lists of different lengths, so rows are sorted by class instead:

# %%
print(inspect.getsource(stratif1_np_scratch.main))

# %% [markdown]
# ## Are the answers correct?
#
# The versions draw different rows, so each answer is checked against the definition.

# %%
notebook.show_answers("split")

# %% [markdown]
# ## Times of the versions
#
# A form is rows-classes.

# %%
times = notebook.times("split", BUDGET, quick=QUICK)
times.with_columns(pl.selectors.float().round(2))

# %%
notebook.draw(times)
plt.show()

# %% [markdown]
# ## How the engine works
#
# It numbers and counts the classes in one pass, lists the required numbers of "train" and "test"
# for each class, shuffles them, and assigns them to the rows in a second pass. There is no list per
# class and no sort, so 20,000 classes cost little more than four.
#
# The random numbers of a class depend on the seed and the position of the class. So threads can
# share the work, and the answer is the same with one thread and with many, and for any class names:

# %%
named = frame.with_columns(name=pl.format("class {}", "label"))
same = named.select(
    numbers=pm.stratified_split("label", seed=1), names=pm.stratified_split("name", seed=1)
)
print("equal:", same["numbers"].equals(same["names"]))
