"""``Polygons``: a table of polygons that is parsed once, from whatever holds one."""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, runtime_checkable

import polars as pl
from polars.exceptions import ColumnNotFoundError, InvalidOperationError

from poly_match import _plugin
from poly_match.crs import crs_text
from poly_match.dtypes import geometry_as, key_as, rings_as
from poly_match.geometries import arrow_of, is_geopandas, is_shapely, wkb_of
from poly_match.sealed import sealed

if TYPE_CHECKING:
    from collections.abc import Callable

    from poly_match.options import Center, Invalid, Options


@runtime_checkable
class ArrowTable(Protocol):
    """Anything that hands out a table through the Arrow PyCapsule interface."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Export the table as a stream of record batches."""
        ...


class Polygons:
    """A table of polygons that is parsed once and asked about often.

    Every door takes it in the place of a table. A table that comes as it is, is parsed and
    fingerprinted again by each expression, in a time that grows with its vertices; over
    ``Polygons`` an expression is made in microseconds.

    Parameters
    ----------
    polygons
        A table as :func:`poly_match.poly_match` takes it. A lazy frame is collected, with all its
        columns.
    invalid
        What becomes of a polygon that is none: ``"raise"`` names its row, ``"skip"`` lets it never
        match, see :attr:`invalid_rows`.
    crs
        Their coordinate reference system, in place of the one that the table names, if it does: a
        code such as ``"EPSG:4326"`` or ``4326``, WKT, PROJJSON, or a ``pyproj.CRS``. Nothing is
        reprojected.

    Raises
    ------
    ValueError
        If a polygon is none, with its row, unless ``invalid="skip"``; if rows of EWKB have
        different SRIDs, unless ``crs`` is given; if ``crs`` names no reference system.
    polars.exceptions.InvalidOperationError
        If the columns have another dtype.
    polars.exceptions.ColumnNotFoundError
        If there are neither ``x`` and ``y`` nor ``geometry``.

    Examples
    --------
    >>> import polars as pl
    >>> import poly_match as pm
    >>> zones = pm.Polygons(
    ...     pl.DataFrame({"x": [[0, 4, 4, 0], [1, 2, 2, 1]], "y": [[0, 0, 4, 4], [1, 1, 2, 2]]})
    ... )
    >>> zones
    <Polygons: 2 rows, x 0 to 4, y 0 to 4>
    >>> zones.areas.to_list()
    [16.0, 1.0]
    >>> points = pl.DataFrame({"point": [[2.0, 2.0], [9.0, 9.0]]})
    >>> points.select(pm.poly_match("point", zones, max_dist=3.0)).to_series().to_list()
    [1, None]
    """

    def __init__(
        self, polygons: IntoPolygons, *, invalid: Invalid = "raise", crs: Any = None
    ) -> None:
        text = crs_text(crs)
        if text is None and isinstance(polygons, Polygons):
            text = polygons._crs
        self._prepare(_source_of(polygons, None), invalid, crs=text)

    @classmethod
    def from_frame(
        cls, frame: pl.DataFrame | pl.LazyFrame, *, invalid: Invalid = "raise", crs: Any = None
    ) -> Polygons:
        """Take the polygons of a Polars frame.

        Parameters
        ----------
        frame
            With ``x`` and ``y`` as lists, or ``geometry``. A lazy one is collected.
        invalid, crs
            As for the class.
        """
        if not isinstance(frame, pl.DataFrame | pl.LazyFrame):
            msg = f"frame: expected a Polars DataFrame or LazyFrame, got {type(frame).__name__}"
            raise TypeError(msg)
        return cls(frame, invalid=invalid, crs=crs)

    @classmethod
    def from_arrow(
        cls, table: ArrowTable, *, invalid: Invalid = "raise", crs: Any = None
    ) -> Polygons:
        """Take the polygons of an Arrow table or stream (PyCapsule).

        Parameters
        ----------
        table
            With ``x`` and ``y`` as lists, or ``geometry``, whose extension type and CRS are read.
            Other columns keep their types where they are answered with.
        invalid, crs
            As for the class.
        """
        if not isinstance(table, ArrowTable):
            msg = f"table: expected an Arrow table or stream, got {type(table).__name__}"
            raise TypeError(msg)
        return restored(_plugin.ArrowTable(table), invalid, crs=crs_text(crs))

    @classmethod
    def from_geopandas(
        cls, geometries: Any, *, invalid: Invalid = "raise", crs: Any = None
    ) -> Polygons:
        """Take the polygons of a GeoDataFrame, a GeoSeries or an array of shapely geometries.

        Parameters
        ----------
        geometries
            Of a GeoDataFrame the active geometry and the other columns, through Arrow: GeoPandas
            needs pyarrow for that. The index is left out. An array is read as WKB.
        invalid, crs
            As for the class.
        """
        if not (is_geopandas(geometries) or is_shapely(geometries)):
            msg = (
                "geometries: expected a GeoDataFrame, a GeoSeries or an array of shapely "
                f"geometries, got {type(geometries).__name__}"
            )
            raise TypeError(msg)
        return cls(geometries, invalid=invalid, crs=crs)

    @classmethod
    def from_geoparquet(
        cls, path: str | os.PathLike[str], *, invalid: Invalid = "raise", crs: Any = None
    ) -> Polygons:
        """Read a GeoParquet or a plain Parquet file.

        Parameters
        ----------
        path
            The file. The geometry column, its encoding and its CRS are those that its metadata
            name; without them as for a table.
        invalid, crs
            As for the class.

        Raises
        ------
        ValueError
            If the file cannot be read, or a polygon is none: with the file, the column and the row.
        OSError
            If it cannot be opened.
        """
        return cls._read("parquet", path, invalid, crs)

    @classmethod
    def from_geojson(
        cls, path: str | os.PathLike[str], *, invalid: Invalid = "raise", crs: Any = None
    ) -> Polygons:
        """Read a FeatureCollection; its properties are columns.

        Parameters
        ----------
        path
            The file. Coordinates are longitude and latitude unless it says otherwise.
        invalid, crs
            As for the class.

        Raises
        ------
        ValueError
            If the file cannot be read, or a polygon is none: with the file and the feature.
        OSError
            If it cannot be opened.
        """
        return cls._read("geojson", path, invalid, crs)

    @classmethod
    def _read(
        cls, file_format: str, path: str | os.PathLike[str], invalid: Invalid, crs: Any
    ) -> Polygons:
        text = crs_text(crs)
        parsed, source = _plugin.read_polygons(os.fspath(path), file_format, invalid, text)
        polygons = object.__new__(cls)
        polygons._prepare(source, invalid, parsed)
        return polygons

    def _prepare(
        self,
        source: Source,
        invalid: Invalid,
        parsed: _plugin.ParsedPolygons | None = None,
        invalid_rows: pl.Series | None = None,
        crs: str | None = None,
    ) -> None:
        self._source = source
        self._invalid = invalid
        self._crs = crs
        self._geometry = _geometry_of(source)
        self._parsed = parsed or _plugin.ParsedPolygons(
            self._geometry, invalid, _extension_of(source), crs
        )
        # Of polygons that were read from a file and sent, these are null rows by now.
        self._invalid_rows = invalid_rows
        self._rankings: dict[tuple[str, bool], _plugin.Ranking] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        return sealed(restored, *self.state())

    def __len__(self) -> int:
        """Rows, null and empty ones among them."""
        return len(self._parsed)

    def __repr__(self) -> str:
        told = [f"{len(self):,} row" + "s" * (len(self) != 1)]
        if self.bounds is not None:
            x0, y0, x1, y1 = self.bounds
            told += [f"x {x0:g} to {x1:g}", f"y {y0:g} to {y1:g}"]
        if len(self.invalid_rows):
            told.append(f"{len(self.invalid_rows):,} invalid")
        if self.crs is not None:
            told.append(self.crs)
        return f"<Polygons: {', '.join(told)}>"

    @cached_property
    def bounds(self) -> tuple[float, float, float, float] | None:
        """The box that holds them, as ``(x0, y0, x1, y1)``; ``None`` if there is no polygon."""
        return self._parsed.bounds()

    @cached_property
    def areas(self) -> pl.Series:
        """The area of each as ``Float64``, the exterior minus the holes, parts added up.

        In the square of the coordinates' unit; null where there is no polygon.
        """
        return self._parsed.areas()

    def centers(self, center: Center = "vertex_mean") -> pl.Series:
        """The centre of each.

        Parameters
        ----------
        center
            ``"vertex_mean"`` or ``"centroid"``, as in :func:`poly_match.poly_match`.

        Returns
        -------
        Series
            ``Struct`` of ``x`` and ``y``; null where there is no polygon.
        """
        return self._parsed.centers(center)

    @property
    def invalid_rows(self) -> pl.Series:
        """The rows that hold no polygon and were skipped, as ``UInt32``; null rows are none."""
        if self._invalid_rows is None:
            self._invalid_rows = self._parsed.invalid_rows()
        return self._invalid_rows

    @property
    def crs(self) -> str | None:
        """The name of the coordinate reference system, such as ``EPSG:4326``, if it is known."""
        crs = self._parsed.crs()
        return None if crs is None else crs[0]

    @property
    def edges(self) -> str:
        """What the metadata say of the edges: ``planar``, ``spherical`` or another geodesic.

        They are taken for straight lines between the coordinates whatever this is.
        """
        return self._parsed.edges()

    # What the doors ask for.

    @property
    def parsed(self) -> _plugin.ParsedPolygons:
        """As the plugin has them."""
        return self._parsed

    @property
    def is_geographic(self) -> bool | None:
        """Whether coordinates are in degrees, if that is known."""
        crs = self._parsed.crs()
        return None if crs is None else crs[1]

    def _column(self, name: str, parameter: str) -> pl.Series:
        """A column that an option names."""
        if name not in self._source.columns:
            columns = self._source.columns
            msg = f"{parameter}: the polygons have no column {name!r}; the columns are {columns}"
            raise ColumnNotFoundError(msg)
        return _series(self._source, name)

    def keys(self, options: Options) -> pl.Series | None:
        """The column to rank by, if it is not the area."""
        if options.by is None:
            return None
        return _as(self._column(options.by, "by"), key_as, "numbers to rank by").alias("by")

    def ranking(self, options: Options) -> _plugin.Ranking | None:
        """The same, read; kept for the next time."""
        if options.by is None:
            return None
        asked = options.by, options.descending
        known = self._rankings.get(asked)
        keys = self.keys(options) if known is None else None
        if keys is not None:
            known = self._rankings[asked] = _plugin.Ranking(keys, options.descending)
        return known

    def ids(self, options: Options) -> pl.Series | None:
        """The column to answer with, if it is not the row number."""
        return None if options.id is None else self._column(options.id, "id")

    def arrow_ids(self, options: Options) -> _plugin.ArrowStream | None:
        """The same where answers are Arrow: in the type that it came in, if that was Arrow."""
        ids = self.ids(options)
        if options.id is None or ids is None or isinstance(self._source, pl.DataFrame):
            return None if ids is None else _plugin.without_views(ids)
        return self._source.column(options.id)

    def state(self) -> tuple[Source, Invalid, pl.Series, str | None]:
        """What they are made from again elsewhere."""
        return self._source, self._invalid, self.invalid_rows, self._crs

    def only(self, options: Options) -> Polygons:
        """The same polygons, and of the other columns those that the options name."""
        needed = _needed(options)
        polygons = object.__new__(Polygons)
        source = self._source.select([name for name in self._source.columns if name in needed])
        polygons._prepare(source, self._invalid, self._parsed, self._invalid_rows, self._crs)
        return polygons

    def literal(self, options: Options) -> pl.Series:
        """Polygons and keys as they travel in a plan: a struct."""
        keys = self.keys(options)
        columns = self._geometry if keys is None else [*self._geometry, keys]
        return pl.DataFrame(columns).to_struct("polygons")


IntoPolygons: TypeAlias = "pl.DataFrame | pl.LazyFrame | ArrowTable | Polygons"
# A table as it is kept, in the types that it came in.
Source: TypeAlias = "pl.DataFrame | _plugin.ArrowTable"


def polygons_of(polygons: IntoPolygons, options: Options) -> Polygons:
    """Parse polygons, of the columns that are needed, unless that is done already.

    Raises ``ValueError`` where polygons that are parsed already are to be parsed in another way.
    """
    if isinstance(polygons, Polygons):
        if options.invalid not in ("raise", polygons._invalid):
            msg = f"invalid: the polygons are parsed already, with invalid={polygons._invalid!r}"
            raise ValueError(msg)
        return polygons
    return restored(_source_of(polygons, _needed(options)), options.invalid)


def restored(
    source: Source,
    invalid: Invalid,
    invalid_rows: pl.Series | None = None,
    crs: str | None = None,
) -> Polygons:
    """Give the polygons of a table as it is kept."""
    polygons = object.__new__(Polygons)
    polygons._prepare(source, invalid, invalid_rows=invalid_rows, crs=crs)
    return polygons


def _needed(options: Options) -> set[str | None]:
    """The columns that may be asked for."""
    return {"x", "y", "geometry", options.by, options.id}


def _source_of(polygons: IntoPolygons, needed: set[str | None] | None) -> Source:
    """The table as it is kept, with the needed columns at least; all of them for ``None``."""
    if isinstance(polygons, pl.DataFrame):
        # Columns may be put into the frame, or taken out, later.
        return polygons.clone()
    if isinstance(polygons, pl.LazyFrame):
        names = polygons.collect_schema().names()
        return polygons.select([n for n in names if needed is None or n in needed]).collect()
    if isinstance(polygons, Polygons):
        return polygons._source
    if is_geopandas(polygons):
        return _plugin.ArrowTable(arrow_of(polygons, needed))
    if is_shapely(polygons):
        return pl.DataFrame([wkb_of(polygons)])
    if isinstance(polygons, ArrowTable):
        return _plugin.ArrowTable(polygons)
    msg = (
        "polygons: expected a Polars DataFrame or LazyFrame, an Arrow table, a GeoDataFrame or "
        f"Polygons, got {type(polygons).__name__}"
    )
    raise TypeError(msg)


def _series(source: Source, name: str) -> pl.Series:
    """A column as Polars has it."""
    if isinstance(source, pl.DataFrame):
        return source[name]
    return pl.Series(name, source[name])


def _extension_of(source: Source) -> tuple[str, str | None] | None:
    """The name and the metadata of the extension type of ``geometry``."""
    if not isinstance(source, pl.DataFrame):
        return source.extension("geometry")
    dtype = source["geometry"].dtype if "geometry" in source.columns else None
    if not isinstance(dtype, pl.BaseExtension):
        return None
    return dtype.ext_name(), dtype.ext_metadata()


def _geometry_of(source: Source) -> list[pl.Series]:
    """The columns that hold the polygons: ``geometry``, or ``x`` and ``y``."""
    names = [name for name in source.columns if name in {"x", "y", "geometry"}]
    columns = {name: _series(source, name) for name in names}
    rings = "x" in columns and "y" in columns
    # Numbers called x and y beside a geometry are something else: a label's place, say.
    if "geometry" in columns and rings and not all(rings_as(columns[n].dtype) for n in "xy"):
        rings = False
    if rings and "geometry" in columns:
        msg = "polygons: both x and y and geometry hold polygons; keep one of them"
        raise ValueError(msg)
    if rings:
        return [_as(columns[name], rings_as, "rings as List(numeric)") for name in "xy"]
    if "geometry" in columns:
        expected = "WKB as Binary, or GeoArrow polygons as nested lists"
        return [_as(columns["geometry"], geometry_as, expected)]
    msg = (
        "polygons: expected columns x and y as List(numeric), or geometry as WKB; "
        f"the columns are {source.columns}"
    )
    raise ColumnNotFoundError(msg)


def _as(
    column: pl.Series, wanted: Callable[[pl.DataType], pl.DataType | None], expected: str
) -> pl.Series:
    """The column as the engine reads it; raises ``InvalidOperationError`` where it cannot."""
    if isinstance(column.dtype, pl.BaseExtension):
        column = column.ext.storage()
    dtype = wanted(column.dtype)
    if dtype is None:
        msg = f"polygons: column {column.name!r} has dtype {column.dtype}, expected {expected}"
        raise InvalidOperationError(msg)
    return column if column.dtype == dtype else column.cast(dtype)
