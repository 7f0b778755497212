"""How versions that remember nothing between two runs are fed and read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Given:
    """The arguments of an entry, as they are."""

    arguments: tuple[Any, ...]


@dataclass(frozen=True)
class Plain:
    """Input of plain values, made before the clock starts.

    Attributes
    ----------
    arguments
        How an example becomes the arguments of the entry.
    read
        How what the entry returns becomes a number per row, -1 for none.
    """

    arguments: Callable[[Any], tuple[Any, ...]]
    read: Callable[[Any], NDArray[np.int64]]

    def make(self, module: ModuleType, example: Any) -> Given:
        """Return the arguments."""
        del module
        return Given(self.arguments(example))

    def renew(self, module: ModuleType, example: Any, given: Given) -> Given:
        """Return the same: nothing is remembered in it."""
        del module, example
        return given

    def warm(self, given: Given, main: Callable[..., Any]) -> None:
        """Run once: the first touch of memory is the system's time."""
        main(*given.arguments)

    def rows(self, given: Given, result: Any) -> NDArray[np.int64]:
        """Return the answer as a number per row."""
        del given
        return self.read(result)
