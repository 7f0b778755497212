"""A million labels with few or many classes."""

from __future__ import annotations

from ladder.labels import Example, drawn

TEST_SIZE = 0.33

FORMS = {"1m-4": (1_000_000, 4), "1m-20k": (1_000_000, 20_000)}
"""Numbers of rows and classes of each form of measurement."""


def made(n_rows: int, n_classes: int, test_size: float = TEST_SIZE) -> Example:
    """Return labels to split."""
    return Example(
        f"{n_rows} rows, {n_classes} classes, test {test_size}", drawn(n_rows, n_classes), test_size
    )


def of_form(form: str, *, quick: bool = False) -> Example:
    """Return the example of a form; with `quick`, 1% of it."""
    n_rows, n_classes = FORMS[form]
    if quick:
        n_rows, n_classes = n_rows // 100, min(n_classes, 200)
    return made(n_rows, n_classes)
