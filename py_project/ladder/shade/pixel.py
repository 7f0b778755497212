"""A pixel, and a picture of pixels, with the classes of any module."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType
from typing import Any


@dataclass(frozen=True)
class Scene:
    """The objects in the picture, made of the classes of a module."""

    classes: ModuleType
    sphere: Any
    light: Any
    forward: Any
    scale: tuple[float, float]


def scene(classes: ModuleType, width: int, height: int) -> Scene:
    """Return a sphere above a screen of 8 by 6, and a light."""
    sphere = classes.Sphere(classes.Vec(4.0, 3.0, 10.0), 2.0)
    light, forward = classes.Vec(8.0, 0.0, 7.0), classes.Vec(0.0, 0.0, 1.0)
    return Scene(classes, sphere, light, forward, (8.0 / width, 6.0 / height))


def level(scene: Scene, x: int, y: int) -> int:
    """Return the level of a pixel."""
    start = scene.classes.Vec(x * scene.scale[0], y * scene.scale[1], 0.0)
    hit = scene.sphere.hit(scene.classes.Line(start, scene.forward))
    if hit is None:
        return 100
    cosine = (hit - scene.sphere.center).cosine(scene.light - hit)
    return max(int(cosine * 255.0), 30)


def picture(classes: ModuleType, width: int, height: int) -> list[int]:
    """Return the levels of all pixels, row by row."""
    seen = scene(classes, width, height)
    return [level(seen, x, y) for y in range(height) for x in range(width)]
