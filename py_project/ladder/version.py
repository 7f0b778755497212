"""What a version of a kernel is: a name, its code, and how to feed and read it."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray


class Example(Protocol):
    """What the versions of a kernel are run on."""

    @property
    def name(self) -> str:
        """What it is called in tables."""
        ...

    @property
    def sizes(self) -> Mapping[str, int]:
        """How much there is of what; the rows that grow with ``--scale`` come first."""
        ...


class Input(Protocol):
    """What a version's entry takes, in the form it wants it."""

    @property
    def arguments(self) -> tuple[Any, ...]:
        """The arguments of the entry."""
        ...


class Family(Protocol):
    """How the versions of one kind take their input and give their answer."""

    def make(self, module: ModuleType, example: Any) -> Any:
        """Return the input of an example, nothing cached in it yet."""
        ...

    def renew(self, module: ModuleType, example: Any, given: Any) -> Any:
        """Return the same input with every cache in it empty."""
        ...

    def warm(self, given: Any, main: Callable[..., Any]) -> None:
        """Fill every cache in the input."""
        ...

    def rows(self, given: Any, result: Any) -> NDArray[np.int64]:
        """Return the answer as a number per row, -1 for none."""
        ...


def _unknown(*sizes: int) -> int:
    del sizes
    return 0


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
        Where its code is: ``entry(*input.arguments)`` in ``module``.
    family
        How it is fed and read.
    forms
        The forms of measurement that make sense for it, of those that its kernel has.
    memory
        Estimate of the bytes it needs at its peak, from the sizes of the example; for ``--scale``.
    needs
        The compiled distribution it cannot do without, if any.
    optional
        Whether it may be missing in CI: what it needs does not go with what the others need.
    other
        Its number in the exercise's other count, v0 to v4.
    published
        Its speed-up over v1 as the exercise published it, on another machine.
    correct
        False for a version kept as published although its answers are wrong somewhere.
    """

    name: str
    what: str
    module: str
    family: Family
    forms: tuple[str, ...]
    memory: Callable[..., int] = _unknown
    entry: str = "main"
    needs: str | None = None
    optional: bool = False
    other: str = ""
    published: float | None = None
    correct: bool = True

    @property
    def code(self) -> ModuleType:
        """The module with its code, imported."""
        return importlib.import_module(self.module)

    @property
    def main(self) -> Callable[..., Any]:
        """The entry, ``main(*input.arguments)``."""
        return getattr(self.code, self.entry)

    def missing(self) -> str | None:
        """Say why it cannot run here, or return None if it can."""
        try:
            self.code  # noqa: B018 - the import is the question
        except ImportError as error:
            need = f" (it needs {self.needs})" if self.needs else ""
            return f"{self.name} cannot run here{need}: {error}"
        return None

    def make(self, example: Example) -> Any:
        """Return the input of an example, nothing cached in it yet."""
        return self.family.make(self.code, example)

    def renew(self, example: Example, given: Any) -> Any:
        """Return the same input with every cache in it empty."""
        return self.family.renew(self.code, example, given)

    def warm(self, given: Any) -> None:
        """Fill every cache in the input."""
        self.family.warm(given, self.main)

    def run(self, example: Any) -> Any:
        """Run once; return what it returns."""
        return self.main(*self.make(example).arguments)

    def answer(self, example: Any) -> NDArray[np.int64]:
        """Run once; return the answer as a number per row, -1 for none."""
        given = self.make(example)
        return self.family.rows(given, self.main(*given.arguments))


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


def against_all(
    name: str, versions: Mapping[str, Version]
) -> tuple[tuple[str, str, str, str], ...]:
    """Return the comparisons of a version with every other in every form that both have."""
    return tuple(
        (name, form, other.name, form)
        for form in versions[name].forms
        for other in versions.values()
        if other.name != name and form in other.forms
    )
