"""Rows dealt out by class: a train/test split, and folds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import polars as pl

from poly_match import _plugin
from poly_match.dtypes import LABELS_WANTED, label_as
from poly_match.kernel import column, count, expression, flag, number, signed_seed, word

if TYPE_CHECKING:
    from collections.abc import Callable


class _Default(float):
    """A size that was not given, and gives way to one that was."""


_TEST_SIZE = _Default(0.33)

PART = pl.Enum(["train", "test"])
"""The dtype of :func:`stratified_split`."""


def stratified_split(
    label: str | pl.Expr | pl.Series,
    *,
    test_size: float | int | None = _TEST_SIZE,
    train_size: float | int | None = None,
    shuffle: bool = True,
    seed: int | None = None,
    small: Literal["raise", "train"] = "raise",
    nulls: Literal["class", "raise"] = "class",
) -> pl.Expr:
    """For each row ``"train"`` or ``"test"``, each class having its share in both.

    Sees the whole column, or in ``over`` and ``group_by`` the whole group. With a seed each group
    draws the same numbers: to draw apart, make the group a part of the label,
    ``stratified_split(pl.struct("group", "label"), seed=1)``, without ``over``.

    Parameters
    ----------
    label
        Column name, expression or Series with the class of each row: text, numbers, dates,
        categories, structs or whatever else can be equal. All NaNs are one class.
    test_size
        Rows for the test: a share of all rows as a float between 0 and 1, rounded up, or a count
        as an int. ``None`` for all that are not for training, as where ``train_size`` alone is
        given; 0.33 where neither is.
    train_size
        Rows for training likewise, a share rounded down. ``None`` for all that are not for the
        test.
    shuffle
        Choose at random, all choices equally likely. If not, the first rows of each class are for
        training and those after them for the test.
    seed
        What is drawn follows from this, 0 to 2**64 - 1, from the order of the rows, and from which
        of them share a class; not from what classes are called, nor from the number of threads.
        ``None`` draws a seed when the expression is made. Without ``shuffle`` nothing is drawn.
    small
        A class of one row cannot be in both parts. ``"raise"``: that is an error, which names it.
        ``"train"``: its row is for training.
    nulls
        ``"class"``: the rows without a label are a class of their own. ``"raise"``: a null is an
        error.

    Returns
    -------
    Expr
        ``Enum(["train", "test"])``, one a row, called as the label is; null for rows in neither
        part. Both parts have exactly as many rows as asked for. Classes get their share of the
        training by largest remainder, and of the test likewise out of what is then left; of equal
        remainders the class that comes first in the column counts more.

    Raises
    ------
    TypeError
        If an option is of a kind that it does not take; the error says which it takes.
    ValueError
        If sizes are not shares or counts, are both ``None``, or shares that together are more than
        all; if ``seed``, ``small`` or ``nulls`` is none of the above.
    polars.exceptions.InvalidOperationError
        If the labels are Python objects, when the query is planned.
    polars.exceptions.ComputeError
        When the query runs: for a class of one row; for more rows asked for than there are, or none
        left for one part (not in a column without rows); for a null where that is an error.

    Notes
    -----
    A class with few rows can be missing in a part although it has more than one: its share may be
    less than half a row.

    Examples
    --------
    >>> import polars as pl
    >>> import poly_match as pm
    >>> frame = pl.DataFrame({"label": ["a", "a", "b", "a", "b", "a"]})
    >>> frame.with_columns(part=pm.stratified_split("label", test_size=0.5, shuffle=False))
    shape: (6, 2)
    ┌───────┬───────┐
    │ label ┆ part  │
    │ ---   ┆ ---   │
    │ str   ┆ enum  │
    ╞═══════╪═══════╡
    │ a     ┆ train │
    │ a     ┆ train │
    │ b     ┆ train │
    │ a     ┆ test  │
    │ b     ┆ test  │
    │ a     ┆ test  │
    └───────┴───────┘
    """
    if test_size is _TEST_SIZE and train_size is not None:
        test_size = None
    test_share, test_count = _size("test_size", test_size)
    train_share, train_count = _size("train_size", train_size)
    options = {
        "test_share": test_share,
        "test_count": test_count,
        "train_share": train_share,
        "train_count": train_count,
        "shuffle": flag("shuffle", shuffle),
        "seed": signed_seed(seed),
        "small": word("small", small, ["raise", "train"]),
        "nulls": word("nulls", nulls, ["class", "raise"]),
    }
    parts = _deal("stratified_split", label, options, _plugin.check_split)
    # From version 2 on, Polars does not cast numbers to an enum.
    return parts.cat.to(PART) if hasattr(parts.cat, "to") else parts.cast(PART)


def stratified_fold(
    label: str | pl.Expr | pl.Series,
    n_splits: int = 10,
    *,
    shuffle: bool = True,
    seed: int | None = None,
    nulls: Literal["class", "raise"] = "class",
) -> pl.Expr:
    """For each row the number of its fold, each class being spread evenly over the folds.

    Sees the whole column, or in ``over`` and ``group_by`` the whole group, where a seed means what
    it does for :func:`stratified_split`.

    Parameters
    ----------
    label
        As for :func:`stratified_split`.
    n_splits
        Number of folds; at least 2, at most the number of rows.
    shuffle
        Deal at random: each row is equally likely to be in each fold, and so are those that a class
        has over. If not, the first rows of a class go to its first fold, and so on.
    seed, nulls
        As for :func:`stratified_split`.

    Returns
    -------
    Expr
        ``UInt32`` from 0 to n_splits - 1, one a row, called as the label is. The sizes of two folds
        differ by at most one, and so do the rows of a class in them. A class with fewer rows than
        there are folds is missing in some.

    Raises
    ------
    TypeError
        If an option is of a kind that it does not take; the error says which it takes.
    ValueError
        If ``n_splits`` is less than 2, or ``seed`` or ``nulls`` is none of the above.
    polars.exceptions.InvalidOperationError
        If the labels are Python objects, when the query is planned.
    polars.exceptions.ComputeError
        When the query runs: for more folds than rows (not in a column without rows), and for a null
        where that is an error.

    Examples
    --------
    >>> import polars as pl
    >>> import poly_match as pm
    >>> frame = pl.DataFrame({"label": ["a", "a", "b", "a", "b", "a"]})
    >>> frame.with_columns(fold=pm.stratified_fold("label", 2, shuffle=False))
    shape: (6, 2)
    ┌───────┬──────┐
    │ label ┆ fold │
    │ ---   ┆ ---  │
    │ str   ┆ u32  │
    ╞═══════╪══════╡
    │ a     ┆ 0    │
    │ a     ┆ 0    │
    │ b     ┆ 0    │
    │ a     ┆ 1    │
    │ b     ┆ 1    │
    │ a     ┆ 1    │
    └───────┴──────┘
    """
    options = {
        "n_splits": count("n_splits", n_splits, 2, 2**32 - 1),
        "shuffle": flag("shuffle", shuffle),
        "seed": signed_seed(seed),
        "nulls": word("nulls", nulls, ["class", "raise"]),
    }
    return _deal("stratified_fold", label, options, _plugin.check_fold)


def _deal(
    function: str,
    label: str | pl.Expr | pl.Series,
    options: dict[str, Any],
    check: Callable[[dict[str, Any]], None],
) -> pl.Expr:
    check(options)
    return expression(function, column("label", label), label_as, LABELS_WANTED, options)


def _size(name: str, size: object) -> tuple[float | None, int | None]:
    """Return a size as a share and a count, one of them or both ``None``."""
    if size is None:
        return None, None
    if hasattr(type(size), "__index__") and not isinstance(size, bool):
        return None, count(name, size, 1)
    wanted = "a share as a float between 0 and 1, a count as an int, or None"
    return number(name, size, wanted), None
