"""The pixels of a picture."""

from __future__ import annotations

from dataclasses import dataclass

FORMS = {"80x60": (80, 60), "800x600": (800, 600)}
"""Width and height of each form of measurement."""


@dataclass(frozen=True)
class Example:
    """A picture of `width` by `height` pixels."""

    width: int
    height: int

    @property
    def name(self) -> str:
        """The name in tables."""
        return f"{self.width}x{self.height}"

    @property
    def sizes(self) -> dict[str, int]:
        """The number of pixels."""
        return {"pixels": self.width * self.height}


def of_form(form: str, *, quick: bool = False) -> Example:
    """Return the example of a form; with `quick`, 1% of it."""
    width, height = FORMS[form]
    return Example(width // 10, height // 10) if quick else Example(width, height)
