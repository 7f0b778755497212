"""How a job writes. What each of these may be is the plugin's to say."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

from poly_match import _plugin

OnError: TypeAlias = Literal["raise", "skip-file"]


class Settings(NamedTuple):
    """The names and defaults that :func:`poly_match.match_parquet` and the command share."""

    compression: str | None = None
    row_group_size: int | None = None
    overwrite: bool = False
    resume: bool = False
    on_error: OnError = "raise"
    infer_types: bool = False
    memory: int | str = "256MiB"

    def checked(self) -> Settings:
        """Give the settings back, or raise ``ValueError`` for one that cannot be."""
        _plugin.check_settings(self)
        return self
