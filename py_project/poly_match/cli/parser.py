"""Reads the words of the command line."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import NoReturn, TypeAlias

from poly_match import __version__
from poly_match.cli import demo, info, match
from poly_match.cli.complaint import PROG, complain

_DESCRIPTION = """\
For every point the best polygon: of those whose centre is near, or that cover
the point, the one with the smallest area."""

_EXAMPLES = """\
examples:
  poly-match match points.parquet zones.parquet -o matched.parquet --max-dist 10
  poly-match info zones.geojson
  poly-match demo"""


class _Parser(argparse.ArgumentParser):
    """One line for a wrong command line, in the same form as for everything else."""

    def error(self, message: str) -> NoReturn:
        complain(message)
        raise SystemExit(2)


Commands: TypeAlias = "argparse._SubParsersAction[_Parser]"


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the words; exits with 2 where they are wrong, with 0 after `--help` and `--version`."""
    parser = _Parser(
        prog=PROG,
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"{PROG} {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for command in (match, info, demo):
        command.add(commands)
    options = parser.parse_args(arguments)
    options.check(options.parser, options)
    return options
