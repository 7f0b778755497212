"""Where profiles of surveys cross."""

from __future__ import annotations

from typing import Any

import polars as pl

from poly_match import _plugin
from poly_match.dtypes import (
    INDEX_WANTED,
    LABELS_WANTED,
    PIXELS_WANTED,
    index_as,
    is_ranked,
    label_as,
    number_as,
)
from poly_match.kernel import flag, read


def intersections(
    frame: Any, *, survey: str, profile: str, x: str, y: str, index: str, within: bool = False
) -> pl.DataFrame:
    """Find the points that two profiles have in common.

    A profile is a polyline through its traces, in the order of their index, of equal ones in the
    order of the rows. Which of its segments meet which is decided exactly, without a tolerance.

    Parameters
    ----------
    frame
        A row for each trace: a frame, lazy or not, or any Arrow table.
    survey, profile
        Columns that name the survey and, within it, the profile of a trace: anything that can be
        equal.
    x, y
        Columns of numbers: where the trace is. At most 1e150.
    index
        Column of numbers, times or text: the trace's place along the profile. Numbers of any type
        are put in numeric order.
    within
        Hold the profiles of one survey against each other too. Otherwise only those of different
        surveys.

    Returns
    -------
    DataFrame
        A row for each point: ``survey1``, ``profile1``, ``survey2``, ``profile2``, ``x``, ``y``
        (``Float64``), then for the first profile the trace before and the trace after, by index and
        position: ``t11``, ``t11x``, ``t11y``, ``t12``, ``t12x``, ``t12y``; for the second ``t21``
        to ``t22y``. Dtypes are those of the columns.

        Points are counted by place: each place of two profiles once, however often they come by.
        They are those in which a segment of one crosses a segment of the other, and those that are
        a vertex of one or both, where profiles touch. Profiles that run on each other for a stretch
        have in common its ends and the vertices of either within it. At a vertex the trace after is
        that vertex, but for the first of a profile, which is the trace before; where a profile
        comes by more than once, it is the first time.

        Profiles are numbered in the order of their first rows; ``profile1`` is the lower. Rows are
        in the order of the first profile, the second, then along the first from trace to trace,
        then along the second.

    Raises
    ------
    TypeError
        If a column is not given by its name, or ``within`` is neither true nor false.
    ValueError
        For a coordinate past 1e150, with its row.
    polars.exceptions.ColumnNotFoundError
        If a column is not there.
    polars.exceptions.InvalidOperationError
        If a column has another dtype.

    Notes
    -----
    Rows with a null in one of the five columns or a position that is NaN or infinite are left out
    before anything else: the profile goes straight on from the trace before to the trace after.
    Traces at one place, one after the other, are one vertex. Which points are at one place is
    decided exactly; the position of a crossing within two segments is then rounded once, each
    coordinate to the nearest float, so that two places may have one position.

    Examples
    --------
    >>> import polars as pl
    >>> import poly_match as pm
    >>> traces = pl.DataFrame(
    ...     {
    ...         "survey": ["north"] * 3 + ["east"] * 2,
    ...         "profile": [1, 1, 1, 7, 7],
    ...         "trace": [100, 101, 102, 5, 6],
    ...         "x": [0.0, 2.0, 4.0, 3.0, 3.0],
    ...         "y": [0.0, 0.0, 0.0, -1.0, 1.0],
    ...     }
    ... )
    >>> names = {"survey": "survey", "profile": "profile", "index": "trace"}
    >>> found = pm.intersections(traces, **names, x="x", y="y")
    >>> found.select("survey1", "survey2", "x", "y", "t11", "t12", "t21", "t22").row(0)
    ('north', 'east', 3.0, 0.0, 101, 102, 5, 6)
    """
    wanted = {"survey": survey, "profile": profile, "index": index, "x": x, "y": y}
    for name, column in wanted.items():
        if not isinstance(column, str):
            msg = f"{name}: expected the name of a column, got {column!r}"
            raise TypeError(msg)
    held_within = flag("within", within)
    if isinstance(frame, pl.LazyFrame):
        frame = frame.select(set(wanted.values())).collect()
    whole = _frame(frame)
    table = {name: whole[column].alias(name) for name, column in wanted.items()}
    t11, t12, t21, t22, at_x, at_y = _plugin.intersections(
        read(table["survey"], label_as, LABELS_WANTED),
        read(table["profile"], label_as, LABELS_WANTED),
        read(_in_order(table["index"]), index_as, INDEX_WANTED),
        read(table["x"], number_as, PIXELS_WANTED),
        read(table["y"], number_as, PIXELS_WANTED),
        held_within,
    )
    columns = [
        *_named(table, t11, {"survey": "survey1", "profile": "profile1"}),
        *_named(table, t21, {"survey": "survey2", "profile": "profile2"}),
        at_x,
        at_y,
    ]
    for rows in (t11, t12, t21, t22):
        trace = {"index": rows.name, "x": f"{rows.name}x", "y": f"{rows.name}y"}
        columns += _named(table, rows, trace)
    return pl.DataFrame(columns)


def _frame(table: Any) -> pl.DataFrame:
    if isinstance(table, pl.DataFrame):
        return table
    try:
        return pl.DataFrame(table)
    except (TypeError, ValueError) as error:
        msg = f"frame: expected a frame or an Arrow table, got {type(table).__name__}: {error}"
        raise TypeError(msg) from None


def _in_order(index: pl.Series) -> pl.Series:
    """Numbers past 64 bits as their ranks: that is all that is asked of them."""
    return index.rank("dense").cast(pl.UInt32) if is_ranked(index.dtype) else index


def _named(table: dict[str, pl.Series], rows: pl.Series, names: dict[str, str]) -> list[pl.Series]:
    """Columns of some rows, under other names."""
    return [table[name].gather(rows).alias(new) for name, new in names.items()]
