"""The command `poly-match`: reads the words of the command line, calls the job or the demo.

Exit codes: 0 done, 1 the work failed (one line says what and where), 2 the command line is wrong
(one line), 3 done but for files that were left out (a line each), 130 interrupted, 143 terminated.
A traceback is always a bug of ours, never the answer to bad input.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

import polars as pl

from poly_match.cli.complaint import PROG, complain
from poly_match.cli.parser import parse


class _TerminatedError(BaseException):
    """SIGTERM; of the kind of `KeyboardInterrupt`, so that nothing takes it for an error."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments
        Without the program's name; by default those of the process.

    Returns
    -------
    int
        The exit code, 0, 1, 3, 130 or 143.

    Raises
    ------
    SystemExit
        With 2 when the command line is wrong, with 0 after `--help` and `--version`.
    """
    options = parse(arguments)
    try:
        try:
            with _sigterm():
                left_out = options.run(options)
        finally:
            # Here, for two reasons: a reader of ours may have gone, and after an interrupt in
            # Polars Python raises a second one at the next call, which must not come any later.
            if sys.stdout is not None:  # as it is after `>&-`
                sys.stdout.flush()
    except KeyboardInterrupt:
        print(f"{PROG}: interrupted", file=sys.stderr, flush=True)
        return 130
    except _TerminatedError:
        print(f"{PROG}: terminated", file=sys.stderr, flush=True)
        return 143
    except BrokenPipeError:
        # Whoever read our output has gone. Python flushes stdout again on its way out.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 1
    except OSError as error:
        complain(_os_message(error))
        return 1
    except MemoryError:
        complain("out of memory")
        return 1
    except (ValueError, ModuleNotFoundError, pl.exceptions.PolarsError) as error:
        complain(str(error))
        return 1
    return 3 if left_out else 0


@contextmanager
def _sigterm() -> Iterator[None]:
    """Make SIGTERM an exception, so that it stops the work as Ctrl-C does."""

    def terminate(_signal: int, _frame: FrameType | None) -> NoReturn:
        raise _TerminatedError

    try:
        before = signal.signal(signal.SIGTERM, terminate)
    except ValueError:  # signals are the main thread's alone
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _os_message(error: OSError) -> str:
    """Leave out the number that Python puts in front; a message of our own stays as it is."""
    reason = str(error) if error.strerror is None else error.strerror
    return reason if error.filename is None else f"{error.filename}: {reason}"
