"""Ids in the place of row numbers.

They are gathered by the Polars of the caller, so that every dtype stays what it is; one that passes
through a plugin needs a Polars that knows it on the other side.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Callable


def dtype_with(ids: pl.Series, details: bool) -> pl.DataType:
    """The dtype of answers with ids."""
    if not details:
        return ids.dtype
    return pl.Struct({"id": ids.dtype, "distance": pl.Float64, "area": pl.Float64})


def gatherer(ids: pl.Series, details: bool) -> Callable[[pl.Series], pl.Series]:
    """A function from answers with row numbers to answers with ids; it can be pickled."""
    return partial(_detailed if details else _gathered, ids)


def _gathered(ids: pl.Series, rows: pl.Series) -> pl.Series:
    # Not by `gather`, which is a query to Polars: in the child of a fork it has no threads for it.
    return ids[rows].alias(rows.name)


def _detailed(ids: pl.Series, answers: pl.Series) -> pl.Series:
    told = answers.struct.unnest()
    first = _gathered(ids, told["index"]).alias("id")
    detailed = pl.DataFrame([first, told["distance"], told["area"]]).to_struct(answers.name)
    nothing = pl.Series(answers.name, [None], dtype=detailed.dtype)
    # Null where there is no row: `is_not_null` would be a query again.
    return detailed.zip_with(told["index"] >= 0, nothing)
