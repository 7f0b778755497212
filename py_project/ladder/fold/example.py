"""A million labels with few or many classes, and numbers of folds."""

from __future__ import annotations

from ladder.labels import Example, drawn

FORMS = {
    f"1m-{name}-{n_splits}": (1_000_000, n_classes, n_splits)
    for name, n_classes in (("4", 4), ("20k", 20_000))
    for n_splits in (3, 10, 40)
}
"""Numbers of rows, classes and folds of each form of measurement."""


def made(n_rows: int, n_classes: int, n_splits: int) -> Example:
    """Return labels to distribute over folds."""
    return Example(
        f"{n_rows} rows, {n_classes} classes, {n_splits} folds", drawn(n_rows, n_classes), n_splits
    )


def of_form(form: str, *, quick: bool = False) -> Example:
    """Return the example of a form; with `quick`, 1% of it."""
    n_rows, n_classes, n_splits = FORMS[form]
    if quick:
        n_rows, n_classes = n_rows // 100, min(n_classes, 200)
    return made(n_rows, n_classes, n_splits)
