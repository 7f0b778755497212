"""Flame graphs as small SVG files.

They are drawn here and not by the profiler, so that a graph shows only the timed section, without
the start-up, and stays small. The width is the share of samples, with the lines of a function
summed. Frames are sorted by name, with callers above callees. A tooltip shows the full name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape

from ladder.stacks import Stack, function, pruned

WIDTH = 1200
ROW = 17
MARGIN = 10
HEADER = 46
LETTER = 6.6
"""Width of a letter of the 11-pixel monospace font."""

KINDS = {
    "Python": "#f2b35d",
    "numpy and interpreter": "#d9d2c5",
    "Rust": "#d7694a",
}


@dataclass
class Frame:
    """A frame with its samples and the frames it called."""

    name: str
    count: int = 0
    called: dict[str, Frame] = field(default_factory=dict)

    def depth(self) -> int:
        """Return the number of rows that the frame and its callees take."""
        return 1 + max((frame.depth() for frame in self.called.values()), default=0)


def svg(stacks: Counter[Stack], title: str, least: float = 0.003) -> str:
    """Return a flame graph; frames with less than ``least`` of the samples are left out."""
    by_function: Counter[Stack] = Counter()
    for stack, count in stacks.items():
        by_function[tuple(map(function, stack))] += count
    root = _tree(pruned(by_function, least))
    height = HEADER + ROW * root.depth() + MARGIN
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}" font-family="monospace" font-size="11">',
        f'<rect width="{WIDTH}" height="{height}" fill="#fffdf9"/>',
        f'<text x="{MARGIN}" y="18" font-size="14">{escape(title)}</text>',
        *_legend(),
        *_boxes(root, root.count, MARGIN, 0),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def kind(frame: str) -> str:
    """Return the kind of a frame, one of `KINDS`."""
    name, _, place = frame.rpartition(" (")
    if ".py" in place:
        return "Python" if "site-packages" not in place else "numpy and interpreter"
    return "Rust" if "::" in name or ".rs" in place else "numpy and interpreter"


def _tree(stacks: Counter[Stack]) -> Frame:
    root = Frame("all")
    for stack, count in stacks.items():
        frame = root
        frame.count += count
        for name in stack:
            frame = frame.called.setdefault(name, Frame(name))
            frame.count += count
    return root


def _boxes(frame: Frame, total: int, left: float, row: int) -> Iterator[str]:
    width = (WIDTH - 2 * MARGIN) * frame.count / total
    top = HEADER + ROW * row
    fill = KINDS[kind(frame.name)] if row else "#eeeeee"
    share = f"{100 * frame.count / total:.1f}%"
    letters = int((width - 4) / LETTER)
    label = f"{share} {frame.name}"
    if len(label) > letters:
        label = label[: letters - 2] + ".."
    text = ""
    if letters >= 8:
        text = f'<text x="{left + 2:.1f}" y="{top + 12}">{escape(label)}</text>'
    yield (
        f"<g><title>{escape(frame.name)}: {share}</title>"
        f'<rect x="{left:.1f}" y="{top}" width="{max(width - 0.5, 0.2):.1f}" '
        f'height="{ROW - 1}" fill="{fill}"/>{text}</g>'
    )
    for name in sorted(frame.called):
        called = frame.called[name]
        yield from _boxes(called, total, left, row + 1)
        left += (WIDTH - 2 * MARGIN) * called.count / total


def _legend() -> Iterator[str]:
    left = MARGIN
    for name, fill in KINDS.items():
        yield f'<rect x="{left}" y="27" width="11" height="11" fill="{fill}"/>'
        yield f'<text x="{left + 15}" y="36">{escape(name)}</text>'
        left += 30 + int(LETTER * len(name))
