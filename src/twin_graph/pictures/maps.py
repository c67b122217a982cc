"""Maps: a base, great-circle lines, marks and names in one panel. Values in, SVG text out.

A kind of relation is a shape, a state is a pattern of the line and a hollow mark: never colour alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from math import sqrt

from twin_graph.geo import EARTH_RADIUS_KM
from twin_graph.pictures import arcs
from twin_graph.pictures.base import Base
from twin_graph.pictures.frames import Frame, fitted_or_world
from twin_graph.pictures.labels import Placer
from twin_graph.pictures.model import Drawing, Link, Place, Relation, State
from twin_graph.pictures.projections import Point, Projection
from twin_graph.pictures.svg import curve, escape, line, link, number, short, text

MOST_ARCS = 300
MOST_NAMES = 80
_SMALL = 500  # pixels of a panel on which a bend of a pixel is not seen


def draw_map(
    frame: Frame,
    base: Base,
    links: Sequence[Link],
    centre: Place | None = None,
    *,
    size: float = 12,
    rings: Sequence[tuple[float, str]] = (),
    has_lines: bool = True,
    has_links: bool = True,
) -> Drawing:
    """One panel.

    Args:
        base: draws the land below; see `base.py`.
        links: what is shown, the most important first; names find room in this order.
        centre: the place that the picture is about; lines go from it.
        size: pixels of the letters.
        rings: circles around the centre: kilometres and what is written on them.
        has_links: whether marks lead somewhere; on a small screen nobody hits them.
    """
    middle = frame.place(centre.point) if centre and centre.point else None
    lines = [each for each in links if each.place.point]
    # Several lines may end at one place: it has one mark and one name.
    once: dict[object, Link] = {}
    for each in lines:
        once.setdefault((each.place.name, each.place.point, each.place.href), each)
    placed = [(each, frame.place(each.place.point)) for each in once.values() if each.place.point]
    seen = [(each, pixel) for each, pixel in placed if frame.holds(pixel)]
    beyond = [short(each.place.name, 60) for each, pixel in placed if not frame.holds(pixel)]
    placer = Placer(frame.width, frame.height, size)
    for each, (x, y) in seen:
        reach = _radius(each) + 1
        placer.occupy((x - reach, y - reach, x + reach, y + reach))
    layers = [base(frame)]
    if centre and centre.point:
        layers += _rings(frame, centre.point, rings, placer)
    if has_lines:
        layers.append(_lines(frame, lines[:MOST_ARCS], centre))
    home = _home(centre, middle, placer) if centre and middle and frame.holds(middle) else ""
    marks, unnamed = _marks(seen, placer, has_links)
    return Drawing("".join([*layers, marks, home]), frame.width, frame.height, tuple(beyond), unnamed)


def _marks(
    seen: Sequence[tuple[Link, Point]], placer: Placer, has_links: bool
) -> tuple[str, tuple[str, ...]]:
    drawn: list[str] = []
    unnamed: list[str] = []
    for count, (each, (x, y)) in enumerate(seen):
        x, y = round(x), round(y)
        label = placer.place(short(each.place.name), (x, y), _radius(each)) if count < MOST_NAMES else None
        inside = mark(each, (0, 0))
        if label:
            inside += text(label.x - x, label.y - y, label.text, label.anchor)
        else:
            unnamed.append(short(each.place.name, 60))
            inside = f"<title>{escape(short(each.place.name, 60))}</title>{inside}" if has_links else inside
        # The place stands once, before what is the same for every mark: that makes pages small.
        drawn.append(link(each.place.href if has_links else "", inside, f' transform="translate({x} {y})"'))
    # What was placed first is the most important and is drawn last, above the others.
    return "".join(reversed(drawn)), tuple(unnamed)


def mark(each: Link, pixel: Point) -> str:
    """The mark of a link: circle, square, diamond or triangle; hollow where the link has ended or rests."""
    x, y, r = pixel[0], pixel[1], _radius(each)
    classes = f'class="m {each.classes}"'
    if each.relation is Relation.PARTNER:
        middle = f' cx="{number(x)}" cy="{number(y)}"' if x or y else ""
        return f'<circle {classes}{middle} r="{number(r)}"/>'
    if each.relation is Relation.FRIENDLY:
        corner = r * 0.88
        side = number(2 * corner)
        return f'<path {classes} d="M{number(x - corner)} {number(y - corner)}h{side}v{side}h-{side}z"/>'
    if each.relation is Relation.OTHER:
        half = number(r * 1.2)
        return f'<path {classes} d="M{number(x)} {number(y - r * 1.2)}l{half} {half}-{half} {half}-{half}-{half}z"/>'
    across, tall = r * 1.15, r * 2
    return (
        f'<path {classes} d="M{number(x)} {number(y - r * 1.2)}l{number(across)} {number(tall)}'
        f'h-{number(2 * across)}z"/>'
    )


def _radius(each: Link) -> float:
    return 2 + sqrt(each.place.weight) if each.place.weight else 3.6


def _home(centre: Place, middle: Point, placer: Placer) -> str:
    """The mark and the name of the centre: beside other marks where there is room, else above them."""
    x, y = middle
    name = short(centre.name)
    label = placer.place(name, middle, 6, is_bold=True) or placer.place(
        name, middle, 6, is_bold=True, above=True
    )
    placer.occupy((x - 6, y - 6, x + 6, y + 6))
    written = text(label.x, label.y, label.text, label.anchor, ' class="t"') if label else ""
    shape = f'<circle class="c" cx="{number(x)}" cy="{number(y)}" r="5"/>'
    return f"<g>{shape}{written or f'<title>{escape(short(centre.name))}</title>'}</g>"


def _lines(frame: Frame, links: Iterable[Link], centre: Place | None) -> str:
    """The lines of each relation and state as one path; what was never current lies lowest."""
    grouped: dict[tuple[Relation, State], list[str]] = {}
    for each in links:
        start = (each.start or centre or each.place).point
        end = each.place.point
        if start is None or end is None or start == end:
            continue
        grouped.setdefault((each.relation, each.state), []).append(_great_circle(frame, start, end))
    order = sorted(grouped, key=lambda pair: (list(Relation)[::-1].index(pair[0]), pair[1] is State.CURRENT))
    return "".join(
        f'<path class="a {f"{relation.value} {state.value}".strip()}" d="{data}"/>'
        for relation, state in order
        if (data := "".join(grouped[relation, state]))
    )


def _great_circle(frame: Frame, start: Point, end: Point) -> str:
    """Path data of a line on the globe as far as it may be seen."""
    pixels = [frame.place_units(place) for place in _on_base(frame.projection, start, end)]
    whole = frame.projection.width * frame.zoom
    pieces = [_unrolled(pixels, whole)] if frame.wraps else arcs.lift_pen(pixels, whole / 2)
    return "".join(
        _stroke(part, frame) for piece in pieces for part in arcs.cut(piece, frame.width, frame.height)
    )


@lru_cache(maxsize=4_000)
def _on_base(projection: Projection, start: Point, end: Point) -> tuple[Point, ...]:
    """The line in units of a base map, for all panels that are cut from it."""
    return tuple(projection.project(*point) for point in arcs.great_circle(start, end))


def _stroke(points: Sequence[Point], frame: Frame) -> str:
    """A straight line, one curve, or as many steps as are needed."""
    tolerance = 1.5 if frame.width < _SMALL else 0.8
    if arcs.is_straight(points, tolerance):
        return line([(round(x), round(y)) for x, y in (points[0], points[-1])])
    if bent := arcs.bend(points):
        return curve(points[0], bent, points[-1])
    return line(arcs.thin(points, tolerance))


def _unrolled(pixels: list[Point], whole: float) -> list[Point]:
    """A line on a map that goes on: each point on the copy that is nearest to the point before it."""
    unrolled = pixels[:1]
    for x, y in pixels[1:]:
        unrolled.append((x - round((x - unrolled[-1][0]) / whole) * whole, y))
    return unrolled


def _rings(frame: Frame, centre: Point, rings: Sequence[tuple[float, str]], placer: Placer) -> list[str]:
    drawn = []
    for kilometres, words in rings:
        points = arcs.circle(centre, kilometres, EARTH_RADIUS_KM)
        pixels = _unrolled([frame.place(point) for point in points], frame.projection.width * frame.zoom)
        drawn.append(f'<path class="r" d="{line(arcs.thin(pixels))}"/>')
        x, y = pixels[30]
        if label := placer.place(words, (x, y), 0):
            drawn.append(text(label.x, label.y, words, label.anchor, ' class="n"'))
    return drawn


def draw_dots(frame: Frame, places: Iterable[Place]) -> str:
    """Many places as dots without names, the area of a dot by the weight of its place; as few paths as sizes."""
    grouped: dict[int, list[str]] = {}
    for place in places:
        if place.point is None:
            continue
        x, y = frame.place(place.point)
        if frame.holds((x, y)):
            size = max(1, round(sqrt(place.weight)))
            grouped.setdefault(size, []).append(f"M{number(x)} {number(y)}h0")
    return "".join(
        f'<path class="z" stroke-width="{number(1.2 + 0.9 * size)}" d="{"".join(dots)}"/>'
        for size, dots in sorted(grouped.items())
    )


def draw_points(
    places: Sequence[Place], base: Base, *, width: int = 760, height: int = 500, size: float = 12
) -> Drawing:
    """A map of places without lines, as large as they need: a region, or the world where they lie far apart."""
    links = [Link(place) for place in places if place.point]
    points = [place.point for place in places if place.point]
    return draw_map(fitted_or_world(points, width, height), base, links, size=size, has_lines=False)
