"""Draws the pictures of the pages: ``python docs/pictures.py [FOLDER]``, by default ``pictures``.

The colors are computed with poly_match: a polygon is orange if it is the answer, blue if it
qualifies, and gray if it does not. The same input gives the same bytes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
import polars as pl
import shapely
from matplotlib.figure import Figure
from matplotlib.patches import Circle, PathPatch
from matplotlib.path import Path as Outline

import poly_match as pm

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Ring = Sequence[tuple[float, float]]
Point = tuple[float, float]

FOLDER = Path(__file__).parent / "pictures"

_INK, _RED = "#333333", "#c8321f"
# Colors that color-blind readers can distinguish (after Okabe and Ito).
_ANSWER, _QUALIFIES, _OTHER = "#f0b429", "#a9d6f0", "#ececec"

_RC: dict[Any, Any] = {
    "svg.fonttype": "none",  # keeps text as text: smaller files, searchable
    "svg.hashsalt": "poly-match",  # fixed names of clip paths in every run
    "font.family": "sans-serif",
    "font.size": 10,
}


def square(x: float, y: float, half: float) -> Ring:
    """Return a square around a place."""
    return [(x - half, y - half), (x + half, y - half), (x + half, y + half), (x - half, y + half)]


class Scene:
    """Polygons with holes, colored for one point."""

    def __init__(self, axes: Axes, title: str, zones: Sequence[Sequence[Ring]]) -> None:
        self.axes, self.zones = axes, zones
        shapes = [shapely.Polygon(zone[0], zone[1:]) for zone in zones]
        self.table = pl.DataFrame({"geometry": shapely.to_wkb(shapes).tolist()})
        axes.set_title(title, fontsize=10, color=_INK)
        axes.set_aspect("equal")
        axes.set_axis_off()

    def ask(self, point: Point, expected: int | None, **rule: Any) -> None:
        """Color the polygons for a point, and check the answer that the page shows."""
        points = pl.Series([list(point)])
        matcher = pm.Matcher(self.table, **rule)
        (answer,) = matcher.match(points)
        (qualifying,) = matcher.candidates(points)
        for row, zone in enumerate(self.zones):
            color = _QUALIFIES if row in qualifying else _OTHER
            self.fill(zone, _ANSWER if row == answer else color, row)
        self.point(point)
        _check(answer, expected)

    def fill(self, zone: Sequence[Ring], color: str, row: int) -> None:
        """Draw one polygon."""
        # Holes have the opposite orientation; otherwise they would be filled.
        rings = [zone[0], *(hole[::-1] for hole in zone[1:])]
        outline = Outline.make_compound_path(*(Outline([*r, r[0]], closed=True) for r in rings))
        # Small polygons are drawn on top of the large ones that contain them.
        order = 1 + 1 / (1 + shapely.Polygon(zone[0]).area) + row / 1e6
        self.axes.add_patch(PathPatch(outline, facecolor=color, edgecolor=_INK, zorder=order))

    def centers(self, center: pm.options.Center = "vertex_mean", marker: str = "+") -> None:
        """Mark the centers."""
        for place in pm.Polygons(self.table).centers(center):
            self.axes.plot(place["x"], place["y"], marker, color=_INK, markersize=7, zorder=4)

    def point(self, point: Point) -> None:
        """Mark a point."""
        self.axes.plot(*point, "o", color=_RED, markersize=6, zorder=5)

    def circle(self, point: Point, radius: float) -> None:
        """Draw the bound around a point."""
        ring = Circle(point, radius, fill=False, edgecolor=_RED, linestyle="--", zorder=3)
        self.axes.add_patch(ring)

    def say(self, place: Point, text: str, offset: Point = (7, 5)) -> None:
        """Write a text next to a place."""
        self.axes.annotate(text, place, offset, textcoords="offset points", color=_INK, zorder=6)

    def window(self, x0: float, y0: float, x1: float, y1: float) -> None:
        """Set the visible range."""
        self.axes.set(xlim=(x0, x1), ylim=(y0, y1))


# Halves and quarters, which are exact in binary: a center at the bound is exactly at the bound.
_TOWN = [
    [square(3, 3, 2.5)],  # 0: the largest
    [square(7.75, 4.25, 1.25)],  # 1
    [square(5.5, 8, 0.75)],  # 2: the smallest
]


def center_max_dist() -> Figure:
    """Centers within a bound, and one exactly at it."""
    figure, axes = _figure(1)
    scene = Scene(axes[0], "max_dist=4", _TOWN)
    here = (5.5, 4.0)
    scene.ask(here, 1, max_dist=4.0)
    scene.circle(here, 4.0)
    scene.centers()
    scene.say((3, 3), "qualifies", offset=(-22, -16))
    scene.say((9.5, 4.1), "the answer")
    scene.say((6.25, 8.1), "exactly at 4: does not qualify", offset=(7, -3))
    scene.window(0, -0.3, 12, 9)
    return figure


def k_nearest() -> Figure:
    """The nearest polygon, and the smaller of the two nearest."""
    figure, axes = _figure(2)
    here = (4.5, 3.5)
    for ax, k, expected in zip(axes, (1, 2), (0, 1), strict=True):
        scene = Scene(ax, f"k={k}", _TOWN)
        scene.ask(here, expected, k=k)
        scene.centers()
        near = sorted(pm.Polygons(scene.table).centers(), key=lambda c: _distance(here, c))
        for place in near[:k]:
            ax.plot([here[0], place["x"]], [here[1], place["y"]], ":", color=_RED, zorder=3)
        scene.window(0, -0.3, 9.5, 9)
    return figure


def k_max_dist() -> Figure:
    """Both bounds: each excludes a polygon."""
    figure, axes = _figure(2)
    for ax, here, expected in zip(axes, [(4.5, 3.5), (9.0, 7.0)], [0, None], strict=True):
        scene = Scene(ax, "k=2, max_dist=2.5", _TOWN)
        scene.ask(here, expected, k=2, max_dist=2.5)
        scene.circle(here, 2.5)
        scene.centers()
        scene.say(here, "null" if expected is None else f"{expected}")
        scene.window(0, -0.3, 12, 10)
    return figure


def covers() -> Figure:
    """Interior, hole, edge of the hole, border between two neighbors."""
    figure, axes = _figure(1)
    zones: list[list[Ring]] = [
        [square(4, 4, 4), square(4, 4, 1.5)],  # 0: with a hole
        [[(8, 1), (12, 1), (12, 7), (8, 7)]],  # 1: its neighbor, smaller
        [square(1.25, 6.75, 0.75)],  # 2: inside 0
    ]
    scene = Scene(axes[0], 'predicate="covers"', zones)
    for row, (zone, color) in enumerate(zip(zones, (_OTHER, _QUALIFIES, _ANSWER), strict=True)):
        scene.fill(zone, color, row)
    matcher = pm.Matcher(scene.table, predicate="covers")
    for point, expected in [
        ((1.0, 6.5), 2),
        ((6.5, 1.5), 0),
        ((3.75, 4.0), None),
        ((4.5, 2.5), 0),
        ((8.0, 5.0), 1),
        ((10.0, 3.0), 1),
        ((10.0, 8.0), None),
    ]:
        (answer,) = matcher.match(pl.Series([list(point)]))
        _check(answer, expected)
        scene.point(point)
        scene.say(point, "null" if answer is None else f"{answer}")
    scene.window(-0.3, -0.3, 12.3, 8.9)
    return figure


def centers() -> Figure:
    """The mean of the vertices, and the centroid of the area."""
    figure, axes = _figure(2)
    turns = np.linspace(-np.pi / 2, np.pi / 2, 13)
    coast = [(8 + 1.6 * np.cos(t), 3 + 3 * np.sin(t)) for t in turns]
    zones = [[[*coast, (0.0, 6.0), (0.0, 0.0)]]]
    here = (2.6, 3.0)
    expected: list[tuple[pm.options.Center, int | None]] = [("vertex_mean", None), ("centroid", 0)]
    for ax, (center, answer) in zip(axes, expected, strict=True):
        scene = Scene(ax, f'center="{center}", max_dist=3', zones)
        scene.ask(here, answer, max_dist=3.0, center=center)
        scene.circle(here, 3.0)
        scene.centers(center)
        for x, y in zones[0][0]:
            ax.plot(x, y, ".", color=_INK, markersize=3, zorder=2)
        scene.window(-0.8, -0.4, 10.2, 6.6)
    return figure


def ranks() -> Figure:
    """The same polygons, ranked by area, and by a column in both directions."""
    figure, axes = _figure(3)
    zones = [[square(4, 4, 4)], [square(5, 4, 2.6)], [square(5.6, 4.4, 1.3)]]
    visits = [120, 900, 300]
    here = (5.2, 4.6)
    rules: list[tuple[str, int, dict[str, Any]]] = [
        ("the smallest area", 2, {}),
        ('by="visits"', 0, {"by": "visits"}),
        ('by="visits", descending=True', 1, {"by": "visits", "descending": True}),
    ]
    for ax, (title, expected, rule) in zip(axes, rules, strict=True):
        scene = Scene(ax, title, zones)
        scene.table = scene.table.with_columns(visits=pl.Series(visits))
        scene.ask(here, expected, predicate="covers", **rule)
        for zone, count in zip(zones, visits, strict=True):
            scene.say(zone[0][0], f"{count}", offset=(4, 4))
        scene.window(-0.3, -0.3, 8.3, 8.3)
    return figure


def antimeridian() -> Figure:
    """Two places on either side of 180 degrees: near on the sphere, far in the plane."""
    figure, axes = _figure(2)
    bound = 300_000.0
    zones = [[square(-179.2, -17.0, 0.5)], [square(176.75, -17.6, 0.9)]]
    here = (179.0, -17.4)
    on_sphere = {"metric": "haversine", "max_dist": bound}
    rules: list[tuple[str, int, dict[str, Any]]] = [
        ('metric="haversine", max_dist=300_000', 0, on_sphere),
        ("in degrees, max_dist=3", 1, {"max_dist": 3.0}),
    ]
    for ax, (title, expected, rule) in zip(axes, rules, strict=True):
        scene = Scene(ax, title, zones)
        scene.ask(here, expected, **rule)
        scene.centers()
        # Drawn again at its place on a map that continues beyond 180 degrees.
        turned = [[(x + 360, y) for x, y in zones[0][0]]]
        scene.fill(turned, _ANSWER if expected == 0 else _OTHER, 0)
        ax.plot(180.8, -17.0, "+", color=_INK, markersize=7, zorder=4)
        ax.axvline(180, color=_INK, linewidth=0.8, linestyle=":")
        scene.say((180, -20.6), "180°", offset=(3, 0))
        if "metric" in rule:
            ring = np.array([_away(here, bound, t) for t in np.linspace(0, 2 * np.pi, 73)])
            ax.plot(*ring.T, "--", color=_RED, zorder=3)
        else:
            scene.circle(here, 3.0)
        scene.window(174.8, -20.8, 182.4, -14.0)
    return figure


def _figure(panels: int) -> tuple[Figure, Sequence[Axes]]:
    figure = Figure(figsize=(3.4 * panels if panels > 1 else 5.4, 3.3), layout="constrained")
    figure.set_facecolor("white")
    return figure, np.atleast_1d(figure.subplots(1, panels)).tolist()


def _distance(point: Point, place: dict[str, float]) -> float:
    return float(np.hypot(point[0] - place["x"], point[1] - place["y"]))


def _away(start: Point, meters: float, bearing: float) -> Point:
    """Return the point at a distance and bearing from a start, on the sphere."""
    lon, lat = np.radians(start)
    angle = meters / 6_371_008.8
    y = np.arcsin(np.sin(lat) * np.cos(angle) + np.cos(lat) * np.sin(angle) * np.cos(bearing))
    east = np.sin(bearing) * np.sin(angle) * np.cos(lat)
    x = lon + np.arctan2(east, np.cos(angle) - np.sin(lat) * np.sin(y))
    return float(np.degrees(x)), float(np.degrees(y))


def _check(got: object, expected: object) -> None:
    if got != expected:
        msg = f"the picture shows {expected}, but the answer is {got}"
        raise ValueError(msg)


PICTURES: dict[str, Callable[[], Figure]] = {
    "center-max-dist": center_max_dist,
    "k": k_nearest,
    "k-max-dist": k_max_dist,
    "covers": covers,
    "centers": centers,
    "by": ranks,
    "antimeridian": antimeridian,
}


def draw(folder: Path) -> None:
    """Write all pictures as SVG."""
    with mpl.rc_context(_RC):
        for name, picture in PICTURES.items():
            # Without the date and the version of matplotlib.
            metadata = {"Date": None, "Creator": None}
            picture().savefig(folder / f"{name}.svg", metadata=metadata)


if __name__ == "__main__":
    draw(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
