"""What a user is told of what went wrong: a line."""

from __future__ import annotations

import sys

PROG = "poly-match"


def complain(message: str) -> None:
    """Print it on standard error."""
    print(f"{PROG}: error: {' '.join(message.split())}", file=sys.stderr, flush=True)
