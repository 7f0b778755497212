"""The rule of a workload: which polygons qualify for a point."""

from __future__ import annotations

from typing import Any, NamedTuple

NEAR, COVERS = KINDS = ("near", "covers")
"""The kinds of rules: the center is strictly closer than a bound, or the polygon covers."""


class Rule(NamedTuple):
    """A rule.

    Parameters
    ----------
    kind
        One of `KINDS`.
    max_dist
        The bound of ``near``.
    """

    kind: str
    max_dist: float | None = None

    @classmethod
    def of(cls, given: dict[str, Any]) -> Rule:
        """Read `max_dist` or `predicate = "covers"`, from a workload or a command line.

        Raises
        ------
        ValueError
            If both or neither are given, or another predicate.
        """
        max_dist, predicate = given.get("max_dist"), given.get("predicate")
        if predicate not in (None, COVERS) or (max_dist is None) == (predicate is None):
            msg = f"expected max_dist or predicate = 'covers', got {max_dist} and {predicate!r}"
            raise ValueError(msg)
        return cls(COVERS) if max_dist is None else cls(NEAR, float(max_dist))

    @property
    def bound(self) -> float:
        """The bound of ``near``; raises an error for other rules."""
        if self.max_dist is None:
            msg = f"the rule {self.kind!r} has no max_dist"
            raise ValueError(msg)
        return self.max_dist

    def options(self) -> dict[str, object]:
        """Return the rule as command line options."""
        return {"--predicate": COVERS} if self.max_dist is None else {"--max-dist": self.max_dist}
