"""The demo's picture: the zones, and points in the colour of the zone that they were given."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import polars as pl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import EllipseCollection, LineCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from poly_match.city import KINDS, City

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NO_ZONE = "none"

_Color = tuple[float, float, float]  # red, green, blue, from 0 to 1
_Window = tuple[float, float, float, float]  # x_min, y_min, x_max, y_max

# Told apart by colour-blind eyes too (after Okabe and Ito); the smaller the zone, the warmer.
_COLORS = {
    NO_ZONE: "#c9c9c9",
    "district": "#009e73",
    "block": "#56b4e9",
    "building": "#f0b429",
    "room": "#c8321f",
}
_OUTLINE_WIDTHS = {"district": 0.8, "block": 0.5, "building": 0.35, "room": 0.25}

_CITY_POINTS = 150_000
_ZOOM_POINTS = 40_000
_PLAZA = 5.0  # so much of it around its middle is in the zoomed window
_EDGE = 3.0


def draw_city(city: City, matched: Path, answer: str, max_dist: float, path: Path) -> None:
    """Write a PNG: the whole city at the left, one block of it at the right.

    Parameters
    ----------
    city
        The zones that were matched.
    matched
        Parquet with `id`, `x`, `y` and the answers. However long it is, about 150,000 of its
        rows are drawn in the city and 40,000 in the block.
    answer
        The column of `matched` with the row number in `city.zones`, null where nothing matched.
    max_dist
        The radius of the rule.
    path
        The file to write.
    """
    points = pl.scan_parquet(matched)
    rows = points.select(pl.len()).collect().item()
    every = max(1, -(-rows // _CITY_POINTS))
    some = points.filter(pl.col("id") % every == 0).collect()

    block = _block_to_show(city)
    x_min, y_min, x_max, y_max = window = _window(city, block)
    near = points.filter(
        pl.col("x").is_between(x_min, x_max) & pl.col("y").is_between(y_min, y_max)
    )
    close = near.head(_ZOOM_POINTS).collect()

    figure = Figure(figsize=(17, 8.8), dpi=130, layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    whole, zoom = figure.subplots(1, 2, width_ratios=(1.32, 1))
    figure.suptitle(
        f"The smallest zone whose centre is closer than {max_dist:g} to a point wins the point",
        fontsize=17,
        fontweight="bold",
    )

    title = f"{city.zones.height:,} zones, {rows:,} points ({some.height:,} drawn)"
    _draw_points(whole, city, some, answer, size=0.9)
    _draw_zones(whole, city, scale=1.0)
    whole.add_patch(
        Rectangle((x_min, y_min), x_max - x_min, y_max - y_min, fill=False, lw=2.0, zorder=5)
    )
    _frame(whole, city.extent, title)

    _draw_points(zoom, city, close, answer, size=7.0)
    _draw_zones(zoom, city, scale=3.2)
    _draw_reach(zoom, city, window, max_dist)
    _frame(
        zoom,
        window,
        f"{city.zones['zone'][block]}: a circle is where the centre of its zone (+) is near enough",
    )
    figure.legend(
        handles=[_legend_entry(kind) for kind in (*reversed(KINDS), NO_ZONE)],
        loc="outside lower center",
        ncols=len(KINDS) + 1,
        fontsize=13,
        frameon=False,
        title="A point has the colour of the zone that won it",
        title_fontsize=13,
    )
    figure.savefig(path)


def _draw_points(axes: Axes, city: City, points: pl.DataFrame, answer: str, *, size: float) -> None:
    kinds = city.zones["kind"].gather(points[answer]).fill_null(NO_ZONE)
    colors = kinds.replace_strict(_COLORS).to_list()
    axes.scatter(points["x"], points["y"], s=size, c=colors, linewidths=0, zorder=1)


def _draw_zones(axes: Axes, city: City, *, scale: float) -> None:
    for kind in KINDS:
        rings = [
            np.column_stack([x, y])
            for x, y in city.zones.filter(kind=kind).select("x", "y").iter_rows()
        ]
        axes.add_collection(
            PolyCollection(
                rings,
                facecolors="none",
                edgecolors="#222222",
                linewidths=_OUTLINE_WIDTHS[kind] * scale,
                zorder=3,
            )
        )


def _draw_reach(axes: Axes, city: City, window: _Window, max_dist: float) -> None:
    """Draw the centres, and around each the circle in which its zone qualifies."""
    for kind in KINDS:
        centers = city.centers[(city.zones["kind"] == kind).to_numpy()]
        low, high = np.array(window[:2]) - max_dist, np.array(window[2:]) + max_dist
        centers = centers[((centers > low) & (centers < high)).all(axis=1)]
        sides = np.full(len(centers), 2 * max_dist)
        for color, width in (("white", 2.6), (_shade(kind), 1.4)):
            axes.add_collection(
                EllipseCollection(
                    sides,
                    sides,
                    np.zeros(len(centers)),
                    units="xy",
                    offsets=centers,
                    offset_transform=axes.transData,
                    facecolors="none",
                    edgecolors=color,
                    linewidths=width,
                    zorder=2,
                )
            )
        axes.add_collection(_crosses(centers, max_dist / 9, _shade(kind)))


def _crosses(centers: npt.NDArray[np.float64], arm: float, color: _Color) -> LineCollection:
    across, up = np.array([arm, 0.0]), np.array([0.0, arm])
    lines = [(center - way, center + way) for center in centers for way in (across, up)]
    return LineCollection(lines, colors=color, linewidths=2.0, zorder=4)


def _shade(kind: str) -> _Color:
    """Darken the colour of a kind, to be seen on points of the same colour."""
    code = _COLORS[kind]
    red, green, blue = (int(code[at : at + 2], 16) / 255 * 0.55 for at in (1, 3, 5))
    return red, green, blue


def _frame(axes: Axes, window: _Window, title: str) -> None:
    axes.set_xlim(window[0], window[2])
    axes.set_ylim(window[1], window[3])
    axes.set_aspect("equal")
    axes.set_title(title, fontsize=12)


def _legend_entry(kind: str) -> Line2D:
    label = "no zone near" if kind == NO_ZONE else kind
    return Line2D([], [], marker="o", ls="", ms=10, color=_COLORS[kind], label=label)


def _block_to_show(city: City) -> int:
    """Choose the row of the block that shows the most.

    One with buildings of both sorts, with rooms and without, as many as possible of the rarer
    sort; among those the one with the fewest rooms, whose circles are easy to tell apart.
    """
    names = city.zones.select(
        pl.row_index("row"),
        "kind",
        block=pl.col("zone").str.extract(r"^(district-\d+/block-\d+)"),
        building=pl.col("zone").str.extract(r"^(.*/building-\d+)"),
    ).drop_nulls("block")
    housed = pl.col("building").filter(kind="room").n_unique()
    best = (
        names.group_by("block")
        .agg(
            pl.col("row").first(),
            rarer=pl.min_horizontal(housed, pl.col("kind").eq("building").sum() - housed),
            rooms=pl.col("kind").eq("room").sum(),
        )
        .sort("rarer", "rooms", "row", descending=[True, False, False])
    )
    return int(best["row"][0])


def _window(city: City, block: int) -> _Window:
    """Frame the block and the plaza in the middle of its district, where the district wins."""
    x, y = city.zones["x"][block].to_numpy(), city.zones["y"][block].to_numpy()
    district = city.zones["zone"].index_of(city.zones["zone"][block].split("/")[0])
    plaza = city.centers[district]
    low = np.minimum([x.min(), y.min()], plaza - _PLAZA) - _EDGE
    high = np.maximum([x.max(), y.max()], plaza + _PLAZA) + _EDGE
    middle, reach = (low + high) / 2, (high - low).max() / 2
    return middle[0] - reach, middle[1] - reach, middle[0] + reach, middle[1] + reach
