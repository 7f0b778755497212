"""The command `poly-match`: reads the words of the command line, calls the job or the demo.

Exit codes: 0 done, 1 the work failed (one line says what and where), 2 the command line is wrong
(one line), 3 done but for files that were left out (a line each), 130 interrupted, 143 terminated.
A traceback is always a bug of ours, never the answer to bad input.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn, get_args

import polars as pl

from poly_match import __version__
from poly_match.info import describe
from poly_match.job import Summary, match_parquet
from poly_match.options import Center, Invalid, Metric, Options, Predicate
from poly_match.points import PointColumns
from poly_match.progress import Progress, Rate
from poly_match.settings import OnError, Settings

PROG = "poly-match"

_SECONDS_BETWEEN_EVENTS = 1.0

_DEMO_POINTS = 1_000_000
_DEMO_SEED = 7

_DESCRIPTION = """\
For every point the best polygon: of those whose centre is near, or that cover
the point, the one with the smallest area."""

_EXAMPLES = """\
examples:
  poly-match match points.parquet zones.parquet -o matched.parquet --max-dist 10
  poly-match info zones.geojson
  poly-match demo"""

_MATCH_DESCRIPTION = """\
Appends a column to POINTS and writes the result to OUT: for every point the row
number in POLYGONS (UInt32, from 0) of the best polygon, null when there is none.
A polygon qualifies when its centre is strictly closer to the point than
--max-dist, or among the --k nearest, or both; with --predicate covers, when it
covers the point. The smallest area is the best, then the lowest row. Rows and
their order stay as they are, and files larger than memory are fine. Each output
appears whole or not at all; one that is there already is left alone, unless
told."""

_MATCH_EXAMPLES = """\
example:
  poly-match match cities.parquet countries.parquet -o out.parquet \\
      --x lon --y lat --max-dist 10 --name country

POLYGONS is GeoParquet; Parquet with x and y as lists of numbers (one ring per
row), or geometry as WKB or GeoArrow; or GeoJSON (.geojson, .json)."""

_INFO_DESCRIPTION = """\
Tells what is in a file of points or polygons: the format, which column holds the
geometry and how, the coordinate reference system, rows, bounds, null and invalid
rows. Looks through all rows, in little memory."""

_DEMO_DESCRIPTION = """\
Makes a city of nested zones and a crowd of points, matches them with the batch
job, checks a sample of the answers against the plain rule, and writes points,
polygons and matched as Parquet next to matched.png, on which one sees that the
smallest zone wins. Needs numpy and matplotlib: pip install 'poly-match[demo]'"""


class _TerminatedError(BaseException):
    """SIGTERM; of the kind of `KeyboardInterrupt`, so that nothing takes it for an error."""


class _Parser(argparse.ArgumentParser):
    """One line for a wrong command line, in the same form as for everything else."""

    def error(self, message: str) -> NoReturn:
        _complain(message)
        raise SystemExit(2)


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
    options = _parse(arguments)
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
        _complain(_os_message(error))
        return 1
    except MemoryError:
        _complain("out of memory")
        return 1
    except (ValueError, ModuleNotFoundError, pl.exceptions.PolarsError) as error:
        _complain(str(error))
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


def _match(options: argparse.Namespace) -> bool:
    """Whether files were left out."""
    progress: bool | Callable[[Progress], None] = not options.quiet
    if options.json and progress:
        progress = _Events()
    summary = match_parquet(
        options.points,
        options.polygons,
        options.output,
        point=_point(options),
        **{name: getattr(options, name) for name in Options._fields},
        name=options.name,
        **{name: getattr(options, name) for name in Settings._fields},
        counts=options.counts,
        picture=options.picture,
        progress=progress,
    )
    for skipped in summary.skipped:
        if options.json:
            _print_event("skipped", skipped._asdict())
        else:
            print(f"{PROG}: skipped: {skipped.error}", file=sys.stderr, flush=True)
    if options.json:
        _print_event("summary", _facts(summary, options.output))
    elif not options.quiet:
        print(_closing_line(summary, options.output))
    return bool(summary.skipped)


class _Events:
    """Progress as a line of JSON a second."""

    def __init__(self) -> None:
        self._rate = Rate()
        self._last = time.monotonic()

    def __call__(self, now: Progress) -> None:
        rate, left = self._rate.of(now)
        if time.monotonic() - self._last < _SECONDS_BETWEEN_EVENTS:
            return
        self._last = time.monotonic()
        rates = {"rows_per_second": rate, "seconds_left": left}
        _print_event("progress", {**now._asdict(), **rates})


def _info(options: argparse.Namespace) -> None:
    info = describe(options.file, _point(options))
    if options.json:
        print(json.dumps(asdict(info)))
        return
    what = f"{info.format}, {info.rows:,} {info.kind} as {info.encoding}"
    lines = [("file", f"{options.file}: {what}")]
    lines.append(("geometry", " and ".join(info.geometry)))
    lines.append(("crs", info.crs or "not told"))
    if info.bounds is not None:
        x0, y0, x1, y1 = info.bounds
        lines.append(("bounds", f"x {x0:g} to {x1:g}, y {y0:g} to {y1:g}"))
    if info.kind == "polygons":
        lines.append(("vertices", f"{info.vertices:,}"))
    lines.append(("null", f"{info.nulls:,}"))
    invalid = f"{info.invalid:,}"
    if info.first_invalid is not None:
        row, reason = info.first_invalid
        invalid += f", the first in row {row:,}: {reason}"
    lines.append(("invalid", invalid))
    lines.append(("columns", ", ".join(info.columns) or "no others"))
    for name, told in lines:
        print(f"{name:10}{told}")


def _point(options: argparse.Namespace) -> PointColumns:
    return options.geometry if options.x is None else (options.x, options.y)


def _demo(options: argparse.Namespace) -> None:
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
        points = _DEMO_POINTS if options.points is None else options.points
        seed = _DEMO_SEED if options.seed is None else options.seed
        line = demo.demo_city(directory, points, seed, say=say, progress=progress)
    print(line)


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    raw = argparse.RawDescriptionHelpFormatter
    parser = _Parser(
        prog=PROG,
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
        formatter_class=raw,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"{PROG} {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    match = commands.add_parser(
        "match",
        help="match the points of Parquet files",
        description=_MATCH_DESCRIPTION,
        epilog=_MATCH_EXAMPLES,
        formatter_class=raw,
        allow_abbrev=False,
    )
    match.set_defaults(run=_match)
    match.add_argument(
        "points", metavar="POINTS", help="Parquet file of points, a directory, or a 'pattern*'"
    )
    match.add_argument("polygons", metavar="POLYGONS", help="file of polygons")
    match.add_argument(
        "-o",
        "--output",
        metavar="OUT",
        required=True,
        help="file to write; for several files of POINTS the directory for those of the answers",
    )
    _add_point(match)
    _add_options(match)
    match.add_argument(
        "--name", default="polygon", help="name of the appended column (default: %(default)s)"
    )
    _add_settings(match)
    match.add_argument(
        "--counts", metavar="FILE", help="write how many points each polygon won: .parquet or .csv"
    )
    match.add_argument(
        "--picture",
        metavar="FILE",
        help="draw the points in the colours of their polygons, with outlines: .png; needs numpy "
        "and matplotlib: pip install 'poly-match[plot]'",
    )
    match.add_argument(
        "--quiet", action="store_true", help="no progress and no closing line on success"
    )
    match.add_argument(
        "--json",
        action="store_true",
        help="print lines of JSON instead: progress, skipped, and last the summary",
    )

    info = commands.add_parser(
        "info",
        help="tell what is in a file",
        description=_INFO_DESCRIPTION,
        formatter_class=raw,
        allow_abbrev=False,
    )
    info.set_defaults(run=_info)
    info.add_argument("file", metavar="FILE", help="Parquet, GeoParquet or GeoJSON")
    _add_point(info)
    info.add_argument("--json", action="store_true", help="print one JSON object instead")

    demo = commands.add_parser(
        "demo",
        help="make an example, match it, draw a picture",
        description=_DEMO_DESCRIPTION,
        formatter_class=raw,
        allow_abbrev=False,
    )
    demo.set_defaults(run=_demo)
    demo.add_argument(
        "--points",
        metavar="N",
        type=_count,
        help=f"how many points (default: {_DEMO_POINTS:,})",
    )
    demo.add_argument(
        "--seed", metavar="N", type=_seed, help=f"makes another city (default: {_DEMO_SEED})"
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

    options = parser.parse_args(arguments)
    if options.run is _match:
        _check_point(match, options)
        try:
            Options(*(getattr(options, name) for name in Options._fields)).checked()
            Settings(*(getattr(options, name) for name in Settings._fields)).checked()
        except ValueError as error:
            name, _, wrong = str(error).partition(":")
            match.error(f"{_flag(name)}:{wrong}")
    elif options.run is _info:
        _check_point(info, options)
    elif options.example == "original" and (options.points, options.seed) != (None, None):
        demo.error("--points and --seed are for the city: the original example is what it is")
    return options


def _flag(option: str) -> str:
    return "--" + option.replace("_", "-")


def _add_point(command: argparse.ArgumentParser) -> None:
    """Where the points are."""
    command.add_argument("--x", metavar="NAME", help="column with x (together with --y)")
    command.add_argument("--y", metavar="NAME", help="column with y (together with --x)")
    command.add_argument(
        "--geometry",
        metavar="NAME",
        help="column with the point in one: a struct, an array or a list of two numbers, WKB or "
        "GeoArrow (default: that of GeoParquet, else columns x and y, else geometry, else point)",
    )


def _check_point(command: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    if (options.x is None) != (options.y is None):
        given, absent = ("--x", "--y") if options.y is None else ("--y", "--x")
        command.error(f"{given} needs {absent} too")
    if options.x is not None and options.geometry is not None:
        command.error("--geometry cannot be combined with --x and --y")


def _add_options(match: argparse.ArgumentParser) -> None:
    """The options of all doors, under their names and with their defaults."""
    default = Options()

    def add(name: str, **details: Any) -> None:
        match.add_argument(_flag(name), default=getattr(default, name), **details)

    add(
        "max_dist",
        metavar="D",
        type=_distance,
        help="a centre must be strictly closer than this, in the units of the coordinates, or in "
        "metres with --metric haversine",
    )
    add("k", metavar="N", type=_count, help="only the N nearest centres qualify")
    add(
        "predicate",
        choices=get_args(Predicate),
        help="covers: the polygon covers the point, its boundary included, holes excluded "
        "(default: %(default)s, which needs --max-dist, --k or both)",
    )
    add(
        "center",
        choices=get_args(Center),
        help="the mean of the vertices of the exterior, or the centroid of the area "
        "(default: %(default)s)",
    )
    add(
        "by",
        metavar="NAME",
        help="rank by this numeric column of POLYGONS instead of by area, smallest first",
    )
    add("descending", action="store_true", help="with --by: largest first")
    add(
        "id",
        metavar="NAME",
        help="answer with this column of POLYGONS instead of the row number",
    )
    add(
        "details",
        action="store_true",
        help="answer with a struct: index (or id), distance to the centre, area",
    )
    add(
        "metric",
        choices=get_args(Metric),
        help="haversine: x is the longitude and y the latitude in degrees (default: %(default)s)",
    )
    add(
        "invalid",
        choices=get_args(Invalid),
        help="what becomes of a polygon that is none; skip: it never matches "
        "(default: %(default)s)",
    )


def _add_settings(match: argparse.ArgumentParser) -> None:
    """How the job writes, under the names of :func:`poly_match.match_parquet`."""
    default = Settings()

    def add(name: str, **details: Any) -> None:
        match.add_argument(_flag(name), default=getattr(default, name), **details)

    add(
        "compression",
        metavar="CODEC",
        help="none, snappy, lz4, zstd, gzip or brotli, the last three with a level if wanted, as "
        "zstd:9; all columns are written anew (default: that of POINTS)",
    )
    add(
        "row_group_size",
        metavar="ROWS",
        type=_count,
        help="rows of a row group; all columns are written anew (default: those of POINTS)",
    )
    add("overwrite", action="store_true", help="replace outputs that are there already")
    add(
        "resume",
        action="store_true",
        help="for a directory: leave what a former job with the same options has finished",
    )
    add(
        "on_error",
        choices=get_args(OnError),
        help="what becomes of a file of points that cannot be read (default: %(default)s); "
        "skip-file: it is left out, and the exit code is 3",
    )
    add(
        "memory",
        metavar="SIZE",
        help="what buffers shall take, as 512MB or 1GiB, besides the polygons and their index "
        "(default: %(default)s)",
    )


def _distance(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not value >= 0:
        raise argparse.ArgumentTypeError(f"must be a number >= 0, not {text!r}")
    return value


def _count(text: str) -> int:
    return _whole_number(text, 1)


def _seed(text: str) -> int:
    return _whole_number(text, 0)


def _whole_number(text: str, least: int) -> int:
    try:
        value = int(text.replace(",", ""))
    except ValueError:
        value = least - 1
    if value < least:
        raise argparse.ArgumentTypeError(f"must be a whole number >= {least}, not {text!r}")
    return value


def _facts(summary: Summary, output: str) -> dict[str, Any]:
    return {
        "rows": summary.rows,
        "matched": summary.matched,
        "matched_share": summary.matched_share,
        "null_points": summary.null_points,
        "polygons": summary.polygons,
        "seconds": summary.seconds,
        "rows_per_second": summary.rows_per_second,
        "files": summary.files,
        "resumed": summary.resumed,
        "skipped": len(summary.skipped),
        "output": output,
    }


def _print_event(event: str, facts: dict[str, Any]) -> None:
    # JSON has no NaN and no infinity.
    valid = {
        key: None if isinstance(fact, float) and not math.isfinite(fact) else fact
        for key, fact in facts.items()
    }
    print(json.dumps({"event": event, **valid}), flush=True)


def _closing_line(summary: Summary, output: str) -> str:
    share = f" ({summary.matched_share:.1%})" if summary.rows else ""
    return (
        f"{summary.rows:,} rows, {summary.matched:,} matched{share} in {summary.seconds:.2f} s, "
        f"{summary.rows_per_second:,.0f} rows/s -> {output}{_of_files(summary)}"
    )


def _of_files(summary: Summary) -> str:
    """What is to be said of several files, or of some that were not written."""
    if summary.files == 1 and not summary.resumed and not summary.skipped:
        return ""
    parts = [f"{summary.files:,} file{'' if summary.files == 1 else 's'}"]
    if summary.resumed:
        parts.append(f"{summary.resumed:,} finished before")
    if summary.skipped:
        parts.append(f"{len(summary.skipped):,} skipped")
    return f" ({', '.join(parts)})"


def _os_message(error: OSError) -> str:
    """Leave out the number that Python puts in front; a message of our own stays as it is."""
    reason = str(error) if error.strerror is None else error.strerror
    return reason if error.filename is None else f"{error.filename}: {reason}"


def _complain(message: str) -> None:
    print(f"{PROG}: error: {' '.join(message.split())}", file=sys.stderr, flush=True)
