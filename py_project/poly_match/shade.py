"""The light on a sphere, pixel by pixel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from polars.exceptions import ComputeError

from poly_match import _plugin
from poly_match.dtypes import PIXELS_WANTED, number_as
from poly_match.kernel import column, number, read
from poly_match.pair import expression

if TYPE_CHECKING:
    from collections.abc import Sequence


def shade(
    x: str | pl.Expr | pl.Series,
    y: str | pl.Expr | pl.Series,
    *,
    sphere: Sequence[float] = (4, 3, 10, 2),
    light: Sequence[float] = (8, 0, 7),
    screen: Sequence[float] = (8, 6),
    size: Sequence[float] = (800, 600),
) -> pl.Expr:
    """How bright a sphere is in each pixel.

    A pixel is a point of a screen in the plane z = 0, and from there a line goes along +z. Where it
    meets the sphere, the nearer of the two points is as bright as the cosine between the normal
    there and the direction to the light. Each row's answer depends on that row alone.

    Parameters
    ----------
    x, y
        Column names, expressions or Series of numbers: the pixels, which may lie between others or
        off the screen. One row, such as ``pl.lit(300)``, is taken for every row of the other.
    sphere
        Centre and radius: x, y, z, r. It may lie across the screen or behind it.
    light
        Where the light is: x, y, z. Nothing is in its way.
    screen
        Width and height of the screen, from (0, 0, 0) on.
    size
        Width and height in pixels: pixel x is at ``x * (width of screen / width in pixels)``.

    Returns
    -------
    Expr
        ``UInt8``, one a row, named as ``x`` is. On the sphere the cosine times 255, its fraction
        cut off, but at least 30; a line that only touches it meets it. 100 beside the sphere. Null
        where a coordinate is null, NaN or infinite.

    Raises
    ------
    TypeError
        If an option or a column is of a kind that it does not take.
    ValueError
        If a number is not finite, a radius or size not more than 0, or there are more or less
        numbers than above.
    polars.exceptions.InvalidOperationError
        If a column does not hold numbers, when the query is planned.

    Notes
    -----
    All in 64-bit floats, in the order of the reference in the crate, without fused operations:
    pixels are equal to those of any program that does the same.

    Examples
    --------
    >>> import polars as pl
    >>> import poly_match as pm
    >>> pixels = pl.DataFrame({"x": [400, 480, 250, 0, None], "y": [300, 200, 350, 0, 0]})
    >>> pixels.with_columns(level=pm.shade("x", "y"))
    shape: (5, 3)
    ┌──────┬─────┬───────┐
    │ x    ┆ y   ┆ level │
    │ ---  ┆ --- ┆ ---   │
    │ i64  ┆ i64 ┆ u8    │
    ╞══════╪═════╪═══════╡
    │ 400  ┆ 300 ┆ 50    │
    │ 480  ┆ 200 ┆ 214   │
    │ 250  ┆ 350 ┆ 30    │
    │ 0    ┆ 0   ┆ 100   │
    │ null ┆ 0   ┆ null  │
    └──────┴─────┴───────┘
    """
    scene = {
        "sphere": _numbers("sphere", sphere, "x, y, z, radius"),
        "light": _numbers("light", light, "x, y, z"),
        "screen": _numbers("screen", screen, "width, height"),
        "size": _numbers("size", size, "width, height"),
    }
    _plugin.check_scene(scene)
    columns = [column("x", x), column("y", y)]
    there = [values for values in columns if isinstance(values, pl.Series)]
    if len(there) == 2:
        # Answered here: a child of a fork needs no query for it.
        first, second = (read(values, number_as, PIXELS_WANTED) for values in there)
        try:
            return pl.lit(_plugin.shade(first, second, scene))
        except ValueError as error:
            # As of a query.
            raise ComputeError(str(error)) from None
    return expression("shade", columns, number_as, PIXELS_WANTED, scene)


def _numbers(name: str, values: Sequence[float], wanted: str) -> list[float]:
    length = wanted.count(",") + 1
    message = f"{length} numbers ({wanted})"
    if isinstance(values, (str, bytes)) or not hasattr(type(values), "__iter__"):
        msg = f"{name}: expected {message}, got {values!r}"
        raise TypeError(msg)
    numbers = [number(name, value, message) for value in values]
    if len(numbers) != length:
        msg = f"{name}: expected {length} numbers, got {len(numbers)}"
        raise ValueError(msg)
    return numbers
