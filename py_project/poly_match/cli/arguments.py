"""What several commands take, and how words become numbers."""

from __future__ import annotations

import argparse
import math

from poly_match.points import PointColumns


def flag(option: str) -> str:
    """An option of the doors as it is written here."""
    return "--" + option.replace("_", "-")


def add_point(command: argparse.ArgumentParser) -> None:
    """Where the points are."""
    command.add_argument("--x", metavar="NAME", help="column with x (together with --y)")
    command.add_argument("--y", metavar="NAME", help="column with y (together with --x)")
    command.add_argument(
        "--geometry",
        metavar="NAME",
        help="column with the point in one: a struct, an array or a list of two numbers, WKB or "
        "GeoArrow (default: that of GeoParquet, else the first that is there, in any case of "
        "letters: x and y, lon and lat, lng and lat, longitude and latitude, geometry, point)",
    )


def check_point(command: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    """Refuse two columns of which one is missing, and three."""
    if (options.x is None) != (options.y is None):
        given, absent = ("--x", "--y") if options.y is None else ("--y", "--x")
        command.error(f"{given} needs {absent} too")
    if options.x is not None and options.geometry is not None:
        command.error("--geometry cannot be combined with --x and --y")


def point_of(options: argparse.Namespace) -> PointColumns:
    """The columns of the points as the doors take them."""
    return options.geometry if options.x is None else (options.x, options.y)


def distance(text: str) -> float:
    """A number that is not negative."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not value >= 0:
        raise argparse.ArgumentTypeError(f"must be a number >= 0, not {text!r}")
    return value


def count(text: str) -> int:
    """A whole number from 1."""
    return _whole_number(text, 1)


def seed(text: str) -> int:
    """A whole number from 0."""
    return _whole_number(text, 0)


def _whole_number(text: str, least: int) -> int:
    try:
        value = int(text.replace(",", ""))
    except ValueError:
        value = least - 1
    if value < least:
        raise argparse.ArgumentTypeError(f"must be a whole number >= {least}, not {text!r}")
    return value
