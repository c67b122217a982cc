"""The two projections of the base maps: Mercator, of which regions are cut, and Equal Earth for the world.

Degrees in, units of the files in `static/base` out; the top left corner of a file is 180° west at its northern
edge. `frontend/map/build.mjs` draws the files with the same numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from math import asin, cos, log, pi, radians, sin, sqrt, tan

Point = tuple[float, float]
_A1, _A2, _A3, _A4 = 1.340264, -0.081106, 0.000893, 0.003796  # Šavrič, Patterson and Jenny, 2018
_M = sqrt(3) / 2


def mercator_raw(longitude: float, latitude: float) -> Point:
    """Mercator of the unit globe; radians in."""
    return longitude, log(tan(pi / 4 + latitude / 2))


def equal_earth_raw(longitude: float, latitude: float) -> Point:
    """Equal Earth of the unit globe; radians in."""
    theta = asin(_M * sin(latitude))
    square = theta * theta
    sixth = square**3
    slope = _A1 + 3 * _A2 * square + sixth * (7 * _A3 + 9 * _A4 * square)
    x = longitude * cos(theta) / (_M * slope)
    return x, theta * (_A1 + _A2 * square + sixth * (_A3 + _A4 * square))


@dataclass(frozen=True)
class Projection:
    """A base map: its file, how it is projected, and its size in units of the file."""

    name: str
    raw: Callable[[float, float], Point]
    width: int
    height: int
    north: float
    south: float

    @cached_property
    def scale(self) -> float:
        """Units of the file for one radius of the globe."""
        return self.width / (2 * self.raw(pi, 0)[0])

    @cached_property
    def top(self) -> float:
        """The northern edge on the unit globe."""
        return self.raw(0, radians(self.north))[1]

    def project(self, latitude: float, longitude: float) -> Point:
        """Place of a point in units of the file; beyond the edges in the north and south it lies on the edge."""
        x, y = self.raw(radians(longitude), radians(max(self.south, min(self.north, latitude))))
        return self.width / 2 + x * self.scale, (self.top - y) * self.scale


MERCATOR = Projection("mercator", mercator_raw, 20000, 13578, 84, -60)
WORLD = Projection("world", equal_earth_raw, 4000, 1739, 84, -57)
PROJECTIONS = {projection.name: projection for projection in (MERCATOR, WORLD)}
