"""`poly-match info`: tells what is in a file."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from poly_match.cli.arguments import add_point, check_point, point_of
from poly_match.info import describe

if TYPE_CHECKING:
    from poly_match.cli.parser import Commands

_DESCRIPTION = """\
Tells what is in a file of points or polygons: the format, which column holds the
geometry and how, the coordinate reference system, the edges, rows, bounds, null
and invalid rows. Looks through all rows, in little memory."""


def add(commands: Commands) -> None:
    """Add the command."""
    info = commands.add_parser(
        "info",
        help="tell what is in a file",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    info.set_defaults(run=_run, check=check_point, parser=info)
    info.add_argument("file", metavar="FILE", help="Parquet, GeoParquet or GeoJSON")
    add_point(info)
    info.add_argument("--json", action="store_true", help="print one JSON object instead")


def _run(options: argparse.Namespace) -> None:
    info = describe(options.file, point_of(options))
    if options.json:
        print(json.dumps(asdict(info)))
        return
    what = f"{info.format}, {info.rows:,} {info.kind} as {info.encoding}"
    lines = [("file", f"{options.file}: {what}")]
    lines.append(("geometry", " and ".join(info.geometry)))
    lines.append(("crs", info.crs or info.mixed_crs or "not told"))
    if info.edges is not None:
        lines.append(("edges", info.edges))
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
