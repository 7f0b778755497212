"""The results of the processes of a run, so that an interrupted run can be resumed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

Asked = tuple[str, str, str]
"""Round, workload and engine."""


class Stale(Exception):  # noqa: N818
    """The reason why a run cannot be resumed."""


class Journal:
    """Lines of JSON: first the settings of the run, then the result of each process.

    Parameters
    ----------
    path
        The file. It is read if the run is resumed, and overwritten otherwise.
    made_with
        The settings that must be equal for a run to be resumed.
    """

    def __init__(self, path: Path, made_with: dict[str, Any], *, resume: bool) -> None:
        self.path = path
        self._told: dict[Asked, dict[str, Any]] = {}
        if resume:
            self._read(made_with)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(made_with) + "\n")

    def get(self, asked: Asked) -> dict[str, Any] | None:
        """Return the result that was recorded before the run was interrupted, if any."""
        return self._told.get(asked)

    def add(self, asked: Asked, result: dict[str, Any]) -> None:
        """Append the result of a process."""
        with self.path.open("a") as file:
            file.write(json.dumps([asked, result]) + "\n")

    def _read(self, made_with: dict[str, Any]) -> None:
        if not self.path.exists():
            msg = f"there is no run to resume: {self.path} is missing"
            raise Stale(msg)
        first, *lines = self.path.read_text().splitlines(keepends=True)
        before = json.loads(first)
        changed = [name for name in made_with if before.get(name) != made_with[name]]
        if changed:
            msg = f"the run cannot be resumed: it was started with other {', '.join(changed)}"
            raise Stale(msg)
        # The last line may be incomplete.
        whole = [line for line in lines if line.endswith("\n")]
        self._told = {tuple(asked): result for asked, result in map(json.loads, whole)}
        self.path.write_text("".join([first, *whole]))
