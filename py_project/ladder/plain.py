"""Input and output of versions that keep nothing between runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Given:
    """The arguments of an entry function, unchanged."""

    arguments: tuple[Any, ...]


@dataclass(frozen=True)
class Plain:
    """Input of plain values, created before the clock starts.

    Attributes
    ----------
    arguments
        Converts an example to the arguments of the entry.
    read
        Converts the result of the entry to a number per row, -1 for none.
    """

    arguments: Callable[[Any], tuple[Any, ...]]
    read: Callable[[Any], NDArray[np.int64]]

    def make(self, module: ModuleType, example: Any) -> Given:
        """Return the arguments."""
        del module
        return Given(self.arguments(example))

    def renew(self, module: ModuleType, example: Any, given: Given) -> Given:
        """Return the same input: it has no cache."""
        del module, example
        return given

    def warm(self, given: Given, main: Callable[..., Any]) -> None:
        """Run once, so that the first access to memory is not timed."""
        main(*given.arguments)

    def rows(self, given: Given, result: Any) -> NDArray[np.int64]:
        """Return the answer as a number per row."""
        del given
        return self.read(result)
