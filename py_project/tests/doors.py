"""Every way in which a question can be asked, as functions of the same data and options."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

import poly_match as pm

# From points (a column called `point`), polygons, options and a folder to one answer a row.
Door = Callable[[pl.Series, pl.DataFrame, dict[str, Any], Path], pl.Series]


def expression(points: pl.Series, polygons: Any, options: dict[str, Any], _: Path) -> pl.Series:
    """As most use it."""
    return points.to_frame().select(pm.poly_match("point", polygons, **options)).to_series()


def streaming(points: pl.Series, polygons: Any, options: dict[str, Any], _: Path) -> pl.Series:
    """In morsels; the dtype is known before."""
    answer = pl.col("point").poly_match(polygons, **options)  # type: ignore[attr-defined]
    plan = points.to_frame().lazy().select(answer)
    got = plan.collect(engine="streaming")
    assert plan.collect_schema() == got.schema
    return got.to_series()


def series(points: pl.Series, polygons: Any, options: dict[str, Any], _: Path) -> pl.Series:
    """Answered at once."""
    return pl.select(pm.poly_match(points, polygons, **options)).to_series()


def prepared(points: pl.Series, polygons: Any, options: dict[str, Any], _: Path) -> pl.Series:
    """Over polygons that are parsed already."""
    options = dict(options)
    table = pm.Polygons(polygons, invalid=options.pop("invalid", "raise"))
    return expression(points, table, options, _)


def matcher(points: pl.Series, polygons: Any, options: dict[str, Any], _: Path) -> pl.Series:
    """Polars in, Polars out."""
    return pm.Matcher(polygons, **options).match(points)


def matcher_arrow(points: pl.Series, polygons: Any, options: dict[str, Any], _: Path) -> pl.Series:
    """An Arrow array in and out."""
    array = points.to_arrow()
    return pl.Series("point", pm.Matcher(polygons, **options).match(array))


def matcher_stream(points: pl.Series, polygons: Any, options: dict[str, Any], _: Path) -> pl.Series:
    """A stream of arrays in and out; the polygons come from Arrow."""
    table = polygons if isinstance(polygons, pm.Polygons) else polygons.to_arrow()
    half = len(points) // 2
    chunks = pl.concat([points[:half], points[half:]], rechunk=False)
    stream = pm.Matcher(table, **options).match(chunks.to_frame().to_arrow()["point"])
    assert isinstance(stream, pm.ArrowStream)
    return pl.Series("point", stream)


def matcher_table(points: pl.Series, polygons: Any, options: dict[str, Any], _: Path) -> pl.Series:
    """A table in and out."""
    table = pm.Matcher(polygons, name="answer", **options)(points.to_frame().to_arrow())
    frame = pl.DataFrame(table)
    assert frame.columns == ["point", "answer"]
    return frame["answer"].alias("point")


def job(points: pl.Series, polygons: Any, options: dict[str, Any], folder: Path) -> pl.Series:
    """From file to file."""
    files = written(points, polygons, folder)
    pm.match_parquet(*files, overwrite=True, progress=False, **options)
    return pl.read_parquet(files[2])["polygon"].alias("point")


def command(points: pl.Series, polygons: Any, options: dict[str, Any], folder: Path) -> pl.Series:
    """The same, in a process of its own."""
    files = written(points, polygons, folder)
    words = [sys.executable, "-m", "poly_match", "match", *files[:2], "-o", files[2]]
    words += ["--overwrite", "--quiet"]
    for name, value in options.items():
        words.append("--" + name.replace("_", "-"))
        words += [] if value is True else [str(value)]
    done = subprocess.run(words, capture_output=True, text=True, cwd=folder)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return pl.read_parquet(files[2])["polygon"].alias("point")


def written(points: pl.Series, polygons: pl.DataFrame, folder: Path) -> list[Path]:
    """The files of a job: points, polygons, output."""
    files = [folder / f"{name}.parquet" for name in ("points", "zones", "out")]
    points.to_frame().write_parquet(files[0])
    polygons.write_parquet(files[1])
    return files


DOORS: dict[str, Door] = {
    door.__name__: door
    for door in (
        expression,
        streaming,
        series,
        prepared,
        matcher,
        matcher_arrow,
        matcher_stream,
        matcher_table,
        job,
        command,
    )
}
