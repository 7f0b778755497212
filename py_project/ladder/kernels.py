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

    Raises
    ------
    LookupError
        If there is no such kernel; the message lists those there are.
    """
    if kernel not in names():
        raise LookupError(f"there is no kernel {kernel!r}; kernels are: {', '.join(names())}")
    return importlib.import_module(f"ladder.{kernel}.{module}")
