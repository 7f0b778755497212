"""The versions of k-means, in order."""

from __future__ import annotations

from ladder.kmeans import example
from ladder.kmeans.inputs import COLUMNS, LISTS, MATRICES
from ladder.needs import ENGINE, PORTS, SKLEARN
from ladder.version import Version, against_all

FORMS = tuple(example.FORMS)
"""Points, dimensions, clusters."""

NOTES = (
    f"{example.MAX_ITER} iterations from the same centroids. A form is points-dimensions-clusters.",
    "Speed-ups are ratios of medians. The scratch versions use one thread; scikit-learn, linfa and",
    "the engine use all threads.",
)
"""Lines below the table."""

VERSIONS: dict[str, Version] = {
    version.name: version
    for version in (
        Version(
            name="kmeans_py_scratch",
            what="pure Python, lists of floats",
            module="ladder.kmeans.kmeans_py_scratch",
            family=LISTS,
            # A million points would take minutes for a result that is not needed.
            forms=FORMS[:1],
        ),
        Version(
            name="kmeans_np_scratch",
            what="numpy, a block of points against all centroids",
            module="ladder.kmeans.kmeans_np_scratch",
            family=MATRICES,
            forms=FORMS,
        ),
        Version(
            name="kmeans_py_sklearn",
            what="scikit-learn, Lloyd",
            module="ladder.kmeans.kmeans_py_sklearn",
            needs=SKLEARN,
            family=MATRICES,
            forms=FORMS,
        ),
        Version(
            name="kmeans_rs_scratch",
            what="two loops in Rust",
            module="ladder.kmeans.kmeans_rs_scratch",
            needs=PORTS,
            family=MATRICES,
            forms=FORMS,
        ),
        Version(
            name="kmeans_rs_linfa",
            what="linfa-clustering",
            module="ladder.kmeans.kmeans_rs_linfa",
            needs=PORTS,
            family=MATRICES,
            forms=FORMS,
            correct=False,
        ),
        Version(
            name="kmeans_rs_engine",
            what="the engine, from the column",
            module="ladder.kmeans.kmeans_rs_engine",
            needs=ENGINE,
            family=COLUMNS,
            forms=FORMS,
        ),
    )
}

BASELINE = "kmeans_py_sklearn"

COMPARISONS = against_all("kmeans_rs_engine", VERSIONS)
"""Ratios that are printed below the table."""
