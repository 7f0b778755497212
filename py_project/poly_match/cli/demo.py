"""`poly-match demo`: makes an example, matches it, draws a picture."""

from __future__ import annotations

import argparse
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from poly_match.cli.arguments import count, seed

if TYPE_CHECKING:
    from poly_match.cli.parser import Commands

_POINTS = 1_000_000
_SEED = 7

_DESCRIPTION = """\
Makes a city of nested zones and a crowd of points, matches them with the batch
job, checks a sample of the answers against the plain rule, and writes points,
polygons and matched as Parquet next to matched.png, on which one sees that the
smallest zone wins. Needs numpy and matplotlib: pip install 'poly-match[demo]'"""


def add(commands: Commands) -> None:
    """Add the command."""
    demo = commands.add_parser(
        "demo",
        help="make an example, match it, draw a picture",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    demo.set_defaults(run=_run, check=_check, parser=demo)
    demo.add_argument(
        "--points",
        metavar="N",
        type=count,
        help=f"how many points (default: {_POINTS:,})",
    )
    demo.add_argument(
        "--seed", metavar="N", type=seed, help=f"makes another city (default: {_SEED})"
    )
    demo.add_argument(
        "--out",
        metavar="DIR",
        default="poly-match-demo",
        help="where the files go, replacing those of an earlier demo (default: %(default)s)",
    )
    demo.add_argument(
        "--example",
        choices=("city", "original"),
        default="city",
        help="original: the 1,000 polygons and 100 points of the original exercise",
    )
    demo.add_argument("--quiet", action="store_true", help="print the closing line only")


def _check(demo: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    if options.example == "original" and (options.points, options.seed) != (None, None):
        demo.error("--points and --seed are for the city: the original example is what it is")


def _run(options: argparse.Namespace) -> None:
    wanted = ("numpy", "matplotlib") if options.example == "city" else ("numpy",)
    missing = [module for module in wanted if find_spec(module) is None]
    if missing:
        raise ModuleNotFoundError(
            f"the demo needs {' and '.join(missing)}: pip install 'poly-match[demo]'"
        )
    from poly_match import demo

    def say(line: str) -> None:
        if not options.quiet:
            print(line, flush=True)

    directory = Path(options.out)
    progress = not options.quiet
    if options.example == "original":
        line = demo.demo_original(directory, say=say, progress=progress)
    else:
        points = _POINTS if options.points is None else options.points
        seed = _SEED if options.seed is None else options.seed
        line = demo.demo_city(directory, points, seed, say=say, progress=progress)
    print(line)
