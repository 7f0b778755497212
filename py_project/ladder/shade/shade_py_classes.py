"""Pure Python: three small classes, one pixel at a time."""

from __future__ import annotations

from ladder.shade import classes
from ladder.shade.pixel import picture


def main(width: int, height: int) -> list[int]:
    """Return the levels of all pixels, row by row."""
    return picture(classes, width, height)
