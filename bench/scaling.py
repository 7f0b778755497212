"""Measure how the cost per point grows: the tables of `docs/scaling.md`.

Prepared matchers over a city of boxes answer on one core. Points are distributed evenly, or as the
polygons are, or only in the densest town. Figures are medians of a few runs.

    .venv/bin/python bench/scaling.py            # some minutes, 6 GB
    .venv/bin/python bench/scaling.py --small    # a quick run, seconds
"""

from __future__ import annotations

import argparse
import os
import pickle
import time
from collections.abc import Callable, Sequence
from statistics import median

os.environ["RAYON_NUM_THREADS"] = os.environ["POLARS_MAX_THREADS"] = "1"

import numpy as np
import polars as pl
import poly_match as pm

from harness import machine

SIDE = 1_000.0
TOWNS = 200
REPEATS = 5

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
Rows = np.ndarray[tuple[int, ...], np.dtype[np.int64]]
Places = Callable[[np.random.Generator, int], Floats]


def evenly(rng: np.random.Generator, count: int) -> Floats:
    """Return places evenly over the city."""
    return rng.uniform(0, SIDE, (count, 2))


def in_towns(rng: np.random.Generator, count: int) -> Floats:
    """Return places around towns of very different size and width."""
    _, _, share = towns()
    return around(rng, rng.choice(TOWNS, count, p=share / share.sum()))


def in_one_town(rng: np.random.Generator, count: int) -> Floats:
    """Return places around the densest town: the worst case of skew."""
    _, width, share = towns()
    return around(rng, np.full(count, np.argmax(share / width**2)))


def towns() -> tuple[Floats, Floats, Floats]:
    """Return the middles, widths and shares of the towns, the same in each call."""
    rng = np.random.default_rng(1)
    middle = rng.uniform(0, SIDE, (TOWNS, 2))
    return middle, rng.lognormal(1.5, 1.0, TOWNS), rng.lognormal(0.0, 1.5, TOWNS)


def around(rng: np.random.Generator, town: Rows) -> Floats:
    """Return a place near each of the given towns."""
    middle, width, _ = towns()
    return middle[town] + rng.normal(size=(len(town), 2)) * width[town, None]


def boxes(places: Places, count: int) -> pl.DataFrame:
    """Return polygons with four vertices and many sizes."""
    rng = np.random.default_rng(2)
    x, y = places(rng, count).T
    half = rng.exponential(SIDE / np.sqrt(count) / 2, count) + 1e-3
    return pl.DataFrame(
        {
            "x": np.stack([x - half, x + half, x + half, x - half], axis=1),
            "y": np.stack([y - half, y - half, y + half, y + half], axis=1),
        },
        schema=dict.fromkeys("xy", pl.Array(pl.Float64, 4)),
    ).cast(pl.List(pl.Float64))


def points(places: Places, count: int) -> tuple[pl.Series, pl.Series]:
    """Return x and y of the points."""
    blocks = [
        places(np.random.default_rng((3, at)), min(10**6, count - at))
        for at in range(0, count, 10**6)
    ]
    return tuple(pl.concat([pl.Series(b[:, axis]) for b in blocks]) for axis in (0, 1))


def radius(candidates: float, polygons: int) -> float:
    """Return the distance that has `candidates` of evenly distributed centers within it."""
    return SIDE * float(np.sqrt(candidates / np.pi / polygons))


def seconds(work: Callable[[], object], repeats: int = REPEATS) -> float:
    """Return the median processor time, which depends less on other load than wall-clock time."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return median(times)


def per_point(matcher: pm.Matcher, asked: tuple[pl.Series, pl.Series]) -> float:
    """Return the time of a query in nanoseconds per point."""
    matcher.build_index()
    matcher.match(tuple(axis.head(10**5) for axis in asked))
    return seconds(lambda: matcher.match(asked)) / len(asked[0]) * 1e9


def qualifying(matcher: pm.Matcher, asked: tuple[pl.Series, pl.Series]) -> float:
    """Return the mean number of polygons that qualify for a point."""
    some = tuple(axis.head(2_000) for axis in asked)
    return matcher.candidates(some).list.len().mean()


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table as Markdown."""
    print("\n| " + " | ".join(head) + " |\n" + "|--:" * len(head) + "|", flush=True)
    for row in rows:
        print("| " + " | ".join(map(str, row)) + " |", flush=True)


def by_polygons(sizes: Sequence[int], count: int) -> None:
    """Print how the cost per point grows with the polygons, and with those that qualify."""
    asked = points(evenly, count)
    head = ["polygons", *(f"{c:,} qualify" for c in (3, 30, 300))]
    rows = []
    for size in sizes:
        zones = pm.Polygons(boxes(evenly, size))
        distances = [radius(c, size) for c in (3, 30, 300)]
        costs = [per_point(pm.Matcher(zones, max_dist=d), asked) for d in distances]
        rows.append([f"{size:,}", *(f"{cost:.1f}" for cost in costs)])
    print(f"\nNanoseconds per point on one core, {count:,} evenly distributed points:")
    table(head, rows)


def by_skew(sizes: Sequence[int], count: int) -> None:
    """Print the cost of skewed points."""
    rows = []
    for size in sizes:
        matcher = pm.Matcher(boxes(in_towns, size), max_dist=radius(30, size))
        line: list[object] = [f"{size:,}"]
        for places in (evenly, in_towns, in_one_town):
            asked = points(places, count)
            cost = per_point(matcher, asked)
            line += [f"{qualifying(matcher, asked):,.0f}", f"{cost:.1f}"]
        rows.append(line)
    print(f"\nPolygons in {TOWNS} towns; mean number that qualify, nanoseconds per point:")
    names = ("evenly", "as the polygons", "in the densest town")
    head = [word for name in names for word in (f"qualify, {name}", "ns")]
    table(["polygons", *head], rows)


def by_points(counts: Sequence[int], size: int) -> None:
    """Print how the time of a query grows with its points."""
    matcher = pm.Matcher(boxes(evenly, size), max_dist=radius(30, size))
    rows = []
    for count in counts:
        cost = per_point(matcher, points(evenly, count))
        rows.append([f"{count:,}", f"{cost * count / 1e9:.3g}", f"{cost:.1f}"])
    print(f"\n{size:,} polygons, of which 30 qualify:")
    table(["points", "seconds", "ns per point"], rows)


def to_prepare(sizes: Sequence[int]) -> None:
    """Print the cost of preparation per process, and the size of what is sent and kept."""
    rows = []
    for size in sizes:
        zones, rule = boxes(evenly, size), {"max_dist": radius(30, size)}
        sent = pickle.dumps(pm.Matcher(zones, **rule))
        unpickle = seconds(lambda sent=sent: pickle.loads(sent), 3)
        build = []
        for _ in range(3):
            matcher = pickle.loads(sent)
            build.append(seconds(matcher.build_index, 1))
        index = matcher.index_stats.bytes if matcher.index_stats else 0
        megabytes = (f"{bytes_ / 1e6:.1f}" for bytes_ in (len(sent), index))
        rows.append([f"{size:,}", f"{unpickle:.3f}", f"{median(build):.3f}", *megabytes])
    print("\nOnce per process, on one core, polygons with 4 vertices:")
    table(["polygons", "parse, s", "index, s", "sent, MB", "index, MB"], rows)


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__, add_help=True)
    parser.add_argument("--small", action="store_true", help="few points and polygons")
    small = parser.parse_args().small
    machine.keep_to(1)
    for name, value in machine.description(1).items():
        print(f"{name}: {value}")
    most = 10**6 if small else 10**7
    sizes = [10**n for n in range(2, 5 if small else 7)]
    to_prepare(sizes)
    by_polygons(sizes, most)
    by_skew(sizes[1:], most)
    by_points([10**n for n in range(5, 7 if small else 9)], sizes[-1] if small else 10**5)
    print(f"\nload: {os.getloadavg()[0]:.2f} at the end")


if __name__ == "__main__":
    main()
