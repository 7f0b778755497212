"""The matchers that are kept between queries."""

from __future__ import annotations

from typing import NamedTuple

from poly_match import _plugin


class CacheInfo(NamedTuple):
    """How often a kept matcher was found, and how many are kept.

    A matcher is the polygons, parsed, measured and indexed for one rule. It is found again when
    equal polygons come with the same rule. It is kept as long as an expression, or a query with
    that expression, needs it; of the others the last used ones stay.
    """

    hits: int
    """Calls that found their matcher. A streaming query makes a call for each morsel."""
    misses: int
    """Matchers that were built."""
    maxsize: int
    """Matchers that are kept though no expression needs them, at most."""
    currsize: int
    """Matchers that are kept now."""


def cache_info() -> CacheInfo:
    """Tell how often matchers were built and found in this process.

    Returns
    -------
    CacheInfo
        ``hits``, ``misses``, ``maxsize`` and ``currsize``, as of ``functools.lru_cache``.

    Examples
    --------
    >>> import poly_match as pm
    >>> pm.cache_clear()
    >>> pm.cache_info()
    CacheInfo(hits=0, misses=0, maxsize=8, currsize=0)
    """
    hits, misses, maxsize, currsize = _plugin.cache_info()
    return CacheInfo(hits, misses, maxsize, currsize)


def cache_clear() -> None:
    """Let go of all kept matchers."""
    _plugin.cache_clear()
