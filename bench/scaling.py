"""How the cost of a point grows, and with what: the tables of `docs/scaling.md`.

A city of boxes is asked on one core, by prepared matchers, about points that spread evenly, gather
where the polygons do, or crowd in the densest place. Medians of a few runs.

    .venv/bin/python bench/scaling.py            # some minutes, 6 GB
    .venv/bin/python bench/scaling.py --small    # a look at it, seconds
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
    """All over the city."""
    return rng.uniform(0, SIDE, (count, 2))


def in_towns(rng: np.random.Generator, count: int) -> Floats:
    """Around towns of very different size and width."""
    _, _, share = towns()
    return around(rng, rng.choice(TOWNS, count, p=share / share.sum()))


def in_one_town(rng: np.random.Generator, count: int) -> Floats:
    """Around the densest of them: a partition that everybody fears."""
    _, width, share = towns()
    return around(rng, np.full(count, np.argmax(share / width**2)))


def towns() -> tuple[Floats, Floats, Floats]:
    """Their middles, widths and shares, the same each time."""
    rng = np.random.default_rng(1)
    middle = rng.uniform(0, SIDE, (TOWNS, 2))
    return middle, rng.lognormal(1.5, 1.0, TOWNS), rng.lognormal(0.0, 1.5, TOWNS)


def around(rng: np.random.Generator, town: Rows) -> Floats:
    """A place near each of these towns."""
    middle, width, _ = towns()
    return middle[town] + rng.normal(size=(len(town), 2)) * width[town, None]


def boxes(places: Places, count: int) -> pl.DataFrame:
    """Polygons of four vertices and of many sizes."""
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
    """The x and the y."""
    blocks = [
        places(np.random.default_rng((3, at)), min(10**6, count - at))
        for at in range(0, count, 10**6)
    ]
    return tuple(pl.concat([pl.Series(b[:, axis]) for b in blocks]) for axis in (0, 1))


def radius(candidates: float, polygons: int) -> float:
    """The distance within which so many centres lie, where they spread evenly."""
    return SIDE * float(np.sqrt(candidates / np.pi / polygons))


def seconds(work: Callable[[], object], repeats: int = REPEATS) -> float:
    """The median, of the processor: others on the machine count less then."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return median(times)


def per_point(matcher: pm.Matcher, asked: tuple[pl.Series, pl.Series]) -> float:
    """Nanoseconds."""
    matcher.build_index()
    matcher.match(tuple(axis.head(10**5) for axis in asked))
    return seconds(lambda: matcher.match(asked)) / len(asked[0]) * 1e9


def qualifying(matcher: pm.Matcher, asked: tuple[pl.Series, pl.Series]) -> float:
    """The mean number of polygons that qualify for a point."""
    some = tuple(axis.head(2_000) for axis in asked)
    return matcher.candidates(some).list.len().mean()


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print it as Markdown."""
    print("\n| " + " | ".join(head) + " |\n" + "|--:" * len(head) + "|", flush=True)
    for row in rows:
        print("| " + " | ".join(map(str, row)) + " |", flush=True)


def by_polygons(sizes: Sequence[int], count: int) -> None:
    """Tell how the cost of a point grows with polygons, and with how many of them qualify."""
    asked = points(evenly, count)
    head = ["polygons", *(f"{c:,} qualify" for c in (3, 30, 300))]
    rows = []
    for size in sizes:
        zones = pm.Polygons(boxes(evenly, size))
        distances = [radius(c, size) for c in (3, 30, 300)]
        costs = [per_point(pm.Matcher(zones, max_dist=d), asked) for d in distances]
        rows.append([f"{size:,}", *(f"{cost:.1f}" for cost in costs)])
    print(f"\nNanoseconds a point on one core, {count:,} points spread evenly:")
    table(head, rows)


def by_skew(sizes: Sequence[int], count: int) -> None:
    """Tell what crowds cost."""
    rows = []
    for size in sizes:
        matcher = pm.Matcher(boxes(in_towns, size), max_dist=radius(30, size))
        told: list[object] = [f"{size:,}"]
        for places in (evenly, in_towns, in_one_town):
            asked = points(places, count)
            cost = per_point(matcher, asked)
            told += [f"{qualifying(matcher, asked):,.0f}", f"{cost:.1f}"]
        rows.append(told)
    print(f"\nPolygons in {TOWNS} towns; mean of those that qualify, nanoseconds a point:")
    names = ("evenly", "as the polygons", "in the densest town")
    head = [word for name in names for word in (f"qualify, {name}", "ns")]
    table(["polygons", *head], rows)


def by_points(counts: Sequence[int], size: int) -> None:
    """Tell how a question grows with its points."""
    matcher = pm.Matcher(boxes(evenly, size), max_dist=radius(30, size))
    rows = []
    for count in counts:
        cost = per_point(matcher, points(evenly, count))
        rows.append([f"{count:,}", f"{cost * count / 1e9:.3g}", f"{cost:.1f}"])
    print(f"\n{size:,} polygons, 30 of which qualify:")
    table(["points", "seconds", "ns a point"], rows)


def to_prepare(sizes: Sequence[int]) -> None:
    """Tell what every process pays once, and what it is sent and holds."""
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
    print("\nOnce in a process, on one core, polygons of 4 vertices:")
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
