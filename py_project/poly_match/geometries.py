"""Geometries of shapely and GeoPandas, which need not be installed: read as WKB, all at once."""

from __future__ import annotations

import json
from typing import Any

import polars as pl


def is_geopandas(values: object) -> bool:
    """Whether this is a frame, a series or an array of GeoPandas."""
    return type(values).__module__.partition(".")[0] == "geopandas"


def is_shapely(values: object) -> bool:
    """Whether this is a numpy array of objects, as shapely takes and gives them."""
    return (
        type(values).__module__ == "numpy"
        and getattr(getattr(values, "dtype", None), "kind", "") == "O"
    )


def wkb_of(geometries: Any) -> pl.Series:
    """Geometries as WKB.

    Parameters
    ----------
    geometries
        A numpy array of shapely geometries, a ``GeoSeries`` or a ``GeometryArray``; ``None`` is
        null.

    Returns
    -------
    Series
        ``Binary``, or with a CRS that is known the extension type of WKB; without one the SRIDs of
        the geometries, if they have any, are in the bytes. ``TypeError`` is raised for objects that
        are no geometries.
    """
    import numpy as np
    import shapely

    crs = getattr(geometries, "crs", None)
    wkb = shapely.to_wkb(np.asarray(geometries, dtype=object), include_srid=crs is None)
    column = pl.Series("geometry", wkb.tolist(), dtype=pl.Binary)
    if crs is None:
        return column
    metadata = json.dumps({"crs": crs.to_json_dict()})
    return column.ext.to(pl.Extension("geoarrow.wkb", pl.Binary, metadata))


def arrow_of(geometries: Any, columns: set[str | None] | None = None) -> Any:
    """What GeoPandas holds as an Arrow table, its geometry as WKB in the column ``geometry``.

    Parameters
    ----------
    geometries
        A ``GeoDataFrame``, of which the active geometry is taken, or a ``GeoSeries``.
    columns
        The other columns that are needed; all of them for ``None``.

    Returns
    -------
    object
        Speaks the PyCapsule interface; the geometry is an extension type with its CRS.
    """
    if not hasattr(geometries, "geometry"):
        import geopandas

        geometries = geopandas.GeoSeries(geometries)
    geometry = geometries.geometry.rename("geometry")
    frame = geometry.to_frame()
    if hasattr(geometries, "columns"):
        active = geometries.active_geometry_name
        others = [name for name in geometries.columns if name != active]
        frame = geometries[[n for n in others if columns is None or n in columns]]
        frame = frame.assign(geometry=geometry).set_geometry("geometry")
    return frame.to_arrow(index=False)
