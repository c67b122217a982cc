"""Great circles as lines on a map: sampled on the globe, projected, cut at the frame, thinned out.

A line that crosses the antimeridian is drawn in two pieces (the pen is lifted).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from math import acos, asin, atan2, cos, degrees, hypot, pi, radians, sin

from twin_graph.pictures.projections import Point

_STEP = radians(2.5)  # about 280 km
_MOST = 60
_TOLERANCE = 0.35  # pixels


@lru_cache(maxsize=4000)
def great_circle(start: Point, end: Point) -> tuple[Point, ...]:
    """Points (latitude, longitude) of the shortest line between two points of the globe, both ends included.

    >>> [round(latitude) for latitude, _ in great_circle((50.0, 0.0), (50.0, 90.0))[::11]]
    [50, 59, 50]
    """
    one, two = _vector(start), _vector(end)
    angle = acos(max(-1.0, min(1.0, sum(a * b for a, b in zip(one, two, strict=True)))))
    if angle < 1e-9 or angle > pi - 1e-6:
        return start, end
    number = max(2, min(_MOST, round(angle / _STEP)))
    points = []
    for step in range(number + 1):
        part = step / number
        a, b = sin((1 - part) * angle) / sin(angle), sin(part * angle) / sin(angle)
        x, y, z = (a * p + b * q for p, q in zip(one, two, strict=True))
        points.append((degrees(asin(max(-1.0, min(1.0, z)))), degrees(atan2(y, x))))
    return tuple(points)


def circle(centre: Point, kilometres: float, radius_km: float) -> list[Point]:
    """Points (latitude, longitude) at one distance from a centre, closed."""
    north, east = radians(centre[0]), radians(centre[1])
    angle = kilometres / radius_km
    points = []
    for step in range(49):
        bearing = 2 * pi * step / 48
        latitude = asin(sin(north) * cos(angle) + cos(north) * sin(angle) * cos(bearing))
        turn = atan2(sin(bearing) * sin(angle) * cos(north), cos(angle) - sin(north) * sin(latitude))
        points.append((degrees(latitude), (degrees(east + turn) + 540) % 360 - 180))
    return points


def lift_pen(points: Iterable[Point], jump: float) -> list[list[Point]]:
    """The pieces of a line whose neighbours lie nearer to each other than a jump to the other side of the map."""
    pieces: list[list[Point]] = [[]]
    for point in points:
        if pieces[-1] and abs(point[0] - pieces[-1][-1][0]) > jump:
            pieces.append([])
        pieces[-1].append(point)
    return [piece for piece in pieces if len(piece) > 1]


def cut(points: Sequence[Point], width: float, height: float) -> list[list[Point]]:
    """The pieces of a line that may be seen in a frame, each with one point beyond it."""
    pieces: list[list[Point]] = []
    piece: list[Point] = []
    for start, end in pairwise(points):
        seen = (
            max(start[0], end[0]) >= 0
            and min(start[0], end[0]) <= width
            and max(start[1], end[1]) >= 0
            and min(start[1], end[1]) <= height
        )
        if seen:
            piece = [*(piece or [start]), end]
        elif piece:
            pieces.append(piece)
            piece = []
    return [*pieces, piece] if piece else pieces


def thin(points: Sequence[Point], tolerance: float = _TOLERANCE) -> list[Point]:
    """The fewest points of a line that stay as near to it as the tolerance (Douglas and Peucker)."""
    if len(points) < 3:
        return list(points)
    where, farthest = _farthest(points)
    if farthest <= tolerance:
        return [points[0], points[-1]]
    return [*thin(points[: where + 1], tolerance)[:-1], *thin(points[where:], tolerance)]


def is_straight(points: Sequence[Point], tolerance: float) -> bool:
    """Whether the ends alone stay as near to a line as the tolerance."""
    return len(points) < 3 or _farthest(points)[1] <= tolerance


def _farthest(points: Sequence[Point]) -> tuple[int, float]:
    """Which point of a line is farthest from the straight way between its ends, and how far."""
    (x1, y1), (x2, y2) = points[0], points[-1]
    length = hypot(x2 - x1, y2 - y1)
    farthest, where = 0.0, 0
    for i, (x, y) in enumerate(points[1:-1], start=1):
        # A line that comes back to where it began has no direction.
        area = abs((x2 - x1) * (y1 - y) - (x1 - x) * (y2 - y1))
        away = area / length if length > 0.01 else hypot(x - x1, y - y1)
        if away > farthest:
            farthest, where = away, i
    return where, farthest


def bend(points: Sequence[Point], tolerance: float = 0.9) -> tuple[Point, ...]:
    """The control points of a curve through evenly spaced points, if it stays as near to all of them; else none.

    A great circle on a map is smooth, so one curve says in four or six numbers what a line says in twenty.
    """
    for control in (_quadratic(points), _cubic(points)):
        if control and _is_near((points[0], *control, points[-1]), points, tolerance):
            return control
    return ()


def _is_near(curve: Sequence[Point], points: Sequence[Point], tolerance: float) -> bool:
    """Whether evenly spaced points lie near the places of a curve that they stand for."""
    if len(curve) == 3:  # the same curve with two control points
        (a, b), (c, d), (e, f) = curve
        curve = ((a, b), ((a + 2 * c) / 3, (b + 2 * d) / 3), ((e + 2 * c) / 3, (f + 2 * d) / 3), (e, f))
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = curve
    limit = tolerance * tolerance
    for (x, y), (a, b, (begin, end)) in zip(points, _all_weights(len(points) - 1), strict=True):
        across = begin * x0 + a * x1 + b * x2 + end * x3 - x
        down = begin * y0 + a * y1 + b * y2 + end * y3 - y
        if across * across + down * down > limit:
            return False
    return True


def _quadratic(points: Sequence[Point]) -> tuple[Point, ...]:
    """The control point of the curve through the ends and the point in the middle."""
    last = len(points) - 1
    if last < 2:
        return ()
    middle = last // 2
    part = middle / last
    weight = 2 * part * (1 - part)
    x, y = (
        (points[middle][axis] - (1 - part) ** 2 * points[0][axis] - part**2 * points[last][axis]) / weight
        for axis in (0, 1)
    )
    return ((x, y),)


def _cubic(points: Sequence[Point]) -> tuple[Point, ...]:
    """The control points of the curve through the ends and two points between them."""
    last = len(points) - 1
    if last < 3:
        return ()
    i, j = round(last / 3), round(2 * last / 3)
    (a, b, u), (c, d, v) = _weights(i / last), _weights(j / last)
    whole = a * d - b * c
    control: list[Point] = []
    for axis in (0, 1):
        begin, end = points[0][axis], points[last][axis]
        p = points[i][axis] - u[0] * begin - u[1] * end
        q = points[j][axis] - v[0] * begin - v[1] * end
        control.append(((p * d - b * q) / whole, (a * q - p * c) / whole))
    return (control[0][0], control[1][0]), (control[0][1], control[1][1])


def _weights(part: float) -> tuple[float, float, Point]:
    """How much each control point and each end counts at a part of a cubic curve."""
    rest = 1 - part
    return 3 * rest * rest * part, 3 * rest * part * part, (rest**3, part**3)


@cache
def _all_weights(last: int) -> tuple[tuple[float, float, Point], ...]:
    return tuple(_weights(step / last) for step in range(last + 1))


def _vector(point: Point) -> tuple[float, float, float]:
    latitude, longitude = radians(point[0]), radians(point[1])
    return cos(latitude) * cos(longitude), cos(latitude) * sin(longitude), sin(latitude)
