"""The demo: make an example, match it with the batch job, check the answers, show the result."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from poly_match.city import KINDS, MAX_DIST, City, make_city, write_points
from poly_match.job import Summary, match_parquet
from poly_match.original import MAX_DIST as ORIGINAL_MAX_DIST
from poly_match.original import make_original

ANSWER = "polygon"
"""The column that the job appends: a row number of polygons.parquet, or null."""

CHECKED = 2_000
"""So many random points of the city are checked against the naive rule."""

_AREA_TOLERANCE = 1e-9

Say = Callable[[str], object]


def demo_city(directory: Path, points: int, seed: int, *, say: Say, progress: bool) -> str:
    """Make the city, match its points, check a sample of them, draw the picture.

    Writes points.parquet, polygons.parquet, matched.parquet and matched.png; those of an earlier
    demo are replaced.

    Parameters
    ----------
    directory
        Where the files go; made when it is not there.
    points
        How many points, >= 1.
    seed
        The city and its points follow from it.
    say
        Gets each line that the demo prints on its way.
    progress
        Whether the job shows its bar.

    Returns
    -------
    str
        The closing line.

    Raises
    ------
    ValueError
        An answer is not the one that the rule defines; the message has its row.
    OSError
        The directory or a file in it cannot be written.
    """
    # Imported here: the other example works without drawing, and matplotlib takes a second.
    from poly_match.picture import draw_city

    files = _files(directory)
    city = make_city(seed)
    city.zones.write_parquet(files["polygons"])
    kinds = city.zones["kind"].value_counts(name="zones")
    counts = dict(zip(kinds["kind"], kinds["zones"], strict=True))
    census = ", ".join(f"{counts[kind]:,} {kind}s" for kind in KINDS)
    say(f"city: {city.zones.height:,} zones ({census}), seed {seed} -> {files['polygons']}")

    start = time.perf_counter()
    write_points(city, points, files["points"])
    say(f"points: {points:,} made in {time.perf_counter() - start:.2f} s -> {files['points']}")

    summary = _run_job(files, MAX_DIST, say=say, progress=progress)
    for line in _shares(city, files["matched"]):
        say(line)

    sample = np.random.default_rng(seed).choice(points, min(points, CHECKED), replace=False)
    _check_files(files, pl.Series("id", np.sort(sample)), MAX_DIST)
    say(f"check: {len(sample):,} random points against the plain rule in numpy: all agree")

    draw_city(city, files["matched"], ANSWER, MAX_DIST, files["picture"])
    say(f"picture: {files['picture']}")
    return _closing_line("city", summary, files["picture"])


def demo_original(directory: Path, *, say: Say, progress: bool) -> str:
    """Match the example of the original exercise and check each answer by definition.

    Writes points.parquet, polygons.parquet and matched.parquet. Parameters, result and errors
    are those of `demo_city`.
    """
    files = _files(directory)
    points, polygons = make_original()
    points.write_parquet(files["points"])
    polygons.write_parquet(files["polygons"])
    say(f"original example: {polygons.height:,} polygons -> {files['polygons']}")
    say(f"original example: {points.height:,} points -> {files['points']}")

    summary = _run_job(files, ORIGINAL_MAX_DIST, say=say, progress=progress)
    _check_files(files, points["id"], ORIGINAL_MAX_DIST)
    say(
        f"check: {points.height} of {points.height} points by definition in numpy: the same ones "
        f"matched, each pick closer than {ORIGINAL_MAX_DIST:g}, its area within "
        f"{_AREA_TOLERANCE:g} (relative) of the smallest"
    )
    return _closing_line("original example", summary, files["matched"])


def check_by_definition(
    points: npt.NDArray[np.float64],
    answers: list[int | None],
    rings: list[tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]],
    max_dist: float,
    rows: Sequence[int] | None = None,
) -> None:
    """Hold answers against the rule, written as plainly as can be: every point, every polygon.

    A point must have an answer exactly when a centre (the mean of the vertices, a closing vertex
    counted once) is strictly closer than `max_dist`; the answer must be such a polygon, and its
    area within 1e-9 (relative) of the smallest of them. The tolerance is for polygons of one
    shape, whose areas differ by rounding alone.

    Parameters
    ----------
    points
        Shape (points, 2).
    answers
        Row numbers in `rings`, None for no answer, one per point.
    rings
        The x and the y of each polygon's exterior.
    max_dist
        In the units of the coordinates.
    rows
        What to call the points when one is wrong; by default their places in `points`.

    Raises
    ------
    ValueError
        Names the first row whose answer is wrong.
    """
    opened = [(x[:-1], y[:-1]) if (x[0], y[0]) == (x[-1], y[-1]) else (x, y) for x, y in rings]
    centers = np.array([(x.mean(), y.mean()) for x, y in opened])
    areas = np.array([_area(x, y) for x, y in opened])
    names = range(len(points)) if rows is None else rows
    for row, (x, y), answer in zip(names, points, answers, strict=True):
        dx, dy = centers[:, 0] - x, centers[:, 1] - y
        qualify = np.flatnonzero(dx * dx + dy * dy < max_dist * max_dist)
        smallest = areas[qualify].min(initial=np.inf)
        if answer is None:
            right = not len(qualify)
        else:
            right = answer in qualify and areas[answer] <= smallest * (1 + _AREA_TOLERANCE)
        if not right:
            wanted = qualify[areas[qualify].argmin()] if len(qualify) else None
            raise ValueError(
                f"row {row} (x={x}, y={y}): the answer is polygon {answer}, by the rule with "
                f"max_dist {max_dist:g} it is {wanted}"
            )


def _files(directory: Path) -> dict[str, Path]:
    directory.mkdir(parents=True, exist_ok=True)
    names = {"points": "points.parquet", "polygons": "polygons.parquet"}
    names |= {"matched": "matched.parquet", "picture": "matched.png"}
    return {what: directory / name for what, name in names.items()}


def _run_job(files: dict[str, Path], max_dist: float, *, say: Say, progress: bool) -> Summary:
    summary = match_parquet(
        files["points"],
        files["polygons"],
        files["matched"],
        max_dist=max_dist,
        name=ANSWER,
        overwrite=True,
        progress=progress,
    )
    say(
        f"match: {summary.rows:,} points x {summary.polygons:,} polygons, max_dist {max_dist:g}: "
        f"{summary.seconds:.2f} s, {summary.rows_per_second:,.0f} rows/s -> {files['matched']}"
    )
    return summary


def _shares(city: City, matched: Path) -> list[str]:
    """Tell which kinds of zones won how many points."""
    zones = city.zones.lazy().select("kind", pl.row_index().cast(pl.UInt32).alias(ANSWER))
    counts = (
        pl.scan_parquet(matched)
        .group_by(ANSWER)
        .len("points")
        .join(zones, on=ANSWER, how="left")
        .group_by(pl.col("kind").fill_null("no zone near"))
        .agg(pl.col("points").sum())
        .collect()
    )
    found = dict(zip(counts["kind"], counts["points"], strict=True))
    total = sum(found.values())
    return [
        f"  {kind:<13}{found.get(kind, 0):>14,}  {found.get(kind, 0) / total:6.1%}"
        for kind in (*reversed(KINDS), "no zone near")
    ]


def _check_files(files: dict[str, Path], ids: pl.Series, max_dist: float) -> None:
    """Check what lies on the disk: these ids of matched.parquet, with the points as they were."""
    chosen = pl.col("id").is_in(ids.implode())
    points = pl.scan_parquet(files["points"]).filter(chosen).collect()
    matched = pl.scan_parquet(files["matched"]).filter(chosen).collect()
    if not matched.drop(ANSWER).equals(points):
        raise ValueError(f"{files['matched']}: id, x and y are not those of {files['points']}")
    polygons = pl.read_parquet(files["polygons"])
    rings = [
        (x.to_numpy(), y.to_numpy()) for x, y in zip(polygons["x"], polygons["y"], strict=True)
    ]
    xy = matched.select("x", "y").to_numpy()
    # An id is a row number: the points are numbered in the order of the file.
    rows, answers = matched["id"].to_list(), matched[ANSWER].to_list()
    check_by_definition(xy, answers, rings, max_dist, rows)


def _area(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> float:
    return 0.5 * abs(float(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1))))


def _closing_line(what: str, summary: Summary, path: Path) -> str:
    return (
        f"demo of the {what}: {summary.matched:,} of {summary.rows:,} points matched "
        f"({summary.matched_share:.1%}) at {summary.rows_per_second:,.0f} rows/s; see {path}"
    )
