"""Bar charts as SVG, without a library: one bar per engine, on a logarithmic scale."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

COLORS = {
    "ours": "#c8321f",
    "hand-written": "#f0b429",
    "library": "#56b4e9",
    "limit": "#9a9a9a",
}

_WIDTH, _LEFT, _RIGHT, _TOP, _LINE = 860, 190, 110, 64, 22


class Bar(NamedTuple):
    """One bar: its name, its class, and its length."""

    name: str
    kind: str
    value: float
    is_reduced: bool = False


def draw(title: str, unit: str, bars: Sequence[Bar]) -> str:
    """Return an SVG; the shortest bar is on top, reduced bars are pale."""
    bars = sorted(bars, key=lambda bar: bar.value)
    low = 10.0 ** math.floor(math.log10(bars[0].value))
    high = 10.0 ** math.ceil(math.log10(max(bars[-1].value, 1.01 * low)))
    height = _TOP + _LINE * len(bars) + 34

    def across(value: float) -> float:
        share = math.log(value / low) / math.log(high / low)
        return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" '
        f'viewBox="0 0 {_WIDTH} {height}" font-family="sans-serif" font-size="12">',
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="12" y="22" font-size="15" font-weight="bold">{escape(title)}</text>',
        *_legend(),
    ]
    bottom = height - 30
    for power in range(round(math.log10(low)), round(math.log10(high)) + 1):
        x = across(10.0**power)
        parts.append(
            f'<line x1="{x:.1f}" y1="{_TOP - 6}" x2="{x:.1f}" y2="{bottom}" stroke="#dddddd"/>'
            f'<text x="{x:.1f}" y="{bottom + 16}" text-anchor="middle">{_short(10.0**power)}</text>'
        )
    parts.append(f'<text x="{_WIDTH - 8}" y="{bottom + 16}" text-anchor="end">{unit}</text>')
    for nth, bar in enumerate(bars):
        y, end = _TOP + nth * _LINE, across(bar.value)
        box = f'x="{_LEFT}" y="{y}" width="{end - _LEFT:.1f}" height="{_LINE - 6}"'
        parts.append(
            f'<text x="{_LEFT - 8}" y="{y + 12}" text-anchor="end">{escape(bar.name)}</text>'
            f'<rect {box} fill="{COLORS[bar.kind]}" fill-opacity="{0.4 if bar.is_reduced else 1}"/>'
            f'<text x="{end + 6:.1f}" y="{y + 12}">{_short(bar.value)}</text>'
        )
    return "\n".join([*parts, "</svg>\n"])


def _legend() -> list[str]:
    x, parts = 12, []
    for name, color in COLORS.items():
        parts.append(
            f'<rect x="{x}" y="34" width="12" height="12" fill="{color}"/>'
            f'<text x="{x + 17}" y="44">{name}</text>'
        )
        x += 40 + 7 * len(name)
    parts.append(
        f'<text x="{x}" y="44">pale: fewer points, because all points would take too long</text>'
    )
    return parts


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
