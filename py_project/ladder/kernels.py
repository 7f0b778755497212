"""The kernels that have a ladder, found by their folders."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

FOLDER = Path(__file__).parent


def names() -> list[str]:
    """Return the kernels, in alphabetical order."""
    return sorted(path.parent.name for path in FOLDER.glob("*/versions.py"))


def part(kernel: str, module: str) -> ModuleType:
    """Return a kernel's module: its ``versions``, its ``example``, its ``agree``.

    A kernel's ``versions`` lists them, and the forms in which they are measured;
    ``example.of_form`` makes what a form is measured on; ``agree.compare`` compares answers.

    Raises
    ------
    LookupError
        If there is no such kernel; the message lists those there are.
    """
    if kernel not in names():
        raise LookupError(f"there is no kernel {kernel!r}; kernels are: {', '.join(names())}")
    return importlib.import_module(f"ladder.{kernel}.{module}")


def with_version(version: str) -> str:
    """Return the kernel that a version is of.

    Raises
    ------
    LookupError
        If there is no such version; the message lists those there are.
    """
    registries = {kernel: part(kernel, "versions").VERSIONS for kernel in names()}
    for kernel, registry in registries.items():
        if version in registry:
            return kernel
    listed = "; ".join(
        f"{kernel}: {', '.join(versions)}" for kernel, versions in registries.items()
    )
    raise LookupError(f"there is no version {version!r}; versions are: {listed}")
