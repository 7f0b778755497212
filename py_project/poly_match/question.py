"""A question about points as an expression: what it takes along, and how it is asked."""

from __future__ import annotations

import inspect
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import polars as pl
from polars.plugins import register_plugin_function

from poly_match import _plugin
from poly_match.crs import points_check
from poly_match.ids import dtype_with, gatherer
from poly_match.points import as_points, point_names
from poly_match.polygons import polygons_of

if TYPE_CHECKING:
    from poly_match.options import Options
    from poly_match.points import CheckDtype
    from poly_match.polygons import IntoPolygons

IntoPoints: TypeAlias = "str | tuple[str, str] | pl.Expr | pl.Series"

_PLUGIN = Path(__file__).parent

# A function that Polars takes for deterministic has its literals hashed when common subexpressions
# are looked for: a pass over all polygons in each query. Polars has the option since 2.0.
_IS_DETERMINISTIC: dict[str, Any] = (
    {"is_deterministic": False}
    if "is_deterministic" in inspect.signature(register_plugin_function).parameters
    else {}
)


def ask(function: str, point: IntoPoints, polygons: IntoPolygons, options: Options) -> pl.Expr:
    """Ask a function of the plugin about each point.

    Parameters
    ----------
    function
        ``"poly_match"``, ``"poly_match_details"`` or ``"candidates"``.
    point
        Column name, pair of column names, expression or Series. A Series is answered here.
    polygons
        Those of the door.
    options
        Checked ones.

    Returns
    -------
    Expr
        One answer a row: ``polygon``, or ``candidates``.
    """
    name = "candidates" if function == "candidates" else "polygon"
    table = polygons_of(polygons, options)
    ids = table.ids(options)
    fingerprint, matcher, kept = _plugin.prepare(
        table.parsed, table.ranking(options), options, function == "candidates"
    )
    check = partial(_checked, kept, points_check(table, options))
    asked = {
        "options": tuple(options),
        "fingerprint": fingerprint,
        "matcher": matcher,
        "crs": table.parsed.crs_text(),
    }
    # An imploded literal stays one row in every call of every engine; a literal as it is would be
    # cut into morsels like the points.
    literals = [] if matcher is not None else [pl.lit(table.literal(options)).implode()]

    def about(points: pl.Expr) -> pl.Expr:
        answer = register_plugin_function(
            plugin_path=_PLUGIN,
            function_name=function,
            args=[as_points(points, check), *literals],
            kwargs=asked,
            is_elementwise=True,
            **_IS_DETERMINISTIC,
        )
        if ids is not None:
            dtype = dtype_with(ids, options.details)
            gather = gatherer(ids, options.details)
            answer = answer.map_batches(gather, return_dtype=dtype, is_elementwise=True)
        # To Polars, the result of a function takes the name of its first argument.
        return answer.alias(name)

    if isinstance(point, pl.Series):
        # Nothing but literals in a plan is folded in ways that tear the polygons apart.
        return pl.lit(pl.DataFrame([point]).select(about(pl.first())).to_series())
    if isinstance(point, pl.Expr):
        return about(point)
    if not isinstance(point, str | tuple | list):
        msg = (
            "point: expected a column name, a pair of column names, an expression or a Series, "
            f"got {type(point).__name__}"
        )
        raise TypeError(msg)
    names = point_names(point)
    return about(pl.col(names[0]) if len(names) == 1 else pl.struct(names))


def _checked(_kept: _plugin.Kept, check: CheckDtype, dtype: pl.DataType) -> None:
    """Check a dtype, and hold what keeps the matcher: it stays as long as the plan has this."""
    check(dtype)
