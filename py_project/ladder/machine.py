"""The machine that the figures are measured on."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from datetime import datetime, timezone
from pathlib import Path


def description() -> dict[str, str]:
    """Return the machine and the versions of all software that affects the figures."""
    peers = ("numpy", "scikit-learn", "numba", "dtaidistance", "aeon", "shapely")
    packages = (*peers, "polars", "poly-match", "poly-match-ladder")
    return {
        "cpu": _cpu(),
        "cores": str(os.cpu_count()),
        "memory": f"{physical_memory() / 2**30:.0f} GiB",
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        **{package: _version(package) for package in packages},
        "date": datetime.now(timezone.utc).strftime("%Y-%m-%d"),
    }


def in_ci() -> bool:
    """Return whether this runs in CI, where no version may be left out."""
    return os.environ.get("CI", "").lower() not in {"", "0", "false"}


def physical_memory() -> int:
    """Return the machine's memory in bytes, or 8 GiB if it is unknown."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 8 * 2**30


def _cpu() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"
