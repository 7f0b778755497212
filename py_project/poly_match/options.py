"""The options that every door takes. What each of them may be is the plugin's to say."""

from __future__ import annotations

from operator import index
from typing import Literal, NamedTuple, TypeAlias

from poly_match import _plugin

Predicate: TypeAlias = Literal["center", "covers"]
Center: TypeAlias = Literal["vertex_mean", "centroid"]
Metric: TypeAlias = Literal["euclidean", "haversine"]
Invalid: TypeAlias = Literal["raise", "skip"]

# More than there can be polygons, and few enough for every integer that it passes through.
_ALL = 2**62


class Options(NamedTuple):
    """Who qualifies, what is best, what is answered, and what becomes of invalid polygons.

    The names, the order and the defaults of all doors; :func:`poly_match.poly_match` explains them.
    """

    max_dist: float | None = None
    k: int | None = None
    predicate: Predicate = "center"
    center: Center = "vertex_mean"
    by: str | None = None
    descending: bool = False
    id: str | None = None
    details: bool = False
    metric: Metric = "euclidean"
    invalid: Invalid = "raise"

    def checked(self) -> Options:
        """Give the options back as plain numbers, or raise ``ValueError`` if they make no rule."""
        options = self if self.k is None else self._replace(k=min(index(self.k), _ALL))
        _plugin.check_options(options)
        if options.max_dist is None:
            return options
        # What numpy's numbers are pickled to is not read as a number.
        return options._replace(max_dist=float(options.max_dist))
