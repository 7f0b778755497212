"""`poly-match match`: calls the job, and tells what it did."""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, get_args

from poly_match.cli.arguments import add_point, check_point, count, distance, flag, point_of
from poly_match.cli.complaint import PROG
from poly_match.crs import EdgesWarning, crs_text
from poly_match.job import Summary, match_parquet
from poly_match.options import Center, Invalid, Metric, Options, Predicate
from poly_match.progress import Progress, Rate
from poly_match.settings import OnError, Settings

if TYPE_CHECKING:
    from poly_match.cli.parser import Commands

_SECONDS_BETWEEN_EVENTS = 1.0

_DESCRIPTION = """\
Appends a column to POINTS and writes the result to OUT: for every point the row
number in POLYGONS (UInt32, from 0) of the best polygon, null when there is none.
A polygon qualifies when its centre is strictly closer to the point than
--max-dist, or among the --k nearest, or both; with --predicate covers, when it
covers the point. The smallest area is the best, then the lowest row. Rows and
their order stay as they are, and files larger than memory are fine. Each output
appears whole or not at all; one that is there already is left alone, unless
told."""

_EXAMPLE = """\
example:
  poly-match match cities.parquet countries.parquet -o out.parquet \\
      --x lon --y lat --max-dist 10 --name country

POLYGONS is GeoParquet; Parquet with x and y as lists of numbers (one ring per
row), or geometry as WKB or GeoArrow; or GeoJSON (.geojson, .json)."""


def add(commands: Commands) -> None:
    """Add the command."""
    match = commands.add_parser(
        "match",
        help="match the points of Parquet files",
        description=_DESCRIPTION,
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    match.set_defaults(run=_run, check=_check, parser=match)
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
    add_point(match)
    for which in ("points", "polygons"):
        match.add_argument(
            f"--{which}-crs",
            metavar="CRS",
            help=f"coordinate reference system of {which.upper()}, such as EPSG:4326, in place of "
            "the one that the file names; nothing is reprojected",
        )
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


def _check(match: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    check_point(match, options)
    try:
        for name in ("points_crs", "polygons_crs"):
            crs_text(getattr(options, name), name)
        Options(*(getattr(options, name) for name in Options._fields)).checked()
        Settings(*(getattr(options, name) for name in Settings._fields)).checked()
    except ValueError as error:
        name, _, wrong = str(error).partition(":")
        match.error(f"{flag(name)}:{wrong}")


def _run(options: argparse.Namespace) -> bool:
    """Whether files were left out."""
    progress: bool | Callable[[Progress], None] = not options.quiet
    if options.json and progress:
        progress = _Events()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default", EdgesWarning)
        summary = _match(options, progress)
    for warning in caught:
        if not options.quiet:
            print(f"{PROG}: note: {warning.message}", file=sys.stderr, flush=True)
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


def _match(options: argparse.Namespace, progress: bool | Callable[[Progress], None]) -> Summary:
    return match_parquet(
        options.points,
        options.polygons,
        options.output,
        point=point_of(options),
        points_crs=options.points_crs,
        polygons_crs=options.polygons_crs,
        **{name: getattr(options, name) for name in Options._fields},
        name=options.name,
        **{name: getattr(options, name) for name in Settings._fields},
        counts=options.counts,
        picture=options.picture,
        progress=progress,
    )


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


def _add_options(match: argparse.ArgumentParser) -> None:
    """The options of all doors, under their names and with their defaults."""
    default = Options()

    def add(name: str, **details: Any) -> None:
        match.add_argument(flag(name), default=getattr(default, name), **details)

    add(
        "max_dist",
        metavar="D",
        type=distance,
        help="a centre must be strictly closer than this, in the units of the coordinates, or in "
        "metres with --metric haversine",
    )
    add("k", metavar="N", type=count, help="only the N nearest centres qualify")
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
        match.add_argument(flag(name), default=getattr(default, name), **details)

    add(
        "compression",
        metavar="CODEC",
        help="none, snappy, lz4, zstd, gzip or brotli, the last three with a level if wanted, as "
        "zstd:9; all columns are written anew (default: that of POINTS)",
    )
    add(
        "row_group_size",
        metavar="ROWS",
        type=count,
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
        "infer_types",
        action="store_true",
        help="from CSV to Parquet or Arrow: give columns the types that all their fields allow; "
        "by default all but those of the points stay text",
    )
    add(
        "memory",
        metavar="SIZE",
        help="what buffers shall take, as 512MB or 1GiB, besides the polygons and their index "
        "(default: %(default)s)",
    )


def _facts(summary: Summary, output: str) -> dict[str, Any]:
    return {
        "rows": summary.rows,
        "matched": summary.matched,
        "matched_share": summary.matched_share,
        "null_points": summary.null_points,
        "polygons": summary.polygons,
        "point": list(summary.point),
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
