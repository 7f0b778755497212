"""Samples of a profiler: stacks of frames with a count, cut to the timed section."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

Stack = tuple[str, ...]
"""Frames from the outermost to the innermost."""

_HASH = re.compile(r"::h[0-9a-f]{16}\b")
_ADDRESS = re.compile(r"^0x[0-9a-f]+ ")
_LEGACY = {
    "$LT$": "<",
    "$GT$": ">",
    "$RF$": "&",
    "$BP$": "*",
    "$C$": ",",
    "$u20$": " ",
    "$u5b$": "[",
    "$u5d$": "]",
    "$u7b$": "{",
    "$u7d$": "}",
    "..": "::",
}


def read(path: Path) -> Counter[Stack]:
    """Read collapsed stacks, as ``py-spy record --format raw`` writes them."""
    stacks: Counter[Stack] = Counter()
    for line in path.read_text().splitlines():
        frames, _, count = line.rpartition(" ")
        # A semicolon separates frames, and is part of the name of a Rust array: "[f64; 2]".
        named = (readable(frame) for frame in re.split(r";(?! )", frames))
        # The time of a frame without a name counts for its caller.
        stacks[tuple(frame for frame in named if frame)] += int(count)
    return stacks


def readable(frame: str) -> str:
    """Return a readable form of a frame, or "" if it is an address without a name."""
    if _ADDRESS.match(frame):
        return ""
    frame = _HASH.sub("", frame)
    if "$" in frame:
        frame = frame.removeprefix("_")
        for mangled, plain in _LEGACY.items():
            frame = frame.replace(mangled, plain)
    name, _, place = frame.rpartition(" (")
    if not name:
        return frame
    if ".so" in place:
        # Only the name of the library, without folder and interpreter tag.
        place = place.rstrip(")").rpartition("/")[2].partition(".")[0] + ")"
    if ".py" not in place and not name.startswith("<"):
        name = _without_types(name)
    return f"{name} ({place}"


def below(stacks: Counter[Stack], starts: Callable[[str], bool]) -> Counter[Stack]:
    """Return the stacks from the first frame that ``starts``; the others are left out."""
    cut: Counter[Stack] = Counter()
    for stack, count in stacks.items():
        for depth, frame in enumerate(stack):
            if starts(frame):
                cut[stack[depth:]] += count
                break
    return cut


def pruned(stacks: Counter[Stack], least: float) -> Counter[Stack]:
    """Return the stacks without frames that have less than ``least`` of all samples.

    The samples of a removed frame count for its caller.
    """
    limit = least * stacks.total()
    reached = Counter()
    for stack, count in stacks.items():
        for depth in range(1, len(stack) + 1):
            reached[stack[:depth]] += count
    kept: Counter[Stack] = Counter()
    for stack, count in stacks.items():
        depth = len(stack)
        while depth > 1 and reached[stack[:depth]] < limit:
            depth -= 1
        kept[stack[:depth]] += count
    return kept


def shares(stacks: Counter[Stack]) -> list[tuple[str, float, float]]:
    """Return each function with two shares of all samples: with its callees, and without.

    A function counts once per stack, also if it is recursive. Lines of a function are summed. The
    largest share is first.
    """
    inclusive: Counter[str] = Counter()
    own: Counter[str] = Counter()
    for stack, count in stacks.items():
        functions = [function(frame) for frame in stack]
        inclusive.update(dict.fromkeys(_once(functions), count))
        own[functions[-1]] += count
    total = stacks.total()
    return [(name, count / total, own[name] / total) for name, count in inclusive.most_common()]


def function(frame: str) -> str:
    """Return a frame without its line number."""
    return re.sub(r":\d+\)$", ")", frame)


def _without_types(name: str) -> str:
    """Return a Rust name without the text in angle brackets."""
    depth, kept = 0, []
    for letter in name:
        depth += letter == "<"
        if not depth:
            kept.append(letter)
        depth -= letter == ">" and depth > 0
    return "".join(kept)


def _once(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))
