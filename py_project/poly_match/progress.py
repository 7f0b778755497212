"""How far a job is, told on standard error: as a bar on a terminal, else in lines."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, NamedTuple, TextIO

from tqdm import tqdm

if TYPE_CHECKING:
    from types import TracebackType

SECONDS_BETWEEN_LINES = 5.0


class Progress(NamedTuple):
    """How far a job is."""

    rows: int
    """Rows answered."""
    total: int
    """Rows that are to be answered; 0 until all files have been looked at."""
    matched: int
    """Rows with an answer."""


class Rate:
    """Rows a second, and the time that is left, since it was last told that there are none."""

    def __init__(self) -> None:
        self._start = time.monotonic()

    def of(self, now: Progress) -> tuple[float, float | None]:
        """Rows a second, and seconds that are left if they can be told."""
        if not now.rows:
            self._start = time.monotonic()
            return 0.0, None
        seconds = time.monotonic() - self._start
        rate = now.rows / seconds if seconds else 0.0
        return rate, (now.total - now.rows) / rate if rate else None


class Bar:
    """A bar, on a terminal."""

    def __init__(self, stream: TextIO) -> None:
        self._bar = tqdm(file=stream, unit=" rows", unit_scale=True, leave=False)

    def __call__(self, now: Progress) -> None:
        """Draw it."""
        self._bar.total = now.total or None
        share = f"{now.matched / now.rows:.1%}" if now.rows else ""
        self._bar.set_postfix(matched=share, refresh=False)
        self._bar.update(now.rows - self._bar.n)

    def close(self) -> None:
        """Wipe it off."""
        self._bar.close()


class Lines:
    """A line now and then, for files and pipes; none for a job that is over before."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._rate = Rate()
        self._last = time.monotonic()

    def __call__(self, now: Progress) -> None:
        """Write one, if it is time."""
        rate, left = self._rate.of(now)
        if time.monotonic() - self._last < SECONDS_BETWEEN_LINES:
            return
        self._last = time.monotonic()
        parts = [f"{now.rows:,} of {now.total:,} rows"]
        if now.rows:
            parts += [f"{rate:,.0f} rows/s", f"{now.matched / now.rows:.1%} matched"]
        if left is not None:
            parts += [f"{left:,.0f} s left"]
        print(", ".join(parts), file=self._stream, flush=True)

    def close(self) -> None:
        """Nothing is left to write."""


class Told:
    """Standard error while a job runs."""

    def __init__(self) -> None:
        # As it is after `2>&-`.
        stream = sys.stderr
        self._to: Bar | Lines | None = None
        if stream is not None:
            self._to = Bar(stream) if stream.isatty() else Lines(stream)

    def __call__(self, now: Progress) -> None:
        """Tell how far the job is."""
        if self._to is not None:
            self._to(now)

    def __enter__(self) -> Told:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._to is not None:
            self._to.close()
