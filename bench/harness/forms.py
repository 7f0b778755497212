"""The forms of a run, as read from `forms.toml`."""

from __future__ import annotations

import tomllib
from typing import Any

from harness.places import BENCH


def read(name: str | None) -> dict[str, Any]:
    """Return one form; without a name (for `--bless`), the form `all`."""
    return tomllib.loads((BENCH / "forms.toml").read_text())[name or "all"]
