"""The phases that are timed, the same for every engine. See `bench/README.md`."""

from __future__ import annotations

import gc
import json
import time
from argparse import Namespace
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.ipc

from peers import memory
from peers.peer import Peer, Points
from peers.rule import Rule

LEAST_SECONDS = 0.05
"""A phase that takes less time is repeated until this time has passed."""

MOST_REPEATS = 1_000


def run(peer: Peer, given: Namespace) -> str:
    """Run an engine; return its result for the runner, as JSON."""
    with pa.ipc.open_file(pa.OSFile(str(given.polygons))) as reader:
        polygons = reader.read_all()
    points = _read_points(given)
    _warm_up(peer, polygons, points, given.rule)

    gc.collect()
    memory.reset_peak()
    baseline = memory.resident()

    def grown() -> int:
        return max(0, memory.peak() - baseline)

    # Once, before any repetition, so that memory kept by the allocator does not count.
    peer.build(peer.parse(polygons, given.rule), given.rule)
    prepared = grown()
    parse, parsed = _timed(given, lambda: peer.parse(polygons, given.rule))
    build, index = _timed(given, lambda: peer.build(parsed, given.rule))

    runs: list[dict[str, Any]] = []
    stopped = None
    answers = None
    # Size, seconds and memory of the queries so far, from which the next is estimated.
    asked: list[tuple[int, float, int]] = [(0, 0.0, prepared)]
    for size in given.sizes:
        stopped = _foretell(asked, size, given)
        if stopped is not None:
            break
        memory.reset_peak()
        first = Points(points.x[:size], points.y[:size], points.parquet)
        convert, converted = _timed(given, lambda first=first: peer.convert(first))
        ask, answers = _timed(given, lambda of=index, given_=converted: peer.ask(of, given_))
        peak = grown()
        asked.append((size, min(ask), peak))
        oneshot: list[float] = []
        if peer.oneshot(polygons, converted, given.rule) is not None:
            oneshot, _ = _timed(
                given, lambda given_=converted: peer.oneshot(polygons, given_, given.rule)
            )
            # A oneshot may have dropped the index.
            index = peer.build(parsed, given.rule)
        runs.append(
            {
                "points": size,
                "convert": convert,
                "ask": ask,
                "oneshot": oneshot,
                "peak_bytes": peak,
            }
        )
    rows = np.empty(0) if answers is None else peer.rows(answers)
    rows.astype("<u4", copy=False).tofile(given.answers)
    return json.dumps(
        {
            "parse": parse,
            "build": build,
            "runs": runs,
            "stopped": stopped,
            "baseline_bytes": baseline,
            "prepared_bytes": prepared,
            "polygons_bytes": polygons.nbytes,
            "threads": peer.threads,
            "index": {},
        }
    )


def _read_points(given: Namespace) -> Points:
    """Read the first rows of the columns into memory; further rows are not read."""
    most = given.sizes[-1]
    x, y = np.empty(most), np.empty(most)
    filled = 0
    with pa.ipc.open_file(pa.memory_map(str(given.points))) as reader:
        for at in range(reader.num_record_batches):
            batch = reader.get_batch(at).slice(0, most - filled)
            for column, name in ((x, "x"), (y, "y")):
                column[filled : filled + len(batch)] = batch[name].to_numpy()
            filled += len(batch)
            if filled == most:
                return Points(x, y, given.parquet)
    msg = f"{given.points} has fewer than {most} rows"
    raise ValueError(msg)


def _warm_up(peer: Peer, polygons: pa.Table, points: Points, rule: Rule) -> None:
    """Run all phases once on a few points, so that imports and compilation are not timed."""
    few = Points(points.x[:16], points.y[:16], points.parquet)
    index = peer.build(peer.parse(polygons.slice(0, 8), rule), rule)
    peer.rows(peer.ask(index, peer.convert(few)))


def _timed(given: Namespace, phase: Callable[[], Any]) -> tuple[list[float], Any]:
    """Repeat a phase; return the seconds of each repetition and the last outcome."""
    seconds: list[float] = []
    while True:
        outcome = None
        start = time.perf_counter()
        outcome = phase()
        seconds.append(time.perf_counter() - start)
        total = sum(seconds)
        enough = len(seconds) >= given.repeat and total >= LEAST_SECONDS
        if enough or total + seconds[-1] > given.seconds or len(seconds) >= MOST_REPEATS:
            return seconds, outcome


def _foretell(asked: list[tuple[int, float, int]], size: int, given: Namespace) -> str | None:
    """Return the reason not to query `size` points, or None."""
    if len(asked) < 2:
        return None
    (fewer, quicker, less), (points, seconds, taken) = asked[-2:]
    seconds += max(0.0, seconds - quicker) / (points - fewer) * (size - points)
    if seconds > given.seconds:
        return f"{size} points would take about {seconds:.0f} s"
    taken += max(0, taken - less) / (points - fewer) * (size - points)
    if taken > given.bytes:
        return f"{size} points would take about {taken / 2**30:.0f} GiB"
    return None
