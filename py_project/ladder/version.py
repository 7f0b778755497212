"""What a version of a kernel is: a name, its code, and how to feed and read it."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Input:
    """What a version's entry takes, in the form it wants it."""

    polygons: Any
    points: Any
    max_dist: float


class Family(Protocol):
    """How the versions of one kind take their input and give their answer."""

    def make(self, module: ModuleType, example: Any) -> Input:
        """Return the input of an example, nothing cached in it yet."""
        ...

    def renew(self, module: ModuleType, example: Any, given: Input) -> Input:
        """Return the same input with every cache in it empty."""
        ...

    def warm(self, given: Input, main: Callable[..., Any]) -> None:
        """Fill every cache in the input."""
        ...

    def rows(self, given: Input, result: Any) -> NDArray[np.int64]:
        """Return the answer as a polygon's row number per point, -1 for none."""
        ...


@dataclass(frozen=True, kw_only=True)
class Version:
    """One rung of a ladder.

    Attributes
    ----------
    name
        What it is called on the command line and in tables.
    what
        One line on what it does.
    module, entry
        Where its code is: ``entry(polygons, points, max_dist)`` in ``module``.
    family
        How it is fed and read.
    memory
        Estimate of the bytes it needs at its peak, from the numbers of points and polygons.
    needs
        The compiled distribution it cannot do without, if any.
    other
        Its number in the exercise's other count, v0 to v4.
    published
        Its speed-up over v1 as the exercise published it, on another machine.
    cached, fresh
        Which of the two forms of measurement make sense for it.
    correct
        False for a version kept as published although its answers are wrong somewhere.
    """

    name: str
    what: str
    module: str
    family: Family
    memory: Callable[[int, int], int]
    entry: str = "main"
    needs: str | None = None
    other: str = ""
    published: float | None = None
    cached: bool = True
    fresh: bool = True
    correct: bool = True

    @property
    def code(self) -> ModuleType:
        """The module with its code, imported."""
        return importlib.import_module(self.module)

    @property
    def main(self) -> Callable[..., Any]:
        """The entry, ``main(polygons, points, max_dist)``."""
        return getattr(self.code, self.entry)

    @property
    def forms(self) -> tuple[str, ...]:
        """The forms of measurement that make sense for it."""
        wanted = {"cached": self.cached, "fresh": self.fresh}
        return tuple(form for form, has in wanted.items() if has)

    def missing(self) -> str | None:
        """Say why it cannot run here, or return None if it can."""
        try:
            self.code  # noqa: B018 - the import is the question
        except ImportError as error:
            need = f" (it needs {self.needs})" if self.needs else ""
            return f"{self.name} cannot run here{need}: {error}"
        return None

    def make(self, example: Any) -> Input:
        """Return the input of an example, nothing cached in it yet."""
        return self.family.make(self.code, example)

    def renew(self, example: Any, given: Input) -> Input:
        """Return the same input with every cache in it empty."""
        return self.family.renew(self.code, example, given)

    def warm(self, given: Input) -> None:
        """Fill every cache in the input."""
        self.family.warm(given, self.main)

    def answer(self, example: Any) -> NDArray[np.int64]:
        """Run once; return a polygon's row number per point, -1 for none."""
        given = self.make(example)
        result = self.main(given.polygons, given.points, given.max_dist)
        return self.family.rows(given, result)


def named(versions: Mapping[str, Version], name: str) -> Version:
    """Return the version of that name.

    Raises
    ------
    LookupError
        If there is none; the message lists those there are.
    """
    if name not in versions:
        raise LookupError(f"there is no version {name!r}; versions are: {', '.join(versions)}")
    return versions[name]
