"""The kernels that have versions to compare, found by their folders."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

FOLDER = Path(__file__).parent


def names() -> list[str]:
    """Return the kernels, in alphabetical order."""
    return sorted(path.parent.name for path in FOLDER.glob("*/versions.py"))


def part(kernel: str, module: str) -> ModuleType:
    """Return a module of a kernel: ``versions``, ``example`` or ``agree``.

    ``versions`` lists the versions and their forms of measurement; ``example.of_form`` returns the
    input of a form; ``agree.compare`` compares answers.

    Raises
    ------
    LookupError
        If there is no such kernel; the message lists all kernels.
    """
    if kernel not in names():
        raise LookupError(f"there is no kernel {kernel!r}; kernels are: {', '.join(names())}")
    return importlib.import_module(f"ladder.{kernel}.{module}")


def with_version(version: str) -> str:
    """Return the kernel that a version belongs to.

    Raises
    ------
    LookupError
        If there is no such version; the message lists all versions.
    """
    registries = {kernel: part(kernel, "versions").VERSIONS for kernel in names()}
    for kernel, registry in registries.items():
        if version in registry:
            return kernel
    listed = "; ".join(
        f"{kernel}: {', '.join(versions)}" for kernel, versions in registries.items()
    )
    raise LookupError(f"there is no version {version!r}; versions are: {listed}")
