"""What a job tells of all points together: how many each polygon won, and a picture."""

from __future__ import annotations

import os
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from poly_match import _plugin

if TYPE_CHECKING:
    from poly_match.options import Invalid

    IntoPath = str | os.PathLike[str]

SIDE = 1_200
"""Cells of the longer side of a picture."""

# Told apart by colour-blind eyes too, after Okabe and Ito; grey is for points that none won.
_COLORS = (0xE69F00, 0x56B4E9, 0x009E73, 0xF0E442, 0x0072B2, 0xD55E00, 0xCC79A7)
_NONE = 0xC9C9C9


def picture_options() -> tuple[int, list[list[int]], list[int]]:
    """Cells of the longer side, colours of polygons, and that of points without."""
    return SIDE, [_rgb(color) for color in _COLORS], _rgb(_NONE)


def check(counts: IntoPath | None, picture: IntoPath | None) -> None:
    """Refuse what cannot be written by its name; the job looks at what is there.

    Raises
    ------
    ValueError
        For a name that tells no format, or is that of an object.
    ModuleNotFoundError
        For a picture without what draws it.
    """
    for parameter, path, suffixes in (
        ("counts", counts, (".parquet", ".csv")),
        ("picture", picture, (".png",)),
    ):
        if path is None:
            continue
        if "://" in os.fspath(path):
            raise ValueError(f"{parameter}: {path}: expected a file, not an object of a store")
        if Path(path).suffix.lower() not in suffixes:
            expected = " or ".join(suffixes)
            raise ValueError(f"{parameter}: expected a name that ends in {expected}, got '{path}'")
    missing = [name for name in ("numpy", "matplotlib") if picture and find_spec(name) is None]
    if missing:
        needs = f"the picture needs {' and '.join(missing)}: pip install 'poly-match[plot]'"
        raise ModuleNotFoundError(needs)


def write_counts(
    path: IntoPath,
    counts: Any,
    polygons: IntoPath,
    name: str | None,
    invalid: Invalid,
    overwrite: bool,
    crs: str | None,
) -> None:
    """Write how many points each polygon won, a row for each.

    Columns are ``row``, that of the polygon; the one that is answered with, if there is one; and
    ``points``.
    """
    frame = pl.DataFrame({"points": pl.Series(counts)}).with_row_index("row")
    if name is not None:
        ids = pl.Series(name, _read(polygons, invalid, crs).column(name))
        # A column of one of the other names goes by `id`.
        ids = ids.alias("id") if name in frame.columns else ids
        frame = frame.insert_column(1, ids)
    content = BytesIO()
    is_csv = Path(path).suffix.lower() == ".csv"
    (frame.write_csv if is_csv else frame.write_parquet)(content)
    _plugin.write_whole(os.fspath(path), content.getvalue(), overwrite)


def write_picture(
    path: IntoPath,
    picture: dict[str, Any] | None,
    polygons: IntoPath,
    invalid: Invalid,
    overwrite: bool,
    crs: str | None,
) -> None:
    """Draw the points in the colours of their polygons, and the outlines of these over them."""
    # Imported here: it takes a second.
    from poly_match.heat import draw

    geometry = pl.Series(_read(polygons, invalid, crs).column("geometry"))
    if isinstance(geometry.dtype, pl.BaseExtension):
        geometry = geometry.ext.storage()
    content = BytesIO()
    draw(picture, _rings(geometry), content)
    _plugin.write_whole(os.fspath(path), content.getvalue(), overwrite)


def _read(polygons: IntoPath, invalid: Invalid, crs: str | None) -> _plugin.ArrowTable:
    is_geojson = Path(polygons).suffix.lower() in (".geojson", ".json")
    file_format = "geojson" if is_geojson else "parquet"
    return _plugin.read_polygons(os.fspath(polygons), file_format, invalid, crs)[1]


def _rings(geometry: pl.Series) -> pl.Series:
    """A ring a row, as a list of vertices."""
    geometry = geometry.drop_nulls()
    while isinstance(geometry.dtype, pl.List) and isinstance(geometry.dtype.inner, pl.List):
        geometry = geometry.explode().drop_nulls()
    return geometry


def _rgb(color: int) -> list[int]:
    return list(color.to_bytes(3, "big"))
