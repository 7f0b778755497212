"""The definition of a version of a kernel: name, code, input and output."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray


class Example(Protocol):
    """The input of a kernel, before conversion for a version."""

    @property
    def name(self) -> str:
        """The name in tables."""
        ...

    @property
    def sizes(self) -> Mapping[str, int]:
        """The sizes by name; the size that grows with ``--scale`` is first."""
        ...


class Input(Protocol):
    """The input of a version's entry, in the form it needs."""

    @property
    def arguments(self) -> tuple[Any, ...]:
        """The arguments of the entry."""
        ...


class Family(Protocol):
    """Conversion of input and output for the versions of one kind."""

    def make(self, module: ModuleType, example: Any) -> Any:
        """Return the input for an example, with empty caches."""
        ...

    def renew(self, module: ModuleType, example: Any, given: Any) -> Any:
        """Return the same input, with empty caches."""
        ...

    def warm(self, given: Any, main: Callable[..., Any]) -> None:
        """Fill all caches of the input."""
        ...

    def rows(self, given: Any, result: Any) -> NDArray[np.int64]:
        """Return the answer as a number per row, -1 for none."""
        ...


def _unknown(*sizes: int) -> int:
    del sizes
    return 0


@dataclass(frozen=True, kw_only=True)
class Version:
    """One version of a kernel.

    Attributes
    ----------
    name
        The name on the command line and in tables.
    what
        A one-line description.
    module, entry
        The code: ``entry(*input.arguments)`` in ``module``.
    family
        The conversion of its input and output.
    forms
        The forms of measurement of its kernel that apply to it.
    memory
        Estimates the peak memory in bytes from the sizes of the example; for ``--scale``.
    needs
        The compiled distribution that it requires, if any.
    optional
        Whether it may be missing in CI, because its requirements conflict with those of others.
    other
        Its number in the exercise's own numbering, v0 to v4.
    published
        Its speed-up over v1 as published by the exercise, on another machine.
    correct
        False for a version that is known to give different answers in some cases.
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
        """The imported module of the version."""
        return importlib.import_module(self.module)

    @property
    def main(self) -> Callable[..., Any]:
        """The entry, ``main(*input.arguments)``."""
        return getattr(self.code, self.entry)

    def missing(self) -> str | None:
        """Return why the version cannot run here, or None if it can."""
        try:
            self.code  # noqa: B018 - tests the import
        except ImportError as error:
            need = f" (it needs {self.needs})" if self.needs else ""
            return f"{self.name} cannot run here{need}: {error}"
        return None

    def make(self, example: Example) -> Any:
        """Return the input for an example, with empty caches."""
        return self.family.make(self.code, example)

    def renew(self, example: Example, given: Any) -> Any:
        """Return the same input, with empty caches."""
        return self.family.renew(self.code, example, given)

    def warm(self, given: Any) -> None:
        """Fill all caches of the input."""
        self.family.warm(given, self.main)

    def run(self, example: Any) -> Any:
        """Run once; return the result of the entry."""
        return self.main(*self.make(example).arguments)

    def answer(self, example: Any) -> NDArray[np.int64]:
        """Run once; return the answer as a number per row, -1 for none."""
        given = self.make(example)
        return self.family.rows(given, self.main(*given.arguments))


def named(versions: Mapping[str, Version], name: str) -> Version:
    """Return the version with this name.

    Raises
    ------
    LookupError
        If there is no such version; the message lists all versions.
    """
    if name not in versions:
        raise LookupError(f"there is no version {name!r}; versions are: {', '.join(versions)}")
    return versions[name]


def against_all(
    name: str, versions: Mapping[str, Version]
) -> tuple[tuple[str, str, str, str], ...]:
    """Return the comparisons of a version with all others, in all forms that both have."""
    return tuple(
        (name, form, other.name, form)
        for form in versions[name].forms
        for other in versions.values()
        if other.name != name and form in other.forms
    )
