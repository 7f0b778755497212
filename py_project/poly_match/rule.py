"""Which options make a rule together. What each of them may be is the engine's to say."""

from __future__ import annotations


def check_rule(max_dist: float | None, by: str | None, descending: bool) -> float:
    """Give ``max_dist`` back, or raise ``ValueError`` for options that make no rule.

    Without ``max_dist`` every polygon would qualify; without ``by`` there is nothing that
    ``descending`` could turn around.
    """
    if max_dist is None:
        msg = "max_dist: expected a distance; there is no default"
        raise ValueError(msg)
    if descending and by is None:
        msg = "descending: there is no `by` to turn around; the smallest area is the best"
        raise ValueError(msg)
    return max_dist
