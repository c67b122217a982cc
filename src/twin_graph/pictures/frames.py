"""Frames: which part of a base map a panel shows, and where in it a point of the globe lies.

A frame of the Mercator map may cross the antimeridian; the base is then drawn twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import cos, inf, pi, radians

from twin_graph.geo import EARTH_RADIUS_KM
from twin_graph.pictures.projections import MERCATOR, WORLD, Point, Projection

NEAR_KM = 3000  # partners within so many kilometres are in the region of a city
LEAST_SHARE = 0.5  # of the partners; a region that shows fewer is not shown first
_NEAR_DEGREES = 120  # points that lie further apart are shown on a map of the world
_LEAST_KM = 1200  # a frame of a few neighbours shows at least so much of the country around them
_FREE = 0.15  # of what a frame shows, so much lies at least on every side of the place that it is about


@dataclass(frozen=True)
class Frame:
    """A part of a base map as a panel of so many pixels.

    Attributes:
        left, top: the corner in units of the base map.
        zoom: pixels for a unit of the base map.
        margin: pixels at the edge where no place is drawn.
    """

    projection: Projection
    left: float
    top: float
    zoom: float
    width: int
    height: int

    @property
    def wraps(self) -> bool:
        """Whether the map goes on beyond its edge."""
        return self.projection is MERCATOR

    def place(self, point: Point) -> Point:
        """Pixels of a point (latitude, longitude); on a map that goes on, the copy nearest to the middle."""
        return self.place_units(self.projection.project(*point))

    def place_units(self, units: Point) -> Point:
        """The same of a place in units of the base map."""
        x, y = units
        if self.wraps:
            middle = self.left + self.width / self.zoom / 2
            x += round((middle - x) / self.projection.width) * self.projection.width
        return (x - self.left) * self.zoom, (y - self.top) * self.zoom

    def holds(self, pixel: Point, edge: float = 3) -> bool:
        """Whether a mark at these pixels can be seen."""
        return edge <= pixel[0] <= self.width - edge and edge <= pixel[1] <= self.height - edge

    def share(self, points: Mapping[Point, int]) -> float:
        """Which part of some points (latitude, longitude), each so many times, can be seen; 0 where there is none."""
        seen = sum(times for point, times in points.items() if self.holds(self.place(point)))
        return seen / max(sum(points.values()), 1)

    @property
    def copies(self) -> tuple[float, ...]:
        """Where the base map is drawn: its left edge in units, once or twice."""
        if not self.wraps:
            return (0.0,)
        whole, right = self.projection.width, self.left + self.width / self.zoom
        return tuple(n * whole for n in (-1, 0, 1) if n * whole < right and (n + 1) * whole > self.left)


def world(width: int, height: int = 0) -> Frame:
    """The whole world in a panel of a width, which is as high as it needs, unless a height is given."""
    zoom = min(width / WORLD.width, height / WORLD.height if height else inf)
    height = height or round(WORLD.height * zoom)
    return Frame(
        WORLD, (WORLD.width - width / zoom) / 2, (WORLD.height - height / zoom) / 2, zoom, width, height
    )


def around(centre: Point, kilometres: float, width: int, height: int) -> Frame:
    """The frame in which a circle around a centre just fits."""
    x, y = MERCATOR.project(*centre)
    reach = kilometres / EARTH_RADIUS_KM * 180 / pi
    top = MERCATOR.project(min(centre[0] + reach, 83.5), centre[1])[1]
    bottom = MERCATOR.project(max(centre[0] - reach, -59.5), centre[1])[1]
    half = max(y - top, bottom - y, 1.0)
    zoom = min(width, height) / 2 / (half * 1.06)
    return Frame(MERCATOR, x - width / zoom / 2, _inside((top + bottom) / 2 - height / zoom / 2, height / zoom),
                 zoom, width, height)  # fmt: skip


def fitted(
    points: Sequence[Point],
    width: int,
    height: int,
    sides: float = 56,
    ends: float = 26,
    centre: Point | None = None,
) -> Frame:
    """The smallest frame of the Mercator map that shows all points (at least one), with room for their names.

    Args:
        sides, ends: pixels that are kept free left and right, above and below.
        centre: one more point, which the picture is about; it does not lie at an edge.
    """
    points = [*points, centre] if centre else points
    placed = [MERCATOR.project(*point) for point in points]
    xs = _unrolled([x for x, _ in placed])
    ys = [y for _, y in placed]
    if centre:
        xs, ys = _with_room(xs), _with_room(ys)
    least = _LEAST_KM / (2 * pi * EARTH_RADIUS_KM) * MERCATOR.width
    least /= max(0.1, cos(radians(sum(latitude for latitude, _ in points) / len(points))))
    across, down = max(max(xs) - min(xs), least), max(max(ys) - min(ys), least / 2)
    zoom = min((width - 2 * sides) / across, (height - 2 * ends) / down)
    zoom = max(zoom, width / MERCATOR.width, height / MERCATOR.height)
    left = (min(xs) + max(xs)) / 2 - width / zoom / 2
    top = (min(ys) + max(ys)) / 2 - height / zoom / 2
    return Frame(MERCATOR, left, _inside(top, height / zoom), zoom, width, height)


def fitted_or_world(points: Sequence[Point], width: int, height: int) -> Frame:
    """The frame that shows all points; the world where there are none, or they are spread around the globe.

    How far they are spread is measured the shorter way round, which may cross the antimeridian.
    """
    xs = _unrolled([MERCATOR.project(*point)[0] for point in points]) if points else []
    is_near = points and max(xs) - min(xs) <= _NEAR_DEGREES / 360 * MERCATOR.width
    return fitted(points, width, height) if is_near else world(width)


def _with_room(places: Sequence[float]) -> list[float]:
    """The places along one axis, and how far the frame reaches at least around the last of them."""
    free = _FREE * (max(places) - min(places))
    return [*places, places[-1] - free, places[-1] + free]


def _inside(top: float, tall: float) -> float:
    return max(0.0, min(top, MERCATOR.height - tall))


def _unrolled(xs: Sequence[float]) -> list[float]:
    """The places along the equator, so cut that they lie in the shortest stretch."""
    whole = MERCATOR.width
    ordered = sorted(xs)
    gaps = [(after - before, after) for before, after in pairwise(ordered)]
    gaps.append((ordered[0] + whole - ordered[-1], ordered[0]))
    first = max(gaps)[1]
    return [x if x >= first else x + whole for x in xs]
