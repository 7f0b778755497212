"""A sphere, a line that may intersect it, and their vectors."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Vec:
    """A point, or the vector from one point to another."""

    x: float
    y: float
    z: float

    def __add__(self, other: Vec) -> Vec:
        return Vec(self.x + other.x, self.y + other.y, self.z + other.z)

    def __sub__(self, other: Vec) -> Vec:
        return Vec(self.x - other.x, self.y - other.y, self.z - other.z)

    def __mul__(self, factor: float) -> Vec:
        return Vec(self.x * factor, self.y * factor, self.z * factor)

    def dot(self, other: Vec) -> float:
        """Return the dot product."""
        return self.x * other.x + self.y * other.y + self.z * other.z

    def cosine(self, other: Vec) -> float:
        """Return the cosine of the angle between two vectors."""
        return self.dot(other) / (math.sqrt(self.dot(self)) * math.sqrt(other.dot(other)))


@dataclass(frozen=True)
class Line:
    """A line through a point, in a direction of length 1."""

    start: Vec
    direction: Vec

    def at(self, distance: float) -> Vec:
        """Return the point at a distance from the start."""
        return self.start + self.direction * distance


@dataclass(frozen=True)
class Sphere:
    """A sphere."""

    center: Vec
    radius: float

    def hit(self, line: Line) -> Vec | None:
        """Return the first intersection with a line, or None."""
        offset = line.start - self.center
        along = offset.dot(line.direction)
        discriminant = along * along - (offset.dot(offset) - self.radius * self.radius)
        if discriminant < 0.0:
            return None
        return line.at(-along - math.sqrt(discriminant))
