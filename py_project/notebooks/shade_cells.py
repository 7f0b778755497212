"""The cells of shade.ipynb; build_ladder.py builds the notebook from them."""

# ruff: noqa: E402

# %% [markdown]
# # A shaded sphere: from classes to columns
#
# Each pixel is a point on a screen. From there a line goes along +z, and where it meets a sphere
# the light determines the brightness. The first version has three small classes in Python. The next
# imports the same classes from Rust and changes nothing else. The others work on whole columns. The
# versions are those of `ladder/shade`. All times in the output were measured when this notebook
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
import time

import matplotlib.pyplot as plt
import numpy as np
import polars as pl

import poly_match as pm
from ladder.shade import classes, pixel
from ladder.timing import Budget

BUDGET = Budget(0.1, 1) if QUICK else Budget(2.0, 3)
WIDTH, HEIGHT = (80, 60) if QUICK else (800, 600)

# %% [markdown]
# ## The picture

# %%
rows, columns = np.divmod(np.arange(WIDTH * HEIGHT), WIDTH)
pixels = pl.DataFrame({"x": columns, "y": rows})
picture = pixels.select(pm.shade("x", "y", size=(WIDTH, HEIGHT))).to_series()
figure, axes = plt.subplots(figsize=(5, 3.75))
axes.imshow(picture.to_numpy().reshape(HEIGHT, WIDTH), cmap="gray", vmin=0, vmax=255)
axes.set_axis_off()
plt.show()

# %% [markdown]
# ## The classes
#
# A straightforward implementation:

# %%
print(inspect.getsource(classes.Sphere))
print(inspect.getsource(pixel.level))

# %% [markdown]
# ## Are the pictures equal?
#
# All pixels must be equal: all versions compute with 64-bit floats in the same order.

# %%
notebook.show_answers("shade")

# %% [markdown]
# ## The time of a pixel
#
# Each pixel is one call of `level`, timed separately. The slowest hundredth is cut off; these are
# the calls that the system interrupts. The distribution has two peaks, because a line that misses
# the sphere returns early. The curve is the normal distribution with the mean and the deviation of
# the shown values.


# %%
def pixel_times(module):
    """Return the microseconds of each call."""
    scene = pixel.scene(module, WIDTH, HEIGHT)
    took = np.empty(WIDTH * HEIGHT)
    for at in range(len(took)):
        y, x = divmod(at, WIDTH)
        start = time.perf_counter_ns()
        pixel.level(scene, x, y)
        took[at] = (time.perf_counter_ns() - start) / 1e3
    return took[took <= np.quantile(took, 0.99)]


modules = {"Python": classes}
try:
    from poly_match_ladder import shade as rust_classes

    modules["Rust"] = rust_classes
except ImportError as error:
    print(f"the classes of Rust are not there: {error}")

figure, axes = plt.subplots(figsize=(7, 3))
for color, (name, module) in zip(("#b07d2b", "#1f5a8a"), modules.items(), strict=False):
    took = pixel_times(module)
    mean, deviation = took.mean(), took.std()
    axes.hist(took, bins=100, density=True, color=color, alpha=0.5, label=f"classes of {name}")
    at = np.linspace(took.min(), took.max(), 200)
    curve = np.exp(-0.5 * ((at - mean) / deviation) ** 2) / (deviation * np.sqrt(2.0 * np.pi))
    axes.plot(at, curve, color=color)
    print(f"{name}: mean {mean:.3f}, deviation {deviation:.3f}, median {np.median(took):.3f} µs")
axes.set_xlabel("microseconds of a pixel")
axes.set_ylabel("density")
axes.legend(frameon=False)
plt.show()

# %% [markdown]
# The Rust classes take a fraction of the time: Python creates no dictionary and looks up no name
# for each number. The remaining time is not arithmetic either: each `+`, `-` and `dot` is still a
# call from Python that creates a new object for the result.
#
# ## Times of the versions
#
# A form is the width and height of the picture.

# %%
times = notebook.times("shade", BUDGET, quick=QUICK)
times.with_columns(pl.selectors.float().round(3))

# %%
notebook.draw(times)
plt.show()
