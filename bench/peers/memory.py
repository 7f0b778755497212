"""The memory of the process, as Linux reports it; zeros on other systems."""

from __future__ import annotations

import contextlib
from pathlib import Path


def resident() -> int:
    """Return the current resident memory, in bytes."""
    return _status("VmRSS:")


def peak() -> int:
    """Return the peak resident memory since the last `reset_peak`, in bytes."""
    return _status("VmHWM:")


def reset_peak() -> None:
    """Reset the peak. If the system does not allow it, peaks count from the process start."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def _status(field: str) -> int:
    try:
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith(field):
                return 1024 * int(line.split()[1])
    except OSError:
        pass
    return 0
