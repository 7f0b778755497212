"""Pickles with flipped bytes: an ordinary exception, or what would have come without the flip."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pytest

import poly_match as pm

FRAME = pl.DataFrame(
    {
        "x": [[float(at), at + 2.0, at + 2.0, at + 1.0] for at in range(40)],
        "y": [[0.0, 0.0, 2.0, 1.5]] * 40,
        "name": [f"zone {at}" for at in range(40)],
        "rank": range(40),
    }
)
POINTS = np.array([[at + 1.5, 1.0] for at in range(40)])

MADE: dict[str, Callable[[], Any]] = {
    "matcher of a frame": lambda: pm.Matcher(FRAME, predicate="covers", id="name"),
    "matcher of Arrow": lambda: pm.Matcher(FRAME.to_arrow(), max_dist=2.0, by="rank"),
    "polygons of a frame": lambda: pm.Polygons(FRAME),
    "polygons of Arrow": lambda: pm.Polygons(FRAME.to_arrow()),
}


@pytest.mark.parametrize("name", MADE)
def test_a_flipped_byte(name: str) -> None:
    """At 300 places, spread over the whole, one at a time; then pieces that are cut off."""
    pickled = pickle.dumps(MADE[name]())
    assert len(pickled) > 2_000
    draw = np.random.default_rng(7)
    places = draw.choice(len(pickled), 300, replace=False)
    raised = 0
    for place, flip in zip(places, draw.integers(1, 256, 300), strict=True):
        broken = bytearray(pickled)
        broken[place] ^= flip
        try:
            pickle.loads(bytes(broken))
        except Exception:
            raised += 1
    # A byte of the pickle itself may be one that changes nothing.
    assert raised > 290
    for length in draw.choice(len(pickled), 50, replace=False):
        with pytest.raises(Exception, match=r".*"):
            pickle.loads(pickled[:length])


@pytest.mark.parametrize("name", MADE)
def test_a_whole_pickle(name: str) -> None:
    """Comes back as it was, under any protocol, and so do copies."""
    made = MADE[name]()
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        again = pickle.loads(pickle.dumps(made, protocol))
        if isinstance(made, pm.Matcher):
            assert (
                pl.Series(again.match(POINTS)).to_list() == pl.Series(made.match(POINTS)).to_list()
            )
        else:
            assert again.areas.equals(made.areas)


def test_a_broken_stream_of_arrow() -> None:
    """Also where the checksum is not in the way."""
    table = pm.Polygons(FRAME.to_arrow())._source
    restore, (stream,) = table.__reduce__()
    draw = np.random.default_rng(8)
    for place, flip in zip(
        draw.choice(len(stream), 300, replace=False), draw.integers(1, 256, 300), strict=True
    ):
        broken = bytearray(stream)
        broken[place] ^= flip
        try:
            restore(bytes(broken))
        except Exception:
            continue
